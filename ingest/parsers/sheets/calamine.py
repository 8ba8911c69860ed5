"""Reads workbooks with python-calamine: values without number formats, of files that no other reader takes."""

from __future__ import annotations

import datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ingest.cleanup import one_line
from ingest.parsers.sheets.cells import MAX_COLUMNS, MAX_ROWS, Sheet, SheetRow, fill_merged
from ingest.parsers.sheets.number_formats import plain_number
from rag.errors import ParseError

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read_with_calamine(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook in order. Raises ParseError where it is encrypted or damaged."""
    try:
        return _read(path)
    except PasswordError as error:
        raise ParseError(
            f"{path.name} is encrypted and needs a password.", "Save a copy of it without a password."
        ) from error
    except BaseException as error:
        # The reader is written in Rust, and its panics are no Exception.
        if not isinstance(error, CalamineError) and type(error).__name__ != "PanicException":
            raise
        raise ParseError(
            f"{path.name} is damaged or not a workbook.", "Open it in its own program and save it again."
        ) from error


def _read(path: Path) -> list[Sheet]:
    sheets = []
    with CalamineWorkbook.from_path(str(path)) as book:
        for described in book.sheets_metadata:
            if described.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = Sheet(one_line(described.name), described.visible != SheetVisibleEnum.Visible)
            source = book.get_sheet_by_name(described.name)
            for place, values in enumerate(source.iter_rows()):
                if place >= MAX_ROWS:
                    sheet.is_cut = True
                    break
                cells = [one_line(show_value(value)) for value in values[:MAX_COLUMNS]]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    sheet.rows.append(SheetRow(place + 1, cells))
            merged = source.merged_cell_ranges or []
            sheet.merged = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in merged]
            fill_merged(sheet)
            sheets.append(sheet)
    return sheets


def show_value(value: Value) -> str:
    """Return a value without a format as text: dates in ISO 8601, spans of time in hours."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return plain_number(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)
