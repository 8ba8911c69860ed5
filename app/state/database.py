"""Opens `service.sqlite`, or a database in its place, in which tokens, folders and feedback keep a table each."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, text
from sqlalchemy.dialects import sqlite

from rag.storage.catalogue import schema
from rag.storage.catalogue.dialects.choice import Place, dialect_of, open_state_engine

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

SERVICE_FILE = "service.sqlite"
"""In the home folder."""

LOCK_WAIT_SECONDS = 10.0
"""Every transaction on this file takes milliseconds; whoever waits longer waits for a process that hangs."""

# As with a file, where one transaction writes at a time: nothing it has read can change.
ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtext('lectern state'), hashtext(current_schema()))")

WRITES = "lectern_writes"
"""Marks a transaction that will write, which takes the lock when it begins: nothing it has read can change."""


_shared: dict[URL, tuple[Engine, int]] = {}
"""Engines by address, with how many use each: a server has a hundred connections for all processes."""
_sharing = threading.Lock()


class ServiceDatabase:
    """The tables of one part, in a file or on PostgreSQL, for several threads and processes at once."""

    def __init__(
        self, place: Place, tables: MetaData, *, upgrade: Callable[[Connection], None] = lambda connection: None
    ) -> None:
        """Make the tables that are not there yet; `upgrade` changes those of older versions. Raises StoreError."""
        self.place = place
        self._is_closed = False
        with self._translated_errors():
            self._engine = _open_file(place) if isinstance(place, Path) else _share_engine(place)
            try:
                with self.writing() as connection:
                    tables.create_all(connection)
                    upgrade(connection)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Let go of the file, or of the connections."""
        if isinstance(self.place, Path) or (not self._is_closed and _is_last(self.place)):
            self._engine.dispose()
        self._is_closed = True

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give one transaction that changes something, whole or not at all. Raises StoreError."""
        engine = self._engine.execution_options(**{WRITES: True})
        with self._translated_errors(), engine.begin() as connection:
            if not isinstance(self.place, Path):
                connection.execute(ONE_WRITER)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one consistent state, with what other processes have changed until now. Raises StoreError."""
        with self._translated_errors(), self._engine.connect() as connection:
            yield connection

    def empty_log(self) -> None:
        """Have nothing that was deleted stay in the write-ahead log of a file. Raises StoreError."""
        if isinstance(self.place, Path):
            with self._translated_errors(), closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _translated_errors(self) -> AbstractContextManager[None]:
        if isinstance(self.place, Path):
            return translated_errors(self.place)
        return dialect_of(self.place).translated_errors()


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that may say what to do where the row is there already, as both databases take it."""
    if connection.dialect.name == "postgresql":
        # Imported here: a file needs none of it.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    return sqlite.insert(table)


def _share_engine(url: URL) -> Engine:
    """Return the engine of this process for a server, which has a connection for each that is in use."""
    with _sharing:
        engine, users = _shared.get(url) or (open_state_engine(url), 0)
        _shared[url] = engine, users + 1
        return engine


def _is_last(url: URL) -> bool:
    """Take back one use of a shared engine; tells whether it was the last."""
    with _sharing:
        engine, users = _shared.pop(url)
        if users > 1:
            _shared[url] = engine, users - 1
        return users == 1


def _open_file(file: Path) -> Engine:
    file.parent.mkdir(parents=True, exist_ok=True)
    url = URL.create("sqlite", database=str(file))
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def translated_errors(file: Path) -> AbstractContextManager[None]:
    """Raise errors of SQLite and the file system as StoreError."""
    return schema.translated_errors(
        file, lambda message, file: (f"{file} cannot be used: {message}.", _remedy(message))
    )


def _remedy(message: str) -> str:
    if "malformed" in message or "not a database" in message:
        return (
            "Restore it from a backup, or move it away: a new one is made, without the tokens, registered folders and "
            "feedback that were in it."
        )
    if "locked" in message:
        return "Another process is writing to it: wait for it to finish and try again."
    return "Check its permissions and the room on its disk, or name another folder with --home."


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions are begun below, and not by Python, which would begin them at the first write only.
    connection.isolation_level = None
    schema.keep_safely(connection)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
