"""What is taken out is gone or stays in the same way, whether a server runs or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from app.client.base import Desk
from app.client.connection import Connection
from app.client.http import RemoteDesk
from app.client.local import LocalDesk
from app.service.build_models import build_models
from app.settings import read_settings
from tests.fakes import HashEmbedder
from tests.integration.serving import serving

LIGHTHOUSE = "The lamp flashes three times every twenty seconds."

OpenDesk = Callable[[Path], AbstractContextManager[Desk]]


@contextmanager
def without_server(home: Path) -> Iterator[Desk]:
    settings = read_settings(home=home, workers=1)
    with LocalDesk(settings, "test", wait_seconds=0, models=build_models(settings, embedder=HashEmbedder())) as desk:
        yield desk


@contextmanager
def through_server(home: Path) -> Iterator[Desk]:
    with serving(home) as served, closing(Connection(served.url)) as connection:
        yield RemoteDesk(connection)


@pytest.fixture(params=[without_server, through_server])
def open_desk(request: pytest.FixtureRequest) -> OpenDesk:
    chosen: OpenDesk = request.param
    return chosen


def sync(desk: Desk, folder: Path) -> list[str]:
    """Sync, and list the documents with their states."""
    desk.sync(folder, collection="default", allow_empty=True, on_progress=lambda progress: None)
    return states(desk)


def states(desk: Desk) -> list[str]:
    return [f"{document.path} {document.state}" for document in desk.list_documents("default")]


def remove(desk: Desk, path: str) -> None:
    ids = [document.id for document in desk.list_documents("default") if document.path == path]
    desk.remove_documents("default", ids)


@pytest.fixture
def uploads(home: Path) -> Path:
    path = home / "uploads" / "default"
    path.mkdir(parents=True)
    return path


def test_an_upload_is_deleted_and_forgotten_and_indexed_when_it_comes_again(
    open_desk: OpenDesk, home: Path, uploads: Path
) -> None:
    (uploads / "light.txt").write_text(LIGHTHOUSE)
    (uploads / "empty.txt").write_text("")
    with open_desk(home) as desk:
        assert sync(desk, uploads) == ["empty.txt failed", "light.txt indexed"]
        remove(desk, "light.txt")
        remove(desk, "empty.txt")
        assert list(uploads.iterdir()) == []
        assert states(desk) == []
        (uploads / "light.txt").write_text(LIGHTHOUSE)
        assert sync(desk, uploads) == ["light.txt indexed"]


def test_a_file_of_a_synced_folder_stays_and_is_kept_out(open_desk: OpenDesk, home: Path, folder: Path) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with open_desk(home) as desk:
        sync(desk, folder)
        remove(desk, "light.txt")
        assert sync(desk, folder) == ["light.txt removed"]
        assert (folder / "light.txt").read_text() == LIGHTHOUSE
