"""Several servers on one PostgreSQL and one Chroma server: they answer side by side, one of them does what is owed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.settings import read_settings
from app.state.owner_settings import OwnerSettingsStore
from app.state.tokens import Role, TokenStore
from rag.errors import ConfigurationError
from rag.storage.catalogue.dialects.postgresql_database import open_postgresql
from rag.storage.catalogue.dialects.postgresql_owner import own_database
from tests.chroma import Server as ChromaServer
from tests.drawn_pdf import words, write_pdf
from tests.llm_servers import openai_server
from tests.postgresql import Server
from tests.replicas import PATIENCE_SECONDS, Replica, wait_for

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
LAMP = "How often does the lamp of the lighthouse flash?"
ANSWER = " ".join(["The lamp flashes three times [1]."] * 12)
TAKEN_OVER_WITHIN_SECONDS = 30


@dataclass
class Pair:
    """Two servers on one index; the first is its owner."""

    owner: Replica
    replica: Replica
    address: URL
    folder: Path


@pytest.fixture(scope="module")
def pair(postgresql: Server, chroma: ChromaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    base = tmp_path_factory.mktemp("replicas")
    folder = base / "documents"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    address = postgresql.new_schema()
    with openai_server(answer=ANSWER, pause=0.1) as llm:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")},
            "LECTERN_MODEL_CACHE": os.environ["LECTERN_MODEL_CACHE"],
            "LECTERN_CATALOGUE_URL": address.render_as_string(hide_password=False),
            "LECTERN_CHROMA_URL": chroma.url,
            "LECTERN_UPLOADS_URL": f"file://{base / 'uploads'}",
            "LECTERN_LLM": "openai:small",
            "LECTERN_LLM_BASE_URL": llm.url,
            "OPENAI_API_KEY": "none",
            "LECTERN_RERANKER": "off",
            "LECTERN_REFUSAL_THRESHOLD": "0",
            "LECTERN_WORKERS": "1",
            "LECTERN_RATE_PER_MINUTE": "1200",
            "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        }
        owner, replica = (Replica(base / name, environment) for name in ("first", "second"))
        try:
            for server in (owner, replica):
                server.start()
            synced = owner.client.post("/sync", json={"folder": str(folder)})
            assert owner.follow(synced.json()["id"])["state"] == "done"
            yield Pair(owner, replica, address, folder)
        finally:
            for server in (owner, replica):
                server.kill()


def test_two_servers_answer_and_tell_which_of_them_owns_the_index(pair: Pair) -> None:
    assert pair.owner.role == "owner"
    assert pair.replica.role.startswith("replica of ")
    assert "lectern_owner 0.0" in pair.replica.client.get("/metrics").text
    found = [
        server.client.post("/search", json={"question": LAMP}).json()["hits"] for server in (pair.owner, pair.replica)
    ]
    assert found[0][0]["document"] == "light.txt"
    assert found[0] == found[1]


def test_what_a_replica_is_asked_to_change_is_done_by_the_owner(pair: Pair) -> None:
    other = pair.folder.with_name("letters")
    other.mkdir()
    (other / "bakery.txt").write_text("The bakery opens at six.")
    client = pair.replica.client
    made = client.post("/collections", json={"name": "letters", "description": "Post"})
    assert (made.status_code, made.json()["description"]) == (201, "Post"), made.text
    taken = client.post("/collections", json={"name": "letters"})
    assert (taken.status_code, taken.json()["detail"]) == (400, "There is a collection 'letters' already.")
    asked = client.post("/sync", json={"folder": str(other), "collection": "letters"})
    assert asked.status_code == 202, asked.text
    assert pair.replica.follow(asked.json()["id"])["report"]["added"] == 1
    # What is kept in memory of the collection is read again.
    document = pair.replica.documents("letters")["bakery.txt"]["id"]
    assert client.delete(f"/collections/letters/documents/{document}").status_code == 204
    assert pair.replica.documents("letters")["bakery.txt"]["state"] == "removed"
    assert client.post("/verify", json={"repair": False}).json() == {"problems": []}
    assert client.delete("/collections/letters").status_code == 204
    assert [one["name"] for one in client.get("/collections").json()["collections"]] == ["default"]
    refused = client.put("/passwords", json={"pattern": "a.pdf", "password": "secret"})
    assert (refused.status_code, "`lectern serve` (process" in refused.json()["detail"]) == (409, True)


def test_a_file_that_one_server_took_in_is_indexed_by_the_owner_and_shown_by_both(pair: Pair, tmp_path: Path) -> None:
    file = write_pdf(tmp_path / "pier.pdf", [words("The pier is 120 metres long.")])
    with file.open("rb") as content:
        sent = pair.replica.client.post("/collections/default/documents", files={"file": ("pier.pdf", content)})
    assert sent.status_code == 202, sent.text
    assert pair.replica.follow(sent.json()["job"])["state"] == "done"
    id_ = pair.replica.documents()["pier.pdf"]["id"]
    pictures = [
        server.client.get(f"/collections/default/documents/{id_}/pages/0/image")
        for server in (pair.owner, pair.replica)
    ]
    assert [(picture.status_code, picture.content[:4]) for picture in pictures] == [(200, b"\x89PNG")] * 2
    assert pair.owner.client.delete(f"/collections/default/documents/{id_}").status_code == 204
    assert pair.replica.client.get(f"/collections/default/documents/{id_}/file").status_code == 404


def test_a_server_whose_settings_do_not_fit_the_owner_is_refused(pair: Pair, home: Path) -> None:
    with closing(OwnerSettingsStore(pair.address)) as kept:
        kept.check(read_settings(home=home), "`lectern serve`")
        with pytest.raises(ConfigurationError, match="The setting `embedder` is 'other' here and 'auto' at the owner"):
            kept.check(read_settings(home=home, embedder="other"), "`lectern serve`")


def test_tokens_and_limits_count_at_all_servers(pair: Pair) -> None:
    with closing(TokenStore(pair.address)) as tokens:
        secret = tokens.add("laptop", role=Role.READ)
        signed = {"headers": {"Authorization": f"Bearer {secret}"}}
        servers = (pair.owner.client, pair.replica.client)
        assert [client.get("/collections", **signed).status_code for client in servers] == [200, 200]
        tokens.revoke("laptop")
        assert [client.get("/collections", **signed).status_code for client in servers] == [401, 401]
        guesses = [
            client.get("/collections", headers={"X-API-Key": f"lt_{number}"}).status_code
            for number in range(5)
            for client in servers
        ]
        assert guesses == [401] * 8 + [429] * 2
        tokens.revoke("laptop", forget=True)


def test_an_answer_survives_the_end_of_the_owner_and_the_replica_takes_over(pair: Pair) -> None:
    owner, replica = pair.owner, pair.replica
    folder = {"path": str(pair.folder), "collection": "default", "every": "1h"}
    registered = owner.client.post("/folders", json=folder).json()["id"]
    wait_for(lambda: owner.client.get(f"/folders/{registered}").json()["last_outcome"] == "done")
    runs = len(replica.client.get("/runs").json()["runs"])
    with replica.client.stream("POST", "/ask", json={"question": LAMP, "stream": True}) as response:
        lines = response.iter_lines()
        while "event: token" not in next(lines):
            pass
        owner.kill()
        killed = time.monotonic()
        (pair.folder / "tide.txt").write_text("High water is at noon.")
        promised = replica.client.post(f"/folders/{registered}/run")
        assert promised.status_code == 202
        told = list(lines)
    answered = json.loads(next(line for line in reversed(told) if line.startswith("data: ")).removeprefix("data: "))
    assert answered["answer"].count("three times") == 12
    # Asked while nobody owns the index, it is done by the successor.
    assert replica.client.post("/collections", json={"name": "later"}).status_code == 201
    assert replica.role == "owner"
    assert time.monotonic() - killed < TAKEN_OVER_WITHIN_SECONDS
    wait_for(lambda: "tide.txt" in replica.documents())
    wait_for(lambda: replica.client.get(f"/folders/{registered}").json()["state"] == "waiting")
    assert len(replica.client.get("/runs").json()["runs"]) == runs + 1
    # Who was the owner comes back as a replica.
    owner.start()
    assert owner.role.startswith("replica of ")
    assert "tide.txt" in owner.documents()


def test_an_owner_that_is_succeeded_while_it_lives_goes_on_as_a_replica(pair: Pair, postgresql: Server) -> None:
    servers = (pair.owner, pair.replica)
    owner = wait_for(lambda: next((server for server in servers if server.role == "owner"), None))
    engine = open_postgresql(pair.address)
    postgresql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND CAST(classid AS bigint) = (CAST(hashtext('lectern') AS bigint) & 4294967295)"
    )
    with own_database(engine, pair.address, "sync letters", wait_seconds=PATIENCE_SECONDS):
        wait_for(lambda: owner.role.startswith("replica of "))
        assert owner.client.post("/search", json={"question": LAMP}).json()["hits"]
    engine.dispose()
    wait_for(lambda: "owner" in (servers[0].role, servers[1].role))
