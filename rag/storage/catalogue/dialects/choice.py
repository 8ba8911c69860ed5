"""Opens a catalogue wherever it is, and chooses its dialect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL, Engine

from rag.errors import StoreError
from rag.storage.catalogue.dialects.ownership import Ownership, SoleOwnership
from rag.storage.catalogue.dialects.protocol import CatalogueDialect
from rag.storage.catalogue.dialects.sqlite import SqliteDialect
from rag.storage.catalogue.schema import open_catalogue as open_file

__all__ = [
    "Engine",
    "Ownership",
    "Place",
    "SoleOwnership",
    "bind_home",
    "dialect_of",
    "find_owner",
    "find_place",
    "identity_of",
    "open_catalogue",
    "open_state_engine",
    "opened_target",
    "own_catalogue",
]

# What PostgreSQL needs is imported where it is used: a file needs none of it.

Place = Path | URL
"""Where a catalogue is: its file, or its database."""


def find_place(file: Path, address: str) -> Place:
    """Return where a catalogue is: in a database where there is an address of one. Raises ConfigurationError."""
    if not address:
        return file
    from rag.storage.catalogue.dialects.postgresql_database import read_url

    return read_url(address)


def open_catalogue(place: Place, *, is_brief: bool = False) -> Engine:
    """Open the catalogue in a file or a database, making its tables if it is new; `is_brief`: for a look at it.

    Raises StoreError, LibraryError.
    """
    if isinstance(place, Path):
        return open_file(place)
    from rag.storage.catalogue.dialects.postgresql_database import open_postgresql

    return open_postgresql(place, is_brief=is_brief)


def open_state_engine(url: URL) -> Engine:
    """Return an engine for other tables in a catalogue's database. Raises LibraryError."""
    from rag.storage.catalogue.dialects.postgresql_database import open_engine, write_bools_as_numbers

    engine = open_engine(url)
    write_bools_as_numbers(engine)
    return engine


def dialect_of(place: Place) -> CatalogueDialect:
    """Return what the database at a place does in its own way."""
    if isinstance(place, Path):
        return SqliteDialect(place)
    from rag.storage.catalogue.dialects.postgresql import PostgresqlDialect

    return PostgresqlDialect(place)


def own_catalogue(
    engine: Engine, place: Place, command: str, *, wait_seconds: float, may_follow: bool = False
) -> AbstractContextManager[Ownership]:
    """Own a catalogue that several homes may reach, or follow its owner; a file belongs to its home, which is owned
    already.

    Raises IndexLockedError, StoreError.
    """
    if isinstance(place, Path):
        return nullcontext(SoleOwnership())
    from rag.storage.catalogue.dialects.postgresql_owner import own_database

    return own_database(engine, place, command, wait_seconds=wait_seconds, may_follow=may_follow)


def find_owner(engine: Engine, place: Place) -> str:
    """Name the process that owns a catalogue which several homes may reach; "" where none does, and for a file.

    Raises StoreError.
    """
    if isinstance(place, Path):
        return ""
    from rag.storage.catalogue.dialects import postgresql_owner

    return postgresql_owner.find_owner(engine, place)


def bind_home(engine: Engine, place: Place, home: str) -> None:
    """Have a catalogue used from the home alone that keeps its vectors. Raises StoreError in another one."""
    if not isinstance(place, Path):
        from rag.storage.catalogue.dialects import postgresql_database

        postgresql_database.bind_home(engine, place, home)


@contextmanager
def opened_target(place: Place) -> Iterator[tuple[Engine, Place]]:
    """Open a catalogue into which another one is copied: it may be opened by others when the block ends without an
    error. A file is made beside the place and moved there then. Raises StoreError where there is an index already.
    """
    if isinstance(place, Path):
        if place.exists():
            raise StoreError(f"There is an index in {place} already.", f"Move {place.name} to another place first.")
        growing = place.with_name(f"{place.name}.migrating")
        engine = open_file(growing)
        try:
            yield engine, growing
        finally:
            engine.dispose()
        growing.rename(place)
        return
    from rag.storage.catalogue.dialects import postgresql_database

    engine = postgresql_database.open_postgresql(place, is_target=True)
    try:
        with own_catalogue(engine, place, "migrate", wait_seconds=0):
            postgresql_database.begin_copy(engine, place)
            yield engine, place
            postgresql_database.finish_copy(engine, place)
    finally:
        engine.dispose()


def identity_of(engine: Engine, place: Place) -> str:
    """Return what names a catalogue that several homes may use; "" for a file, which one home has."""
    if isinstance(place, Path):
        return ""
    from rag.storage.catalogue.dialects import postgresql_database

    return postgresql_database.identity_of(engine, place)
