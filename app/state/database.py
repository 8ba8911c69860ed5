"""Opens `service.sqlite`, in which tokens, registered folders and feedback keep a table each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, MetaData, create_engine, event

from rag.storage.catalogue import schema

SERVICE_FILE = "service.sqlite"
"""In the home folder."""

LOCK_WAIT_SECONDS = 10.0
"""Every transaction on this file takes milliseconds; whoever waits longer waits for a process that hangs."""

WRITES = "lectern_writes"
"""Marks a transaction that will write, which takes the lock when it begins: nothing it has read can change."""


class ServiceFile:
    """The file with the tables of one part, for several threads and processes at once."""

    def __init__(
        self, file: Path, tables: MetaData, *, upgrade: Callable[[Connection], None] = lambda connection: None
    ) -> None:
        """Make the tables that are not there yet; `upgrade` changes those of older versions. Raises StoreError."""
        self.file = file
        with translated_errors(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            url = URL.create("sqlite", database=str(file))
            self._engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS})
            event.listen(self._engine, "connect", _configure)
            event.listen(self._engine, "begin", _begin)
            with self.writing() as connection:
                tables.create_all(connection)
                upgrade(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give one transaction that changes something, whole or not at all. Raises StoreError."""
        engine = self._engine.execution_options(**{WRITES: True})
        with translated_errors(self.file), engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one consistent state, with what other processes have changed until now. Raises StoreError."""
        with translated_errors(self.file), self._engine.connect() as connection:
            yield connection

    def empty_log(self) -> None:
        """Have nothing that was deleted stay in the write-ahead log. Raises StoreError."""
        with translated_errors(self.file), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


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
