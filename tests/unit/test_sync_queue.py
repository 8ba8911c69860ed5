"""One sync after the other, and what runs between their files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest

from app.sync_queue import SyncQueue
from ingest.report import SyncProgress, SyncReport
from rag.errors import ConfigurationError, IndexLockedError, OverloadedError

FOLDER = Path("/papers")


class SteppedIngest:
    """Syncs folders of two files; each step waits for `step`. Folders called "bad" fail."""

    def __init__(self) -> None:
        self.step = threading.Semaphore(0)
        self.at_file = threading.Semaphore(0)
        self.synced: list[tuple[Path, str]] = []

    def sync(
        self,
        folder: Path,
        *,
        collection: str,
        on_progress: Callable[[SyncProgress], None],
        interrupt: threading.Event,
        **options: Any,
    ) -> SyncReport:
        if folder.name == "bad":
            raise ConfigurationError("It does not exist.")
        for number in (1, 2):
            self.at_file.release()
            while not self.step.acquire(timeout=0.01):
                if interrupt.is_set():
                    raise KeyboardInterrupt
            on_progress(SyncProgress(number, 2, number, "file"))
        self.synced.append((folder, collection))
        return SyncReport(str(folder), collection)


@pytest.fixture
def ingest() -> SteppedIngest:
    return SteppedIngest()


@pytest.fixture
def syncs(ingest: SteppedIngest) -> Iterator[SyncQueue]:
    queue = SyncQueue(ingest)  # type: ignore[arg-type]
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
    assert (ended.state, ended.progress) == ("done", SyncProgress(2, 2, 2, "file"))
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


def test_a_task_runs_at_once_while_nothing_is_synced_and_its_error_is_its_callers(syncs: SyncQueue) -> None:
    assert syncs.run(lambda: 7).result() == 7
    with pytest.raises(ZeroDivisionError):
        syncs.run(lambda: 1 // 0).result()


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


def test_closing_stops_what_runs_and_drops_what_waits(ingest: SteppedIngest) -> None:
    ended = []
    syncs = SyncQueue(ingest, on_finished=ended.append)  # type: ignore[arg-type]
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
