"""Syncs a registered folder once, and writes its outcome into the folder store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

from app.schedule.times import BackOff
from app.state.folders import FolderStore, RegisteredFolder
from ingest.report import SyncReport
from rag.errors import LecternError

log = logging.getLogger(__name__)

RunSync = Callable[[Path, str], SyncReport]
"""Syncs a folder into a collection and blocks until it is done; raises what the sync raises."""


def run_folder(
    folder_store: FolderStore,
    folder: RegisteredFolder,
    run_sync: RunSync,
    *,
    back_off: BackOff,
    is_stopping: Callable[[], bool] = lambda: False,
) -> SyncReport:
    """Sync a folder. A failure, and a run with failed files, is to be tried again after a gap that grows.

    Raises what `run_sync` raises; an error while `is_stopping` counts as cut off, not as a failure.
    """
    started = time.perf_counter()
    folder = folder_store.begin_run(folder.id)

    def finish(outcome: str, reason: str) -> None:
        failures = 0 if outcome == "done" else folder.failures + 1
        retry_after = back_off.gap(failures).total_seconds() if failures else None
        seconds = round(time.perf_counter() - started, 3)
        folder_store.finish_run(
            folder.id, outcome=outcome, reason=reason, failures=failures, retry_after=retry_after, seconds=seconds
        )

    try:
        # Asked again at every run: a part of the path may have become a link to somewhere else.
        report = run_sync(folder_store.check_allowed(folder.path), folder.collection)
    except BaseException as error:
        if is_stopping():
            folder_store.cut_off_run(folder.id)
        else:
            finish("failed", _reason(error))
        raise
    finish("failed files" if report.failed else "done", _failed_files(report))
    return report


def _reason(error: BaseException) -> str:
    if isinstance(error, LecternError):
        return str(error)
    if isinstance(error, KeyboardInterrupt | CancelledError):
        return "The sync was stopped."
    log.error("A sync failed unexpectedly.", exc_info=error)
    return f"The sync failed unexpectedly ({type(error).__name__}). See the log."


def _failed_files(report: SyncReport) -> str:
    if not report.failed:
        return ""
    first, more = report.failed[0], len(report.failed) - 1
    return f"{first.path}: {first.reason}" + (f" And {more} more." if more else "")
