"""Keeps the syncs that wait and run in this process, in their order, and writes down what becomes of them."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from app.state.sync_jobs import SyncJob, SyncJobStore, now
from rag.errors import StoreError

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 1.0, 60.0
"""Before a job whose end could not be recorded is taken up again; doubled each time, as a database that was restarted
is back in a moment, and a full disk stays full until somebody makes room."""


@dataclass(frozen=True, slots=True)
class _UnrecordedEnd:
    """A job as it ended, which the store does not know."""

    job: SyncJob
    pause: float
    taken_up_at: float
    """By the monotonic clock, in seconds."""


class QueuedJobs:
    """The jobs of one queue. Its owner holds `lock` in every call but `find`, `set` and `finish`."""

    def __init__(
        self,
        store: SyncJobStore,
        lock: threading.Condition,
        *,
        is_closing: Callable[[], bool],
        on_finished: Callable[[SyncJob], None],
    ) -> None:
        """`is_closing` tells whether the queue ends: what is stopped then is still owed, and is not recorded."""
        self._store = store
        self._lock = lock
        self._is_closing = is_closing
        self._on_finished = on_finished
        self._jobs: dict[str, SyncJob] = {}
        """The jobs that wait or run here."""
        self._unrecorded: dict[str, _UnrecordedEnd] = {}
        self._waiting: deque[str] = deque()
        self._running: str | None = None

    @property
    def running(self) -> SyncJob | None:
        """Return the job that runs."""
        return self._jobs.get(self._running or "")

    @property
    def has_waiting(self) -> bool:
        """Tell whether a job waits."""
        return bool(self._waiting)

    def find(self, id_: str) -> SyncJob | None:
        """Return a job that waits or runs, or that ended without a record of it."""
        if (job := self._jobs.get(id_)) is None and (ended := self._unrecorded.get(id_)) is not None:
            return ended.job
        return job

    def list_jobs(self) -> list[SyncJob]:
        """List the one that runs, and those that wait in their order."""
        ids = [self._running, *self._waiting] if self._running else list(self._waiting)
        return [self._jobs[id_] for id_ in ids]

    def take_over(self) -> None:
        """Begin with the jobs that an ended owner left. Raises StoreError."""
        self._jobs = {job.id: job for job in self._store.take_over()}
        self._waiting = deque(self._jobs)

    def take_in(self) -> None:
        """Queue the jobs that other servers have written down, and those that failed where not even that could be
        recorded, as the database was away or full: these after a pause.
        """
        now_ = time.monotonic()
        for ended in list(self._unrecorded.values()):
            if ended.job.state != "failed" and ended.job.id not in self._jobs and now_ >= ended.taken_up_at:
                self._record_end(ended.job)  # Done, or stopped by somebody: it does not begin again.
        with suppress(StoreError):  # It is looked for again in a moment.
            for job in self._store.list_unfinished():
                before = self._unrecorded.get(job.id)
                if job.id not in self._jobs and (before is None or now_ >= before.taken_up_at):
                    self.add(replace(job, state="queued", started_at=""))

    def add(self, job: SyncJob) -> None:
        """Queue a job that is written down already."""
        self._jobs[job.id] = job
        self._waiting.append(job.id)

    def begin_next(self) -> SyncJob:
        """Take up the one that has waited longest."""
        self._running = self._waiting.popleft()
        job = self.set(self._running, state="running", started_at=now())
        with self._written("begun"):
            self._store.begin(job)
        return job

    def withdraw(self, id_: str) -> bool:
        """Have a job wait no longer; tells whether it did. `finish` has to follow."""
        is_waiting = id_ in self._waiting
        if is_waiting:
            self._waiting.remove(id_)
        return is_waiting

    def withdraw_waiting(self, collection: str | None = None) -> list[str]:
        """Have none wait any longer, or none of a collection, and return their ids. `finish` has to follow for each."""
        withdrawn = [id_ for id_ in self._waiting if collection in (None, self._jobs[id_].collection)]
        for id_ in withdrawn:
            self._waiting.remove(id_)
        return withdrawn

    def record_stop(self) -> None:
        """Write down that the running one is stopped, before it has ended: this process may end first."""
        if self.running is not None:
            with self._written("stopped"):
                self._store.finish(replace(self.running, state="stopped", finished_at=now()))

    def put_back(self) -> None:
        """Leave the running one to the next queue."""
        if self._running:
            with self._written("left to the next start"):
                self._store.put_back(self._running)

    def set(self, id_: str, **changes: Any) -> SyncJob:
        """Change what is told of a job."""
        with self._lock:
            self._jobs[id_] = replace(self._jobs[id_], **changes)
            return self._jobs[id_]

    def finish(self, id_: str, **outcome: Any) -> None:
        """Take the end of a job down, and tell those who wait for it."""
        job = self.set(id_, finished_at=now(), **outcome)
        with self._lock:
            if not (job.state == "stopped" and self._is_closing()):
                self._record_end(job)
            if self._running == id_:
                self._running = None
            del self._jobs[id_]
        self._on_finished(job)
        # The report is there from the first stage on, also where the second one fails or is stopped.
        if job.error is not None:
            job.finished.set_exception(job.error)
        elif job.report is not None and job.state != "stopped":
            job.finished.set_result(job.report)
        else:
            job.finished.cancel()

    def _record_end(self, job: SyncJob) -> None:
        """Write the end of a job down, or know it here until that can be done."""
        before = self._unrecorded.get(job.id)
        pause = min(2 * before.pause, MAX_PAUSE_SECONDS) if before else FIRST_PAUSE_SECONDS
        self._unrecorded[job.id] = _UnrecordedEnd(job, pause, time.monotonic() + pause)
        with self._written(job.state):
            self._store.finish(job)
            del self._unrecorded[job.id]

    @contextmanager
    def _written(self, what: str) -> Iterator[None]:
        """Go on where the disk is full, which must not end the thread; at worst a job is done again."""
        try:
            yield
        except StoreError as error:
            log.error("A sync could not be recorded as %s: %s", what, error)
