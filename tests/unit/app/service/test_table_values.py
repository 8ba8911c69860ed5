"""Rows of a table are sorted, filtered, added up, corrected and exported."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest

from app.service.table_export import export_table
from app.service.table_values import filter_rows, read_correction, sort_rows, total_of
from app.state.tables import Correction, DocumentTable, TableRow
from rag.errors import ConfigurationError
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, ColumnKind
from rag.types import Verdict

COLUMNS = (
    Column("Total", "What is the total?", ColumnKind.NUMBER),
    Column("Date", "When?", ColumnKind.DATE),
    Column("Supplier", "Who?"),
)
TABLE = DocumentTable(1, "default", "invoices", COLUMNS)


def row(number: int, total: str, date: str, supplier: str, unit: str = "EUR") -> TableRow:
    def cell(value: str, unit: str = "") -> Cell:
        return Cell(value, unit, verdict=Verdict.SUPPORTED if value else None, quote=value, page=number)

    cells = {"Total": cell(total, unit), "Date": cell(date), "Supplier": cell(supplier)}
    return TableRow(number, f"{number}.pdf", "v", "", cells)


ROWS = [
    row(1, "9.5", "2024-05-01", "Harlow"),
    row(2, "100", "2024-01-31", "=HYPERLINK(1)"),
    row(3, "", "", ""),
]


def test_rows_are_sorted_by_size_and_empty_cells_come_last() -> None:
    assert [one.document_id for one in sort_rows(TABLE, ROWS, "Total")] == [1, 2, 3]
    assert [one.document_id for one in sort_rows(TABLE, ROWS, "Total", descending=True)] == [2, 1, 3]
    assert [one.document_id for one in sort_rows(TABLE, ROWS, "Date")] == [2, 1, 3]
    with pytest.raises(ConfigurationError, match="no column 'Sum'"):
        sort_rows(TABLE, ROWS, "Sum")


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"Supplier": "harl"}, [1]),
        ({"Total": ">50"}, [2]),
        ({"Total": "<=9.50"}, [1]),
        ({"Date": ">2024-02-01"}, [1]),
        ({"Date": "-"}, [3]),
        ({"Supplier": "harlow", "Total": ">50"}, []),
    ],
)
def test_rows_are_filtered(conditions: dict[str, str], found: list[int]) -> None:
    assert [one.document_id for one in filter_rows(TABLE, ROWS, conditions)] == found


def test_numbers_are_added_exactly_and_corrections_count() -> None:
    total = total_of(TABLE, [row(1, "0.1", "", ""), row(2, "0.2", "", "")], "Total")
    assert (total.sum, total.least, total.greatest, total.unit, total.count) == ("0.3", "0.1", "0.2", "EUR", 2)
    corrected = TableRow(3, "3.pdf", "v", "", ROWS[0].cells, {"Total": Correction("10", "ann", "")})
    assert total_of(TABLE, [corrected], "Total").sum == "10"


def test_different_currencies_are_not_added_and_the_reason_is_told() -> None:
    total = total_of(TABLE, [row(1, "1", "", "", "EUR"), row(2, "2", "", "", "USD")], "Total")
    assert (total.sum, total.reason) == ("", "The values are in different units: EUR, USD.")


@pytest.mark.parametrize(
    ("column", "written", "kept"),
    [(0, "1.204,50", "1204.5"), (1, "3 May 2024", "2024-05-03"), (2, "  Harlow  Ltd ", "Harlow Ltd"), (0, "", "")],
)
def test_a_correction_is_kept_in_the_form_of_its_column(column: int, written: str, kept: str) -> None:
    assert read_correction(COLUMNS[column], written) == kept


@pytest.mark.parametrize(("column", "written"), [(0, "a lot"), (1, "soon"), (1, "03/04/2024")])
def test_a_correction_that_does_not_fit_its_column_is_refused(column: int, written: str) -> None:
    with pytest.raises(ConfigurationError, match="does not fit the column"):
        read_correction(COLUMNS[column], written)


def test_a_csv_holds_no_formula_and_plain_numbers() -> None:
    rows = [*ROWS, row(4, "-12.5", "", "+1")]
    read = list(csv.reader(io.StringIO(export_table(TABLE, rows, "csv").decode("utf-8-sig"))))
    assert read[0] == ["Document", "Total", "Total (unit)", "Date", "Supplier"]
    assert read[2] == ["2.pdf", "100", "EUR", "2024-01-31", "'=HYPERLINK(1)"]
    assert read[4] == ["4.pdf", "-12.5", "EUR", "", "'+1"]


def test_a_workbook_holds_typed_values_a_total_and_the_citations() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_table(TABLE, [*ROWS, row(4, "1", "", "a\x07b")], "xlsx")))
    sheet: Any = book["Table"]
    assert [cell.value for cell in sheet[2]][:2] == ["1.pdf", 9.5]
    assert sheet["D2"].value.date().isoformat() == "2024-05-01"
    assert (sheet["E3"].value, sheet["E3"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet["E5"].value == "a b"
    assert [sheet["A6"].value, sheet["B6"].value] == ["Total", 110.5]
    assert [cell.value for cell in book["Citations"][2]][:4] == ["1.pdf", "Total", "9.5", "supported"]


def test_json_holds_every_cell_with_its_quote_and_what_was_read_beside_a_correction() -> None:
    corrected = TableRow(1, "1.pdf", "v", "", ROWS[0].cells, {"Total": Correction("10", "ann", "2024")})
    told = json.loads(export_table(TABLE, [corrected], "json"))
    cell = told["rows"][0]["cells"]["Total"]
    assert (cell["value"], cell["read"], cell["quote"], cell["correction"]["by"]) == ("10", "9.5", "9.5", "ann")
    assert told["totals"][0]["sum"] == "10"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'pdf'"):
        export_table(TABLE, ROWS, "pdf")
