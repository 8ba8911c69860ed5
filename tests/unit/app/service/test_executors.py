"""Lines that do not grow."""

from __future__ import annotations

import threading

import pytest

from app.service.executors import BoundedExecutor
from rag.errors import OverloadedError


def test_more_than_threads_and_line_hold_is_refused_and_a_free_place_is_taken_again() -> None:
    executor = BoundedExecutor("things", threads=1, waiting=1)
    go_on = threading.Event()
    running, waiting = executor.submit(go_on.wait), executor.submit(lambda: "second")
    with pytest.raises(OverloadedError, match="Too many things"):
        executor.submit(lambda: "third")
    go_on.set()
    running.result()
    assert waiting.result() == "second"
    executor.submit(lambda: "again").result()
    executor.close()


def test_a_closed_lane_takes_nothing_on_and_drops_what_waits() -> None:
    executor = BoundedExecutor("things", threads=1, waiting=2)
    go_on = threading.Event()
    executor.submit(go_on.wait)
    waiting = executor.submit(lambda: "never")
    executor.close()
    assert waiting.cancelled()
    with pytest.raises(OverloadedError, match="shutting down"):
        executor.submit(lambda: "late")
    go_on.set()


def test_whoever_gives_up_waiting_frees_their_place() -> None:
    executor = BoundedExecutor("things", threads=1, waiting=1)
    go_on = threading.Event()
    running = executor.submit(go_on.wait)
    assert executor.submit(lambda: "never").cancel()
    waiting = executor.submit(lambda: "second")
    go_on.set()
    assert (running.result(), waiting.result()) == (True, "second")
    executor.close()


def test_what_fails_frees_its_place() -> None:
    executor = BoundedExecutor("things", threads=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            executor.submit(lambda: 1 // 0).result()
    executor.close()
