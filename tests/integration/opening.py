"""Opens an index with an embedder of the test's choice."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from app.service.build_index import Lectern, open_lectern
from app.service.build_models import build_models
from app.service.build_places import service_place
from app.settings import Settings, read_settings
from rag.protocols import Embedder
from rag.storage.catalogue.dialects.choice import Place
from tests.fakes import HashEmbedder


def state_place(home: Path) -> Place:
    """Where the service of a home keeps what it remembers."""
    return service_place(read_settings(home=home))


def open_index_of(
    settings: Settings, *, embedder: Embedder | None = None, wait_seconds: float = 0
) -> AbstractContextManager[Lectern]:
    """Own the index as a command does; without an `embedder` one that loads nothing embeds."""
    models = build_models(settings, embedder=embedder or HashEmbedder())
    return open_lectern(settings, "test", wait_seconds=wait_seconds, models=models)
