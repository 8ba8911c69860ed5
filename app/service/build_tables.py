"""Builds what fills tables over documents, and fills them in this process for commands without a server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress

from app.service.build_index import Lectern
from app.service.build_places import has_service, service_place
from app.service.table_filling import OnProgress, TableFiller, check_spec, is_behind
from app.state.tables import DocumentTable, TableRow, TableSpec, TableStore
from rag.errors import LecternError
from rag.protocols import LanguageModel


def build_filler(lectern: Lectern, store: TableStore, model: LanguageModel | None) -> TableFiller:
    """Return what reads the rows of tables over an index."""
    return TableFiller(lectern, store, lectern.cell_reader(), model=model)


def fill_here(
    lectern: Lectern, spec: TableSpec, find_model: Callable[[], LanguageModel | None], on_progress: OnProgress
) -> tuple[DocumentTable, list[TableRow]]:
    """Fill a table in this process, for a command without a server. Raises LecternError, KeyboardInterrupt."""
    check_spec(lectern, spec)
    with closing(TableStore(service_place(lectern.settings))) as store:
        table = store.save(spec)
        _fill_to_the_end(lectern, store, table, find_model, on_progress)
        return store.load(spec.collection, table.id), store.load_rows(table)


def refill_here(lectern: Lectern, collection: str, find_model: Callable[[], LanguageModel | None]) -> None:
    """Fill the rows of new and changed documents of a collection's tables that were filled before."""
    file = service_place(lectern.settings)
    if not has_service(lectern.settings):
        return
    with closing(TableStore(file)) as store:
        for table in store.list_tables(collection):
            if table.state == "done" and is_behind(lectern, store, table):
                # The sync went well: what kept a table from being filled is told with the table.
                with suppress(LecternError):
                    _fill_to_the_end(lectern, store, table, find_model, lambda progress: None)


def _fill_to_the_end(
    lectern: Lectern,
    store: TableStore,
    table: DocumentTable,
    find_model: Callable[[], LanguageModel | None],
    on_progress: OnProgress,
) -> None:
    """Fill a table with its state written down, whatever ends the fill."""
    store.set_state(table.id, "filling")
    try:
        model = find_model() if table.use_llm else None
        build_filler(lectern, store, model).fill(table, on_progress=on_progress)
    except KeyboardInterrupt:
        store.set_state(table.id, "stopped")
        raise
    except LecternError as error:
        store.set_state(table.id, "failed", problem=error.reason, remedy=error.remedy)
        raise
    store.set_state(table.id, "done")
