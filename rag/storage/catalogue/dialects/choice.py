"""Chooses the dialect of an opened catalogue."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from rag.storage.catalogue.dialects.protocol import CatalogueDialect
from rag.storage.catalogue.dialects.sqlite import SqliteDialect


def dialect_of(engine: Engine, file: Path) -> CatalogueDialect:
    """Return what the database of an engine does in its own way; `file` is named in messages."""
    return SqliteDialect(file)
