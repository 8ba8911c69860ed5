"""Registered folders with the real store, scheduler and file events; syncs are recorded, and one is real."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.schedule.clock import Clock
from app.schedule.scheduler import FolderScheduler
from app.schedule.times import BackOff
from app.service.build_index import Lectern
from app.settings import read_settings
from app.state.folders import FolderStore, RegisteredFolder
from ingest.report import FailedFile, SyncReport
from rag.errors import ConfigurationError, NotFoundError, StoreError
from tests.integration.inspection import change_state
from tests.integration.opening import open_index_of, state_place
from tests.paths import CHECKOUT

PATIENCE_SECONDS = 30.0
"""Only reached where something is broken: what is waited for takes a fraction of it on a busy machine."""

QUICK = BackOff(first=timedelta(milliseconds=100), longest=timedelta(seconds=60))


def eventually(condition: Callable[[], object], what: str = "") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what or "it never came to pass"
        time.sleep(0.02)


@dataclass
class RecordedSync:
    """Does nothing but write down when it was called for what, and fails as it is told."""

    began: list[tuple[Path, str, float]] = field(default_factory=list)
    ended: list[Path] = field(default_factory=list)
    fails_with: BaseException | None = None
    failed_files: bool = False
    may_end: threading.Event = field(default_factory=threading.Event)

    most_together: dict[str, int] = field(default_factory=dict)
    running: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.may_end.set()

    def __call__(self, folder: Path, collection: str) -> SyncReport:
        with self.lock:
            self.began.append((folder, collection, time.monotonic()))
            self.running[collection] = self.running.get(collection, 0) + 1
            self.most_together[collection] = max(self.most_together.get(collection, 0), self.running[collection])
        try:
            assert self.may_end.wait(PATIENCE_SECONDS)
            if self.fails_with is not None:
                raise self.fails_with
            failed = [FailedFile("bad.pdf", "It is damaged.", "Repair it.")] if self.failed_files else []
            return SyncReport(str(folder), collection, failed=failed)
        finally:
            with self.lock:
                self.running[collection] -= 1
                self.ended.append(folder)

    def count(self, folder: Path) -> int:
        return sum(began == folder for began, _, _ in self.began)


@pytest.fixture
def sync() -> RecordedSync:
    return RecordedSync()


Start = Callable[..., FolderScheduler]


@pytest.fixture
def start(folder_store: FolderStore, home: Path, sync: RecordedSync) -> Iterator[Start]:
    """Start a scheduler that looks often and waits little; it is stopped after the test."""
    with ExitStack() as stack:

        def start_it(**how: object) -> FolderScheduler:
            given = {"home": home, "look_seconds": 0.02, "quiet_seconds": 0.2, "back_off": QUICK, **how}
            return stack.enter_context(FolderScheduler(folder_store, sync, **given))  # type: ignore[arg-type]

        yield start_it
        sync.may_end.set()


def new_folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir(parents=True)
    return parent / name


def settled(folder_store: FolderStore, folder: RegisteredFolder) -> bool:
    """Whether nothing of a folder runs or is due."""
    now = folder_store.get(folder.id)
    return now.last_outcome not in ("", "running") and not now.due_since


def move_schedule_into_the_past(home: Path, seconds: float) -> None:
    """As if the machine had been off for so long."""
    change_state(home, "UPDATE watched_folders SET next_scheduled = next_scheduled - :seconds", seconds=seconds)


# --- the folder store ---


def test_a_registered_folder_is_kept_with_all_that_was_said(
    folder_store: FolderStore, folder: Path, home: Path
) -> None:
    added = folder_store.add(folder, "default", schedule="30 2 * * *", watch=True)
    assert (added.path, added.collection, added.schedule, added.watch) == (folder, "default", "30 2 * * *", True)
    assert (added.state, added.last_outcome, added.failures) == ("waiting", "", 0)
    assert FolderStore(state_place(home)).list_folders() == [added]
    assert folder_store.find(str(folder)) == folder_store.find(str(added.id)) == folder_store.get(added.id) == added
    assert added.next_run is not None
    assert (added.next_run.hour, added.next_run.minute) == (2, 30)


def test_a_folder_with_an_interval_is_due_at_once(folder_store: FolderStore, folder: Path) -> None:
    added = folder_store.add(folder, "default", every="30m")
    assert (added.schedule, added.state, added.due_reason) == ("every 30m", "due", "just added")


def test_names_that_are_no_text_are_kept(folder_store: FolderStore, tmp_path: Path) -> None:
    odd = new_folder(tmp_path, "caf\udce9 \x1b[31m")
    added = folder_store.add(odd, "default")
    assert folder_store.get(added.id).path == odd
    assert added.name.endswith("caf\\xe9 \x1b[31m")


def test_what_is_no_folder_is_not_registered(folder_store: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(ConfigurationError, match="does not exist"):
        folder_store.add(tmp_path / "nowhere", "default")
    with pytest.raises(ConfigurationError, match="is a file"):
        folder_store.add(tmp_path / "file.txt", "default")
    with pytest.raises(ConfigurationError, match="may not be called"):
        folder_store.add(tmp_path, " ")
    with pytest.raises(ConfigurationError, match="is not a valid cron expression"):
        folder_store.add(tmp_path, "default", schedule="now and then")
    assert folder_store.list_folders() == []


def test_folders_of_a_collection_do_not_overlap(folder_store: FolderStore, tmp_path: Path) -> None:
    inner = new_folder(tmp_path, "outer/middle/inner")
    middle = folder_store.add(inner.parent, "default")
    for overlapping in (inner, inner.parents[1]):
        with pytest.raises(ConfigurationError, match="its files would be indexed twice"):
            folder_store.add(overlapping, "default")
    with pytest.raises(ConfigurationError, match="is registered for the collection 'default' already"):
        folder_store.add(inner / "..", "default")
    folder_store.add(new_folder(tmp_path, "outer/middle-two"), "default")
    folder_store.add(inner, "another")
    folder_store.remove(middle.id)
    folder_store.add(inner, "default")


def test_a_folder_outside_what_is_allowed_is_refused_also_by_a_link(tmp_path: Path, home: Path) -> None:
    allowed, secret = new_folder(tmp_path, "allowed"), new_folder(tmp_path, "allowed-not")
    folder_store = FolderStore(state_place(home), roots=[allowed])
    (allowed / "way-out").symlink_to(secret)
    for outside in (secret, allowed / "way-out", allowed / ".." / "allowed-not", Path("/")):
        with pytest.raises(ConfigurationError, match="outside the folders that may be indexed here"):
            folder_store.add(outside, "default")
    assert folder_store.add(allowed, "default").path == allowed
    folder_store.close()


def test_what_is_not_registered_is_not_found(folder_store: FolderStore, tmp_path: Path) -> None:
    for act in (
        folder_store.get,
        folder_store.remove,
        folder_store.pause,
        folder_store.resume,
        folder_store.ask_for_run,
    ):
        with pytest.raises(NotFoundError):
            act(7)
    with pytest.raises(NotFoundError, match="is registered"):
        folder_store.find(str(tmp_path))


def test_a_path_in_two_collections_is_found_by_naming_one(folder_store: FolderStore, folder: Path) -> None:
    first, second = folder_store.add(folder, "one"), folder_store.add(folder, "two")
    with pytest.raises(ConfigurationError, match="several collections"):
        folder_store.find(str(folder))
    assert folder_store.find(str(folder), collection="two") == second
    assert folder_store.find(str(first.id)) == first


@pytest.mark.embedded_only("reads or damages files of the index")
def test_other_tables_in_the_same_file_are_left_alone(home: Path) -> None:
    home.mkdir()
    connection = sqlite3.connect(home / "service.sqlite")
    connection.execute("CREATE TABLE tokens (name)")
    connection.commit()
    connection.close()
    FolderStore(state_place(home)).close()
    connection = sqlite3.connect(home / "service.sqlite")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"tokens", "watched_folders"} <= tables
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.embedded_only("reads or damages files of the index")
def test_a_damaged_file_is_named(home: Path) -> None:
    home.mkdir()
    (home / "service.sqlite").write_bytes(b"garbage " * 600)
    with pytest.raises(StoreError, match=r"service\.sqlite cannot be used.*Restore it"):
        FolderStore(state_place(home))


# --- schedules ---


def test_a_schedule_fires_again_and_again(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", every="1s")
    start()
    eventually(lambda: sync.count(folder) >= 3)
    eventually(lambda: settled(folder_store, added))
    assert folder_store.get(added.id).last_outcome == "done"
    assert {(path, collection) for path, collection, _ in sync.began} == {(folder, "default")}


def test_missed_runs_are_caught_up_once(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", schedule="30 2 1 1 *")
    start().stop()
    assert sync.began == []
    move_schedule_into_the_past(home, seconds=20 * 366 * 86_400)
    scheduler = start()
    eventually(lambda: sync.began)
    eventually(lambda: settled(folder_store, added))
    scheduler.stop()
    start().stop()
    assert sync.count(folder) == 1


def test_an_index_that_was_moved_takes_its_schedule_along(
    folder_store: FolderStore, folder: Path, home: Path, tmp_path: Path, start: Start, sync: RecordedSync
) -> None:
    folder_store.add(folder, "default", schedule="30 2 1 1 *")
    start().stop()
    move_schedule_into_the_past(home, seconds=2 * 366 * 86_400)
    folder_store.close()
    moved = tmp_path / "moved"
    home.mkdir(exist_ok=True)
    home.rename(moved)
    moved_store = FolderStore(state_place(moved))
    with FolderScheduler(moved_store, sync, home=moved, look_seconds=0.02):
        eventually(lambda: sync.began)
    moved_store.close()
    assert not home.exists()


def make_old_files(home: Path) -> None:
    """As versions left them that kept next times with APScheduler, in a file of their own."""
    with closing(sqlite3.connect(home / "service.sqlite")) as connection, connection:
        connection.execute("ALTER TABLE watched_folders DROP COLUMN next_scheduled")
    with closing(sqlite3.connect(home / "schedule.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE apscheduler_jobs (id VARCHAR, next_run_time FLOAT, job_state BLOB)")


@pytest.mark.embedded_only("reads or damages files of the index")
def test_folders_of_an_older_version_keep_their_schedules(
    folder_store: FolderStore, folder: Path, home: Path, tmp_path: Path, start: Start, sync: RecordedSync
) -> None:
    planned = folder_store.add(folder, "default", schedule="30 2 1 1 *")
    paused = folder_store.pause(folder_store.add(new_folder(tmp_path, "paused"), "default", schedule="@daily").id)
    odd = folder_store.add(new_folder(tmp_path, "odd"), "default", schedule="30 2 1 1 *")
    make_old_files(home)
    change_row(home, odd.id, schedule="now and then")
    upgraded = FolderStore(state_place(home))
    assert upgraded.get(planned.id) == planned
    assert upgraded.get(paused.id).next_run is upgraded.get(odd.id).next_run is None
    upgraded.close()
    start()
    assert not (home / "schedule.sqlite").exists()
    assert sync.began == []


@pytest.mark.embedded_only("reads or damages files of the index")
def test_a_time_that_an_older_version_missed_is_caught_up(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", schedule="30 2 * * *")
    make_old_files(home)
    change_row(home, last_attempt=time.time() - 3 * 86_400)
    FolderStore(state_place(home)).close()
    start()
    eventually(lambda: sync.began and settled(folder_store, added))
    assert sync.count(folder) == 1


# --- file events ---


def test_a_file_that_is_written_is_synced(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", watch=True)
    start()
    eventually(lambda: sync.count(folder) == 1, "a watch that begins looks for what changed before")
    eventually(lambda: settled(folder_store, added))
    (folder / "deep" / "below").mkdir(parents=True)
    (folder / "deep" / "below" / "new.txt").write_text("new")
    eventually(lambda: sync.count(folder) >= 2)
    eventually(lambda: settled(folder_store, added))
    before = sync.count(folder)
    (folder / "deep" / "below" / "new.txt").unlink()
    eventually(lambda: sync.count(folder) > before)


def test_many_changes_in_a_row_are_one(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", watch=True)
    start(quiet_seconds=3.0)
    eventually(lambda: sync.count(folder) == 1)
    eventually(lambda: settled(folder_store, added))
    for number in range(20):
        (folder / f"{number}.txt").write_text("new")
        time.sleep(0.02)
    eventually(lambda: sync.count(folder) == 2)
    eventually(lambda: settled(folder_store, added))
    assert sync.count(folder) == 2


def test_temporary_files_and_the_index_itself_wake_nobody(
    folder_store: FolderStore, home: Path, tmp_path: Path, start: Start, sync: RecordedSync
) -> None:
    home.mkdir(exist_ok=True)
    assert home.parent == tmp_path
    added = folder_store.add(tmp_path, "default", watch=True)
    start(ignore=["drafts"])
    eventually(lambda: sync.count(tmp_path) == 1)
    eventually(lambda: settled(folder_store, added))
    new_folder(tmp_path, ".git")
    new_folder(tmp_path, "drafts")
    for name in ("~$report.docx", "download.part", ".git/index", "drafts/one.txt", "home/more", "x.tmp"):
        (tmp_path / name).write_text("passing")
    time.sleep(1.0)  # Five times as long as the scheduler waits for quiet.
    assert sync.count(tmp_path) == 1
    (tmp_path / "real.txt").write_text("real")
    eventually(lambda: sync.count(tmp_path) == 2)


def test_a_folder_that_vanishes_and_comes_back_is_watched_again(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    def synced_after(change: Callable[[], object]) -> None:
        before = sync.count(folder)
        change()
        eventually(lambda: sync.count(folder) > before)

    added = folder_store.add(folder, "default", watch=True)
    start()
    eventually(lambda: sync.count(folder) == 1)
    for _ in range(2):
        eventually(lambda: settled(folder_store, added))
        shutil.rmtree(folder)
        time.sleep(0.1)
        synced_after(folder.mkdir)
        eventually(lambda: settled(folder_store, added))
        synced_after(lambda: (folder / "new.txt").write_text("new"))


def test_a_folder_that_is_swapped_for_another_is_watched_again(
    folder_store: FolderStore, folder: Path, tmp_path: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", watch=True)
    other = new_folder(tmp_path, "other")
    start()
    eventually(lambda: sync.count(folder) == 1)
    eventually(lambda: settled(folder_store, added))
    folder.rename(tmp_path / "old")
    other.rename(folder)
    eventually(lambda: sync.count(folder) >= 2)
    eventually(lambda: settled(folder_store, added))
    before = sync.count(folder)
    (folder / "new.txt").write_text("new")
    eventually(lambda: sync.count(folder) > before)


def test_a_watched_folder_is_synced_now_and_then_whatever_is_seen(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    folder_store.add(folder, "default", watch=True)
    start(full_pass_seconds=0.3, quiet_seconds=1000)
    eventually(lambda: sync.count(folder) >= 3)


def test_a_folder_that_the_system_does_not_let_us_watch_is_synced_and_says_so(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[object]:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr("app.schedule.watch.watch", refuse)
    added = folder_store.add(folder, "default", watch=True)
    start()
    eventually(lambda: sync.count(folder) == 1)
    assert "watch limit reached" in folder_store.get(added.id).watch_problem


# --- one at a time ---


def test_two_folders_of_one_collection_are_never_synced_together_and_others_are(
    folder_store: FolderStore, tmp_path: Path, start: Start, sync: RecordedSync
) -> None:
    one, two, other = (new_folder(tmp_path, name) for name in ("one", "two", "other"))
    for folder, collection in ((one, "default"), (two, "default"), (other, "another")):
        folder_store.ask_for_run(folder_store.add(folder, collection).id)
    sync.may_end.clear()
    start()
    eventually(lambda: len(sync.began) == 2)
    assert {collection for _, collection, _ in sync.began} == {"default", "another"}
    sync.may_end.set()
    eventually(lambda: len(sync.ended) == 3)
    assert sync.most_together == {"default": 1, "another": 1}


def test_what_changes_during_a_sync_is_synced_after_it(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    sync.may_end.clear()
    scheduler = start()
    scheduler.ask_for_run(added.id)
    eventually(lambda: sync.count(folder) == 1)
    scheduler.ask_for_run(added.id)
    scheduler.ask_for_run(added.id)
    sync.may_end.set()
    eventually(lambda: sync.count(folder) == 2)
    eventually(lambda: settled(folder_store, added))
    assert (sync.count(folder), sync.most_together) == (2, {"default": 1})


# --- failures ---


def test_failures_are_retried_after_growing_gaps_until_a_success(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    sync.fails_with = ConfigurationError("The folder is gone.", "Mount it.")
    start().ask_for_run(added.id)
    eventually(lambda: sync.count(folder) >= 4)
    times = [began for _, _, began in sync.began[:4]]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] >= 0.1
    assert gaps[1] >= 0.2
    assert gaps[2] >= 0.4
    eventually(lambda: folder_store.get(added.id).last_outcome == "failed")
    failing = folder_store.get(added.id)
    assert failing.failures >= 4
    assert failing.last_reason == "The folder is gone. Mount it."
    assert (failing.state, failing.next_retry > failing.last_attempt) == ("retrying", True)
    sync.fails_with = None
    eventually(lambda: folder_store.get(added.id).last_outcome == "done")
    healed = folder_store.get(added.id)
    assert (healed.failures, healed.next_retry, healed.last_reason, healed.state) == (0, 0, "", "waiting")


def test_a_run_with_failed_files_is_retried(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    sync.failed_files = True
    start().ask_for_run(added.id)
    eventually(lambda: folder_store.get(added.id).failures == 2)
    assert (folder_store.get(added.id).last_outcome, folder_store.get(added.id).last_reason) == (
        "failed files",
        "bad.pdf: It is damaged.",
    )


def test_a_failure_that_nobody_foresaw_is_recorded_and_ends_nothing(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    sync.fails_with = ZeroDivisionError("division by zero")
    start().ask_for_run(added.id)
    eventually(lambda: folder_store.get(added.id).failures >= 2)
    assert "unexpectedly (ZeroDivisionError)" in folder_store.get(added.id).last_reason


def test_a_folder_that_now_leads_outside_what_is_allowed_is_not_synced(
    tmp_path: Path, home: Path, sync: RecordedSync
) -> None:
    allowed, secret = new_folder(tmp_path, "allowed"), new_folder(tmp_path, "secret")
    inside = new_folder(allowed, "inside")
    folder_store = FolderStore(state_place(home), roots=[allowed])
    added = folder_store.add(inside, "default")
    inside.rmdir()
    inside.symlink_to(secret)
    with FolderScheduler(folder_store, sync, home=home, look_seconds=0.02) as scheduler:
        scheduler.ask_for_run(added.id)
        eventually(lambda: folder_store.get(added.id).last_outcome == "failed")
    assert "outside the folders" in folder_store.get(added.id).last_reason
    assert sync.began == []
    folder_store.close()


# --- changes while it runs, stops and restarts ---


def test_what_another_process_registers_takes_effect(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    start()
    code = (
        "import sys; from pathlib import Path; from app.state.folders import FolderStore; "
        "from tests.integration.opening import state_place; "
        "FolderStore(state_place(Path(sys.argv[1]))).add(Path(sys.argv[2]), 'default', every='1s')"
    )
    checkout = CHECKOUT
    subprocess.run([sys.executable, "-c", code, home, folder], cwd=checkout, check=True)
    eventually(lambda: sync.count(folder) >= 2)
    (added,) = folder_store.list_folders()
    folder_store.remove(added.id)
    eventually(lambda: len(sync.ended) == len(sync.began))
    count = sync.count(folder)
    time.sleep(1.2)
    assert sync.count(folder) <= count + 1, "at most the one that was on its way"
    assert folder_store.list_folders() == []


def test_a_paused_folder_rests_until_it_is_resumed_but_is_synced_when_asked(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", every="1s", watch=True)
    paused = folder_store.pause(added.id)
    assert (paused.state, paused.next_run) == ("paused", None)
    scheduler = start()
    (folder / "new.txt").write_text("new")
    time.sleep(1.2)
    assert sync.began == []
    scheduler.ask_for_run(added.id)
    eventually(lambda: sync.count(folder) == 1)
    eventually(lambda: settled(folder_store, added))
    assert folder_store.get(added.id).state == "paused"
    folder_store.resume(added.id)
    eventually(lambda: sync.count(folder) >= 3)


def test_another_schedule_takes_the_place_of_the_old_one(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", schedule="30 2 1 1 *")
    start()
    folder_store.reschedule(added.id, every="1s")
    eventually(lambda: sync.count(folder) >= 2)
    folder_store.reschedule(added.id)

    assert folder_store.get(added.id).next_run is None


def test_a_restart_keeps_folders_failures_and_retries(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", schedule="30 2 1 1 *", watch=False)
    sync.fails_with = ConfigurationError("Not now.")
    scheduler = start(back_off=BackOff(first=timedelta(seconds=2)))
    scheduler.ask_for_run(added.id)
    eventually(lambda: folder_store.get(added.id).failures == 1)
    scheduler.stop()
    kept = FolderStore(state_place(home)).get(added.id)
    assert (kept.failures, kept.schedule, kept.state) == (1, "30 2 1 1 *", "retrying")
    sync.fails_with = None
    start()
    eventually(lambda: folder_store.get(added.id).last_outcome == "done")
    assert (sync.count(folder), folder_store.get(added.id).failures) == (2, 0)


def test_a_stop_is_quick_and_a_sync_that_it_cut_off_is_done_again(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", watch=True)
    sync.may_end.clear()
    scheduler = start()
    scheduler.ask_for_run(added.id)
    eventually(lambda: sync.began)
    sync.fails_with = KeyboardInterrupt()
    started = time.monotonic()
    scheduler.stop()
    # Two seconds are promised; the rest is for a busy machine. A stop that waits for the sync would never end.
    assert time.monotonic() - started < PATIENCE_SECONDS
    sync.may_end.set()
    eventually(lambda: folder_store.get(added.id).last_outcome == "cut off")
    assert (folder_store.get(added.id).state, folder_store.get(added.id).failures) == ("due", 0)
    sync.fails_with = None
    start()
    eventually(lambda: folder_store.get(added.id).last_outcome == "done")


@pytest.mark.embedded_only("reads or damages files of the index")
def test_an_end_in_the_middle_of_noting_a_cut_off_sync_forgets_nothing(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    folder_store.begin_run(added.id)
    with closing(sqlite3.connect(home / "service.sqlite")) as connection:
        connection.execute(
            "CREATE TRIGGER ended BEFORE UPDATE OF due_since ON watched_folders WHEN NEW.due_since > 0 "
            "BEGIN SELECT RAISE(ABORT, 'ended here'); END"
        )
        with pytest.raises(IntegrityError):
            folder_store.cut_off_run(added.id)
        assert folder_store.get(added.id).last_outcome == "running"  # So that the next start knows of it.
        connection.execute("DROP TRIGGER ended")
    start()
    eventually(lambda: folder_store.get(added.id).last_outcome == "done")
    assert sync.count(folder) == 1


def test_a_sync_in_which_the_process_was_killed_counts_as_a_failure_and_is_retried(
    folder_store: FolderStore, folder: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    folder_store.begin_run(added.id)  # And then nothing more was heard.
    start()
    eventually(lambda: folder_store.get(added.id).last_outcome == "done")
    assert sync.count(folder) == 1


# --- a clock that jumps ---


def change_row(home: Path, folder_id: int = 1, **values: object) -> None:
    """Write into the folder store what a clock that was wrong, or another version, would have."""
    for column, value in values.items():
        statement = f"UPDATE watched_folders SET {column} = :value WHERE id = :id"
        change_state(home, statement, value=value, id=folder_id)


TEN_YEARS = 10 * 366 * 86_400.0


def test_a_watched_folder_that_was_synced_in_the_future_is_synced_now(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", watch=True)
    set_back = 0.0
    start(clock=Clock(now=lambda: time.time() - set_back))
    eventually(lambda: sync.began and settled(folder_store, added))
    before = sync.count(folder)
    ahead = time.time() + TEN_YEARS
    change_row(home, last_attempt=ahead, added_at=ahead)
    set_back = 3600.0  # So that it began, too, in the future.
    eventually(lambda: sync.count(folder) > before and settled(folder_store, added))
    assert folder_store.get(added.id).last_attempt <= time.time()


def test_a_retry_promised_by_a_fast_clock_is_not_waited_for(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default")
    folder_store.begin_run(added.id)
    folder_store.finish_run(added.id, outcome="failed", reason="", failures=1, retry_after=TEN_YEARS, seconds=0.0)
    start()
    eventually(lambda: settled(folder_store, added) and folder_store.get(added.id).last_outcome == "done")
    assert sync.count(folder) == 1


def test_a_schedule_that_a_fast_clock_moved_away_comes_back(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", schedule="30 2 * * *")
    move_schedule_into_the_past(home, seconds=-TEN_YEARS)
    start().stop()
    assert folder_store.get(added.id).next_run == added.next_run
    assert sync.began == []


def test_an_interval_that_a_fast_clock_moved_away_goes_on(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    added = folder_store.add(folder, "default", every="1s")
    scheduler = start()
    eventually(lambda: sync.began and settled(folder_store, added))
    scheduler.stop()
    before = sync.count(folder)
    change_row(home, added_at=time.time() + TEN_YEARS)
    move_schedule_into_the_past(home, seconds=-TEN_YEARS)
    start()
    eventually(lambda: sync.count(folder) >= before + 2)


def test_a_time_that_came_while_the_machine_slept_is_not_slept_through(
    folder_store: FolderStore, folder: Path, home: Path, start: Start, sync: RecordedSync
) -> None:
    folder_store.add(folder, "default", schedule="30 2 1 1 *")
    slept = 0.0
    looks = threading.Semaphore(0)

    def passed() -> float:
        looks.release()
        return time.monotonic() - slept

    start(clock=Clock(passed=passed))
    for _ in range(50):
        assert looks.acquire(timeout=PATIENCE_SECONDS)
    move_schedule_into_the_past(home, seconds=TEN_YEARS)  # By now the scheduler sleeps until next year.
    slept = 3600.0
    eventually(lambda: sync.began)


# --- with the real pipeline ---


def test_a_watched_folder_is_indexed_and_followed(folder: Path, home: Path) -> None:
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times.\n")
    settings = read_settings(home=home, workers=1)
    with open_index_of(settings) as lectern:
        folder_store = FolderStore(state_place(home))
        added = folder_store.add(folder, "default", watch=True)

        def documents() -> list[str]:
            return [document.path for document in lectern.catalogue.list_documents("default")]

        with FolderScheduler(
            folder_store,
            lambda path, collection: lectern.ingest.sync(path, collection=collection),
            home=home,
            look_seconds=0.02,
            quiet_seconds=0.3,
        ):
            eventually(lambda: folder_store.get(added.id).last_outcome == "done")
            assert documents() == ["light.txt"]
            (folder / "bakery.txt").write_text("The bakery opens at six.\n")
            eventually(lambda: documents() == ["bakery.txt", "light.txt"])
            eventually(lambda: settled(folder_store, added))
            (folder / "light.txt").unlink()
            eventually(lambda: documents() == ["bakery.txt"])
            eventually(lambda: settled(folder_store, added))
        assert lectern.catalogue.list_runs(limit=1)[0].outcome == "done"
        folder_store.close()


# --- records of runs ---


@pytest.fixture
def lectern(home: Path) -> Iterator[Lectern]:
    with open_index_of(read_settings(home=home, workers=1)) as opened:
        yield opened


def test_a_sync_that_fails_leaves_its_reason_in_the_record(
    lectern: Lectern, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "light.txt").write_text("The lamp flashes.\n")

    read_and_store = lectern.ingest._read_and_store

    def fill_the_disk(*arguments: Any) -> None:
        read_and_store(*arguments)
        raise StoreError("The disk is full.", "Make room.")

    with monkeypatch.context() as patch:
        patch.setattr(lectern.ingest, "_read_and_store", fill_the_disk)
        with pytest.raises(StoreError):
            lectern.ingest.sync(folder, collection="default")
    (run,) = lectern.catalogue.list_runs(limit=5)
    assert (run.outcome, run.reason, run.remedy) == ("failed", "The disk is full.", "Make room.")
    report = json.loads(run.report)
    assert (report["reason"], report["added"]) == ("The disk is full.", 1)
    lectern.ingest.sync(folder, collection="default")
    assert [(run.outcome, run.reason) for run in lectern.catalogue.list_runs(limit=1)] == [("done", "")]


def test_a_sync_that_cannot_begin_leaves_a_record_where_the_collection_is_known(lectern: Lectern, folder: Path) -> None:
    with pytest.raises(ConfigurationError):
        lectern.ingest.sync(folder / "typo", collection="default")
    assert lectern.catalogue.list_collections() == []
    (folder / "light.txt").write_text("The lamp flashes.\n")
    lectern.ingest.sync(folder, collection="default")
    shutil.rmtree(folder)
    with pytest.raises(ConfigurationError):
        lectern.ingest.sync(folder, collection="default")
    folder.mkdir()
    with pytest.raises(ConfigurationError):
        lectern.ingest.sync(folder, collection="default")
    emptied, gone, done = lectern.catalogue.list_runs(limit=5)
    assert (done.outcome, gone.outcome, emptied.outcome) == ("done", "failed", "failed")
    assert "does not exist" in gone.reason
    assert "is empty" in emptied.reason
    assert len({done.id, gone.id, emptied.id}) == 3
    assert gone.finished_at


def test_runs_are_listed_by_collection_and_folder(lectern: Lectern, tmp_path: Path) -> None:
    one, two = new_folder(tmp_path, "one"), new_folder(tmp_path, "two")
    for path, collection in ((one, "default"), (two, "default"), (one, "another")):
        (path / "light.txt").write_text("The lamp flashes.\n")
        lectern.ingest.sync(path, collection=collection)

    def listed(**filters: Any) -> list[tuple[str, str]]:
        return [(run.collection, Path(run.folder).name) for run in lectern.catalogue.list_runs(limit=9, **filters)]

    assert listed() == [("another", "one"), ("default", "two"), ("default", "one")]
    assert listed(in_collections=["default"]) == [("default", "two"), ("default", "one")]
    assert listed(in_collections=[]) == []
    assert listed(folder=one) == [("another", "one"), ("default", "one")]
    assert listed(folder=one, in_collections=["default", "nowhere"]) == [("default", "one")]
