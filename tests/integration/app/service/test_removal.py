"""What is taken out is gone or stays in the same way, whether a server runs or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.client.base import Client
from app.client.connection import Connection
from app.client.http import HttpClient
from app.client.local import LocalClient
from app.service.build_models import build_models
from app.settings import read_settings
from tests.fakes import HashEmbedder
from tests.integration.serving import serving

LIGHTHOUSE = "The lamp flashes three times every twenty seconds."

Connect = Callable[..., AbstractContextManager[Client]]
"""The client of the index in a home, given the settings beside it."""


@contextmanager
def without_server(home: Path, **given: Any) -> Iterator[Client]:
    settings = read_settings(home=home, workers=1, **given)
    with LocalClient(
        settings, "test", wait_seconds=0, models=build_models(settings, embedder=HashEmbedder())
    ) as client:
        yield client


@contextmanager
def through_server(home: Path, **given: Any) -> Iterator[Client]:
    with serving(home, **given) as served, closing(Connection(served.url)) as connection:
        yield HttpClient(connection)


@pytest.fixture(params=[without_server, through_server])
def connect(request: pytest.FixtureRequest) -> Connect:
    chosen: Connect = request.param
    return chosen


def sync(client: Client, folder: Path) -> list[str]:
    """Sync, and list the documents with their states."""
    client.sync(folder, collection="default", allow_empty=True, on_progress=lambda progress: None)
    return states(client)


def states(client: Client) -> list[str]:
    return [f"{document.path} {document.state}" for document in client.list_documents("default")]


def remove(client: Client, path: str) -> None:
    ids = [document.id for document in client.list_documents("default") if document.path == path]
    client.remove_documents("default", ids)


@pytest.fixture
def uploads(home: Path) -> Path:
    path = home / "uploads" / "default"
    path.mkdir(parents=True)
    return path


def test_an_upload_is_deleted_and_forgotten_and_indexed_when_it_comes_again(
    connect: Connect, home: Path, uploads: Path
) -> None:
    (uploads / "light.txt").write_text(LIGHTHOUSE)
    (uploads / "empty.txt").write_text("")
    with connect(home) as client:
        assert sync(client, uploads) == ["empty.txt failed", "light.txt indexed"]
        remove(client, "light.txt")
        remove(client, "empty.txt")
        assert list(uploads.iterdir()) == []
        assert states(client) == []
        (uploads / "light.txt").write_text(LIGHTHOUSE)
        assert sync(client, uploads) == ["light.txt indexed"]


def test_a_file_of_a_synced_folder_stays_and_is_kept_out(connect: Connect, home: Path, folder: Path) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with connect(home) as client:
        sync(client, folder)
        remove(client, "light.txt")
        assert sync(client, folder) == ["light.txt removed"]
        assert (folder / "light.txt").read_text() == LIGHTHOUSE
