"""The registered folders over HTTP, with the real store and scheduler."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from app.api.routes.folders import router
from app.schedule.scheduler import FolderScheduler
from app.state.folders import FolderStore
from app.state.tokens import Identity, Role
from ingest.report import SyncReport
from rag.errors import ForbiddenError, LecternError, NotFoundError

ADMIN = Identity("admin", Role.ADMIN)


@pytest.fixture
def synced() -> list[tuple[Path, str]]:
    return []


@pytest.fixture
def client(folder_store: FolderStore, home: Path, synced: list[tuple[Path, str]]) -> Iterator[TestClient]:
    """Speaks as the identity in `client.app.state.identity`."""

    def sync(folder: Path, collection: str) -> SyncReport:
        synced.append((folder, collection))
        return SyncReport(str(folder), collection)

    app = FastAPI()
    app.state.identity = ADMIN

    @app.middleware("http")
    async def identify(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.identity = request.app.state.identity
        return await go_on(request)

    @app.exception_handler(LecternError)
    async def explain(request: Request, error: LecternError) -> JSONResponse:
        status = 404 if isinstance(error, NotFoundError) else 403 if isinstance(error, ForbiddenError) else 400
        return JSONResponse({"detail": error.reason, "remedy": error.remedy}, status)

    with FolderScheduler(folder_store, sync, home=home, look_seconds=0.02) as scheduler:
        app.state.service = SimpleNamespace(folders=folder_store, schedule=scheduler)
        app.include_router(router)
        with TestClient(app) as opened:
            yield opened


def test_a_folder_is_registered_changed_run_and_removed(
    client: TestClient, folder: Path, synced: list[tuple[Path, str]]
) -> None:
    added = client.post("/folders", json={"path": str(folder), "schedule": "30 2 * * *"})
    assert added.status_code == 201
    assert (added.json()["path"], added.json()["state"]) == (str(folder), "waiting")
    where = f"/folders/{added.json()['id']}"
    assert client.get("/folders").json() == {"folders": [client.get(where).json()]}
    changed = client.patch(where, json={"every": "2h", "paused": True}).json()
    assert (changed["schedule"], changed["paused"], changed["state"]) == ("every 2h", True, "paused")
    assert client.post(f"{where}/run").status_code == 202
    deadline = time.monotonic() + 30
    while client.get(where).json()["last_outcome"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert synced == [(folder, "default")]
    assert client.patch(where, json={"schedule": "", "paused": False}).json()["schedule"] == ""
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"schedule": "nonsense"}, "is not a valid cron expression"),
        ({"every": "soon"}, "is not a valid interval"),
        ({"path": "relative"}, "not an absolute path"),
        ({"path": "/nowhere/at/all"}, "does not exist"),
        ({"path": "/\0"}, "not an absolute path"),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, folder: Path, wrong: dict[str, str], words: str) -> None:
    refused = client.post("/folders", json={"path": str(folder), **wrong})
    assert (refused.status_code, words in refused.json()["detail"]) == (400, True)
    assert client.get("/folders").json() == {"folders": []}


def test_a_misspelt_field_is_refused(client: TestClient, folder: Path) -> None:
    assert client.post("/folders", json={"path": str(folder), "wach": True}).status_code == 422


def test_only_those_who_may_see_a_collection_see_its_folders(client: TestClient, folder: Path) -> None:
    added = client.post("/folders", json={"path": str(folder), "collection": "secret"}).json()
    where = f"/folders/{added['id']}"
    client.app.state.identity = Identity("guest", Role.WRITE, frozenset({"default"}))  # type: ignore[attr-defined]
    assert client.get("/folders").json() == {"folders": []}
    hidden, missing = client.get(where), client.get("/folders/999")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["detail"].replace(str(added["id"]), "999") == missing.json()["detail"]
    assert hidden.json()["remedy"] == missing.json()["remedy"]
    assert client.post(f"{where}/run").status_code == 404
    for refused in (client.delete(where), client.patch(where, json={"paused": True})):
        assert refused.status_code in (403, 404)


def test_a_reader_asks_for_no_run_and_a_writer_registers_nothing(client: TestClient, folder: Path) -> None:
    where = f"/folders/{client.post('/folders', json={'path': str(folder)}).json()['id']}"
    client.app.state.identity = Identity("reader", Role.READ)  # type: ignore[attr-defined]
    assert client.get(where).status_code == 200
    assert client.post(f"{where}/run").status_code == 403
    client.app.state.identity = Identity("writer", Role.WRITE)  # type: ignore[attr-defined]
    assert client.post(f"{where}/run").status_code == 202
    assert client.post("/folders", json={"path": str(folder), "collection": "other"}).status_code == 403
    assert client.delete(where).status_code == 403
