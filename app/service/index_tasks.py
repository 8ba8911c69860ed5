"""Runs what must not run beside a sync, but may between two of its files."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class IndexTask:
    """Something that changes the index."""

    run: Callable[[], Any]
    done: Future[Any]


class IndexTasks:
    """The tasks that wait for the one thread that changes the index; `lock` is that of its queue."""

    def __init__(self, lock: threading.Condition) -> None:
        self._lock = lock
        self._waiting: deque[IndexTask] = deque()

    @property
    def are_waiting(self) -> bool:
        """Tell whether a task waits."""
        return bool(self._waiting)

    def add(self, task: Callable[[], Result]) -> Future[Result]:
        """Have a task wait, with the context of its request, so that the request's id stands in what is logged."""
        done: Future[Result] = Future()
        with self._lock:
            self._waiting.append(IndexTask(partial(copy_context().run, task), done))
        return done

    def withdraw_waiting(self) -> list[IndexTask]:
        """Have none wait any longer, and return them: their callers are still to be told."""
        with self._lock:
            withdrawn = list(self._waiting)
            self._waiting.clear()
            return withdrawn

    def run_waiting(self) -> list[IndexTask]:
        """Run what waits in the caller's thread, and return what was done."""
        done: list[IndexTask] = []
        while True:
            with self._lock:
                if not self._waiting:
                    return done
                task = self._waiting.popleft()
            # The caller may have left: from here on, a cancelling comes too late to disturb this thread.
            if not task.done.set_running_or_notify_cancel():
                continue
            try:
                task.done.set_result(task.run())
                done.append(task)
            except Exception as error:
                task.done.set_exception(error)


def run_again(tasks: Sequence[IndexTask]) -> None:
    """Run what was done during a sync once more; what fails is logged, as its caller has its result."""
    for task in tasks:
        try:
            task.run()
        except Exception as error:
            log.info("What was done during a sync could not be done again after it: %s", error)
