"""Notices changes of files in a folder, by the system's file events."""

from __future__ import annotations

import logging
import stat
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, watch

from app.state.folders import FolderStore, RegisteredFolder
from ingest.scan import JUNK, fitting_pattern
from rag.errors import StoreError
from rag.types import printable_path

log = logging.getLogger(__name__)

FILES_CHANGED, NOT_WATCHED = "files changed", "cannot be watched"

QUIET_SECONDS = 2.0
"""So long nothing may change before a sync: a copy of many files is one change, and none is read half-written."""

MAX_WAIT = 30
"""In quiet periods; a folder in which something always changes is synced all the same."""

GROUPED_MILLISECONDS, STEP_MILLISECONDS, LOOK_MILLISECONDS = 400, 50, 500
"""watchfiles groups events so long, sees a stop within a step, and gives way for a look at the folder so often."""

AFTER_PROBLEM_SECONDS = 60.0
"""Until watching is tried again where the system refused it, most often for too many watches."""


class FolderWatch:
    """Watches one folder and all below it in a thread; one that is gone is looked for until it is back.

    `on_change` is called once things are quiet after a change, and after the watch began: something may have changed
    before. `on_problem` is told why the folder cannot be watched, and "" when it can again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        on_change: Callable[[], None],
        on_problem: Callable[[str], None],
        ignore: Sequence[str] = (),
        passed_over: Path | None = None,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        """Take the folder; changes of names that fit `ignore`, and below the folder `passed_over`, do not count."""
        self._folder = folder
        self._on_change = on_change
        self._on_problem = on_problem
        self._patterns = (*JUNK, *ignore)
        self._passed_over = passed_over
        self._quiet_seconds = quiet_seconds
        self._problem: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"watch {printable_path(folder)}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; `join` waits for it."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for the end."""
        self._thread.join(max(seconds, 0))

    def counts(self, change: Change, path: str) -> bool:
        """Tell whether a change is one of a file that a sync would look at."""
        changed = Path(path)
        if self._passed_over is not None and (changed == self._passed_over or self._passed_over in changed.parents):
            return False
        inside = changed.relative_to(self._folder) if changed.is_relative_to(self._folder) else Path()
        trail = ["/".join(inside.parts[: depth + 1]) for depth in range(len(inside.parts))]
        return not any(
            fitting_pattern(so_far, name, self._patterns) for name, so_far in zip(inside.parts, trail, strict=True)
        )

    def _work(self) -> None:
        while not self._stop.is_set():
            identity = _identity(self._folder)
            if identity is None:
                self._stop.wait(LOOK_MILLISECONDS / 1000)
                continue
            try:
                self._watch(identity)
            except FileNotFoundError:
                continue  # It went between our look and the system's.
            except Exception as error:  # watchfiles has no error of its own for what a system may refuse.
                log.warning("%s cannot be watched: %s", printable_path(self._folder), error)
                self._tell(f"Changes are seen by full passes only, as the folder cannot be watched: {error}")
                self._stop.wait(AFTER_PROBLEM_SECONDS)

    def _watch(self, identity: tuple[int, int]) -> None:
        """Watch until told to stop, or until the folder is another one: the system's watch went with the old one."""
        first: float | None = None
        last = 0.0
        began = False
        for changes in watch(
            self._folder,
            watch_filter=self.counts,
            debounce=GROUPED_MILLISECONDS,
            step=STEP_MILLISECONDS,
            rust_timeout=LOOK_MILLISECONDS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            now = time.monotonic()
            if changes or not began:
                first, last, began = first or now, now, True
                self._tell("")
            if first and (now - last >= self._quiet_seconds or now - first >= self._quiet_seconds * MAX_WAIT):
                self._on_change()
                first = None
            # A new folder may get the number of the one that is gone: the event that it went counts, too.
            if (Change.deleted, str(self._folder)) in changes or _identity(self._folder) != identity:
                return

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            with suppress(StoreError):  # Told again with the next change.
                self._on_problem(problem)
                self._problem = problem


class Watches:
    """One watch for each folder that is to be watched and is not paused."""

    def __init__(
        self,
        folder_store: FolderStore,
        *,
        ignore: Sequence[str] = (),
        passed_over: Path,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._folder_store = folder_store
        self._ignore = ignore
        self._passed_over = passed_over
        self._quiet_seconds = quiet_seconds
        self._watches: dict[int, FolderWatch] = {}

    def follow(self, folders: Iterable[RegisteredFolder]) -> None:
        """Bring the watches in step with the folder store."""
        wanted = {folder.id: folder for folder in folders if folder.watch and not folder.paused}
        for id_ in [id_ for id_ in self._watches if id_ not in wanted]:
            self._watches.pop(id_).stop()
        for id_, folder in wanted.items():
            if id_ not in self._watches:
                self._watches[id_] = self._open(folder)

    def stop(self, seconds: float) -> None:
        """End all watches."""
        deadline = time.monotonic() + seconds
        for watching in self._watches.values():
            watching.stop()
        for watching in self._watches.values():
            watching.join(deadline - time.monotonic())
        self._watches.clear()

    def _open(self, folder: RegisteredFolder) -> FolderWatch:
        watching = FolderWatch(
            folder.path,
            on_change=lambda: self._folder_store.mark_due(folder.id, FILES_CHANGED),
            on_problem=lambda problem: self._note_problem(folder.id, problem),
            ignore=self._ignore,
            passed_over=self._passed_over,
            quiet_seconds=self._quiet_seconds,
        )
        watching.start()
        return watching

    def _note_problem(self, folder_id: int, problem: str) -> None:
        self._folder_store.note_watch_problem(folder_id, problem)
        if problem:  # No watch began that would ask for a pass.
            self._folder_store.mark_due(folder_id, NOT_WATCHED)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Identify the folder that lies at a path now; None when none does."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
