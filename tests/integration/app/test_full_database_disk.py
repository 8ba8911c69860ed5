"""The disk below PostgreSQL is full: what is said of it, what goes on, and what is done when there is room again."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Table, insert
from sqlalchemy.exc import OperationalError

from app.service import queued_jobs
from app.service.table_filling import TableFiller
from app.state.sync_jobs import jobs
from app.state.tables import tables
from rag.storage.catalogue.dialects.postgresql_database import open_engine
from tests.integration.failing_disk import small_disk
from tests.integration.serving import Served, serving, without_reader
from tests.postgresql import Server
from tests.replicas import wait_for

DISK = "64m"
PASSWORD = "not-to-be-told"
LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
QUESTION = {"question": "How often does the lamp of the lighthouse flash?"}
COLUMNS = [{"name": "Flashes", **QUESTION}]

pytestmark = pytest.mark.embedded_only("names the servers itself")


@dataclass(frozen=True)
class SmallDatabase:
    """A database whose tables lie on a disk of its own; the log of the server lies elsewhere."""

    address: URL
    disk: Path

    @property
    def setting(self) -> str:
        return self.address.render_as_string(hide_password=False)

    def fill(self) -> None:
        """Leave no room on the disk."""
        with (self.disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                try:
                    ballast.write(bytes(4096))
                except OSError:
                    return

    def fill_table(self, table: Table, row: Callable[[int], dict[str, Any]]) -> None:
        """Leave no room in a table either, whose pages have some on a full disk too."""
        engine = open_engine(self.address)
        for number in itertools.count():
            try:
                with engine.begin() as connection:
                    connection.execute(insert(table).values(row(number)))
            except OperationalError as error:
                if "No space left" not in str(error):
                    raise
                break
        engine.dispose()

    def make_room(self) -> None:
        (self.disk / "ballast").unlink()


@pytest.fixture
def database(postgresql: Server) -> Iterator[SmallDatabase]:
    name = f"small_{uuid.uuid4().hex[:8]}"
    disk = postgresql.folder / name
    with small_disk(disk, DISK):
        space = disk / "space"
        space.mkdir()
        if os.geteuid() == 0:
            shutil.chown(space, "nobody")
        postgresql.execute(f"CREATE TABLESPACE {name} LOCATION '{space}'")
        postgresql.execute(f"CREATE DATABASE {name} TABLESPACE {name}")
        try:
            yield SmallDatabase(postgresql.url(name).set(password=PASSWORD), disk)
        finally:
            (disk / "ballast").unlink(missing_ok=True)
            postgresql.execute(f"DROP DATABASE {name} WITH (FORCE)")
            postgresql.execute(f"DROP TABLESPACE {name}")


def ended_job(_: int) -> dict[str, Any]:
    return {"queued_at": "", "collection": "other", "folder_bytes": b"", "allow_empty": 0, "state": "done"}


def other_table(number: int) -> dict[str, Any]:
    texts = {
        "name": str(number),
        "columns": json.dumps(COLUMNS),
        "filters": "{}",
        "document_ids": "[]",
        "created_at": "",
    }
    return {"collection": "other", "use_llm": 0, "state": "new", **texts}


def held_queue(served: Served) -> Callable[[], None]:
    """Have the thread of the syncs wait until what is returned is called."""
    gate, is_held = threading.Event(), threading.Event()

    def wait() -> None:
        is_held.set()
        gate.wait()

    served.service.syncs._queue.run(wait)
    assert is_held.wait(10)
    return gate.set


def test_a_full_disk_of_the_database_is_named_questions_go_on_and_the_sync_is_done_when_there_is_room(
    database: SmallDatabase,
    home: Path,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        (folder / f"before-{number}.txt").write_text(LIGHTHOUSE)
    monkeypatch.setattr(queued_jobs, "FIRST_PAUSE_SECONDS", 3.0)
    with without_reader(), serving(home, catalogue_url=database.setting) as served:
        client = served.client
        assert served.sync(folder)["report"]["added"] == 5
        for number in range(20):
            (folder / f"after-{number}.txt").write_text(f"Gull {number}\n\n" + f"Gull {number} was ringed here. " * 40)
        release = held_queue(served)
        id_ = client.post("/sync", json={"folder": str(folder)}).json()["id"]
        database.fill()
        database.fill_table(jobs, ended_job)

        # While somebody writes, and while the server only answers.
        word = {"question": "?", "answer": "a" * 2000, "rating": "up"}
        refused = wait_for(lambda: found if (found := client.post("/feedback", json=word)).is_error else None)
        assert (refused.status_code, "its disk is full" in refused.json()["detail"]) == (507, True), refused.text
        assert "Make room on that server" in refused.json()["remedy"]
        assert "three times" in client.post("/search", json=QUESTION).text
        assert client.get("/readyz").status_code == 200

        # A sync that fails ends for who waits for it, also where not even that could be written down.
        release()
        failed = wait_for(lambda: found if (found := client.get(f"/jobs/{id_}").json())["finished_at"] else None, 20)
        assert (failed["state"], failed["error"]["status"]) == ("failed", 507), failed
        assert "its disk is full" in failed["error"]["detail"]
        assert [client.get(f"/jobs/{id_}").json()["state"] for _ in range(3)] == ["failed"] * 3
        assert caplog.text.count("could not be recorded as failed") == 1

        # It is done without being asked for again.
        database.make_room()
        wait_for(lambda: client.get(f"/jobs/{id_}").json()["state"] == "done", 20)
        documents = client.get("/collections/default/documents").json()["documents"]
        assert sorted(document["document"] for document in documents) == sorted(path.name for path in folder.iterdir())
        assert client.post("/verify", json={"repair": False}).json() == {"problems": []}
        assert client.post("/feedback", json=word).status_code == 201
        told = caplog.text + refused.text + str(failed)
    assert [word for word in (PASSWORD, "Traceback", "psycopg") if word in told] == []


def test_a_table_is_filled_when_there_is_room_also_where_its_failure_could_not_be_written_down(
    database: SmallDatabase, home: Path, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*given: Any, **options: Any) -> bool:
        monkeypatch.undo()
        database.fill()
        database.fill_table(tables, other_table)
        return bool(original(*given, **options))

    original = TableFiller.fill
    (folder / "light.txt").write_text(LIGHTHOUSE)
    asked = {"name": "lamps", "columns": COLUMNS, "use_llm": False}
    with without_reader(), serving(home, catalogue_url=database.setting) as served:
        served.sync(folder)
        place = (
            f"/collections/default/tables/{served.client.post('/collections/default/tables', json=asked).json()['id']}"
        )
        monkeypatch.setattr(TableFiller, "fill", fill)
        assert served.client.post(f"{place}/fill", json={}).status_code == 202
        wait_for(lambda: "could not be recorded: The database server" in caplog.text, 20)
        database.make_room()
        served.service.look()
        shown = wait_for(
            lambda: found if (found := served.client.get(place).json())["table"]["state"] == "done" else None, 20
        )
    assert [row["document"] for row in shown["rows"]] == ["light.txt"]
    assert "Traceback" not in caplog.text
