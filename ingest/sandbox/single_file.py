"""Runs a function on a single file of unknown origin in a worker process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ingest.sandbox.workers import WorkerPool

P = ParamSpec("P")
T = TypeVar("T")


class Sandbox:
    """A worker process for single files of unknown origin, started when it is first needed."""

    def __init__(self, open_pool: Callable[[], WorkerPool]) -> None:
        self._open_pool = open_pool
        self._pool: WorkerPool | None = None
        self._lock = threading.Lock()

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a module-level function returns there. Raises ParseError."""
        with self._lock:
            if self._pool is None:
                self._pool = self._open_pool()
            pool = self._pool
        return pool.submit(function, *args, **kwargs).result()

    def close(self) -> None:
        """Stop the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.stop()
                self._pool = None
