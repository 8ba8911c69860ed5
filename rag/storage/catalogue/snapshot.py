"""Copies SQLite files that another process may be writing, and checks them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from rag.errors import StoreError
from rag.storage.catalogue.schema import SCHEMA_VERSION, add_functions

BUSY_SECONDS = 30.0
"""As long as the catalogue's own connections wait for each other."""

COUNTED = ("collections", "documents", "generations", "pages", "chunks")
"""The catalogue's tables whose rows a backup counts."""

FULL_TEXT_TABLE = "chunk_words"


def copy_database(source: Path, target: Path) -> None:
    """Write one consistent state of `source` into the new file `target`, compacted; writers are not held up.

    What was deleted is not in the copy: free pages are left behind, and the full-text index is built anew, which an
    `optimize` does not do thoroughly. Raises StoreError when the source cannot be read or the disk is full.
    """
    with _translated_errors(source):
        with closing(_open_to_read(source)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            # One file, without a write-ahead log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            add_functions(copy)
            if _has_table(copy, FULL_TEXT_TABLE):
                copy.execute(f"INSERT INTO {FULL_TEXT_TABLE}({FULL_TEXT_TABLE}) VALUES ('rebuild')")
            copy.execute("VACUUM")


def check_database(file: Path) -> list[str]:
    """List what SQLite finds wrong with a file, in its own words; nothing when it is sound. Raises StoreError."""
    try:
        with closing(_open_to_read(file)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    except sqlite3.OperationalError as error:
        raise StoreError(f"{file} cannot be read: {error}.", "Check its permissions and the disk.") from error
    except sqlite3.DatabaseError as error:
        return [str(error)]
    # A full-text table that is out of step is no damage of the file; it has a check and a repair of its own.
    damage = [line for line in found if line != "ok" and FULL_TEXT_TABLE not in line]
    return damage + [f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there" for row in broken]


def count_rows(catalogue: Path) -> Mapping[str, int]:
    """Return the number of rows of the catalogue's main tables. Raises StoreError."""
    with _translated_errors(catalogue), closing(_open_to_read(catalogue)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COUNTED}


def check_schema(catalogue: Path) -> None:
    """Raises StoreError when the catalogue was made by a newer Lectern."""
    with _translated_errors(catalogue), closing(_open_to_read(catalogue)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"The catalogue was made by a newer Lectern (schema {version}, this one knows {SCHEMA_VERSION}).",
            "Install that version.",
        )


def _open_to_read(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    add_functions(connection)
    return connection


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


@contextmanager
def _translated_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "full" in str(error):
            raise StoreError("The disk is full.", "Make room and try again.") from error
        raise StoreError(f"{file} cannot be read: {error}.", "`lectern verify` says more.") from error
