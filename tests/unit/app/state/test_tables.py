"""Tables over documents in a real SQLite file: rows, corrections, erasure, and who fills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.state.tables import DocumentTable, TableSpec, TableStore, exactly_now
from rag.errors import NotFoundError
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, ColumnKind
from rag.types import PageRectangle, Rectangle, Verdict

TOTAL = Column("Total", "What is the total?", ColumnKind.NUMBER)
DATE = Column("Date", "When?", ColumnKind.DATE)
BOXES = (PageRectangle(3, Rectangle(1, 2, 3, 4)),)
CELL = Cell("12", "EUR", (), Verdict.SUPPORTED, "", "Total: 12", 3, "iv", "page", BOXES, "reader")
SPEC = TableSpec("default", "invoices", (TOTAL, DATE), {"type": "pdf"}, (4, 5))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TableStore]:
    with closing(TableStore(tmp_path / "service.sqlite")) as opened:
        yield opened


@pytest.fixture
def table(store: TableStore) -> DocumentTable:
    made = store.save(SPEC)
    write(store, made, 4, {"Total": CELL, "Date": Cell(reason="It does not stand in the document.")})
    return made


def write(store: TableStore, table: DocumentTable, document_id: int, cells: dict[str, Cell]) -> bool:
    return store.write_row(table, document_id, f"{document_id}.pdf", "v1", cells, read_at=exactly_now())


def test_a_table_and_its_cells_are_read_back_as_they_were(store: TableStore, table: DocumentTable) -> None:
    assert store.load("default", table.id) == table
    assert (table.columns, table.filters, table.document_ids) == (SPEC.columns, SPEC.filters, SPEC.document_ids)
    (row,) = store.load_rows(table)
    assert row.cells["Total"] == CELL
    assert (row.value("Total"), row.unit("Total"), row.value("Date")) == ("12", "EUR", "")


def test_a_table_of_the_same_name_is_changed_and_keeps_the_cells_of_columns_that_stay(
    store: TableStore, table: DocumentTable
) -> None:
    changed = store.save(TableSpec("default", "invoices", (TOTAL, Column("Date", "When is it due?", ColumnKind.DATE))))
    assert changed.id == table.id
    (row,) = store.load_rows(changed)
    assert list(row.cells) == ["Total"]


def test_a_correction_counts_and_outlives_the_next_fill_until_it_is_taken_back(
    store: TableStore, table: DocumentTable
) -> None:
    store.correct(table.id, 4, "Total", "13", by="ann")
    assert write(store, table, 4, {"Total": CELL, "Date": Cell()})
    (row,) = store.load_rows(table)
    assert (row.value("Total"), row.cells["Total"].value, row.corrections["Total"].by) == ("13", "12", "ann")
    store.take_back(table.id, 4, "Total")
    assert store.load_rows(table)[0].value("Total") == "12"


def test_only_one_fill_of_a_table_begins(store: TableStore, table: DocumentTable) -> None:
    assert store.begin_fill(table.id)
    assert not store.begin_fill(table.id)
    store.set_state(table.id, "stopped")
    assert store.begin_fill(table.id)


def test_erasing_a_document_leaves_nothing_of_it_in_the_file(
    store: TableStore, table: DocumentTable, tmp_path: Path
) -> None:
    store.correct(table.id, 4, "Total", "secret figure 81", by="ann")
    store.erase([4])
    assert store.load_rows(table) == []
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert b"Total: 12" not in content
        assert b"secret figure" not in content


def test_a_row_that_was_read_before_its_document_was_erased_does_not_come_back(
    store: TableStore, table: DocumentTable
) -> None:
    before = exactly_now()
    store.erase([4])
    cells = {"Total": CELL, "Date": Cell()}
    assert not store.write_row(table, 4, "4.pdf", "v1", cells, read_at=before)
    assert write(store, table, 4, cells)


def test_a_row_of_a_table_that_is_gone_is_not_kept(store: TableStore, table: DocumentTable) -> None:
    store.remove(table.id)
    assert not write(store, table, 5, {"Total": CELL, "Date": Cell()})
    with pytest.raises(NotFoundError):
        store.load("default", table.id)


def test_a_table_belongs_to_its_collection(store: TableStore, table: DocumentTable) -> None:
    with pytest.raises(NotFoundError):
        store.load("other", table.id)
    store.save(TableSpec("other", "invoices", (TOTAL,)))
    store.remove_collection("default")
    assert [one.collection for one in store.list_tables()] == ["other"]
