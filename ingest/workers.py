"""Runs functions in worker processes with a time and a memory limit each. Knows no file format."""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from rag.errors import ParseError

P = ParamSpec("P")
T = TypeVar("T")

TASKS_PER_WORKER = 200
"""A worker is replaced after as many files, so that leaks of the parsing libraries stay bounded."""

NICENESS = 5
PARENT_DEATH_SIGNAL = 1
MEMORY_VARIABLE = "LECTERN_WORKER_MEMORY"
LOOPBACK = ("127.", "::1", "localhost")


class WorkerPool:
    """Worker processes for parsing. A task that fails, hangs or dies takes nothing else with it."""

    def __init__(
        self,
        *,
        workers: int,
        seconds_per_file: float,
        memory_bytes: int,
        preload: tuple[str, ...] = ("ingest.parsing",),
    ) -> None:
        """`memory_bytes` is what one task may use beyond an idle worker; `preload` is imported once for all."""
        self._workers = workers
        self._seconds = seconds_per_file
        self._memory = memory_bytes
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._scratch = tempfile.mkdtemp(prefix="lectern-parse-")
        self._waiting: set[Future[Any]] = set()
        self._lock = Lock()
        self._stopped = False
        self._pool = self._make_pool()

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a module-level function in a worker. The future raises ParseError, or CancelledError once stopped."""
        outer: Future[T] = Future()
        with self._lock:
            self._waiting.add(outer)
        outer.add_done_callback(self._forget)
        self._schedule(outer, 1, function, args, kwargs)
        return outer

    def stop(self) -> None:
        """Kill every worker, cancel what waits, remove the scratch folder. Safe to call twice."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            waiting = list(self._waiting)
        self._pool.stop()  # type: ignore[no-untyped-call]
        for future in waiting:
            future.cancel()
        self._pool.join()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_pool(self) -> ProcessPool:
        _start_fork_server()
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=TASKS_PER_WORKER,
            initializer=_enter_sandbox,
            initargs=(self._memory, self._scratch),
            context=self._context,
        )

    def _schedule(self, outer: Future[T], attempts: int, function: Callable[..., T], args: Any, kwargs: Any) -> None:
        """Hand a task to pebble; when the whole pool broke under it, once more to a new one."""

        def finish(inner: Future[T]) -> None:
            error = CancelledError() if inner.cancelled() else inner.exception()
            if isinstance(error, BrokenProcessPool) and attempts > 0 and not self._stopped:
                self._schedule(outer, attempts - 1, function, args, kwargs)
            elif error is None:
                _settle(outer, inner.result(), None)
            elif not isinstance(error, CancelledError):
                _settle(outer, None, self._translate(error))

        inner = self._hand_over(function, args, kwargs)
        if inner is None:
            outer.cancel()
            return
        outer.add_done_callback(lambda future: _cancel(inner) if future.cancelled() else None)
        inner.add_done_callback(finish)

    def _hand_over(self, function: Callable[..., T], args: Any, kwargs: Any) -> ProcessFuture[T] | None:
        with self._lock:
            if self._stopped:
                return None
            if not self._pool.active:
                # pebble gives a pool up when an idle worker dies
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool = self._make_pool()
            return self._pool.schedule(_run, args=(function, args, kwargs), timeout=self._seconds)

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.discard(future)

    def _translate(self, error: BaseException) -> ParseError:
        """The reason a task failed; anything but our own errors shows its class only, never its message."""
        if isinstance(error, ParseError):
            return error
        if isinstance(error, TimeoutError):
            return ParseError(
                f"Reading it took longer than {self._seconds:g} seconds and was given up.",
                "Raise the time limit for a file, or split the file.",
            )
        if isinstance(error, ProcessExpired):
            return ParseError(
                f"The parser crashed on it (exit code {error.exitcode}).",
                "The file may be damaged, or need more memory than the limit: open it in its own program and save it.",
            )
        return ParseError(
            f"It could not be parsed ({type(error).__name__}).",
            "The file may be damaged: open it in its own program and save it again.",
        )


def _start_fork_server() -> None:
    """Start it deaf to Ctrl-C, which a terminal sends to all processes of a command, also while it still imports."""
    # The tracker first: starting it lets SIGINT through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cancel(future: Future[Any]) -> None:
    future.cancel()


def _settle(outer: Future[T], result: Any, error: ParseError | None) -> None:
    if not outer.set_running_or_notify_cancel():
        return
    if error is None:
        outer.set_result(result)
    else:
        outer.set_exception(error)


# --- inside a worker ---


def _run(function: Callable[..., T], args: Any, kwargs: Any) -> T:
    """Run a task with a scratch folder of its own, and let only ParseError out."""
    Path(os.environ["TMPDIR"]).mkdir(parents=True, exist_ok=True)  # a cleaner of old files may have removed it
    with tempfile.TemporaryDirectory(dir=os.environ["TMPDIR"], ignore_cleanup_errors=True) as scratch:
        tempfile.tempdir = scratch
        _limit_memory()
        try:
            return function(*args, **kwargs)
        except ParseError as error:
            raise type(error)(error.reason, error.remedy) from None
        except MemoryError:
            raise ParseError(
                "Reading it needs more memory than one file may use.",
                "Raise the memory limit for a file, or split the file.",
            ) from None
        except RecursionError:
            raise ParseError("It is nested too deeply to be read.", "Save it again in its own program.") from None
        except Exception as error:
            raise ParseError(
                f"It could not be parsed ({type(error).__name__}).",
                "The file may be damaged: open it in its own program and save it again.",
            ) from None
        finally:
            tempfile.tempdir = os.environ["TMPDIR"]


def _enter_sandbox(memory_bytes: int, scratch: str) -> None:
    """Limit this worker: memory, priority, network, output, folder; it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The default ends a worker that is deep inside a C library at once; a Python handler would wait for it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with_parent()
    own = Path(scratch) / str(os.getpid())
    own.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(own)
    os.environ["HOME"] = str(own)
    tempfile.tempdir = str(own)
    os.chdir(own)
    os.nice(NICENESS)
    _silence()
    _close_network()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ[MEMORY_VARIABLE] = str(memory_bytes)


def _limit_memory() -> None:
    """Let the next task use so much beyond what the libraries loaded by earlier ones hold."""
    memory_bytes = int(os.environ.get(MEMORY_VARIABLE, "0"))
    if memory_bytes > 0:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory_bytes, hard))


def _die_with_parent() -> None:
    """On Linux have the kernel end this worker when the fork server ends, even inside a C library."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _silence() -> None:
    """Nothing a library prints may reach the terminal or spoil `--json`."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    logging.disable(logging.CRITICAL)


def _close_network() -> None:
    """Make outgoing connections beyond loopback fail in this process."""

    def guard(original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def refuse(self: socket.socket, *args: Any) -> Any:
            address = args[position] if len(args) > position else args[-1]
            if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
                raise PermissionError("parsing may not use the network")
            return original(self, *args)

        return refuse

    connections: Any = socket.socket
    connections.connect = guard(socket.socket.connect, 0)
    connections.connect_ex = guard(socket.socket.connect_ex, 0)
    connections.sendto = guard(socket.socket.sendto, -1)


def _address_space() -> int:
    """The bytes of address space this process has now."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 1024**3
    return pages * resource.getpagesize()
