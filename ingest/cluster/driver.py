"""Connects to a Ray cluster, in a process of its own that begins with `main`.

Ray ends the process that it is used in where its cluster is lost; here that is one sync that fails, and not the
service. It ends when the other end of its socket does: whoever started it has ended.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from ingest.cluster.actors import EmbedderActors, find_seats, unloadable
from ingest.cluster.explaining import explain_refusal
from ingest.cluster.messages import Cancel, ClusterSize, EmbedTask, Outcome, ReadTask, Reply, Request
from ingest.cluster.node import Content, NodeReply, read_on_node
from ingest.cluster.sending import Sending, SentModels
from rag.errors import UnsettledFileError

MAX_LOSSES = 5
"""Times that a task is begun anew after its worker or its node was lost."""

LOOK_SECONDS = 2.0
"""Nodes that come and go are noticed after so long."""


def main() -> None:
    """Serve the process at the other end of a socket: `main` of DESCRIPTOR ADDRESS."""
    connection: Connection[Reply, Request] = Connection(int(sys.argv[1]))
    address = sys.argv[2]
    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False, namespace="lectern")
    except Exception as error:
        connection.send(explain_refusal(address, error))
    else:
        with suppress(OSError):
            Driver(connection).run()
    os._exit(0)  # Ray ends the work of a process that is gone; its own clean-up takes seconds.


class Driver:
    """Turns requests into tasks of Ray. What happens is done in one thread, event by event."""

    def __init__(self, connection: Connection[Reply, Request]) -> None:
        self._connection = connection
        self._events: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._read = ray.remote(num_cpus=1, max_retries=MAX_LOSSES, scheduling_strategy="SPREAD")(read_on_node)
        self._running: dict[int, Any] = {}
        self._cancelled: set[int] = set()
        """Tasks among them that are to end. Ray forgets that where it is told just when a task begins."""
        self._models = SentModels()
        self._sending = Sending(self._launch, lambda task, error: self._fail(task.number, error))
        self._actors = EmbedderActors(later=self._events.put, done=self._done, fail=self._fail)
        self._size: ClusterSize | None = None

    def run(self) -> None:
        """Serve until the other process ends. Raises OSError where that happens in the middle."""
        threading.Thread(target=self._receive, daemon=True).start()
        looked = -LOOK_SECONDS
        while True:
            if time.monotonic() - looked > LOOK_SECONDS:
                self._look_around()
                looked = time.monotonic()
            try:
                event = self._events.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if event is None:
                return
            event()

    def _receive(self) -> None:
        handlers: dict[type, Callable[[Any], None]] = {
            ReadTask: self._start,
            EmbedTask: self._actors.add,
            Cancel: self._cancel,
        }
        with suppress(EOFError, OSError):
            while True:
                request = self._connection.recv()
                self._events.put(partial(handlers[type(request)], request))
        self._events.put(None)

    def _look_around(self) -> None:
        """Tell the size where it has changed, and do what nothing else gives occasion for."""
        size = ClusterSize(int(ray.cluster_resources().get("CPU", 0)), len(find_seats()))
        if size != self._size:
            self._size = size
            self._connection.send(size)
        self._actors.look_around()
        for number in self._cancelled:
            ray.cancel(self._running[number])

    def _start(self, task: ReadTask) -> None:
        if self._sending.is_needed_for(task):
            self._sending.add(task)
        else:
            self._launch(task, [])

    def _launch(self, task: ReadTask, content: Content) -> None:
        reference = self._read.remote(task, content, self._models.references(task.models))
        self._running[task.number] = reference
        reference.future().add_done_callback(lambda done: self._events.put(partial(self._take, task, done)))

    def _take(self, task: ReadTask, future: Future[NodeReply]) -> None:
        """Pass on what became of a task; a file that its node does not see is sent along."""
        del self._running[task.number]
        if task.number in self._cancelled:
            self._cancelled.remove(task.number)
            self._sending.done(task.number)
            return
        try:
            kind, value = future.result()
        except RayTaskError as error:
            kind, value = "failed", unloadable(error)
        except RayError:
            kind, value = (
                "failed",
                UnsettledFileError(
                    f"The nodes of the Ray cluster that read it were lost {MAX_LOSSES + 1} times.",
                    "Look at the memory of its nodes, and sync again.",
                ),
            )
        if kind == "not here":
            self._sending.add(task)
        elif kind == "done":
            self._done(task.number, value)
        else:
            self._fail(task.number, value)

    def _cancel(self, cancel: Cancel) -> None:
        self._actors.cancel(cancel.number)
        self._sending.done(cancel.number)
        if (reference := self._running.get(cancel.number)) is not None:
            self._cancelled.add(cancel.number)
            ray.cancel(reference)

    def _done(self, number: int, result: bytes) -> None:
        self._connection.send(Outcome(number, result))
        self._sending.done(number)

    def _fail(self, number: int, error: Exception) -> None:
        self._connection.send(Outcome(number, error=error))
        self._sending.done(number)
