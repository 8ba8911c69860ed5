"""Lists the documents of a collection, shows their pages, and takes documents out or back in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import astuple, dataclass
from pathlib import Path

from app.service.build_index import Lectern
from app.service.executors import BoundedExecutor
from app.service.page_images import PageImages
from app.service.removal import Removal
from app.service.sync_queue import SyncQueue
from app.state.sync_jobs import SyncJob
from ingest.page_image import Box
from ingest.sources.uploads import Uploads
from rag.errors import NotFoundError, ParseError
from rag.page_layout import read_words
from rag.types import DRAWN_TYPES, DocumentInfo, OutlineEntry, Page

Place = tuple[float, float, float, float]
"""Left, top, right and bottom on the picture of a page, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """A page's text, where its words lie on its picture (characters from, to, place), and where boxes do."""

    text: str
    words: Sequence[tuple[int, int, Place]]
    marks: Sequence[Place]


class DocumentService:
    """Methods may be called from any thread, and raise NotFoundError for a document that is not there, UploadsAwayError
    for an upload whose bucket is away."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        queue: SyncQueue,
        uploads: Uploads,
        files: BoundedExecutor,
        page_images: PageImages,
        check_folder: Callable[[Path], Path],
        passwords_for: Callable[[Path], Sequence[str]],
    ) -> None:
        """Take the parts; `check_folder` gives the real path of a folder, or raises ConfigurationError if it is not
        allowed.
        """
        self._lectern = lectern
        self._queue = queue
        self._uploads = uploads
        self._files = files
        self._page_images = page_images
        self._check_folder = check_folder
        self._passwords_for = passwords_for

    def forget_files(self) -> None:
        """Delete copies of uploads that are not indexed any more, as another server removed them. Raises StoreError."""
        self._lectern.upload_folder.forget(self._lectern.catalogue.find_paths)

    def list_documents(self, collection: str) -> list[DocumentInfo]:
        """Return all documents of a collection by path, also those that failed."""
        return self._lectern.catalogue.list_documents(collection)

    def load_document(self, collection: str, document_id: int) -> DocumentInfo:
        """Return one document."""
        return self._lectern.catalogue.load_document(collection, document_id)[0]

    def find_file(self, collection: str, document_id: int) -> Path:
        """Return a document's file; NotFoundError also where that is gone."""
        _, file = self._lectern.catalogue.load_document(collection, document_id)
        self._lectern.upload_folder.fetch(file)
        if not file.is_file():
            raise NotFoundError(f"The file {file.name!r} is not there any more.", "Sync its folder again.")
        return file

    def load_page(self, collection: str, document_id: int, number: int) -> Page:
        """Return the text of a page (0-based)."""
        return self._lectern.catalogue.load_page(collection, document_id, number)

    def load_outline(self, collection: str, document_id: int) -> list[OutlineEntry]:
        """Return the headings of a document with their pages (0-based). Raises NotFoundError."""
        return self._lectern.catalogue.load_outline(collection, document_id)

    def draw_page(
        self, collection: str, document_id: int, number: int, *, scale: float, marks: tuple[Box, ...] = ()
    ) -> Future[bytes]:
        """Start to draw a page of a PDF as PNG, `scale` pixels for each point, with `marks` marked.

        Raises OverloadedError; the future NotFoundError for what cannot be drawn.
        """
        return self._files.submit(self._draw, collection, document_id, number, scale, marks)

    def place_words(
        self, collection: str, document_id: int, number: int, *, marks: tuple[Box, ...] = ()
    ) -> Future[PlacedWords]:
        """Start to find where the words of a page, and boxes, lie on its picture.

        Raises OverloadedError; the future NotFoundError for what cannot be drawn.
        """
        return self._files.submit(self._place, collection, document_id, number, marks)

    def remove(self, collection: str, document_id: int) -> None:
        """Take a document out of the index and keep it out; an uploaded one is deleted."""
        _, file = self._lectern.catalogue.load_document(collection, document_id)
        removal = Removal.of(self._lectern, collection, [document_id])
        removal.delete_files()
        self._page_images.drop(file)
        self._queue.run(removal.run).result()

    def restore(self, collection: str, document_id: int) -> None:
        """Let the next sync index a document again that was taken out."""
        document = self.load_document(collection, document_id)
        if not document.is_removed:
            raise NotFoundError(f"{document.path} was not removed.", "There is no removal to undo.")
        self._queue.run(lambda: self._lectern.writer.remove_documents([document_id])).result()

    def reread(self, collection: str, document_id: int) -> SyncJob:
        """Read a document's file again as if it were new to us, also one that was taken out.

        Until then what is indexed of it answers. Raises ConfigurationError where its folder may not be synced,
        OverloadedError.
        """
        document, file = self._lectern.catalogue.load_document(collection, document_id)
        writer = self._lectern.writer
        collection_id = writer.find_collection(collection)
        assert collection_id is not None
        root = next(root for root in writer.folder_roots(collection_id) if root in file.parents)
        if not self._uploads.owns(collection, file):
            root = self._check_folder(root)
        make_new = writer.remove_documents if document.is_removed else writer.mark_unread
        self._queue.run(lambda: make_new([document_id])).result()
        return self._queue.submit(root, collection)

    def _place(self, collection: str, document_id: int, number: int, marks: tuple[Box, ...]) -> PlacedWords:
        file = self._drawn_file(collection, document_id, number)
        page = self._lectern.catalogue.load_page(collection, document_id, number)
        # A description of a figure is not written on the page.
        words = [word for word in read_words(page.layout) if word[0] < len(page.own_text)]
        boxes = [*(astuple(box) for _, _, box in words), *marks]
        try:
            places = self._page_images.place(file, number, boxes, passwords=self._passwords_for(file))
        except ParseError as error:
            raise NotFoundError(error.reason, error.remedy) from error
        placed = [(start, end, place) for (start, end, _), place in zip(words, places, strict=False)]
        return PlacedWords(page.own_text, placed, places[len(words) :])

    def _drawn_file(self, collection: str, document_id: int, number: int) -> Path:
        """Return the file of a page that can be drawn. Raises NotFoundError."""
        document, file = self._lectern.catalogue.load_document(collection, document_id)
        is_drawn = document.file_type in DRAWN_TYPES
        if not is_drawn or number >= document.pages:
            what = f"has no page {number}" if is_drawn else "is not a PDF or a picture"
            raise NotFoundError(f"{document.path} {what}.", "Other documents have text only.")
        self._lectern.upload_folder.fetch(file)
        return file

    def _draw(self, collection: str, document_id: int, number: int, scale: float, marks: tuple[Box, ...]) -> bytes:
        file = self._drawn_file(collection, document_id, number)
        try:
            passwords = self._passwords_for(file)
            return self._page_images.draw(file, number, scale=scale, passwords=passwords, marks=marks)
        except ParseError as error:
            raise NotFoundError(error.reason, error.remedy) from error
