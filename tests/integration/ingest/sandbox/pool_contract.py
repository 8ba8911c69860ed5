"""What every pool of sandboxed workers keeps to, on this machine and on others: subclasses name the pool."""

from __future__ import annotations

import ctypes
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from ingest.protocols import ReadingPool
from rag.errors import ParseError, TimedOutError
from rag.types import FileState

MEMORY = 512 * 1024**2


def crash() -> None:
    ctypes.string_at(0)


def hang() -> None:
    while True:
        pass


def swell() -> int:
    return len(bytearray(4 * MEMORY))


def fail() -> None:
    raise ValueError("the secret of page 7")


def refuse() -> None:
    raise ParseError("x.pdf is broken.", "Mend it.")


def connect() -> None:
    with socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))


def double(number: int) -> int:
    return 2 * number


def describe(root: Path, file: FileState, word: str) -> str:
    return f"{word} {(root / os.fsdecode(file.path_bytes)).read_text()}"


class PoolContract:
    """The tests, for a fixture `pool`."""

    @pytest.mark.parametrize(
        ("task", "reason"),
        [(crash, "crashed"), (hang, "longer than 2 seconds"), (swell, "memory"), (fail, "ValueError"),
         (connect, "PermissionError"), (refuse, "x.pdf is broken")],
    )  # fmt: skip
    def test_every_failure_is_a_parse_error_and_the_next_task_runs(
        self, pool: ReadingPool, task: Callable[[], object], reason: str
    ) -> None:
        failed = pool.submit_within(2, task)
        with pytest.raises(ParseError, match=reason) as caught:
            failed.result(timeout=60)
        assert caught.value.remedy
        assert "secret" not in str(caught.value)
        assert pool.submit_within(20, double, 21).result(timeout=60) == 42

    def test_a_callback_is_called_once_a_task_is_done(self, pool: ReadingPool) -> None:
        seen: SimpleQueue[int] = SimpleQueue()
        pool.submit_within(20, double, 4).add_done_callback(lambda done: seen.put(done.result()))
        assert seen.get(timeout=60) == 8
        assert seen.empty()

    def test_a_task_that_ran_out_of_time_succeeds_with_more_of_it(self, pool: ReadingPool) -> None:
        with pytest.raises(TimedOutError, match=r"longer than 0\.5 seconds"):
            pool.submit_within(0.5, time.sleep, 2.5).result(timeout=60)
        assert pool.submit_within(60, time.sleep, 0.6).result(timeout=60) is None

    def test_a_function_is_given_a_file_and_what_else_it_needs(self, pool: ReadingPool, tmp_path: Path) -> None:
        (tmp_path / "below").mkdir()
        (tmp_path / "below" / "file.txt").write_text("herring")
        status = (tmp_path / "below" / "file.txt").stat()
        file = FileState("below/file.txt", b"below/file.txt", status.st_size, status.st_mtime_ns)
        assert pool.submit_file(20, describe, tmp_path, file, "a").result(timeout=60) == "a herring"

    def test_a_cancelled_task_makes_room_for_the_next_ones(self, pool: ReadingPool) -> None:
        running = [pool.submit_within(60, hang) for _ in range(2)]
        time.sleep(0.3)
        assert all(future.cancel() for future in running)
        assert [pool.submit_within(20, double, number).result(timeout=30) for number in range(3)] == [0, 2, 4]
