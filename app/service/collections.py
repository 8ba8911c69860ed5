"""Lists, makes, renames and removes collections with all that belongs to them, and suggests questions to them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from app.service.build_index import Lectern
from app.service.statistics import CollectionStatistics, count_documents
from app.service.suggestions import suggest_questions
from app.state.collections import MAX_DESCRIPTION, CollectionStore
from ingest.collection_names import check_collection_name
from ingest.sources.uploads import Uploads
from rag.errors import ConfigurationError
from rag.types import CollectionInfo

Result = TypeVar("Result")

DOCUMENTS_READ = 100
"""Whose headings first questions are made of: the newest."""


class WriterQueue(Protocol):
    """What the one thread that writes to the index does for collections."""

    def run(self, task: Callable[[], Result]) -> Future[Result]:
        """Run something while nothing else changes the index."""
        ...

    def refuse_while_syncing(self, collection: str) -> None:
        """Raise IndexLockedError while a sync of the collection runs."""
        ...

    def drop_waiting(self, collection: str) -> None:
        """Stop the syncs of a collection that wait."""
        ...


class CollectionService:
    """Methods may be called from any thread."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        queue: WriterQueue,
        uploads: Uploads,
        store: CollectionStore,
        before_removal: Callable[[str], None],
        after_removal: Callable[[str], None],
    ) -> None:
        """Take the parts; `before_removal` stops schedules from asking for syncs, `after_removal` deletes their
        records.
        """
        self._lectern = lectern
        self._queue = queue
        self._uploads = uploads
        self._store = store
        self._before_removal = before_removal
        self._after_removal = after_removal

    def close(self) -> None:
        """Let go of what is kept."""
        self._store.close()

    def create(self, name: str, description: str = "") -> CollectionInfo:
        """Make an empty collection. Raises ConfigurationError for a name that is taken or that none may have."""
        self._refuse_name(name)
        self._queue.run(lambda: self._lectern.writer.open_collection(name)).result()
        self._store.describe(name, _one_text(description))
        return self._find(name)

    def describe(self, name: str, description: str) -> CollectionInfo:
        """Keep what a collection holds, in somebody's words. Raises NotFoundError."""
        self.check(name)
        self._store.describe(name, _one_text(description))
        return self._find(name)

    def rename(self, name: str, new: str) -> CollectionInfo:
        """Give a collection, with all that is kept of it, another name; what is indexed stays as it is.

        Raises NotFoundError, ConfigurationError for a name that is taken or that none may have, IndexLockedError while
        it is synced.
        """
        self.check(name)
        self._refuse_name(new)
        self._queue.run(lambda: self._rename(name, new)).result()
        return self._find(new)

    def _rename(self, name: str, new: str) -> None:
        self._queue.refuse_while_syncing(name)
        self._queue.drop_waiting(name)
        # The catalogue last: until it has the new name, all of this can be done again after a crash.
        self._store.rename(name, new)
        moved = self._uploads.folder(name), self._uploads.folder(new)
        self._uploads.rename(name, new)
        self._lectern.writer.rename_collection(name, new, moved=moved)

    def _refuse_name(self, name: str) -> None:
        check_collection_name(name)
        if self.exists(name):
            raise ConfigurationError(f"There is a collection {name!r} already.", "Choose another name.")

    def _find(self, name: str) -> CollectionInfo:
        return next(collection for collection in self.list_collections() if collection.name == name)

    def exists(self, name: str) -> bool:
        """Tell whether there is a collection of that name."""
        return self._lectern.catalogue.has_collection(name)

    def check(self, name: str) -> None:
        """Raises NotFoundError, which tells all names, where there is no such collection."""
        self._lectern.catalogue.find_index(name)

    def list_collections(self) -> list[CollectionInfo]:
        """Return all collections by name."""
        return self._store.with_descriptions(self._lectern.catalogue.list_collections())

    def statistics(self, name: str) -> CollectionStatistics:
        """Count the documents of a collection by what they are. Raises NotFoundError."""
        return count_documents(self._lectern.catalogue.list_documents(name))

    def suggest_questions(self, name: str, *, limit: int) -> list[str]:
        """Return questions to begin with, made of the headings of the newest documents. Raises NotFoundError."""
        return suggest_questions(self._lectern.catalogue.list_sections(name, limit=DOCUMENTS_READ), limit=limit)

    def remove(self, name: str) -> None:
        """Delete a collection with its registered folders and what was uploaded into it.

        Raises NotFoundError, IndexLockedError, UploadsAwayError.
        """
        self._queue.run(lambda: self._remove(name)).result()

    def _remove(self, name: str) -> None:
        self._queue.refuse_while_syncing(name)
        self._before_removal(name)
        self._queue.drop_waiting(name)
        # First, so that it can be asked for again where a bucket is away.
        self._uploads.delete(name)
        self._lectern.ingest.remove_collection(name)
        self._store.describe(name, "")
        self._store.set_figure_reader(name, "")
        self._after_removal(name)


def _one_text(description: str) -> str:
    text = description.strip()
    if len(text) > MAX_DESCRIPTION:
        raise ConfigurationError(
            f"The description has {len(text):,} characters.", f"It may have {MAX_DESCRIPTION:,}: shorten it."
        )
    return text
