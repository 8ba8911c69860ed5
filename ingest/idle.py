"""Lets work in the background wait while somebody is being answered."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

LONGEST_PAUSE_SECONDS = 1.0
"""Work in the background goes on for a moment after such a pause: questions without end must not stop it for ever."""

CHECK_SECONDS = 0.05

MAX_ASKED_ABOUT = 200
"""Documents that are remembered as asked about: those of some ten questions."""


class Foreground:
    """Counts what people wait for, and knows what they asked about. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._count = 0
        self._condition = threading.Condition()
        self._asked_about: deque[int] = deque(maxlen=MAX_ASKED_ABOUT)

    def note_asked_about(self, document_ids: Sequence[int]) -> None:
        """Remember documents that somebody asked about."""
        self._asked_about.extend(document_ids)

    def asked_about(self) -> Collection[int]:
        """Return the documents that somebody asked about lately."""
        return set(self._asked_about)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count what is done inside as something that people wait for."""
        with self._condition:
            self._count += 1
        try:
            yield
        finally:
            with self._condition:
                self._count -= 1
                self._condition.notify_all()

    def wait_until_idle(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """Return when nobody waits, once `is_stopped`, or after LONGEST_PAUSE_SECONDS."""
        until = time.monotonic() + LONGEST_PAUSE_SECONDS
        with self._condition:
            while self._count and not is_stopped() and (left := until - time.monotonic()) > 0:
                self._condition.wait(min(left, CHECK_SECONDS))


class SpareCores:
    """Counts the cores that reading leaves idle, for what may run beside it. Its methods may be called from any thread.

    At first none is.
    """

    def __init__(self) -> None:
        self._count = 0
        self._are_all = False
        self._condition = threading.Condition()

    @property
    def count(self) -> int:
        """Return how many are idle while somebody reads."""
        return self._count

    @property
    def are_all(self) -> bool:
        """Tell whether nobody reads any more."""
        return self._are_all

    def leave(self, count: int) -> None:
        """Say how many cores reading leaves idle from now on."""
        with self._condition:
            self._count = count
            self._condition.notify_all()

    def leave_all(self) -> None:
        """Say that reading is over."""
        with self._condition:
            self._are_all = True
            self._condition.notify_all()

    def wait(self, is_stopped: Callable[[], bool]) -> None:
        """Return when a core is idle, or once `is_stopped`."""
        with self._condition:
            while not (self._count or self._are_all or is_stopped()):
                self._condition.wait(CHECK_SECONDS)

    def wait_a_moment(self) -> None:
        """Return after CHECK_SECONDS, or when something changes."""
        with self._condition:
            if not self._are_all:
                self._condition.wait(CHECK_SECONDS)
