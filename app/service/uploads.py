"""Takes in documents that come as files or by their addresses, and has them indexed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import BinaryIO

from app.service.build_index import Lectern
from app.service.build_places import folder_names
from app.service.executors import BoundedExecutor
from app.service.sync_queue import SyncQueue
from app.state.sync_jobs import SyncJob
from ingest.collection_names import check_collection_name
from ingest.sources.links import Link, Links
from ingest.sources.uploads import UPLOADS, Uploads, check_type, safe_name
from rag.errors import ConfigurationError, IndexLockedError
from rag.types import printable_path

COPY_BLOCK = 1 << 20


def adopt_moved_uploads(lectern: Lectern, uploads: Uploads) -> None:
    """Have the index follow files that were moved from the home to where the settings have uploads kept now; for the
    owner of the index. Raises StoreError.
    """
    former = lectern.settings.home.resolve() / UPLOADS
    for collection in lectern.catalogue.list_collections():
        new = uploads.folder(collection.name)
        old = former / new.name
        id_ = lectern.writer.find_collection(collection.name)
        if old == new or id_ is None or old.exists():
            continue
        roots = lectern.writer.folder_roots(id_)
        if old in roots and new not in roots and uploads.kept_in.list_names(new):
            lectern.writer.rename_collection(collection.name, collection.name, moved=(old, new))


class UploadService:
    """Methods may be called from any thread."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        queue: SyncQueue,
        uploads: Uploads,
        files: BoundedExecutor,
        addresses: BoundedExecutor,
        links_of: Callable[[str], Links],
    ) -> None:
        """Take the parts; `links_of` gives the fetched files of a collection."""
        self._lectern = lectern
        self._queue = queue
        self._uploads = uploads
        self._files = files
        self._addresses = addresses
        self._links_of = links_of

    def check_names(self, collection: str, given: Sequence[str]) -> list[str]:
        """Return the names under which files are kept in a collection.

        Raises ConfigurationError for a name that is refused, ParseError for a type that is not read, IndexLockedError
        where this server cannot take files in.
        """
        self._check_place()
        self._check_collection(collection)
        names = [safe_name(name) for name in given]
        for name in names:
            check_type(name)
        if len({name.casefold() for name in names}) < len(names):
            raise ConfigurationError("Two of the files have one name.", "Send each file once.")
        return names

    def add_files(self, collection: str, files: Sequence[tuple[str, BinaryIO]]) -> Future[SyncJob]:
        """Start to take files in, all or none, each under a checked name; then they are indexed.

        Raises OverloadedError; the future ParseError for content that is not of its file's type, StoreError.
        """
        return self._files.submit(self._add_files, collection, files)

    def add_link(self, collection: str, *, url: str = "", document: str = "") -> Future[tuple[str, SyncJob]]:
        """Start to fetch what is at an address, or a document again from where it came; then it is indexed.

        Raises OverloadedError; the future, with the file's name, raises what `Links.add` does.
        """
        return self._addresses.submit(self._add_link, collection, url, document)

    def list_links(self, collection: str) -> dict[str, Link]:
        """Return the fetched files of a collection that are still there, and their addresses. Raises StoreError."""
        return self._links_of(collection).load()

    def close(self) -> None:
        """Accept no further work; running work is not waited for."""
        self._files.close()
        self._addresses.close()

    def _add_files(self, collection: str, files: Sequence[tuple[str, BinaryIO]]) -> SyncJob:
        with self._uploads.receive() as scratch:
            for name, content in files:
                with (scratch / name).open("wb") as kept:
                    shutil.copyfileobj(content, kept, COPY_BLOCK)
            self._uploads.accept(collection, [scratch / name for name, _ in files])
        return self._index(collection, [name for name, _ in files])

    def _add_link(self, collection: str, url: str, document: str) -> tuple[str, SyncJob]:
        self._check_collection(collection)
        links = self._links_of(collection)
        name = links.add(url) if url else links.add_again(document)
        return name, self._index(collection, [name])

    def _index(self, collection: str, names: Sequence[str]) -> SyncJob:
        """Index uploaded files, also where a file of that name was removed before."""
        folder = self._uploads.folder(collection)
        kept_as = printable_path(folder_names(self._lectern.settings).to_catalogue(folder))
        if self._lectern.catalogue.has_collection(collection):
            removed = [
                document.id
                for document in self._lectern.catalogue.list_documents(collection)
                if document.is_removed and document.folder == kept_as and document.path in names
            ]
            if removed:
                self._queue.run(lambda: self._lectern.writer.remove_documents(removed)).result()
        return self._queue.submit(folder, collection)

    def _check_place(self) -> None:
        """Raises IndexLockedError where the server that would index a file would not see it."""
        ownership = self._lectern.ownership
        if not ownership.is_held and not self._lectern.settings.uploads_url:
            raise IndexLockedError(
                f"Files that are sent to this server would lie in its own home, where the server that indexes them "
                f"does not see them: {ownership.owner}.",
                "Send them to that one, or set `uploads_url` of all servers to a bucket, or to a folder that all see.",
            )

    def _check_collection(self, name: str) -> None:
        if not self._lectern.catalogue.has_collection(name):
            check_collection_name(name)
