"""Does one sync after the other in a thread of its own, and what must not run beside one."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.state.sync_jobs import SyncJob, SyncJobStore, now
from ingest.embedding import EmbeddingProgress
from ingest.pipeline import IngestPipeline
from ingest.report import SyncProgress, SyncReport
from rag.errors import IndexLockedError, LecternError, OverloadedError, StoreError
from rag.storage.catalogue.dialects.choice import Ownership, SoleOwnership
from rag.work_context import current_request_id, work_for_request

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MAX_WAITING = 1_000
"""Syncs that may wait: folders, not requests, decide how many there are."""


LOOK_SECONDS = 0.5
"""How often the owner of an index looks for jobs that other servers have written down."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Something that must not run beside a sync, but may between two of its files."""

    run: Callable[[], Any]
    done: Future[Any]


class SyncQueue:
    """The one thread that writes to the index. Methods may be called from any thread.

    A job is written down before it is promised, and done by the next queue if this one ends before. Where another
    process owns the index, this one only writes jobs down, for the owner's queue.
    """

    def __init__(
        self,
        ingest: IngestPipeline,
        job_store: SyncJobStore,
        *,
        on_finished: Callable[[SyncJob], None] = lambda job: None,
        check_folder: Callable[[Path, str], object] = lambda folder, collection: None,
        ownership: Ownership | None = None,
    ) -> None:
        """Take up the jobs that the store still has, if this process is the owner. Raises StoreError.

        `check_folder` raises ConfigurationError for a folder that may not be synced into a collection: it is asked
        when a sync begins, as what was allowed when it was asked for need not be any more.
        """
        self._ingest = ingest
        self._job_store = job_store
        self._check_folder = check_folder
        self._on_finished = on_finished
        self._ownership = ownership or SoleOwnership()
        self._lock = threading.Condition()
        self._jobs: dict[str, SyncJob] = {}
        """The jobs that wait or run here."""
        self._waiting: deque[str] = deque()
        self._tasks: deque[_Task] = deque()
        self._running: str | None = None
        self._stop = threading.Event()
        self._interrupt = threading.Event()
        """Stops the sync that runs, and that one only."""
        self._may_owe_vectors = True
        """Whether an earlier sync may have left documents without vectors: they are embedded while nothing waits."""
        self._thread: threading.Thread | None = None
        if self._ownership.is_held:
            self.take_over()

    def take_over(self) -> None:
        """Begin to work, with the jobs that an ended owner left. Raises StoreError."""
        with self._lock:
            if self._thread is not None or self._stop.is_set():
                return
            self._jobs = {job.id: job for job in self._job_store.take_over()}
            self._waiting = deque(self._jobs)
            self._thread = threading.Thread(target=self._work, name="sync", daemon=True)
            self._thread.start()

    def submit(self, folder: Path, collection: str, *, allow_empty: bool = False) -> SyncJob:
        """Queue a sync; one that waits already for the same folder and collection is given back instead.

        Raises OverloadedError, StoreError.
        """
        with self._lock:
            queued = [job for job in self.unfinished() if job.state == "queued"]
            for waiting in queued:
                if (waiting.folder, waiting.collection, waiting.allow_empty) == (folder, collection, allow_empty):
                    return waiting
            if self._stop.is_set() or len(queued) >= MAX_WAITING:
                raise OverloadedError("No further sync is accepted now.", "Try again later.")
            job = self._job_store.add(collection, folder, allow_empty=allow_empty, request_id=current_request_id())
            if self._thread is None:
                return job
            self._jobs[job.id] = job
            self._waiting.append(job.id)
            self._lock.notify_all()
            return job

    def run(self, task: Callable[[], Result]) -> Future[Result]:
        """Run something that changes the index as soon as nothing else does, between two files of a sync at the latest.

        It is run again after a sync in the middle of which it ran: what that sync had read before must not come back.
        Raises OverloadedError, IndexLockedError where another process owns the index.
        """
        done: Future[Result] = Future()
        with self._lock:
            if self._stop.is_set():
                raise OverloadedError("Lectern is shutting down.", "Try again later.")
            if self._thread is None:
                raise IndexLockedError(
                    f"The index is changed by its owner alone: {self._ownership.owner}.", "Ask again in a moment."
                )
            # With the context of the request, so that its id stands in what is logged.
            self._tasks.append(_Task(partial(copy_context().run, task), done))
            self._lock.notify_all()
        return done

    def embed_soon(self) -> None:
        """Make vectors that are missing as soon as nothing else is to be done."""
        with self._lock:
            self._may_owe_vectors = True
            self._lock.notify_all()

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
            self._take_in()
            if is_waiting := id_ in self._waiting:
                self._waiting.remove(id_)
            elif id_ == self._running:
                self._interrupt.set()
                # Now, as this process may end before the sync does.
                with self._written("stopped"):
                    self._job_store.finish(replace(self._jobs[id_], state="stopped", finished_at=now()))
        if is_waiting:
            self._finish(id_, state="stopped")

    def find(self, id_: str) -> SyncJob | None:
        """Return a job as it stands now, also one of an earlier queue. Raises StoreError."""
        return self._jobs.get(id_) or self._job_store.find(id_)

    def unfinished(self) -> list[SyncJob]:
        """List what runs and waits, in the order in which it is done."""
        with self._lock:
            if self._thread is None:
                return list(self._job_store.list_unfinished())
            self._take_in()
            ids = [self._running, *self._waiting] if self._running else list(self._waiting)
            return [self._jobs[id_] for id_ in ids]

    def close(self, seconds: float) -> bool:
        """Stop the running sync and leave it and the waiting ones to the next queue.

        False when the thread has not ended within `seconds`.
        """
        with self._lock:
            self._stop.set()
            if self._running and not self._interrupt.is_set():
                with self._written("left to the next start"):
                    self._job_store.put_back(self._running)
            waiting, tasks = list(self._waiting), list(self._tasks)
            self._waiting.clear()
            self._tasks.clear()
            self._interrupt.set()
            self._lock.notify_all()
        for id_ in waiting:
            self._finish(id_, state="stopped")
        for task in tasks:
            task.done.cancel()
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # --- in the thread ---

    def _work(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                self._lock.wait_for(self._has_work, LOOK_SECONDS if self._ownership.is_shared else None)
                self._take_in()
            self._run_tasks()
            if (job := self._begin()) is not None:
                # In a context of its own, whose request and run end with it.
                copy_context().run(self._sync, job)
            elif self._may_owe_vectors and not self._stop.is_set():
                self._may_owe_vectors = False
                self._embed()

    def _take_in(self) -> None:
        """Queue the jobs that other servers have written down, and those whose end could not be recorded as the
        database was away; with the lock held.
        """
        if not self._ownership.is_shared or self._thread is None or self._stop.is_set():
            return
        with suppress(StoreError):  # It is looked for again in a moment.
            for job in self._job_store.list_unfinished():
                if job.id not in self._jobs:
                    self._jobs[job.id] = replace(job, state="queued", started_at="")
                    self._waiting.append(job.id)

    def _begin(self) -> SyncJob | None:
        """Take the next job up; None where none waits."""
        with self._lock:
            if self._stop.is_set() or not self._waiting:
                return None
            self._interrupt.clear()
            self._running = self._waiting.popleft()
            job = self._set(self._running, state="running", started_at=now())
            with self._written("begun"):
                self._job_store.begin(job)
            return job

    def _has_work(self) -> bool:
        return bool(self._tasks or self._waiting or self._stop.is_set() or self._may_owe_vectors)

    def _is_wanted_elsewhere(self) -> bool:
        """Tell whether embedding is to end early, as the files of another sync come first."""
        return bool(self._waiting) or self._stop.is_set()

    def _embed(self) -> None:
        """Make the vectors that syncs left to be made, until a sync or the end comes."""

        def run_tasks(_: EmbeddingProgress) -> None:
            self._run_tasks()

        try:
            if self._ingest.has_to_embed():
                report = self._ingest.embed(
                    on_progress=run_tasks, interrupt=self._stop, stop_early=self._is_wanted_elsewhere
                )
                self._may_owe_vectors = self._may_owe_vectors or report.left > 0
        except KeyboardInterrupt:
            return
        except LecternError as error:
            log.error("Documents are found by their words only: %s", error)
        except Exception:
            log.exception("Documents are found by their words only, as embedding them failed.")

    def _sync(self, job: SyncJob) -> None:
        work_for_request(job.request_id)
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
                check_folder=lambda folder: self._check_folder(folder, job.collection),
                on_progress=on_progress,
                interrupt=self._interrupt,
                on_words=lambda report: self._note_words(job.id, report),
                stop_embedding=self._is_wanted_elsewhere,
            )
            self._may_owe_vectors = self._may_owe_vectors or report.to_embed > 0
            outcome = {"state": "failed files" if report.failed else "done", "report": report}
        except KeyboardInterrupt:
            outcome = {"state": "stopped"}
        except LecternError as error:
            outcome["error"] = error
        except Exception:
            log.exception("A sync of %s failed.", job.folder)
            outcome["error"] = LecternError("The sync failed unexpectedly.", "See the server's log.")
        for task in ran_between:
            _run_quietly(task.run)
        self._finish(job.id, **outcome)

    def _note_words(self, id_: str, report: SyncReport) -> None:
        """Keep what became of each file while the second stage of its sync runs."""
        self._set(id_, report=report)

    def _run_tasks(self) -> list[_Task]:
        """Run what waits, and say what that was."""
        done: list[_Task] = []
        while True:
            with self._lock:
                if not self._tasks:
                    return done
                task = self._tasks.popleft()
            # The caller may have left: from here on, a cancelling comes too late to disturb this thread.
            if not task.done.set_running_or_notify_cancel():
                continue
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
        job = self._set(id_, finished_at=now(), **outcome)
        with self._lock:
            # What this queue's own end stops is still owed.
            if not (job.state == "stopped" and self._stop.is_set()):
                with self._written(job.state):
                    self._job_store.finish(job)
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

    @contextmanager
    def _written(self, what: str) -> Iterator[None]:
        """Go on where the disk is full, which must not end the thread; at worst a job is done again."""
        try:
            yield
        except StoreError as error:
            log.error("A sync could not be recorded as %s: %s", what, error)


def _run_quietly(task: Callable[[], Any]) -> None:
    try:
        task()
    except Exception as error:
        log.info("What was done during a sync could not be done again after it: %s", error)
