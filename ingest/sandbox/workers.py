"""Runs functions in sandboxed worker processes with a time and a memory limit each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from ingest.sandbox.limits import Limits, enter_sandbox, renew_limits
from ingest.sandbox.scratch import ScratchFolder
from ingest.sandbox.socket_folder import make_socket_folder
from rag.errors import ParseError, TimedOutError
from rag.types import FileState

P = ParamSpec("P")
T = TypeVar("T")

PRELOAD = ("ingest.preloaded",)

CLOCK_JUMP_SECONDS = 1.0
"""By more than this the clock of the day and that of the process part only where one was set, or the machine slept."""

TASKS_PER_WORKER = 200
"""A worker is replaced after as many files, so that leaks of the parsing libraries stay bounded."""


class WorkerPool:
    """Worker processes for parsing. A task that fails, hangs or dies takes nothing else with it."""

    def __init__(
        self,
        *,
        workers: int,
        seconds_per_file: float,
        memory_bytes: int,
        preload: tuple[str, ...] = PRELOAD,
    ) -> None:
        """Take the limits: `memory_bytes` beyond those of an idle worker; `preload` is imported once for all."""
        self._workers = workers
        self._limits = Limits(memory_bytes, seconds_per_file)
        self._context = multiprocessing.get_context("forkserver")
        self._preload = preload
        self._scratch = ScratchFolder()
        self._waiting: set[Future[Any]] = set()
        self._lock = Lock()
        self._stopped = False
        self._pool = self._make_pool()

    @property
    def workers(self) -> int:
        """Return how many tasks can run at once."""
        return self._workers

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a module-level function in a worker. The future raises ParseError, or CancelledError once stopped."""
        return self.submit_within(self._limits.seconds, function, *args, **kwargs)

    def submit_within(self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function as `submit` does, with another time limit."""
        outer: Future[T] = Future()
        limits = replace(self._limits, seconds=seconds)
        with self._lock:
            self._waiting.add(outer)
        outer.add_done_callback(self._forget)
        self._schedule(outer, 1, limits, function, args, kwargs)
        return outer

    def submit_file(
        self,
        seconds: float,
        function: Callable[Concatenate[Path, FileState, P], T],
        root: Path,
        file: FileState,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Run a function on a file below a folder, within a time limit."""
        return self.submit_within(seconds, function, root, file, *args, **kwargs)

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
        self._scratch.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_pool(self) -> ProcessPool:
        start_fork_server(self._preload)
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=TASKS_PER_WORKER,
            initializer=enter_sandbox,
            initargs=(str(self._scratch.path),),
            context=self._context,
        )

    def _schedule(
        self, outer: Future[T], attempts: int, limits: Limits, function: Callable[..., T], args: Any, kwargs: Any
    ) -> None:
        """Hand a task to pebble; when the whole pool broke under it, or the clock that pebble times it by jumped, once
        more."""
        offset = _clock_offset()

        def finish(inner: Future[T]) -> None:
            error = CancelledError() if inner.cancelled() else inner.exception()
            is_lost = isinstance(error, BrokenProcessPool) or (
                isinstance(error, TimeoutError) and abs(_clock_offset() - offset) > CLOCK_JUMP_SECONDS
            )
            if is_lost and attempts > 0 and not self._stopped:
                self._schedule(outer, attempts - 1, limits, function, args, kwargs)
            elif error is None:
                _settle(outer, inner.result(), None)
            elif not isinstance(error, CancelledError):
                _settle(outer, None, _translate(error, limits))

        inner = self._hand_over(limits, function, args, kwargs)
        if inner is None:
            outer.cancel()
            return
        outer.add_done_callback(lambda future: _cancel(inner) if future.cancelled() else None)
        inner.add_done_callback(finish)

    def _hand_over(self, limits: Limits, function: Callable[..., T], args: Any, kwargs: Any) -> ProcessFuture[T] | None:
        with self._lock:
            if self._stopped:
                return None
            arguments = (limits, function, args, kwargs)
            try:
                return self._pool.schedule(_run, args=arguments, timeout=limits.seconds)
            except RuntimeError:
                # pebble gives a pool up when an idle worker dies.
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool = self._make_pool()
                return self._pool.schedule(_run, args=arguments, timeout=limits.seconds)

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.discard(future)


def _translate(error: BaseException, limits: Limits) -> ParseError:
    """Return the reason a task failed; anything but our own errors shows its class only, never its message."""
    if isinstance(error, ParseError):
        return error
    used_up = isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGXCPU
    if isinstance(error, TimeoutError) or used_up:
        return TimedOutError(
            f"Reading it took longer than {limits.seconds:g} seconds and was given up.",
            "Raise the setting `seconds_per_file`, or split the file.",
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


def start_fork_server(preload: tuple[str, ...] = PRELOAD) -> None:
    """Start the process that workers are forked from, unless it runs, and let it import; returns at once.

    It ignores Ctrl-C, which a terminal sends to all processes of a command.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(preload))
    make_socket_folder()
    # The tracker first: starting it lets SIGINT through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _clock_offset() -> float:
    """Return how far the clock of the day is ahead of one that nobody sets and that stands still while the machine
    sleeps."""
    return time.time() - time.monotonic()


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


def _run(limits: Limits, function: Callable[..., T], args: Any, kwargs: Any) -> T:
    """Run a task with a scratch folder of its own, and let only ParseError out."""
    Path(os.environ["TMPDIR"]).mkdir(parents=True, exist_ok=True)  # a cleaner of old files may have removed it
    with tempfile.TemporaryDirectory(dir=os.environ["TMPDIR"], ignore_cleanup_errors=True) as scratch:
        tempfile.tempdir = scratch
        renew_limits(limits)
        try:
            return function(*args, **kwargs)
        except ParseError as error:
            raise type(error)(error.reason, error.remedy) from None
        except MemoryError:
            raise ParseError(
                "Reading it needs more memory than one file may use.",
                "Raise the setting `memory_megabytes`, or split the file.",
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
