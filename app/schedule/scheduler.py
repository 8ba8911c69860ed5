"""Syncs registered folders when they are due: by schedule, after changes, when asked, and again after failures."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from app.schedule.clock import TOLERANCE_SECONDS, Clock
from app.schedule.sync_folder import RunSync, run_folder
from app.schedule.times import BackOff
from app.schedule.watch import QUIET_SECONDS, Watches
from app.state.folders import ASKED, CUT_OFF, RUNNING, FolderStore, RegisteredFolder
from rag.errors import LecternError, NotFoundError

log = logging.getLogger(__name__)

FORMER_FILE = "schedule.sqlite"
"""Held the next times of schedules before the folder store did."""

LOOK_SECONDS = 1.0
"""How often the folder store is looked into: what another process writes there is seen so soon."""

FULL_PASS_SECONDS = 3600.0
"""Events get lost, on network disks all of them: a watched folder is synced this often whatever was seen."""

STOP_SECONDS = 1.5
"""How long a stop waits for threads; a sync that goes on is abandoned, and done again by the next scheduler."""

RETRY, FULL_PASS = "retry", "hourly pass"


class FolderScheduler:
    """Runs in threads of its own, for the one process that owns the index. Changes in the store take effect at once."""

    def __init__(
        self,
        folder_store: FolderStore,
        run_sync: RunSync,
        *,
        home: Path,
        ignore: Sequence[str] = (),
        back_off: BackOff | None = None,
        look_seconds: float = LOOK_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
        full_pass_seconds: float = FULL_PASS_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        """Take the store and `run_sync`, which is called from several threads, never twice at once for a collection.

        Changes in `home` do not count as changes of a folder around it. `ignore` are the patterns of names that a sync
        passes over.
        """
        self._folder_store = folder_store
        self._run_sync = run_sync
        self._home = home
        self._watches = Watches(folder_store, ignore=ignore, passed_over=home, quiet_seconds=quiet_seconds)
        self._back_off = back_off or BackOff()
        self._clock = clock or Clock()
        self._look_seconds = look_seconds
        self._full_pass_seconds = full_pass_seconds
        self._runs: dict[int, tuple[str, threading.Thread]] = {}
        self._started_at = 0.0
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, name="folder schedule", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin: what was missed is caught up once, what was cut off is done again. Raises StoreError."""
        self._started_at = self._clock.now()
        self._folder_store.bring_schedules_back(self._started_at)
        with suppress(OSError):
            (self._home / FORMER_FILE).unlink(missing_ok=True)
        self._thread.start()

    def prepare_stop(self) -> None:
        """Start no further sync; one that is stopped from now on counts as cut off, not as failed."""
        self._stop.set()
        self._wake.set()

    def stop(self) -> None:
        """End within two seconds; a sync that is not done by then is abandoned; the caller has to stop it."""
        deadline = time.monotonic() + STOP_SECONDS
        self.prepare_stop()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        self._watches.stop(deadline - time.monotonic())
        for _, thread in list(self._runs.values()):
            thread.join(max(deadline - time.monotonic(), 0))

    def ask_for_run(self, folder_id: int) -> RegisteredFolder:
        """Have a folder synced now, or as soon as its collection is free. Raises NotFoundError."""
        folder = self._folder_store.ask_for_run(folder_id)
        self._wake.set()
        return folder

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except LecternError as error:
                log.error("The registered folders could not be followed: %s", error)
            except Exception:  # Whatever it is, it may pass, and this thread must not end.
                log.exception("The registered folders could not be followed.")
            self._wake.wait(self._look_seconds)
            self._wake.clear()

    def _look(self) -> None:
        """Bring watches in step with the folder store, and start what is due."""
        now = self._clock.now()
        if jump := self._clock.jumped():
            log.info("The clock went %s by %.0f s.", "forward" if jump > 0 else "back", abs(jump))
            self._folder_store.bring_schedules_back(now)
        running = set(self._runs)  # Before the folder store is read: what ends meanwhile is not taken for cut off.
        folders = self._folder_store.list_folders()
        self._watches.follow(folders)
        if any(0 < folder.next_scheduled <= now for folder in folders):
            self._folder_store.mark_scheduled(now)
        for folder in folders:
            if folder.last_outcome == RUNNING:
                if folder.id not in running:
                    self._count_crash(folder)
            elif reason := self._reason_now(folder, now):
                self._folder_store.mark_due(folder.id, reason)
        due = [folder for folder in self._folder_store.list_folders() if folder.due_since]
        for folder in sorted(due, key=lambda folder: folder.due_since):
            if not folder.paused or folder.due_reason == ASKED:
                self._start_run(folder)

    def _reason_now(self, folder: RegisteredFolder, now: float) -> str:
        if folder.paused or folder.due_since:
            return ""
        # Times further ahead than they can be were noted by a clock that has been set back since.
        if folder.next_retry:
            gap = self._back_off.gap(max(folder.failures, 1)).total_seconds()
            if folder.next_retry <= now or folder.next_retry > now + gap + TOLERANCE_SECONDS:
                return RETRY
        # A watch that begins asks for a pass itself, so the hours count from then on.
        passes = (folder.last_attempt, folder.added_at, self._started_at)
        last_pass = max((at for at in passes if at <= now + TOLERANCE_SECONDS), default=0.0)
        return FULL_PASS if folder.watch and last_pass + self._full_pass_seconds <= now else ""

    def _count_crash(self, folder: RegisteredFolder) -> None:
        """Count a sync during which the process ended as a failure: it may be the cause of that."""
        failures = folder.failures + 1
        self._folder_store.finish_run(
            folder.id,
            outcome=CUT_OFF,
            reason="Lectern ended in the middle of the sync.",
            failures=failures,
            retry_after=self._back_off.gap(failures).total_seconds(),
            seconds=0.0,
        )

    def _start_run(self, folder: RegisteredFolder) -> None:
        if self._stop.is_set() or folder.collection in [collection for collection, _ in list(self._runs.values())]:
            return
        thread = threading.Thread(target=self._run, args=(folder,), name=f"sync of {folder.name}", daemon=True)
        self._runs[folder.id] = (folder.collection, thread)
        thread.start()

    def _run(self, folder: RegisteredFolder) -> None:
        try:
            run_folder(
                self._folder_store, folder, self._run_sync, back_off=self._back_off, is_stopping=self._stop.is_set
            )
        except NotFoundError:
            log.info("%s is no longer registered.", folder.name)
        except BaseException as error:  # The end of a thread: the reason is in the folder store by now.
            log.warning("The sync of %s failed: %s", folder.name, error)
        finally:
            del self._runs[folder.id]
            self._wake.set()
