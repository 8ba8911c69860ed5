"""Writes a table as CSV, as a workbook, or as JSON with the citation of every cell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, get_args

import openpyxl  # type: ignore[import-untyped]
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]

from app.service.table_values import as_number, total_of
from app.state.tables import DocumentTable, TableRow
from rag.errors import ConfigurationError
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, ColumnKind

Format = Literal["csv", "xlsx", "json"]
FORMATS: tuple[str, ...] = get_args(Format)

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Text that begins so is run as a formula by spreadsheets that open a CSV (OWASP, CSV injection)."""

CORRECTED = "corrected by {by}"
MAX_CELL = 32_767
"""Characters of a cell that Excel opens."""


def export_table(table: DocumentTable, rows: Sequence[TableRow], format_: str) -> bytes:
    """Return a table as a file. Raises ConfigurationError for an unknown format."""
    writers = {"csv": _csv, "xlsx": _xlsx, "json": _json}
    if format_ not in writers:
        raise ConfigurationError(
            f"A table cannot be written as {format_!r}.", f"The formats are: {', '.join(FORMATS)}."
        )
    return writers[format_](table, rows)


def table_json(table: DocumentTable, rows: Sequence[TableRow]) -> dict[str, Any]:
    """Return a table with columns, rows, totals, and the proof of each cell."""
    return {
        "table": table.name,
        "collection": table.collection,
        "columns": [column.to_json() for column in table.columns],
        "rows": [
            {
                "document": row.document,
                "document_id": row.document_id,
                "cells": {column.name: _cell_json(row, column) for column in table.columns},
            }
            for row in rows
        ],
        "totals": [
            {name: getattr(total, name) for name in ("column", "count", "sum", "least", "greatest", "unit", "reason")}
            for column in table.columns
            for total in [total_of(table, rows, column.name)]
        ],
    }


def neutralise(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _cell_json(row: TableRow, column: Column) -> dict[str, Any]:
    cell = row.cells.get(column.name, Cell())
    correction = row.corrections.get(column.name)
    corrected = correction and {"value": correction.value, "by": correction.by, "at": correction.at}
    return {**cell.to_json(), "value": row.value(column.name), "read": cell.value, "correction": corrected}


def _csv(table: DocumentTable, rows: Sequence[TableRow]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([neutralise(head) for head in _heads(table)])
    for row in rows:
        writer.writerow([neutralise(row.document), *(_csv_value(row, column) for column in _columns(table))])
    # The mark at the front has Excel read UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _csv_value(row: TableRow, column: tuple[Column, bool]) -> str:
    value = row.unit(column[0].name) if column[1] else row.value(column[0].name)
    is_number = column[0].kind is ColumnKind.NUMBER and as_number(value) is not None
    return value if is_number else neutralise(value)


def _xlsx(table: DocumentTable, rows: Sequence[TableRow]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Table"
    _append(sheet, _heads(table), bold=True)
    for row in rows:
        shown: list[Any] = [row.document]
        for column, is_unit in _columns(table):
            shown.append(row.unit(column.name) if is_unit else _typed(row.value(column.name), column))
        _append(sheet, shown)
    _append_totals(sheet, table, rows)
    sheet.freeze_panes = "B2"
    proofs = workbook.create_sheet("Citations")
    _append(proofs, ("Document", "Column", "Value", "Verdict", "Page", "Quote", "Why"), bold=True)
    for row in rows:
        for column in table.columns:
            _append(proofs, _proof(row, column))
    for each in (sheet, proofs):
        for letter in "ABCDEFG":
            each.column_dimensions[letter].width = 24
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _append(sheet: Any, values: Sequence[Any], *, bold: bool = False) -> None:
    number = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    for position, value in enumerate(values, start=1):
        cell = sheet.cell(number, position)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:MAX_CELL]
            # Text stays text, also where it looks like a formula.
            cell.data_type = "s"
            cell.quotePrefix = value.startswith(FORMULA_STARTS)
        else:
            cell.value = value
        if bold:
            cell.font = Font(bold=True)


def _append_totals(sheet: Any, table: DocumentTable, rows: Sequence[TableRow]) -> None:
    totals = [total_of(table, rows, column.name) for column in table.columns]
    if not any(total.sum or total.reason for total in totals):
        return
    shown: list[Any] = ["Total"]
    for column, is_unit in _columns(table):
        total = next(one for one in totals if one.column == column.name)
        number = as_number(total.sum) if total.sum else None
        shown.append(total.unit if is_unit else float(number) if number is not None else total.reason)
    _append(sheet, shown, bold=True)


def _typed(value: str, column: Column) -> Any:
    number = as_number(value) if column.kind is ColumnKind.NUMBER else None
    if number is not None:
        return float(number)
    if column.kind is ColumnKind.DATE and value:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _proof(row: TableRow, column: Column) -> tuple[str, ...]:
    cell = row.cells.get(column.name, Cell())
    correction = row.corrections.get(column.name)
    verdict = CORRECTED.format(by=correction.by) if correction else cell.verdict.value if cell.verdict else ""
    return row.document, column.name, row.value(column.name), verdict, cell.pages, cell.quote, cell.reason


def _json(table: DocumentTable, rows: Sequence[TableRow]) -> bytes:
    return json.dumps(table_json(table, rows), indent=2, ensure_ascii=False).encode()


def _columns(table: DocumentTable) -> list[tuple[Column, bool]]:
    """Return the columns as they are written: numbers are followed by their units."""
    return [
        (column, is_unit)
        for column in table.columns
        for is_unit in ((False, True) if column.kind is ColumnKind.NUMBER else (False,))
    ]


def _heads(table: DocumentTable) -> list[str]:
    return ["Document", *(f"{column.name} (unit)" if is_unit else column.name for column, is_unit in _columns(table))]
