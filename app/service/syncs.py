"""Syncs folders one at a time, tells how syncs went, and verifies the index between them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from app.service.build_index import Lectern
from app.service.sync_queue import SyncQueue
from app.service.verify import Disagreement, verify_files, verify_index
from app.state.sync_jobs import SyncJob, SyncJobStore
from ingest.collection_names import check_collection_name
from ingest.report import SyncReport
from rag.errors import LecternError, StoreError, VectorsAwayError
from rag.types import RunRecord

log = logging.getLogger(__name__)


class SyncService:
    """Methods may be called from any thread."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        queue: SyncQueue,
        job_store: SyncJobStore,
        check_folder: Callable[[Path], Path],
    ) -> None:
        """Take the parts; `check_folder` gives the real path of a folder, or raises ConfigurationError if it is not
        allowed.
        """
        self._lectern = lectern
        self._queue = queue
        self._job_store = job_store
        self.check_folder = check_folder

    def sync(self, folder: Path, collection: str, *, allow_empty: bool = False) -> SyncJob:
        """Queue a sync. Raises OverloadedError; ConfigurationError for the name of a new collection."""
        if not self._lectern.catalogue.has_collection(collection):
            check_collection_name(collection)
        return self._queue.submit(Path(os.path.realpath(folder)), collection, allow_empty=allow_empty)

    def preview(self, folder: Path, collection: str, *, allow_empty: bool = False) -> SyncReport:
        """Tell what a sync would do; nothing is changed. Raises ConfigurationError, StoreError."""
        return self._lectern.ingest.preview(folder, collection=collection, allow_empty=allow_empty)

    def unfinished(self) -> list[SyncJob]:
        """List what runs and waits, in the order in which it is done."""
        return self._queue.unfinished()

    def find_job(self, id_: str) -> SyncJob | None:
        """Return a sync that was asked for, as it stands now. Raises StoreError."""
        return self._queue.find(id_)

    def stop(self, id_: str) -> None:
        """Stop one that waits or runs; what it has done is kept."""
        self._queue.stop(id_)

    def list_runs(
        self, *, limit: int, in_collections: Sequence[str] | None = None, folder: Path | None = None
    ) -> list[RunRecord]:
        """Return the newest syncs of the past; only those of the named collections, and of a folder, where given."""
        return self._lectern.catalogue.list_runs(limit=limit, in_collections=in_collections, folder=folder)

    def load_run(self, run_id: int) -> RunRecord | None:
        """Return one sync of the past; None where there is none, or it was deleted."""
        return self._lectern.catalogue.load_run(run_id)

    def verify(self, *, repair: bool) -> Future[list[Disagreement]]:
        """Compare catalogue, full-text index, vectors and folders. Raises OverloadedError; the future IndexLockedError
        while a sync runs, which leaves things unfinished between its files."""
        return self._queue.run(lambda: self._verify(repair=repair))

    def take_over(self) -> None:
        """Begin with the syncs that are owed, and to make the vectors again that were lost, where any were. Raises
        StoreError.
        """
        self._queue.take_over()
        try:
            is_incomplete = self._lectern.vectors.is_incomplete()
        except VectorsAwayError as error:
            # Words answer meanwhile; each sync looks for lost vectors before it begins.
            log.error("%s", error)
            return
        if is_incomplete and self._lectern.catalogue.list_collections():
            self._queue.run(self._recover)

    def close(self, seconds: float) -> bool:
        """Stop the sync that runs; False when it has not stopped within `seconds`, and the index is still in use."""
        with suppress(StoreError):  # A failing disk must not keep the server from ending.
            self._lectern.writer.stop_runs()
        stopped = self._queue.close(seconds)
        if stopped:
            self._job_store.close()
        return stopped

    # --- in the thread of the syncs ---

    def _recover(self) -> None:
        try:
            self._lectern.ingest.recover()
            self._queue.embed_soon()
        except LecternError as error:
            log.error("The lost vectors cannot be made again now: %s", error)

    def _verify(self, *, repair: bool) -> list[Disagreement]:
        self._queue.refuse_while_syncing()
        return verify_files(self._lectern.settings.home) or list(verify_index(self._lectern, repair=repair))
