"""Reads Excel workbooks of the format before 2007 with xlrd, and with calamine what xlrd does not take."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import xlrd  # type: ignore[import-untyped]

from ingest.cleanup import one_line
from ingest.parsers.sheets.calamine import read_with_calamine
from ingest.parsers.sheets.cells import MAX_COLUMNS, MAX_ROWS, Sheet, SheetRow, fill_merged
from ingest.parsers.sheets.number_formats import BUILT_IN, GENERAL, format_number, format_text
from rag.errors import ParseError

LAST_BUILT_IN = 163
"""Formats with lower numbers are the program's own; xlrd gives its guess of them, which depends on the country."""


def read_xls(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook in order. Raises ParseError where it is encrypted."""
    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO())
    except Exception as error:
        # xlrd raises whatever it stumbles over: IndexError, struct.error, AssertionError, ...
        if "encrypted" in str(error).casefold():
            raise ParseError(
                f"{path.name} is encrypted and needs a password.", "Save a copy of it without a password."
            ) from error
        return read_with_calamine(path)
    sheets = []
    for source in book.sheets():
        sheet = Sheet(one_line(source.name), source.visibility != 0)
        _take_rows(sheet, source, book)
        fill_merged(sheet)
        sheets.append(sheet)
    return sheets


def _take_rows(sheet: Sheet, source: Any, book: Any) -> None:
    sheet.is_cut = source.nrows > MAX_ROWS
    sheet.hidden_columns = {column for column, shown in source.colinfo_map.items() if shown.hidden}
    sheet.merged = [(top + 1, left, bottom, right - 1) for top, bottom, left, right in source.merged_cells]
    notes: dict[int, dict[int, str]] = {}
    for (row, column), note in source.cell_note_map.items():
        notes.setdefault(row, {})[column] = one_line(note.text)
    for number in range(min(source.nrows, MAX_ROWS)):
        cells = [one_line(_show(cell, book)) for cell in source.row(number)[:MAX_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        shown = source.rowinfo_map.get(number)
        if cells or number in notes:
            sheet.rows.append(SheetRow(number + 1, cells, bool(shown and shown.hidden), notes.get(number, {})))


def _show(cell: Any, book: Any) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return ""
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
        case xlrd.XL_CELL_TEXT:
            return format_text(str(cell.value), _format_of(cell, book))
    return format_number(float(cell.value), _format_of(cell, book), from_1904=bool(book.datemode))


def _format_of(cell: Any, book: Any) -> str:
    if cell.xf_index is None or not 0 <= cell.xf_index < len(book.xf_list):
        return GENERAL
    key = book.xf_list[cell.xf_index].format_key
    if key <= LAST_BUILT_IN and key in BUILT_IN and key in (14, 22):
        return BUILT_IN[key]
    found = book.format_map.get(key)
    return str(found.format_str) if found is not None else BUILT_IN.get(key, GENERAL)
