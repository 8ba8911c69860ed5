"""Lines that do not grow."""

from __future__ import annotations

import threading

import pytest

from app.service.executors import BoundedExecutor
from rag.errors import OverloadedError


def test_more_than_threads_and_line_hold_is_refused_and_a_free_place_is_taken_again() -> None:
    lane = BoundedExecutor("things", threads=1, waiting=1)
    go_on = threading.Event()
    running, waiting = lane.submit(go_on.wait), lane.submit(lambda: "second")
    with pytest.raises(OverloadedError, match="Too many things"):
        lane.submit(lambda: "third")
    go_on.set()
    running.result()
    assert waiting.result() == "second"
    lane.submit(lambda: "again").result()
    lane.close()


def test_a_closed_lane_takes_nothing_on_and_drops_what_waits() -> None:
    lane = BoundedExecutor("things", threads=1, waiting=2)
    go_on = threading.Event()
    lane.submit(go_on.wait)
    waiting = lane.submit(lambda: "never")
    lane.close()
    assert waiting.cancelled()
    with pytest.raises(OverloadedError, match="shutting down"):
        lane.submit(lambda: "late")
    go_on.set()


def test_whoever_gives_up_waiting_frees_their_place() -> None:
    lane = BoundedExecutor("things", threads=1, waiting=1)
    go_on = threading.Event()
    running = lane.submit(go_on.wait)
    assert lane.submit(lambda: "never").cancel()
    waiting = lane.submit(lambda: "second")
    go_on.set()
    assert (running.result(), waiting.result()) == (True, "second")
    lane.close()


def test_what_fails_frees_its_place() -> None:
    lane = BoundedExecutor("things", threads=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            lane.submit(lambda: 1 // 0).result()
    lane.close()
