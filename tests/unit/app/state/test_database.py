"""Opening the catalogue and `service.sqlite` while other threads or processes open the same file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Timer

import pytest

import app.state.database
from app.state.tokens import TokenStore
from rag.errors import StoreError
from rag.storage.catalogue.schema import SCHEMA_VERSION, open_catalogue

Open = Callable[[Path], None]
AT_ONCE = 8
NEWER_TABLES = ("erasures", "vector_journal")
FILES = 5
"""With one, the threads may happen to come after each other."""


def open_and_close_catalogue(file: Path) -> None:
    open_catalogue(file).dispose()


def open_and_close_tokens(file: Path) -> None:
    TokenStore(file).close()


def open_at_once(open_file: Open, file: Path) -> None:
    together = Barrier(AT_ONCE)

    def open_with_others(_number: int) -> None:
        together.wait()
        open_file(file)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(open_with_others, range(AT_ONCE)))


@pytest.mark.parametrize("number", range(FILES))
@pytest.mark.parametrize("open_file", [open_and_close_catalogue, open_and_close_tokens])
def test_many_may_open_a_new_file_at_once(tmp_path: Path, open_file: Open, number: int) -> None:
    file = tmp_path / f"{number}.sqlite"
    open_at_once(open_file, file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("number", range(FILES))
def test_many_may_open_a_catalogue_of_an_older_version_at_once(tmp_path: Path, number: int) -> None:
    file = tmp_path / f"{number}.sqlite"
    open_and_close_catalogue(file)
    with closing(sqlite3.connect(file)) as connection:
        for table in NEWER_TABLES:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 2")
    open_at_once(open_and_close_catalogue, file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        made = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert made.issuperset(NEWER_TABLES)


@pytest.mark.parametrize("open_file", [open_and_close_catalogue, open_and_close_tokens])
def test_a_new_file_that_another_process_writes_to_is_waited_for(tmp_path: Path, open_file: Open) -> None:
    file = tmp_path / "new.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = Timer(0.2, other.execute, ["COMMIT"])
        release.start()
        open_file(file)
        release.join()


def test_a_file_that_is_not_let_go_of_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.state.database, "LOCK_WAIT_SECONDS", 0.1)
    file = tmp_path / "new.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"new\.sqlite cannot be used: .*Another process is writing to it"):
            TokenStore(file)
