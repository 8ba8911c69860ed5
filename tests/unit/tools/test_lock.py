"""Who owns an index, asked and answered while others ask and own."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread, Timer

import pytest

import app.service.lock
from app.service.lock import LOCK_FILE, announce_address, describe_owner, is_owned, own_index, owner_address
from rag.errors import IndexLockedError

ADDRESS = "http://127.0.0.1:8707"


@contextmanager
def asked(home: Path) -> Iterator[None]:
    """Another process asks in this moment whether the index is owned."""
    home.mkdir(exist_ok=True)
    with (home / LOCK_FILE).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def test_an_index_is_owned_by_one_at_a_time_and_names_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert not is_owned(home)
    with own_index(home, "sync letters", wait_seconds=0):
        assert is_owned(home)
        assert describe_owner(home).startswith("`lectern sync letters` (process ")
        with pytest.raises(IndexLockedError, match="by `lectern sync letters`"), own_index(home, "x", wait_seconds=0):
            pass
    assert (is_owned(home), describe_owner(home)) == (False, "")


def test_whoever_asks_is_not_taken_for_an_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.service.lock, "ASKED_SECONDS", 30.0)
    with asked(tmp_path):
        assert not is_owned(tmp_path)
    with asked(tmp_path):
        began = Event()
        owned: list[bool] = []

        def own() -> None:
            began.set()
            with own_index(tmp_path, "serve", wait_seconds=0):
                owned.append(is_owned(tmp_path))

        starting = Thread(target=own)
        starting.start()
        began.wait()
    starting.join()
    assert owned == [True]


def test_the_address_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    over, seen = Event(), set()

    def read() -> None:
        while not over.is_set():
            seen.add((describe_owner(tmp_path) != "", owner_address(tmp_path)))

    with own_index(tmp_path, "serve", wait_seconds=0):
        reading = Thread(target=read)
        reading.start()
        for _ in range(300):
            announce_address(tmp_path, ADDRESS)
        over.set()
        reading.join()
    assert seen <= {(True, ""), (True, ADDRESS)}


def test_an_address_that_a_killed_process_left_is_none(tmp_path: Path) -> None:
    with own_index(tmp_path, "serve", wait_seconds=0):
        announce_address(tmp_path, ADDRESS)
        assert owner_address(tmp_path) == ADDRESS
        left = (tmp_path / "owner.json").read_text()
    (tmp_path / "owner.json").write_text(left)
    assert owner_address(tmp_path) == ""


def test_whoever_waits_gets_the_index_once_it_is_free(tmp_path: Path) -> None:
    free = Event()

    def own() -> None:
        with own_index(tmp_path, "sync", wait_seconds=0):
            held.set()
            free.wait()

    held = Event()
    owner = Thread(target=own)
    owner.start()
    held.wait()
    Timer(0.1, free.set).start()
    with own_index(tmp_path, "ask", wait_seconds=60):
        assert "`lectern ask`" in describe_owner(tmp_path)
    owner.join()
