"""Conversations over HTTP: each caller has their own, and those of collections without a right are not told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.client.connection import Connection
from app.client.http import HttpClient
from app.state.tokens import Role
from tests.integration.serving import Served, serving, without_reader

ID = "a1" * 16
PLACE = f"/conversations/{ID}"
ANSWER = {"answer": "Three times.", "refused": False, "sources": [], "citations": [], "llm": "", "cost_usd": None,
          "tokens": {"prompt": 1, "completion": 1, "estimated": False}, "milliseconds": {}, "notices": [],
          "error": ""}  # fmt: skip


@pytest.fixture
def served(home: Path, folder: Path) -> Iterator[Served]:
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    with without_reader(), serving(home) as running:
        running.sync(folder)
        yield running


def test_a_conversation_is_begun_continued_renamed_found_and_deleted(served: Served) -> None:
    client = served.client
    begun = client.put(PLACE, json={"collection": "default", "filters": {"type": "txt"}, "mode": "steps"})
    assert begun.status_code == 200, begun.text
    turn = {"collection": "default", "question": "How often?", "state": "done", "answer": ANSWER}
    kept = client.put(f"{PLACE}/turns/0", json=turn)
    assert kept.status_code == 200, kept.text
    found = client.get(PLACE).json()
    assert found["conversation"]["settings"] == {
        "filters": {"type": "txt"},
        "mode": "steps",
        "llm": "",
        "use_llm": True,
    }
    assert found["conversation"]["version"] == kept.json()["version"]
    assert found["turns"][0]["record"]["answer"]["answer"] == "Three times."
    assert client.patch(PLACE, json={"title": "The lamp", "pinned": True}).json()["pinned"]
    listed = client.get("/conversations", params={"contains": "three lamp"}).json()
    assert [one["title"] for one in listed["conversations"]] == ["The lamp"]
    assert client.get("/conversations", params={"contains": "bakery"}).json()["total"] == 0
    assert client.delete(PLACE).status_code == 204
    assert client.get(PLACE).status_code == 404


def test_what_is_no_conversation_is_refused(served: Served) -> None:
    assert served.client.put("/conversations/mine", json={"collection": "default"}).status_code == 422
    assert served.client.put(PLACE, json={"collection": "nowhere"}).status_code == 404
    turn = {"collection": "default", "question": "How often?", "answer": {"answer": 7}}
    assert served.client.put(f"{PLACE}/turns/0", json=turn).status_code == 400
    assert served.client.put(f"{PLACE}/turns/0", json={**turn, "answer": None}).status_code == 404


def test_each_token_has_conversations_of_its_own(served: Served, folder: Path) -> None:
    served.sync(folder, "other")
    clients = {
        name: HttpClient(Connection(served.url, served.tokens.add(name, role=Role.READ, collections=collections)))
        for name, collections in (("ann", ["default"]), ("bob", ["default", "other"]))
    }
    ann, bob = clients["ann"].connection, clients["bob"].connection
    assert bob.call("PUT", PLACE, json={"collection": "other"}).is_success
    assert bob.call("GET", "/conversations").json()["total"] == 1
    assert ann.call("GET", "/conversations").json()["total"] == 0
    for client in clients.values():
        client.close()
