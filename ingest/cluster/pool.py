"""Reads files in the sandboxes of a Ray cluster: the workers of a sync, on other machines."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from ingest.cluster.connection import RayCluster
from ingest.cluster.edition import edition_here
from ingest.cluster.messages import Document, ReadTask, pack_call
from rag.types import FileState

P = ParamSpec("P")
T = TypeVar("T")


class RayPool:
    """Workers on the nodes of a cluster. A task that fails, hangs or dies takes nothing else with it."""

    def __init__(self, cluster: RayCluster, *, memory_bytes: int) -> None:
        """Take the cluster, which somebody else closes, and how much memory a task may use beyond an idle worker's."""
        self._cluster = cluster
        self._memory_bytes = memory_bytes
        self._waiting: set[Future[Any]] = set()
        self._lock = threading.Lock()

    @property
    def workers(self) -> int:
        """Return how many tasks can run at once now. Raises ConfigurationError."""
        return max(1, self._cluster.size.processors)

    def submit_within(self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a module-level function in a sandbox of the cluster. The future raises ParseError, ConfigurationError."""
        return self._submit(seconds, None, function, args, kwargs)

    def submit_file(
        self,
        seconds: float,
        function: Callable[Concatenate[Path, FileState, P], T],
        root: Path,
        file: FileState,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Run a function on a file, with the folder in which a node has it; see `ReadingPool.submit_file`."""
        document = Document(str(root), file.path_bytes, file.size, file.mtime_ns)
        return self._submit(seconds, document, function, (file, *args), kwargs)

    def stop(self) -> None:
        """Cancel what waits and runs. Safe to call twice."""
        with self._lock:
            waiting = list(self._waiting)
        for future in waiting:
            future.cancel()

    def _submit(
        self, seconds: float, document: Document | None, function: Callable[..., T], args: Any, kwargs: Any
    ) -> Future[T]:
        payload, models = pack_call(function, args, kwargs)

        def make(number: int) -> ReadTask:
            return ReadTask(number, edition_here(), seconds, self._memory_bytes, payload, document, models)

        inner = self._cluster.read(make)
        outer: Future[T] = Future()
        with self._lock:
            self._waiting.add(outer)

        def finish(done: Future[bytes]) -> None:
            if done.cancelled():
                outer.cancel()
            elif not outer.set_running_or_notify_cancel():
                return
            elif (error := done.exception()) is not None:
                outer.set_exception(error)
            else:
                outer.set_result(pickle.loads(done.result()))

        def forget(done: Future[T]) -> None:
            with self._lock:
                self._waiting.discard(outer)
            if done.cancelled():
                inner.cancel()

        outer.add_done_callback(forget)
        inner.add_done_callback(finish)
        return outer
