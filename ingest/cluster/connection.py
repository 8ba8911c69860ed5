"""Talks to the process that is connected to a Ray cluster, and starts it when it is first needed."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from importlib.util import find_spec
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest.cluster.edition import edition_here
from ingest.cluster.messages import Cancel, ClusterSize, EmbedTask, Outcome, ReadTask, Refusal, Reply, Request
from rag.errors import ConfigurationError, LibraryError

KNOCK_SECONDS = 5.0
JOIN_SECONDS = 60.0
"""Ray itself takes a second or two."""

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_gcs_rpc_server_reconnect_timeout_s": "20"}
"""For Ray: report nothing to its makers, and give a head up that has been away for so many seconds."""

_ADDRESS = re.compile(r"(?P<host>[^\s:/]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")


class RayCluster:
    """A Ray cluster, joined at the first task. Its methods may be called from any thread."""

    def __init__(self, address: str) -> None:
        """Take HOST:PORT of the cluster's head. Raises ConfigurationError for another form."""
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise ConfigurationError(
                f"The setting `ray_address` is {address!r}, which is not HOST:PORT.",
                "Write what `ray start --head` says, such as 10.0.0.1:6379.",
            )
        self._address = address
        self._host, self._port = found["host"].strip("[]"), int(found["port"])
        self._numbers = count()
        self._lock = threading.Lock()
        self._driver: _Driver | None = None

    @property
    def size(self) -> ClusterSize:
        """Return how much can be done at once; joins the cluster. Raises ConfigurationError."""
        return self._join().size

    def read(self, make: Callable[[int], ReadTask]) -> Future[bytes]:
        """Run a task in a sandbox of the cluster; `make` is given its number. Raises ConfigurationError.

        The future raises ParseError, or ConfigurationError where the cluster is lost or a node is not as it has to be.
        """
        return self._submit(make(next(self._numbers)))

    def embed(self, opener: bytes, texts: tuple[str, ...]) -> Future[bytes]:
        """Embed texts by what `opener` opens on a node; the result is the pickled fingerprint and vectors.

        Raises ConfigurationError; the future ModelError too.
        """
        return self._submit(EmbedTask(next(self._numbers), edition_here(), opener, texts))

    def close(self) -> None:
        """Leave the cluster; what runs there for this process is ended. Safe to call twice."""
        with self._lock:
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _submit(self, task: ReadTask | EmbedTask) -> Future[bytes]:
        return self._join().submit(task)

    def _join(self) -> _Driver:
        with self._lock:
            if self._driver is None or self._driver.is_lost:
                self._check()
                self._driver = _Driver(self._address)
            return self._driver

    def _check(self) -> None:
        """Raise ConfigurationError where nothing answers at the address, for which Ray would wait for a minute."""
        if find_spec("ray") is None:
            raise LibraryError(
                "The package ray, which the setting `ray_address` asks for, is not installed.",
                "Install lectern[scale], or take the setting away.",
            )
        try:
            socket.create_connection((self._host, self._port), KNOCK_SECONDS).close()
        except OSError as error:
            raise ConfigurationError(
                f"The Ray cluster at {self._address} does not answer: {error.strerror or error}.",
                "Start its head (`ray start --head`), or correct the setting `ray_address`.",
            ) from None


class _Driver:
    """The process beside this one that has joined the cluster."""

    def __init__(self, address: str) -> None:
        """Start it. Raises ConfigurationError where the cluster refuses, or nothing comes of it in JOIN_SECONDS."""
        self.is_lost = False
        self.size = ClusterSize(0, 0)
        self._address = address
        self._waiting: dict[int, Future[bytes]] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._process, self._connection = _start(address)
        refusal = self._first_reply()
        if refusal is not None:
            self.close()
            raise ConfigurationError(refusal.reason, refusal.remedy)
        self._reader = threading.Thread(target=self._receive, name="Ray cluster", daemon=True)
        self._reader.start()

    def submit(self, task: ReadTask | EmbedTask) -> Future[bytes]:
        """Send a task; a future that is cancelled cancels it."""
        future: Future[bytes] = Future()
        with self._lock:
            self._waiting[task.number] = future
        future.add_done_callback(lambda done: self._forget(task.number, done))
        self._send(task)
        if self.is_lost:
            self._fail_all()
        return future

    def close(self) -> None:
        """End the process, and cancel what it was asked for."""
        self.is_lost = True
        self._end_process()
        for future in self._unfinished():
            future.cancel()

    def _end_process(self) -> None:
        self._process.kill()
        self._process.wait()

    def _first_reply(self) -> Refusal | None:
        """Return why the cluster cannot be used; None where it has told its size."""
        try:
            reply = self._connection.recv() if self._connection.poll(JOIN_SECONDS) else None
        except (EOFError, OSError):
            reply = None
        if isinstance(reply, ClusterSize) and reply.processors:
            self.size = reply
            return None
        if isinstance(reply, ClusterSize):
            return Refusal(
                f"The Ray cluster at {self._address} has no processors to read with.",
                "Start a node without `--num-cpus=0`.",
            )
        if isinstance(reply, Refusal):
            return reply
        return Refusal(
            f"What answers at {self._address} is not the head of a Ray cluster that this machine can join.",
            "Correct the setting `ray_address`; `ray status` says on a node whether its cluster is well.",
        )

    def _receive(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                reply: Reply = self._connection.recv()
                if isinstance(reply, Outcome):
                    self._settle(reply)
                elif isinstance(reply, ClusterSize):
                    self.size = reply
        self.is_lost = True
        self._end_process()
        self._fail_all()

    def _settle(self, outcome: Outcome) -> None:
        with self._lock:
            future = self._waiting.get(outcome.number)
        if future is None or not future.set_running_or_notify_cancel():
            return
        if outcome.error is None:
            future.set_result(outcome.result)
        else:
            future.set_exception(outcome.error)

    def _fail_all(self) -> None:
        for future in self._unfinished():
            if future.set_running_or_notify_cancel():
                future.set_exception(
                    ConfigurationError(
                        f"The Ray cluster at {self._address} was lost.",
                        "What was read until then is kept. Start its head again, and sync again.",
                    )
                )

    def _unfinished(self) -> list[Future[bytes]]:
        with self._lock:
            unfinished = list(self._waiting.values())
            self._waiting.clear()
        return unfinished

    def _forget(self, number: int, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.pop(number, None)
        if future.cancelled() and not self.is_lost:
            self._send(Cancel(number))

    def _send(self, request: Request) -> None:
        try:
            with self._sending:
                self._connection.send(request)
        except OSError:
            self.is_lost = True


def _start(address: str) -> tuple[subprocess.Popen[bytes], Connection[Request, Reply]]:
    """Start the process, with a socket to it."""
    ours, theirs = socket.socketpair()
    root = str(Path(__file__).resolve().parents[2])
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", "from ingest.cluster.driver import main; main()", str(theirs.fileno()), address],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ray has its nodes import from the folder that its driver is in.
            cwd="/",
            env={**os.environ, **QUIET, "PYTHONPATH": os.pathsep.join([root, *sys.path[1:]])},
            # Ctrl-C is for the program that syncs; this process ends with its socket.
            start_new_session=True,
        )
    return process, Connection(ours.detach())
