"""One sync after the other, and what runs between their files."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.service.sync_queue import SyncQueue
from app.state.sync_jobs import MAX_ATTEMPTS, SyncJob, SyncJobStore
from ingest.embedding import EmbeddingProgress, EmbeddingReport
from ingest.report import SyncProgress, SyncReport
from rag.errors import ConfigurationError, IndexLockedError, ModelError, OverloadedError
from rag.work_context import current_request_id, work_for_request

FOLDER = Path("/papers")


class SteppedIngest:
    """Syncs folders of two files; each step waits for `step`. Folders called "bad" fail."""

    def __init__(self) -> None:
        self.step = threading.Semaphore(0)
        self.at_file = threading.Semaphore(0)
        self.synced: list[tuple[Path, str]] = []
        self.to_embed = 0
        self.embedding_ended = threading.Semaphore(0)

    def sync(
        self,
        folder: Path,
        *,
        collection: str,
        on_progress: Callable[[SyncProgress], None],
        interrupt: threading.Event,
        **options: Any,
    ) -> SyncReport:
        logging.getLogger("lectern.tested").warning(current_request_id())
        if folder.name == "bad":
            raise ConfigurationError("It does not exist.")
        for number in (1, 2):
            self.at_file.release()
            while not self.step.acquire(timeout=0.01):
                if interrupt.is_set():
                    raise KeyboardInterrupt
            on_progress(SyncProgress(number, 2, number, "file"))
        if folder.name == "cannot be embedded":
            options["on_words"](SyncReport(str(folder), collection))
            raise ModelError("The embedder is damaged.")
        self.synced.append((folder, collection))
        return SyncReport(str(folder), collection)

    def has_to_embed(self) -> bool:
        return self.to_embed > 0

    def embed(
        self,
        *,
        on_progress: Callable[[EmbeddingProgress], None],
        interrupt: threading.Event,
        stop_early: Callable[[], bool],
    ) -> EmbeddingReport:
        """Embed until a sync comes; what is left then is embedded in no time afterwards."""
        self.to_embed -= 1
        if self.to_embed:
            while not stop_early():
                on_progress(EmbeddingProgress(0, 2))
                time.sleep(0.005)
        self.embedding_ended.release()
        return EmbeddingReport(embedded=1, left=self.to_embed)


@pytest.fixture
def ingest() -> SteppedIngest:
    return SteppedIngest()


@pytest.fixture
def job_store(tmp_path: Path) -> Iterator[SyncJobStore]:
    with closing(SyncJobStore(tmp_path / "service.sqlite")) as opened:
        yield opened


@pytest.fixture
def syncs(ingest: SteppedIngest, job_store: SyncJobStore) -> Iterator[SyncQueue]:
    queue = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    yield queue
    assert queue.close(10)


def test_syncs_run_one_after_the_other_in_order(syncs: SyncQueue, ingest: SteppedIngest) -> None:
    first, second = syncs.submit(FOLDER, "a"), syncs.submit(FOLDER, "b")
    assert [job.id for job in syncs.unfinished()] == [first.id, second.id]
    ingest.step.release(4)
    assert second.finished.result().collection == "b"
    assert first.finished.done()
    assert ingest.synced == [(FOLDER, "a"), (FOLDER, "b")]
    ended = syncs.find(first.id)
    assert ended is not None
    assert (ended.state, ended.report) == ("done", SyncReport(str(FOLDER), "a"))
    assert syncs.unfinished() == []


def test_a_sync_that_waits_already_is_not_queued_twice_but_one_that_runs_is_followed_by_another(
    syncs: SyncQueue, ingest: SteppedIngest
) -> None:
    running = syncs.submit(FOLDER, "a")
    ingest.at_file.acquire()
    waiting = syncs.submit(FOLDER, "a")
    assert waiting.id != running.id
    assert syncs.submit(FOLDER, "a").id == waiting.id
    assert syncs.submit(FOLDER, "a", allow_empty=True).id != waiting.id


def test_a_failed_sync_leaves_its_reason_and_the_next_one_runs(syncs: SyncQueue, ingest: SteppedIngest) -> None:
    bad = syncs.submit(Path("/bad"), "a")
    with pytest.raises(ConfigurationError):
        bad.finished.result()
    ended = syncs.find(bad.id)
    assert ended is not None
    assert (ended.state, str(ended.error)) == ("failed", "It does not exist.")
    ingest.step.release(2)
    syncs.submit(FOLDER, "a").finished.result()


def test_a_sync_whose_embedding_fails_keeps_the_report_of_its_files_and_fails(
    syncs: SyncQueue, ingest: SteppedIngest
) -> None:
    job = syncs.submit(Path("/cannot be embedded"), "a")
    ingest.step.release(2)
    with pytest.raises(ModelError):
        job.finished.result()
    ended = syncs.find(job.id)
    assert ended is not None
    assert (ended.state, ended.report) == ("failed", SyncReport("/cannot be embedded", "a"))


def test_a_task_runs_between_two_files_and_once_more_after_the_sync(syncs: SyncQueue, ingest: SteppedIngest) -> None:
    ran: list[int] = []
    job = syncs.submit(FOLDER, "a")
    ingest.at_file.acquire()
    done = syncs.run(lambda: ran.append(len(ingest.synced)))
    assert not done.done()
    ingest.step.release()
    done.result()
    assert ran == [0]
    ingest.step.release()
    job.finished.result()
    assert ran == [0, 1]


def test_what_earlier_syncs_left_is_embedded_while_nothing_else_is_to_be_done(
    ingest: SteppedIngest, job_store: SyncJobStore
) -> None:
    ingest.to_embed = 2
    queue = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    assert queue.run(lambda: 7).result() == 7, "a task runs between two windows"
    job = queue.submit(FOLDER, "a")
    ingest.embedding_ended.acquire()
    ingest.step.release(2)
    assert job.finished.result().collection == "a"
    ingest.embedding_ended.acquire()
    assert ingest.to_embed == 0
    assert queue.close(10)


def test_a_task_runs_at_once_while_nothing_is_synced_and_its_error_is_its_callers(syncs: SyncQueue) -> None:
    assert syncs.run(lambda: 7).result() == 7
    with pytest.raises(ZeroDivisionError):
        syncs.run(lambda: 1 // 0).result()


def test_whoever_gives_up_waiting_for_a_task_ends_nothing_else(syncs: SyncQueue) -> None:
    begun, may_end, ran = threading.Event(), threading.Event(), list[str]()

    def hold() -> None:
        begun.set()
        may_end.wait()

    held, dropped = syncs.run(hold), syncs.run(lambda: ran.append("dropped"))
    begun.wait()
    held.cancel()
    dropped.cancel()
    may_end.set()
    assert syncs.run(lambda: "still here").result(60) == "still here"
    assert ran == []


def test_a_collection_that_is_being_synced_is_known_to_tasks(syncs: SyncQueue, ingest: SteppedIngest) -> None:
    running, waiting = syncs.submit(FOLDER, "a"), syncs.submit(FOLDER, "b")
    ingest.at_file.acquire()
    refused = syncs.run(lambda: syncs.refuse_while_syncing("a"))
    allowed = syncs.run(lambda: (syncs.refuse_while_syncing("b"), syncs.drop_waiting("b")))
    ingest.step.release(2)
    with pytest.raises(IndexLockedError, match="is being synced"):
        refused.result()
    allowed.result()
    running.finished.result()
    with pytest.raises(CancelledError):
        waiting.finished.result()


def test_closing_stops_what_runs_and_drops_what_waits(ingest: SteppedIngest, job_store: SyncJobStore) -> None:
    ended = []
    syncs = SyncQueue(ingest, job_store, on_finished=ended.append)  # type: ignore[arg-type]
    running, waiting = syncs.submit(FOLDER, "a"), syncs.submit(FOLDER, "b")
    ingest.at_file.acquire()
    assert syncs.close(10)
    for job in (running, waiting):
        with pytest.raises(CancelledError):
            job.finished.result()
    assert sorted(job.state for job in ended) == ["stopped", "stopped"]
    for late in (lambda: syncs.submit(FOLDER, "a"), lambda: syncs.run(list)):
        with pytest.raises(OverloadedError):
            late()


def test_what_a_closed_queue_has_left_undone_the_next_one_does_under_the_same_ids(
    ingest: SteppedIngest, job_store: SyncJobStore
) -> None:
    first = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    running, waiting = first.submit(FOLDER, "a"), first.submit(FOLDER, "b", allow_empty=True)
    ingest.at_file.acquire()
    assert first.close(10)
    second = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    assert [(job.id, job.allow_empty) for job in second.unfinished()] == [(running.id, False), (waiting.id, True)]
    followed = second.unfinished()[1]
    ingest.step.release(4)
    followed.finished.result()
    assert ingest.synced == [(FOLDER, "a"), (FOLDER, "b")]
    assert second.close(10)
    third = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    assert third.unfinished() == []
    ended = third.find(waiting.id)
    assert ended is not None
    assert (ended.state, ended.report) == ("done", SyncReport(str(FOLDER), "b"))
    assert third.close(10)


def test_a_sync_that_was_stopped_or_has_failed_is_over_for_the_next_queue_too(
    ingest: SteppedIngest, job_store: SyncJobStore
) -> None:
    first = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    stopped, failed, dropped = first.submit(FOLDER, "a"), first.submit(Path("/bad"), "a"), first.submit(FOLDER, "b")
    ingest.at_file.acquire()
    first.stop(dropped.id)
    first.stop(stopped.id)
    with pytest.raises(ConfigurationError):
        failed.finished.result()
    assert first.close(10)
    second = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    assert second.unfinished() == []
    found = [second.find(job.id) for job in (stopped, failed, dropped)]
    assert [job and job.state for job in found] == ["stopped", "failed", "stopped"]
    assert isinstance(found[1] and found[1].error, ConfigurationError)
    assert second.close(10)


def test_a_sync_that_is_being_stopped_when_the_queue_ends_is_not_begun_anew(
    ingest: SteppedIngest, job_store: SyncJobStore
) -> None:
    syncs = SyncQueue(ingest, job_store)  # type: ignore[arg-type]
    job = syncs.submit(FOLDER, "a")
    ingest.at_file.acquire()
    syncs.stop(job.id)
    found = job_store.find(job.id)
    assert found is not None
    assert found.state == "stopped"
    assert syncs.close(10)
    assert job_store.take_over() == []


def test_a_sync_in_the_middle_of_which_the_process_ends_is_begun_anew_but_not_for_ever(
    job_store: SyncJobStore,
) -> None:
    job = job_store.add("a", FOLDER, allow_empty=False)
    for _ in range(MAX_ATTEMPTS):
        assert [owed.id for owed in job_store.take_over()] == [job.id]
        job_store.begin(job)
    assert job_store.take_over() == []
    given_up = job_store.find(job.id)
    assert given_up is not None
    assert "Lectern ended in the middle" in str(given_up.error)


def test_the_oldest_finished_jobs_of_a_collection_are_forgotten(
    job_store: SyncJobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.state.sync_jobs.JOBS_KEPT", 2)

    def add(collection: str) -> SyncJob:
        return job_store.add(collection, FOLDER, allow_empty=False)

    owed, other = add("a"), add("b")
    ended = [add("a") for _ in range(3)]
    for job in (*ended, other):
        job_store.finish(replace(job, state="done", finished_at=job.queued_at))
    add("a")
    assert [job_store.find(job.id) is not None for job in (owed, *ended, other)] == [True, False, False, True, True]
    job_store.remove_collection("a")
    assert job_store.take_over() == []


def test_what_is_no_id_of_a_job_finds_none(job_store: SyncJobStore) -> None:
    job = job_store.add("a", FOLDER, allow_empty=False)
    number = job.id.rpartition("-")[2]
    for id_ in (number, f"x-{number}", "", "-", "9" * 30, "\N{SUPERSCRIPT TWO}"):
        assert job_store.find(id_) is None


def test_a_sync_works_for_the_request_that_asked_for_it_also_after_a_new_start(
    job_store: SyncJobStore, ingest: SteppedIngest, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(queue: SyncQueue, folder: str) -> SyncJob:
        work_for_request(f"request for {folder}")
        return queue.submit(Path(folder), "default")

    queue = SyncQueue(ingest, job_store)
    copy_context().run(ask, queue, "/first")
    assert ingest.at_file.acquire(timeout=5)
    copy_context().run(ask, queue, "/bad")
    unasked = queue.submit(Path("/by schedule"), "default")
    assert queue.close(5)
    assert caplog.messages == ["request for /first"]
    ingest.step.release(4)
    queue = SyncQueue(ingest, job_store)
    while (found := queue.find(unasked.id)) is None or not found.finished_at:
        time.sleep(0.01)
    assert caplog.messages[1:] == ["request for /first", "request for /bad", ""]
    assert queue.run(current_request_id).result(5) == ""
    assert copy_context().run(_run_for, queue, "other") == "other"
    assert queue.close(5)


def _run_for(queue: SyncQueue, request_id: str) -> str:
    work_for_request(request_id)
    return queue.run(current_request_id).result(5)
