"""Looking after what is indexed, over HTTP: listing, reading again, why a document does not come up, past runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.state.tokens import Role
from tests.integration.serving import Served, serving, without_reader

LAMP = "How often does the lamp of the lighthouse flash?"
TEXTS = {
    "light.txt": "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n",
    "bakery.txt": "The bakery\n\nThe bakery on Harbour Street opens at six and sells seaweed bread.\n",
    "empty.txt": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "documents"
    path.mkdir()
    for name, text in TEXTS.items():
        (path / name).write_text(text)
    return path


@pytest.fixture
def served(tmp_path: Path, folder: Path) -> Iterator[Served]:
    with without_reader(), serving(tmp_path / "home") as running:
        running.sync(folder)
        yield running


def listed(served: Served, **asked: Any) -> dict[str, Any]:
    return dict(served.client.get("/collections/default/documents", params=asked).json())


def id_of(served: Served, name: str) -> int:
    (document,) = listed(served, contains=name)["documents"]
    return int(document["id"])


def test_documents_are_found_by_words_and_state_and_listed_in_parts(served: Served) -> None:
    names = [document["document"] for document in listed(served)["documents"]]
    assert names == ["bakery.txt", "empty.txt", "light.txt"]
    assert listed(served)["states"] == {"indexed": 2, "failed": 1}
    part = listed(served, limit=1, offset=1)
    assert ([document["document"] for document in part["documents"]], part["total"]) == (["empty.txt"], 3)
    assert listed(served, contains="LIGHT house")["total"] == 1
    assert listed(served, state="failed")["total"] == 1
    assert listed(served, contains="nothing")["documents"] == []


def test_a_document_is_read_again_though_its_file_has_not_changed(served: Served) -> None:
    asked = served.client.post(f"/collections/default/documents/{id_of(served, 'light')}/reindex")
    assert asked.status_code == 202
    report = served.wait_for(asked.json()["id"])["report"]
    assert (report["files"]["changed"], report["unchanged"], len(report["failed"])) == (["light.txt"], 1, 1)
    found = served.client.post("/search", json={"question": LAMP}).json()["hits"]
    assert [hit["document"] for hit in found].count("light.txt") == 1


def test_a_failed_document_is_tried_again_when_asked(served: Served) -> None:
    asked = served.client.post(f"/collections/default/documents/{id_of(served, 'empty')}/reindex")
    report = served.wait_for(asked.json()["id"])["report"]
    assert [file["path"] for file in report["failed"]] == ["empty.txt"]
    assert report["stages"]  # Something was read.


def test_a_document_that_was_taken_out_comes_back_when_it_is_read_again(served: Served) -> None:
    place = f"/collections/default/documents/{id_of(served, 'light')}"
    assert served.client.delete(place).status_code == 204
    report = served.wait_for(served.client.post(f"{place}/reindex").json()["id"])["report"]
    assert report["files"]["added"] == ["light.txt"]


def why(served: Served, name: str, question: str) -> dict[str, Any]:
    asked = served.client.post(f"/collections/default/documents/{id_of(served, name)}/why", json={"question": question})
    assert asked.status_code == 200, asked.text
    return dict(asked.json())


def test_it_is_told_why_a_document_does_or_does_not_come_up(served: Served) -> None:
    told = why(served, "light", LAMP)
    assert told["comes_up"]
    assert told["passages"][0]["place"] == 1
    assert told["passages"][0]["shares_words"]
    failed = why(served, "empty", LAMP)
    assert not failed["comes_up"]
    assert "not in the index" in failed["findings"][0]
    assert failed["remedies"] != [""]


def test_a_document_that_others_outrank_is_told_its_place_and_what_to_do(served: Served, folder: Path) -> None:
    for number in range(30):
        (folder / f"lamp{number}.txt").write_text(f"Lamp {number} of the lighthouse flashes often, at number {number}.")
    served.sync(folder)
    told = why(served, "bakery", LAMP)
    assert not told["comes_up"]
    assert "others fit the question better" in told["findings"][0]
    assert told["passages"][0]["place"] > 12
    assert any("filters" in remedy for remedy in told["remedies"])


def test_past_runs_are_told_in_numbers_and_one_of_them_whole(served: Served, folder: Path) -> None:
    (folder / "bakery.txt").unlink()
    served.sync(folder)
    runs = served.client.get("/collections/default/runs", params={"folder": str(folder)}).json()["runs"]
    assert [(run["added"], run["removed"], run["failed"], run["documents"]) for run in runs] == [
        (0, 1, 1, 1),
        (2, 0, 1, 2),
    ]
    whole = served.client.get(f"/runs/{runs[0]['id']}").json()
    assert whole["report"]["files"]["removed"] == ["bakery.txt"]
    assert served.client.get("/collections/default/runs", params={"folder": "/elsewhere"}).json() == {"runs": []}


def test_who_asks_is_told_what_they_may_do(served: Served) -> None:
    assert served.client.get("/me").json()["manages_server"]
    secret = served.tokens.add("ann", role=Role.READ, collections=["default"])
    with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {secret}"}) as ann:
        assert ann.get("/me").json() == {
            "name": "ann", "role": "read", "collections": ["default"], "has_token": True, "manages_server": False,
        }  # fmt: skip
        (document,) = ann.get("/collections/default/documents").json()["documents"][:1]
        place = f"/collections/default/documents/{document['id']}"
        assert ann.post(f"{place}/why", json={"question": LAMP}).status_code == 200
        assert ann.post(f"{place}/reindex").status_code == 403
