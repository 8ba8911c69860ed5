"""Fills a table row by row: each is read whole and kept at once, so that a fill goes on where it was stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.service.build_index import Lectern
from app.state.tables import DocumentTable, TableRow, TableSpec, TableStore, exactly_now
from rag.errors import ConfigurationError, NotFoundError
from rag.extraction.cells import Cell
from rag.extraction.columns import check_columns
from rag.extraction.reader import CellReader
from rag.protocols import LanguageModel
from rag.types import DocumentInfo

MAX_NAME = 100
"""Characters of a table's name."""

UNREADABLE = "The document could not be read: {reason}"
NO_TEXT = "The document has no text."


@dataclass(frozen=True, slots=True)
class FillProgress:
    """How far a fill is: `done` of `total` rows, and the document that is read now."""

    done: int
    total: int
    document: str = ""


OnProgress = Callable[[FillProgress], None]


class TableFiller:
    """Reads the rows of tables over one index, one table at a time."""

    def __init__(
        self, lectern: Lectern, store: TableStore, reader: CellReader, *, model: LanguageModel | None = None
    ) -> None:
        """Take the parts; the `model` is asked where the reader is not sure, of tables that want one."""
        self._lectern = lectern
        self._store = store
        self._reader = reader
        self._model = model

    def fill(
        self,
        table: DocumentTable,
        *,
        on_progress: OnProgress = lambda progress: None,
        stop: threading.Event | None = None,
    ) -> bool:
        """Fill the rows that are missing or whose document changed, drop those of documents that are gone.

        Return whether it went to the end: False where `stop` was set. Raises LecternError; what was done is kept.
        """
        documents = wanted_documents(self._lectern, table)
        rows = {row.document_id: row for row in self._store.load_rows(table)}
        self._store.remove_rows(table.id, rows.keys() - {document.id for document in documents})
        stop = stop or threading.Event()
        for number, document in enumerate(documents):
            if stop.is_set():
                return False
            on_progress(FillProgress(number, len(documents), document.path))
            row = rows.get(document.id)
            if row is None or not is_filled(row, table, document):
                self._fill_row(table, document, row, stop)
        on_progress(FillProgress(len(documents), len(documents)))
        return not stop.is_set()

    def _fill_row(
        self, table: DocumentTable, document: DocumentInfo, row: TableRow | None, stop: threading.Event
    ) -> None:
        read_at = exactly_now()
        known = row.cells if row is not None and row.version == version_of(document) else {}
        cells = self._read_cells(table, document, known, stop)
        if cells is None or not self._is_as_it_was(table.collection, document):
            # Stopped in the middle, or removed or indexed anew meanwhile: the next fill reads it as it is then.
            return
        self._store.write_row(table, document.id, document.path, version_of(document), cells, read_at=read_at)

    def _read_cells(
        self, table: DocumentTable, document: DocumentInfo, known: Mapping[str, Cell], stop: threading.Event
    ) -> dict[str, Cell] | None:
        """Return the cells of a row; None where `stop` was set before its end."""
        if not document.chunks:
            reason = UNREADABLE.format(reason=document.reason) if document.reason else NO_TEXT
            return {column.name: Cell(reason=reason) for column in table.columns}
        opened = self._reader.open(table.collection, document)
        model = self._model if table.use_llm else None
        cells: dict[str, Cell] = {}
        for column in table.columns:
            if stop.is_set():
                return None
            cell = known.get(column.name)
            cells[column.name] = cell or self._reader.read(opened, column, model=model, stop=stop)
        return None if stop.is_set() else cells

    def _is_as_it_was(self, collection: str, document: DocumentInfo) -> bool:
        try:
            now, _ = self._lectern.catalogue.load_document(collection, document.id)
        except NotFoundError:
            return False
        return version_of(now) == version_of(document)


def wanted_documents(lectern: Lectern, table: DocumentTable) -> list[DocumentInfo]:
    """Return the documents that have a row in a table, by path. Raises NotFoundError, ConfigurationError."""
    documents = [one for one in lectern.catalogue.list_documents(table.collection) if not one.is_removed]
    if table.document_ids:
        return [document for document in documents if document.id in table.document_ids]
    if table.filters:
        fitting = set(lectern.catalogue.find_documents(table.collection, table.filters))
        return [document for document in documents if document.id in fitting]
    return documents


def is_filled(row: TableRow, table: DocumentTable, document: DocumentInfo) -> bool:
    """Return whether a row holds a cell for every column, of the version of the document that answers now."""
    return row.version == version_of(document) and all(column.name in row.cells for column in table.columns)


def version_of(document: DocumentInfo) -> str:
    """Return a text that changes with what is indexed of a document."""
    return f"{document.version_id} {document.indexed_at} {document.size} {document.chunks} {document.state}"


def is_behind(lectern: Lectern, store: TableStore, table: DocumentTable) -> bool:
    """Return whether documents of a table are new, changed or gone since it was filled."""
    rows = {row.document_id: row for row in store.load_rows(table)}
    documents = wanted_documents(lectern, table)
    has_all = all(one.id in rows and is_filled(rows[one.id], table, one) for one in documents)
    return not has_all or rows.keys() != {document.id for document in documents}


def check_spec(lectern: Lectern, spec: TableSpec) -> None:
    """Refuse a table that cannot be. Raises ConfigurationError, NotFoundError for an unknown collection."""
    if not spec.name.strip() or len(spec.name) > MAX_NAME:
        raise ConfigurationError(
            "The table has no name, or a long one.", f"Name it with at most {MAX_NAME} characters."
        )
    check_columns(spec.columns)
    lectern.catalogue.find_documents(spec.collection, spec.filters)
