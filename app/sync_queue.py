"""Does one sync after the other, in a thread of its own, and what must not run beside one. Knows no HTTP."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from ingest.pipeline import IngestPipeline
from ingest.report import SyncProgress, SyncReport
from rag.errors import IndexLockedError, LecternError, OverloadedError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

JOBS_KEPT = 500
"""Finished jobs that can still be asked for; the catalogue keeps every run."""

MOST_WAITING = 1_000
"""Syncs that may wait: folders, not requests, decide how many there are."""


@dataclass(frozen=True, slots=True)
class SyncJob:
    """One sync that was asked for, as it stands now."""

    id: str
    collection: str
    folder: Path
    state: Literal["queued", "running", "done", "failed files", "failed", "stopped"]
    queued_at: str
    started_at: str = ""
    finished_at: str = ""
    progress: SyncProgress | None = None
    report: SyncReport | None = None
    error: LecternError | None = None
    """Why it failed as a whole."""
    allow_empty: bool = False
    finished: Future[SyncReport] = field(default_factory=Future, compare=False)
    """The report, or the LecternError; cancelled when the sync was stopped."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Something that must not run beside a sync, but may between two of its files."""

    run: Callable[[], Any]
    done: Future[Any]


class SyncQueue:
    """The one thread that writes to the index. Methods may be called from any thread."""

    def __init__(self, ingest: IngestPipeline, *, on_finished: Callable[[SyncJob], None] = lambda job: None) -> None:
        self._ingest = ingest
        self._on_finished = on_finished
        self._lock = threading.Condition()
        self._jobs: dict[str, SyncJob] = {}
        self._waiting: deque[str] = deque()
        self._tasks: deque[_Task] = deque()
        self._running: str | None = None
        self._count = 0
        self._prefix = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
        self._stop = threading.Event()
        self._interrupt = threading.Event()
        """Stops the sync that runs, and that one only."""
        self._thread = threading.Thread(target=self._work, name="sync", daemon=True)
        self._thread.start()

    def submit(self, folder: Path, collection: str, *, allow_empty: bool = False) -> SyncJob:
        """Queue a sync; one that waits already for the same folder and collection is given back instead.

        Raises OverloadedError.
        """
        with self._lock:
            for waiting in (self._jobs[id_] for id_ in self._waiting):
                if (waiting.folder, waiting.collection, waiting.allow_empty) == (folder, collection, allow_empty):
                    return waiting
            if self._stop.is_set() or len(self._waiting) >= MOST_WAITING:
                raise OverloadedError("No further sync is taken on now.", "Try again later.")
            self._count += 1
            job = SyncJob(
                f"{self._prefix}-{self._count}", collection, folder, "queued", _now(), allow_empty=allow_empty
            )
            self._jobs[job.id] = job
            self._waiting.append(job.id)
            self._forget_old_jobs()
            self._lock.notify_all()
            return job

    def run(self, task: Callable[[], Result]) -> Future[Result]:
        """Run something that changes the index as soon as nothing else does, between two files of a sync at the latest.

        It is run again after a sync in the middle of which it ran: what that sync had read before must not come back.
        """
        done: Future[Result] = Future()
        with self._lock:
            if self._stop.is_set():
                raise OverloadedError("Lectern is shutting down.", "Try again later.")
            self._tasks.append(_Task(task, done))
            self._lock.notify_all()
        return done

    def refuse_while_syncing(self, collection: str | None = None) -> None:
        """Raise IndexLockedError while a sync of the collection, or of any, runs; for tasks."""
        running = self._jobs.get(self._running or "")
        if running is not None and collection in (None, running.collection):
            raise IndexLockedError(
                f"The collection {running.collection!r} is being synced with {running.folder}.",
                "Wait for it to finish.",
            )

    def drop_waiting(self, collection: str) -> None:
        """Stop the syncs of a collection that wait; for tasks."""
        with self._lock:
            dropped = [id_ for id_ in self._waiting if self._jobs[id_].collection == collection]
            for id_ in dropped:
                self._waiting.remove(id_)
        for id_ in dropped:
            self._finish(id_, state="stopped")

    def stop(self, id_: str) -> None:
        """Stop one job: a waiting one is dropped, the running one ends at the file it is at; others go on."""
        with self._lock:
            if is_waiting := id_ in self._waiting:
                self._waiting.remove(id_)
            elif id_ == self._running:
                self._interrupt.set()
        if is_waiting:
            self._finish(id_, state="stopped")

    def find(self, id_: str) -> SyncJob | None:
        """A job as it stands now."""
        return self._jobs.get(id_)

    def unfinished(self) -> list[SyncJob]:
        """What runs and what waits, in the order in which it is done."""
        with self._lock:
            ids = [self._running, *self._waiting] if self._running else list(self._waiting)
            return [self._jobs[id_] for id_ in ids]

    def close(self, seconds: float) -> bool:
        """Stop the running sync and drop the waiting ones; False when the thread has not ended within `seconds`."""
        self._stop.set()
        with self._lock:
            waiting, tasks = list(self._waiting), list(self._tasks)
            self._waiting.clear()
            self._tasks.clear()
            self._interrupt.set()
            self._lock.notify_all()
        for id_ in waiting:
            self._finish(id_, state="stopped")
        for task in tasks:
            task.done.cancel()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # --- in the thread ---

    def _work(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                self._lock.wait_for(lambda: self._tasks or self._waiting or self._stop.is_set())
            self._run_tasks()
            with self._lock:
                if self._stop.is_set() or not self._waiting:
                    continue
                self._interrupt.clear()
                self._running = self._waiting.popleft()
                job = self._set(self._running, state="running", started_at=_now())
            self._sync(job)

    def _sync(self, job: SyncJob) -> None:
        ran_between: list[_Task] = []

        def on_progress(progress: SyncProgress) -> None:
            self._set(job.id, progress=progress)
            ran_between.extend(self._run_tasks())

        outcome: dict[str, Any] = {"state": "failed"}
        try:
            report = self._ingest.sync(
                job.folder,
                collection=job.collection,
                allow_empty=job.allow_empty,
                on_progress=on_progress,
                interrupt=self._interrupt,
            )
            outcome = {"state": "failed files" if report.failed else "done", "report": report}
        except KeyboardInterrupt:
            outcome = {"state": "stopped"}
        except LecternError as error:
            outcome["error"] = error
        except Exception:
            log.exception("A sync of %s failed.", job.folder)
            outcome["error"] = LecternError("The sync failed in a way Lectern does not know.", "See the server's log.")
        for task in ran_between:
            _run_quietly(task.run)
        with self._lock:
            self._running = None
        self._finish(job.id, **outcome)

    def _run_tasks(self) -> list[_Task]:
        """Run what waits, and say what that was."""
        done: list[_Task] = []
        while True:
            with self._lock:
                if not self._tasks:
                    return done
                task = self._tasks.popleft()
            try:
                task.done.set_result(task.run())
                done.append(task)
            except Exception as error:
                task.done.set_exception(error)

    # --- jobs ---

    def _set(self, id_: str, **changes: Any) -> SyncJob:
        with self._lock:
            self._jobs[id_] = replace(self._jobs[id_], **changes)
            return self._jobs[id_]

    def _finish(self, id_: str, **outcome: Any) -> None:
        job = self._set(id_, finished_at=_now(), **outcome)
        self._on_finished(job)
        if job.report is not None:
            job.finished.set_result(job.report)
        elif job.error is not None:
            job.finished.set_exception(job.error)
        else:
            job.finished.cancel()

    def _forget_old_jobs(self) -> None:
        finished = [job.id for job in self._jobs.values() if job.finished_at]
        for id_ in finished[: max(0, len(finished) - JOBS_KEPT)]:
            del self._jobs[id_]


def _run_quietly(task: Callable[[], Any]) -> None:
    try:
        task()
    except Exception as error:
        log.info("What was done during a sync could not be done again after it: %s", error)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
