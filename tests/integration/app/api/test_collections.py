"""Collections made, described, renamed and deleted over HTTP, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from app.state.tokens import Role
from tests.integration.serving import Served, serving, without_reader

LAMP = {"question": "How often does the lamp flash?"}


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    with without_reader(), serving(home) as running:
        yield running


def names(served: Served) -> dict[str, str]:
    listed = served.client.get("/collections").json()["collections"]
    return {collection["name"]: collection["description"] for collection in listed}


def upload(served: Served, collection: str) -> None:
    files = {"file": ("lamp.txt", b"The lamp flashes three times every minute.")}
    sent = served.client.post(f"/collections/{collection}/documents", files=files)
    assert served.wait_for(sent.json()["job"])["state"] == "done"


def test_a_collection_is_made_described_and_deleted(served: Served) -> None:
    made = served.client.post("/collections", json={"name": "letters", "description": " Since 1990. "})
    assert (made.status_code, made.json()["documents"], made.json()["description"]) == (201, 0, "Since 1990.")
    assert served.client.post("/collections", json={"name": "letters"}).status_code == 400
    assert served.client.post("/collections", json={"name": "a/b"}).status_code == 400
    served.client.patch("/collections/letters", json={"description": "All letters."})
    assert names(served) == {"letters": "All letters."}
    assert served.client.delete("/collections/letters").status_code == 204
    # One of the same name later does not inherit the description.
    served.client.post("/collections", json={"name": "letters"})
    assert names(served) == {"letters": ""}


def test_a_renamed_collection_keeps_documents_uploads_folders_questions_and_rights(
    served: Served, tmp_path: Path
) -> None:
    client = served.client
    upload(served, "old")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "keeper.txt").write_text("A keeper was paid nine shillings.")
    folder = client.post("/folders", json={"path": str(tmp_path / "more"), "collection": "old"}).json()["id"]
    served.sync(tmp_path / "more", "old")
    question = {"questions": [{"question": LAMP["question"], "document": "lamp.txt", "pages": [0]}]}
    client.post("/collections/old/evaluation-questions", json=question)
    client.patch("/collections/old", json={"description": "The island."})

    renamed = client.patch("/collections/old", json={"name": "new"})
    assert (renamed.status_code, renamed.json()["documents"]) == (200, 2)
    assert names(served) == {"new": "The island."}
    found = client.post("/search", json={**LAMP, "collection": "new"}).json()
    assert "three times" in found["hits"][0]["text"]
    assert client.post("/search", json={**LAMP, "collection": "old"}).status_code == 404
    assert client.get(f"/folders/{folder}").json()["collection"] == "new"
    assert len(client.get("/collections/new/evaluation-questions").json()["questions"]) == 1
    # The upload lies where uploads of the new name go, and is still read, replaced and deleted there.
    (document,) = [
        one for one in client.get("/collections/new/documents").json()["documents"] if one["document"] == "lamp.txt"
    ]
    assert client.get(f"/collections/new/documents/{document['id']}/file").content.startswith(b"The lamp")
    upload(served, "new")
    assert renamed.json()["documents"] == len(client.get("/collections/new/documents").json()["documents"])
    assert client.delete(f"/collections/new/documents/{document['id']}").status_code == 204

    token = served.tokens.add("reader", role=Role.ADMIN, collections=["new"])
    headers = {"Authorization": f"Bearer {token}"}
    assert client.patch("/collections/new", json={"name": "mine"}, headers=headers).status_code == 403
    assert client.patch("/collections/new", json={"description": "Ours."}, headers=headers).status_code == 200
    everything = served.tokens.add("admin", role=Role.ADMIN)
    client.patch("/collections/new", json={"name": "newer"}, headers={"Authorization": f"Bearer {everything}"})
    seen = client.get("/collections", headers=headers).json()["collections"]
    assert [collection["name"] for collection in seen] == ["newer"]


def test_a_rename_that_was_cut_off_can_be_done_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(served, "old")
    with monkeypatch.context() as patch:
        patch.setattr("rag.storage.catalogue.writer.CatalogueWriter.rename_collection", lambda *_, **__: 1 / 0)
        assert served.client.patch("/collections/old", json={"name": "new"}).status_code == 500
    assert list(names(served)) == ["old"]
    assert served.client.patch("/collections/old", json={"name": "new"}).status_code == 200
    (document,) = served.client.get("/collections/new/documents").json()["documents"]
    assert served.client.get(f"/collections/new/documents/{document['id']}/file").status_code == 200


def test_the_folders_of_the_machine_are_listed_within_those_that_are_allowed(home: Path, tmp_path: Path) -> None:
    for name in ("papers/2024", "papers/.hidden", "private"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "papers" / "note.txt").write_text("A file.")
    papers = tmp_path / "papers"
    with without_reader(), serving(home, folder_roots=[papers]) as served:
        top = served.client.get("/folder-choices").json()
        assert (top["path"], top["folders"]) == ("", [str(papers)])
        inside = served.client.get("/folder-choices", params={"path": str(papers)}).json()
        assert (inside["parent"], inside["folders"]) == ("", [str(papers / "2024")])
        for name in ("2023", "Old 2023"):
            (papers / name).mkdir()
        with patch("app.service.folder_picker.MAX_FOLDERS", 1):
            cut = served.client.get("/folder-choices", params={"path": str(papers)}).json()
            assert (cut["folders"], cut["is_cut"]) == ([str(papers / "2023")], True)
            sought = served.client.get("/folder-choices", params={"path": str(papers), "contains": "OLD"}).json()
            assert (sought["folders"], sought["is_cut"]) == ([str(papers / "Old 2023")], False)
        (papers / "way out").symlink_to(tmp_path / "private")
        for outside in (tmp_path, papers / "..", papers / "way out"):
            refused = served.client.get("/folder-choices", params={"path": str(outside)})
            assert refused.status_code == 400
        reader = served.tokens.add("reader", role=Role.WRITE)
        headers = {"Authorization": f"Bearer {reader}"}
        assert served.client.get("/folder-choices", headers=headers).status_code == 403
