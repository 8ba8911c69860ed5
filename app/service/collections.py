"""Lists collections, suggests questions to them, and removes one with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from app.service.build_index import Lectern
from app.service.suggestions import suggest_questions
from app.service.sync_queue import SyncQueue
from ingest.sources.uploads import Uploads
from rag.types import CollectionInfo

DOCUMENTS_READ = 100
"""Whose headings first questions are made of: the newest."""


class CollectionService:
    """Methods may be called from any thread."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        queue: SyncQueue,
        uploads: Uploads,
        before_removal: Callable[[str], None],
        after_removal: Callable[[str], None],
    ) -> None:
        """Take the parts; `before_removal` stops schedules from asking for syncs, `after_removal` deletes their
        records.
        """
        self._lectern = lectern
        self._queue = queue
        self._uploads = uploads
        self._before_removal = before_removal
        self._after_removal = after_removal

    def exists(self, name: str) -> bool:
        """Tell whether there is a collection of that name."""
        return self._lectern.writer.find_collection(name) is not None

    def check(self, name: str) -> None:
        """Raises NotFoundError, which tells all names, where there is no such collection."""
        self._lectern.catalogue.find_index(name)

    def list_collections(self) -> list[CollectionInfo]:
        """Return all collections by name."""
        return self._lectern.catalogue.list_collections()

    def suggest_questions(self, name: str, *, limit: int) -> list[str]:
        """Return questions to begin with, made of the headings of the newest documents. Raises NotFoundError."""
        return suggest_questions(self._lectern.catalogue.list_sections(name, limit=DOCUMENTS_READ), limit=limit)

    def remove(self, name: str) -> None:
        """Delete a collection with its registered folders and what was uploaded into it.

        Raises NotFoundError, IndexLockedError.
        """
        self._queue.run(lambda: self._remove(name)).result()
        self._uploads.delete(name)

    def _remove(self, name: str) -> None:
        self._queue.refuse_while_syncing(name)
        self._before_removal(name)
        self._queue.drop_waiting(name)
        self._lectern.ingest.remove_collection(name)
        self._after_removal(name)
