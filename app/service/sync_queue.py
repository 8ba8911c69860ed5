"""Does one sync after the other in a thread of its own, and what must not run beside one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

from app.service.index_tasks import IndexTask, IndexTasks, run_again
from app.service.queued_jobs import QueuedJobs
from app.state.sync_jobs import SyncJob, SyncJobStore
from ingest.embedding import EmbeddingProgress
from ingest.pipeline import IngestPipeline
from ingest.report import SyncProgress, SyncReport
from rag.errors import IndexLockedError, LecternError, OverloadedError
from rag.storage.catalogue.dialects.choice import Ownership, SoleOwnership
from rag.work_context import current_request_id, work_for_request

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MAX_WAITING = 1_000
"""Syncs that may wait: folders, not requests, decide how many there are."""

LOOK_SECONDS = 0.5
"""How often the owner of an index looks for jobs that other servers have written down."""


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
        self._ownership = ownership or SoleOwnership()
        self._lock = threading.Condition()
        self._tasks = IndexTasks(self._lock)
        self._stop = threading.Event()
        self._jobs = QueuedJobs(job_store, self._lock, is_closing=self._stop.is_set, on_finished=on_finished)
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
            self._jobs.take_over()
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
            self._jobs.add(job)
            self._lock.notify_all()
            return job

    def run(self, task: Callable[[], Result]) -> Future[Result]:
        """Run something that changes the index as soon as nothing else does, between two files of a sync at the latest.

        It is run again after a sync in the middle of which it ran: what that sync had read before must not come back.
        Raises OverloadedError, IndexLockedError where another process owns the index.
        """
        with self._lock:
            if self._stop.is_set():
                raise OverloadedError("Lectern is shutting down.", "Try again later.")
            if self._thread is None:
                raise IndexLockedError(
                    f"The index is changed by its owner alone: {self._ownership.owner}.", "Ask again in a moment."
                )
            done = self._tasks.add(task)
            self._lock.notify_all()
            return done

    def embed_soon(self) -> None:
        """Make vectors that are missing as soon as nothing else is to be done."""
        with self._lock:
            self._may_owe_vectors = True
            self._lock.notify_all()

    def refuse_while_syncing(self, collection: str | None = None) -> None:
        """Raise IndexLockedError while a sync of the collection, or of any, runs; for tasks."""
        running = self._jobs.running
        if running is not None and collection in (None, running.collection):
            raise IndexLockedError(
                f"The collection {running.collection!r} is being synced with {running.folder}.",
                "Wait for it to finish.",
            )

    def drop_waiting(self, collection: str) -> None:
        """Stop the syncs of a collection that wait; for tasks."""
        with self._lock:
            dropped = self._jobs.withdraw_waiting(collection)
        for id_ in dropped:
            self._jobs.finish(id_, state="stopped")

    def stop(self, id_: str) -> None:
        """Stop one job: a waiting one is dropped, the running one ends at the file it is at; others go on."""
        with self._lock:
            self._take_in()
            was_waiting, running = self._jobs.withdraw(id_), self._jobs.running
            if running is not None and running.id == id_:
                self._interrupt.set()
                self._jobs.record_stop()
        if was_waiting:
            self._jobs.finish(id_, state="stopped")

    def find(self, id_: str) -> SyncJob | None:
        """Return a job as it stands now, also one of an earlier queue. Raises StoreError."""
        return self._jobs.find(id_) or self._job_store.find(id_)

    def unfinished(self) -> list[SyncJob]:
        """List what runs and waits, in the order in which it is done."""
        with self._lock:
            if self._thread is None:
                return list(self._job_store.list_unfinished())
            self._take_in()
            return self._jobs.list_jobs()

    def close(self, seconds: float) -> bool:
        """Stop the running sync and leave it and the waiting ones to the next queue.

        False when the thread has not ended within `seconds`.
        """
        with self._lock:
            self._stop.set()
            if not self._interrupt.is_set():
                self._jobs.put_back()
            waiting, tasks = self._jobs.withdraw_waiting(), self._tasks.withdraw_waiting()
            self._interrupt.set()
            self._lock.notify_all()
        for id_ in waiting:
            self._jobs.finish(id_, state="stopped")
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
            self._tasks.run_waiting()
            if (job := self._begin()) is not None:
                # In a context of its own, whose request and run end with it.
                copy_context().run(self._sync, job)
            elif self._may_owe_vectors and not self._stop.is_set():
                self._may_owe_vectors = False
                self._embed()

    def _take_in(self) -> None:
        """Queue what other servers have written down, where there may be any; with the lock held."""
        if self._ownership.is_shared and self._thread is not None and not self._stop.is_set():
            self._jobs.take_in()

    def _begin(self) -> SyncJob | None:
        """Take the next job up; None where none waits."""
        with self._lock:
            if self._stop.is_set() or not self._jobs.has_waiting:
                return None
            self._interrupt.clear()
            return self._jobs.begin_next()

    def _has_work(self) -> bool:
        return bool(self._tasks.are_waiting or self._jobs.has_waiting or self._stop.is_set() or self._may_owe_vectors)

    def _is_wanted_elsewhere(self) -> bool:
        """Tell whether embedding is to end early, as the files of another sync come first."""
        return self._jobs.has_waiting or self._stop.is_set()

    def _embed(self) -> None:
        """Make the vectors that syncs left to be made, until a sync or the end comes."""

        def run_tasks(_: EmbeddingProgress) -> None:
            self._tasks.run_waiting()

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
        ran_between: list[IndexTask] = []

        def on_progress(progress: SyncProgress) -> None:
            self._jobs.set(job.id, progress=progress)
            ran_between.extend(self._tasks.run_waiting())

        def note_words(report: SyncReport) -> None:
            """Keep what became of each file while the second stage of the sync runs."""
            self._jobs.set(job.id, report=report)

        outcome: dict[str, Any] = {"state": "failed"}
        try:
            report = self._ingest.sync(
                job.folder,
                collection=job.collection,
                allow_empty=job.allow_empty,
                check_folder=lambda folder: self._check_folder(folder, job.collection),
                on_progress=on_progress,
                interrupt=self._interrupt,
                on_words=note_words,
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
        run_again(ran_between)
        self._jobs.finish(job.id, **outcome)
