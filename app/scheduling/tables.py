"""The table of registered folders in service.sqlite, and opening that file beside others' tables. Knows no queries."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)

from rag.adapters.sqlite import schema

LOCK_WAIT_SECONDS = 30
"""Every transaction on this file takes milliseconds; whoever waits longer waits for a process that hangs."""

WRITES = "lectern_writes"
"""Marks a transaction that will write, which takes the lock when it begins: nothing it has read can change."""

metadata = MetaData()

watched_folders = Table(
    "watched_folders",
    metadata,
    # Never used twice: jobs refer to it.
    Column("id", Integer, primary_key=True),
    Column("path_bytes", LargeBinary, nullable=False),
    Column("collection", String, nullable=False),
    Column("schedule", String, nullable=False),
    Column("watch", Integer, nullable=False),
    Column("paused", Integer, nullable=False, server_default="0"),
    Column("added_at", Float, nullable=False),
    # Times are seconds since 1970, 0 standing for never.
    Column("due_since", Float, nullable=False, server_default="0"),
    Column("due_reason", String, nullable=False, server_default=""),
    Column("last_attempt", Float, nullable=False, server_default="0"),
    Column("last_seconds", Float, nullable=False, server_default="0"),
    Column("last_outcome", String, nullable=False, server_default=""),
    Column("last_reason", String, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_retry", Float, nullable=False, server_default="0"),
    Column("watch_problem", String, nullable=False, server_default=""),
    UniqueConstraint("collection", "path_bytes"),
    sqlite_autoincrement=True,
)


def open_service_file(file: Path) -> Engine:
    """Open the file, making the table if it is not there yet. Raises StoreError."""
    with translated_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": LOCK_WAIT_SECONDS})
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            metadata.create_all(connection)
    return engine


def translated_errors(file: Path) -> AbstractContextManager[None]:
    """SQLite's and the file system's errors as StoreError."""
    return schema.translated_errors(
        file, lambda message, file: (f"{file} cannot be used: {message}.", _remedy(message))
    )


def _remedy(message: str) -> str:
    if "malformed" in message or "not a database" in message:
        return "Restore it from a backup, or move it away: a new one is made, without what was registered in it."
    if "locked" in message:
        return "Another process is writing to it: wait for it to finish and try again."
    return "Check its permissions and the room on its disk, or name another folder with --home."


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions are begun below, and not by Python, which would begin them at the first write only.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
