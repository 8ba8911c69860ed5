"""Runs functions in a fixed number of threads, with a queue before them that does not grow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from rag.errors import OverloadedError

P = ParamSpec("P")
T = TypeVar("T")


class BoundedExecutor:
    """Runs functions in its threads; they live long, since each keeps what a model needs to run in it."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._name = name
        self._places = threading.BoundedSemaphore(threads + waiting)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function as soon as a thread is free. Raises OverloadedError when too many wait already."""
        if not self._places.acquire(blocking=False):
            raise OverloadedError(f"Too many {self._name} are asked for at once.", "Try again in a few seconds.")

        def run() -> T:
            try:
                return function(*args, **kwargs)
            finally:
                # Before the result is there: the caller may ask again at once.
                self._places.release()

        try:
            # With the context of the request, so that its id stands in what is logged.
            future = self._executor.submit(copy_context().run, run)
        except RuntimeError:
            self._places.release()
            raise OverloadedError("Lectern is shutting down.", "Try again later.") from None
        future.add_done_callback(self._let_go_of)
        return future

    def _let_go_of(self, future: Future[T]) -> None:
        if future.cancelled():  # It never ran.
            self._places.release()

    def close(self) -> None:
        """Accept no further work and drop what waits; running work is not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)
