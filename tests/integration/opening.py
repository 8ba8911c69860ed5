"""Opens an index with an embedder of the test's choice."""

from __future__ import annotations

from contextlib import AbstractContextManager

from app.service.build_index import Lectern, open_lectern
from app.service.build_models import build_models
from app.settings import Settings
from rag.protocols import Embedder
from tests.fakes import HashEmbedder


def open_index_of(
    settings: Settings, *, embedder: Embedder | None = None, wait_seconds: float = 0
) -> AbstractContextManager[Lectern]:
    """Own the index as a command does; without an `embedder` one that loads nothing embeds."""
    models = build_models(settings, embedder=embedder or HashEmbedder())
    return open_lectern(settings, "test", wait_seconds=wait_seconds, models=models)
