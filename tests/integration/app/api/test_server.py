"""The HTTP API as programs meet it: the real application on a real socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.serving import Served, serving
from tests.starting import wait_until

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
BAKERY = "The bakery\n\nThe bakery on Harbour Street opens at six and sells seaweed bread.\n"
LAMP = "How often does the lamp of the lighthouse flash?"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two good documents and a bad one, which tests only read."""
    base = tmp_path_factory.mktemp("server")
    folder = base / "documents"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    (folder / "bakery.txt").write_text(BAKERY)
    (folder / "empty.txt").write_text("")
    with serving(base / "home") as running:
        job = running.sync(folder)
        assert job["state"] == "failed files"
        yield running


def documents(served: Served, collection: str = "default") -> dict[str, dict[str, Any]]:
    listed = served.client.get(f"/collections/{collection}/documents").json()["documents"]
    return {document["document"]: document for document in listed}


def events_of(text: str) -> list[tuple[str, Any]]:
    """(event, data) of a server-sent stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if fields:
            found.append((fields.get("event", ""), json.loads(fields["data"])))
    return found


# --- collections, documents, runs ---


def test_collections_and_documents_are_listed_as_on_the_command_line(served: Served) -> None:
    (collection,) = served.client.get("/collections").json()["collections"]
    assert (collection["name"], collection["documents"], collection["failed"]) == ("default", 2, 1)
    found = documents(served)
    assert {name: document["state"] for name, document in found.items()} == {
        "bakery.txt": "indexed", "empty.txt": "failed", "light.txt": "indexed",
    }  # fmt: skip
    one = served.client.get(f"/collections/default/documents/{found['light.txt']['id']}").json()
    assert one == found["light.txt"]
    failed = served.client.get("/collections/default/documents", params={"failed": True}).json()["documents"]
    assert [document["document"] for document in failed] == ["empty.txt"]


def test_a_page_gives_its_text_and_the_file_comes_as_an_attachment(served: Served) -> None:
    place = f"/collections/default/documents/{documents(served)['light.txt']['id']}"
    page = served.client.get(f"{place}/pages/0").json()
    assert "flashes three times" in page["text"]
    file = served.client.get(f"{place}/file")
    assert file.text == LIGHTHOUSE
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"] == 'attachment; filename="light.txt"'
    assert served.client.get(f"{place}/pages/7").status_code == 404
    assert served.client.get(f"{place}/pages/0/image").json()["detail"] == "light.txt is not a PDF or a picture."


def test_runs_tell_what_a_sync_did(served: Served) -> None:
    listed = served.client.get("/runs").json()
    assert listed["queue"] == []
    (run,) = listed["runs"]
    assert (run["outcome"], run["report"]["added"], len(run["report"]["failed"])) == ("failed files", 2, 1)
    by_number = served.client.get(f"/runs/{run['id']}").json()
    assert by_number == run
    for unknown in ("runs/987654", "jobs/20260102030405-987654"):
        assert served.client.get(f"/{unknown}").status_code == 404
    for of_the_other_kind in ("runs/20260102030405-1", f"jobs/{run['id']}"):
        assert served.client.get(f"/{of_the_other_kind}").status_code == 422


def test_a_job_is_told_of_after_the_server_was_started_anew(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "documents"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with serving(home) as running:
        done, failed = running.sync(folder), running.sync(tmp_path / "nowhere")
    with serving(home) as running:
        assert running.client.get(f"/jobs/{done['id']}").json() == {**done, "progress": None}
        assert running.client.get(f"/jobs/{failed['id']}").json() == failed
        assert running.client.delete("/collections/default").status_code == 204
        assert running.client.get(f"/jobs/{done['id']}").status_code == 404


def test_an_upload_that_was_promised_is_indexed_by_the_next_server_if_the_first_ends_before(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as running:
        blocked = threading.Event()
        running.service.syncs._queue.run(blocked.wait)
        taken = running.client.post("/collections/letters/documents", files={"file": ("light.txt", LIGHTHOUSE)})
        assert taken.status_code == 202
        running.service.syncs._queue._stop.set()  # Before the sync can begin.
        blocked.set()
    with serving(tmp_path / "home") as running:
        assert running.wait_for(taken.json()["job"])["state"] == "done"
        found = running.client.post("/search", json={"question": LAMP, "collection": "letters"}).json()["hits"]
        assert [hit["document"] for hit in found] == ["light.txt"]


def test_a_sync_of_a_folder_that_is_not_there_says_so(served: Served, tmp_path: Path) -> None:
    job = served.sync(tmp_path / "nowhere")
    assert job["state"] == "failed"
    assert "does not exist" in job["error"]["detail"]
    assert served.client.post("/sync", json={"folder": "relative"}).status_code == 400


# --- search, ask ---


def test_search_gives_hits_as_on_the_command_line(served: Served) -> None:
    result = served.client.post("/search", json={"question": LAMP, "limit": 1}).json()
    (hit,) = result["hits"]
    assert (hit["document"], hit["first_page"]) == ("light.txt", 0)
    assert {"embed", "dense", "lexical"} <= set(result["milliseconds"])
    filtered = served.client.post("/search", json={"question": LAMP, "filters": {"document": "bak*"}}).json()
    assert {hit["document"] for hit in filtered["hits"]} == {"bakery.txt"}
    wrong = served.client.post("/search", json={"question": LAMP, "filters": {"colour": "red"}})
    assert (wrong.status_code, "no field 'colour'" in wrong.json()["detail"]) == (400, True)


def test_an_answer_has_checked_citations(served: Served) -> None:
    answer = served.client.post("/ask", json={"question": LAMP, "explain": True}).json()
    assert "three times every twenty seconds" in answer["answer"]
    citation = answer["citations"][0]
    assert (citation["document"], citation["page"], citation["supported"]) == ("light.txt", 0, True)
    assert answer["llm"] == "extractive"
    fates = {row["document"]: row["fate"] for row in answer["explanation"]["hits"]}
    assert fates["light.txt"].startswith("source [")


def test_a_streamed_answer_tells_its_sources_first_and_the_whole_last(served: Served) -> None:
    response = served.client.post("/ask", json={"question": LAMP, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert (names[0], names[1], names[-1]) == ("sources", "token", "answer")
    assert set(names[1:-1]) == {"token", "verdict"}
    assert "light.txt" in {source["document"] for source in events[0][1]["sources"]}
    assert events[-1][1]["citations"][0]["quote"]


# --- health ---


def test_health_readiness_and_metrics_are_told(served: Served) -> None:
    assert served.client.get("/healthz").json() == {"status": "ok", "reason": "", "role": "owner"}
    wait_until(lambda: served.client.get("/readyz").status_code == 200)
    served.client.get("/nowhere-at-all")
    text = served.client.get("/metrics").text
    assert 'lectern_syncs_total{outcome="failed files"}' in text
    assert "lectern_ready 1.0" in text
    assert 'route="unknown"' in text
    assert "nowhere-at-all" not in text
    assert 'route="/collections/{name}/documents"' in text


def test_a_model_that_cannot_be_loaded_leaves_the_server_alive_and_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as running:
        wait_until(lambda: running.service.answers.readiness.ready)
        running.service.answers._readiness = type(running.service.answers.readiness)(False, "The embedder is damaged.")
        not_ready = running.client.get("/readyz")
        assert (not_ready.status_code, not_ready.json()["reason"]) == (503, "The embedder is damaged.")
        assert running.client.get("/healthz").status_code == 200


def test_the_openapi_document_has_examples_and_no_page_that_loads_scripts(served: Served) -> None:
    document = served.client.get("/openapi.json").json()
    assert {"/search", "/ask", "/collections/{name}/documents", "/v1/chat/completions"} <= set(document["paths"])
    assert document["components"]["schemas"]["AskRequest"]["properties"]["question"]["examples"]
    assert served.client.get("/docs").status_code == 404


# --- errors ---


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("PUT", "/search", None, 405),
        ("GET", "/collections/none/documents", None, 404),
        ("GET", "/collections/default/documents/999", None, 404),
        ("GET", "/collections/default/documents/x", None, 422),
        ("GET", f"/collections/default/documents/{2**70}", None, 422),
        ("POST", "/search", b"{", 400),
        ("POST", "/search", b'{"question": "\xff"}', 400),
        ("POST", "/search", b'{"question": "\\ud800"}', 422),
        ("POST", "/search", b"[]", 422),
        ("POST", "/search", b'{"question": "?"}', 422),
        ("POST", "/search", b'{"question": "lamp", "colour": 1}', 422),
        ("POST", "/search", b'{"question": "lamp", "collection": "none"}', 404),
        ("POST", "/search", b'{"question": "lamp", "collection": "a\\u0000b"}', 404),
        ("POST", "/ask", b'{"question": "lamp", "collection": "none", "stream": true}', 404),
        ("POST", "/ask", b'{"question": "?", "stream": true}', 422),
        ("POST", "/ask", b'{"question": "' + b"a" * 9_000 + b'"}', 422),
        ("POST", "/ask", b"[" * 100_000, 400),
        ("POST", "/sync", b'{"folder": "/tmp", "collection": "../x"}', 400),
        ("DELETE", "/collections/none", None, 404),
        ("DELETE", "/collections/default/documents/999", None, 404),
    ],
)
def test_what_is_wrong_is_a_problem_with_a_reason(
    served: Served, method: str, path: str, body: bytes | None, status: int
) -> None:
    response = served.client.request(method, path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "remedy"}
    assert problem["status"] == status
    assert problem["detail"]
    assert "Traceback" not in response.text


def test_a_method_that_a_path_does_not_take_is_answered_with_all_that_it_takes(served: Served) -> None:
    assert served.client.put("/collections/default/documents").headers["allow"] == "GET, POST"
    assert served.client.put("/folders/1").headers["allow"] == "GET, PATCH, DELETE"


def test_a_body_over_the_limit_is_refused_before_it_is_read(served: Served) -> None:
    response = served.client.post("/search", content=b" " * (9 << 20))
    assert (response.status_code, response.json()["status"]) == (413, 413)


def test_a_defect_shows_no_trace(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(served.service.answers.lectern.catalogue, "list_collections", fail)
    response = served.client.get("/collections")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["remedy"] == "See the server's log."


def test_a_request_cut_off_half_way_harms_nobody(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{")
    assert served.client.get("/healthz").status_code == 200


def test_every_answer_has_the_id_of_its_request(served: Served) -> None:
    for path, status in (("/healthz", 200), ("/collections", 200), ("/collections/nope/documents", 404)):
        answered = served.client.get(path, headers={"X-Request-Id": f"from{path.replace('/', '.')}"})
        assert (answered.status_code, answered.headers["X-Request-Id"]) == (status, f"from{path.replace('/', '.')}")
    with served.client.stream("POST", "/ask", json={"question": LAMP, "stream": True}) as streamed:
        assert len(streamed.headers["X-Request-Id"]) == 16
        streamed.read()
