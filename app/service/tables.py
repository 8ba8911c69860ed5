"""Keeps tables over documents and fills them in the background, one at a time; the next start goes on with them."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.service.build_index import Lectern
from app.service.table_filling import FillProgress, TableFiller, check_spec, is_behind, wanted_documents
from app.service.table_values import filter_rows, find_column, read_correction, sort_rows
from app.state.tables import UNFINISHED, DocumentTable, TableRow, TableSpec, TableStore
from rag.errors import ConfigurationError, IndexLockedError, LecternError, NotFoundError, StoreError
from rag.extraction.columns import Column
from rag.extraction.suggest import suggest_columns
from rag.protocols import LanguageModel

log = logging.getLogger(__name__)

MAX_TABLES = 200
"""Of one collection; each sync looks through all of them."""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table with its rows as they are shown, and how far it is filled."""

    table: DocumentTable
    rows: Sequence[TableRow]
    progress: FillProgress


class TableService:
    """Methods may be called from any thread."""

    def __init__(
        self,
        store: TableStore,
        *,
        current: Callable[[], Lectern],
        find_model: Callable[[], LanguageModel | None],
        build_filler: Callable[[Lectern, TableStore, LanguageModel | None], TableFiller],
    ) -> None:
        """Take a store; `current` gives the index as it answers now, `find_model` the LLM, None where there is none."""
        self._store = store
        self._current = current
        self._find_model = find_model
        self._build_filler = build_filler
        self._lock = threading.Condition()
        self._waiting: deque[int] = deque()
        self._running: int | None = None
        self._progress: dict[int, FillProgress] = {}
        self._interrupt = threading.Event()
        """Stops the fill that runs."""
        self._is_closed = False
        self._again: set[int] = set()
        """Tables whose documents changed while they were filled."""
        self._is_begun = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to fill, with what an ended process left: for the owner of the index. Raises StoreError."""
        self._is_begun = True
        for table in self._store.list_tables():
            if table.state in UNFINISHED:
                self._submit(table.id)

    def look(self) -> None:
        """Take up what other servers have asked to be filled, and fills whose end could not be recorded; for the owner
        of the index. Raises StoreError.
        """
        if not self._is_begun:
            return
        for table in self._store.list_tables():
            if table.state in UNFINISHED:
                self._submit(table.id)

    def close(self, seconds: float) -> None:
        """Stop the fill that runs and leave it to the next start."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
            self._interrupt.set()
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)
        self._store.close()

    # --- tables ---

    def save(self, spec: TableSpec) -> DocumentTable:
        """Make a table, or change the one of its name. Raises ConfigurationError, NotFoundError, IndexLockedError."""
        check_spec(self._current(), spec)
        existing = self._store.list_tables(spec.collection)
        same = next((table for table in existing if table.name == spec.name), None)
        if same is not None and same.state in UNFINISHED:
            raise _being_filled(same)
        if same is None and len(existing) >= MAX_TABLES:
            raise ConfigurationError(f"The collection has {MAX_TABLES} tables already.", "Delete one of them.")
        return self._store.save(spec)

    def list_tables(self, collection: str) -> list[DocumentTable]:
        """Return the tables of a collection by name."""
        return self._store.list_tables(collection)

    def load(self, collection: str, table_id: int) -> DocumentTable:
        """Return a table. Raises NotFoundError."""
        return self._store.load(collection, table_id)

    def view(
        self,
        collection: str,
        table_id: int,
        *,
        sort: str = "",
        descending: bool = False,
        conditions: Mapping[str, str] | None = None,
    ) -> TableView:
        """Return a table with its rows, sorted and filtered. Raises NotFoundError, ConfigurationError."""
        table = self._store.load(collection, table_id)
        there = {document.id for document in wanted_documents(self._current(), table)}
        # A document that was removed has no row any more, also before the next fill.
        rows: Sequence[TableRow] = [row for row in self._store.load_rows(table) if row.document_id in there]
        rows = filter_rows(table, rows, conditions or {})
        rows = sort_rows(table, rows, sort, descending=descending) if sort else rows
        return TableView(table, rows, self._progress.get(table_id) or FillProgress(len(rows), len(there)))

    def glance(self, collection: str, table_id: int) -> TableView:
        """Return a table without its rows, for those who wait for the end of a fill. Raises NotFoundError."""
        table = self._store.load(collection, table_id)
        count = self._store.count_rows(table.id)
        return TableView(table, (), self._progress.get(table_id) or FillProgress(count, count))

    def remove(self, collection: str, table_id: int) -> None:
        """Delete a table with its cells and corrections; a fill of it is stopped. Raises NotFoundError."""
        table = self._store.load(collection, table_id)
        self.stop(collection, table_id)
        self._store.remove(table.id)

    def remove_collection(self, collection: str) -> None:
        """Delete the tables of a collection, which is being deleted."""
        for table in self._store.list_tables(collection):
            self.stop(collection, table.id)
        self._store.remove_collection(collection)

    def suggest(self, collection: str) -> tuple[str, tuple[Column, ...]]:
        """Return the kind of most documents of a collection and columns for it. Raises NotFoundError."""
        return suggest_columns(self._current().catalogue.list_documents(collection))

    def correct(
        self, collection: str, table_id: int, document_id: int, column: str, value: str | None, *, by: str
    ) -> None:
        """Keep what a person says a cell's value is; None takes a correction back.

        Raises NotFoundError, ConfigurationError for a value that does not fit the column.
        """
        table = self._store.load(collection, table_id)
        named = find_column(table, column)
        if not any(row.document_id == document_id for row in self._store.load_rows(table)):
            raise NotFoundError(f"The table has no row of the document {document_id}.", "Fill the table first.")
        if value is None:
            self._store.take_back(table.id, document_id, column)
        else:
            self._store.correct(table.id, document_id, column, read_correction(named, value), by=by)

    # --- fills ---

    def fill(self, collection: str, table_id: int) -> DocumentTable:
        """Start to fill what is missing. Raises NotFoundError, IndexLockedError where it is being filled already."""
        table = self._store.load(collection, table_id)
        if not self._store.begin_fill(table.id):
            raise _being_filled(table)
        self._submit(table.id)
        return self._store.load(collection, table_id)

    def stop(self, collection: str, table_id: int) -> None:
        """Stop a fill that waits or runs; the rows that are filled are kept. Raises NotFoundError."""
        table = self._store.load(collection, table_id)
        with self._lock:
            self._again.discard(table.id)
            if table.id in self._waiting:
                self._waiting.remove(table.id)
                self._store.set_state(table.id, "stopped")
            elif table.id == self._running:
                self._store.set_state(table.id, "stopped")
                self._interrupt.set()

    def after_sync(self, collection: str) -> None:
        """Fill the rows of new and changed documents, of the tables that were filled before."""
        try:
            for table in self._store.list_tables(collection):
                with self._lock:
                    if table.id == self._running:
                        self._again.add(table.id)
                        continue
                if (
                    table.state == "done"
                    and is_behind(self._current(), self._store, table)
                    and self._store.begin_fill(table.id)
                ):
                    self._submit(table.id)
        except LecternError as error:
            log.error("The tables of %s cannot be filled after its sync: %s", collection, error)

    def _submit(self, table_id: int) -> None:
        with self._lock:
            # Where another process owns the index, it takes the table up.
            if self._is_closed or not self._is_begun or table_id in (self._running, *self._waiting):
                return
            self._waiting.append(table_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="tables", daemon=True)
                self._thread.start()
            self._lock.notify_all()

    # --- in the thread ---

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._waiting or self._is_closed)
                if self._is_closed:
                    return
                self._running = self._waiting.popleft()
                self._interrupt.clear()
                table_id = self._running
            try:
                self._fill(table_id)
            except LecternError as error:
                self._fail(table_id, error)
            except Exception:
                log.exception("The fill of a table failed.")
                self._fail(table_id, LecternError("Filling the table failed unexpectedly.", "See the server's log."))
            finally:
                with self._lock:
                    self._running = None
                    self._progress.pop(table_id, None)
                    again = table_id in self._again and not self._is_closed
                    self._again.discard(table_id)
                if again:
                    with self._written(table_id):
                        if self._store.begin_fill(table_id):
                            self._submit(table_id)

    def _fill(self, table_id: int) -> None:
        table = next((table for table in self._store.list_tables() if table.id == table_id), None)
        if table is None:
            return
        self._store.set_state(table_id, "filling")
        model = self._find_model() if table.use_llm else None
        filler = self._build_filler(self._current(), self._store, model)
        went_through = filler.fill(
            table, on_progress=lambda progress: self._set_progress(table_id, progress), stop=self._interrupt
        )
        if went_through:
            self._store.set_state(table_id, "done")

    def _set_progress(self, table_id: int, progress: FillProgress) -> None:
        self._progress[table_id] = progress

    def _fail(self, table_id: int, error: LecternError) -> None:
        # What this process's own end cut off is no failure: the next start goes on with it.
        if not self._is_closed:
            with self._written(table_id):
                self._store.set_state(table_id, "failed", problem=error.reason, remedy=error.remedy)

    @contextmanager
    def _written(self, table_id: int) -> Iterator[None]:
        """Go on where the disk is full, which must not end the thread; at worst a table is filled again."""
        try:
            yield
        except StoreError as error:
            log.error("The state of table %d could not be recorded: %s", table_id, error)


def _being_filled(table: DocumentTable) -> IndexLockedError:
    return IndexLockedError(f"The table {table.name!r} is being filled already.", "Wait for its end, or stop it.")
