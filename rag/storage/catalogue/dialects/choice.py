"""Opens a catalogue wherever it is, and chooses its dialect."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, Engine

from rag.storage.catalogue.dialects.protocol import CatalogueDialect
from rag.storage.catalogue.dialects.sqlite import SqliteDialect
from rag.storage.catalogue.schema import open_catalogue as open_file

# What PostgreSQL needs is imported where it is used: a file needs none of it.


def open_catalogue(place: Path | URL, *, is_brief: bool = False) -> Engine:
    """Open the catalogue in a file or a database, making its tables if it is new; `is_brief`: for a look at it.

    Raises StoreError, LibraryError.
    """
    if isinstance(place, Path):
        return open_file(place)
    from rag.storage.catalogue.dialects.postgresql_database import open_postgresql

    return open_postgresql(place, is_brief=is_brief)


def dialect_of(place: Path | URL) -> CatalogueDialect:
    """Return what the database at a place does in its own way."""
    if isinstance(place, Path):
        return SqliteDialect(place)
    from rag.storage.catalogue.dialects.postgresql import PostgresqlDialect

    return PostgresqlDialect(place)
