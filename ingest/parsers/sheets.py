"""Turns spreadsheets and CSV files into ParsedDocuments: one row of cells, one block. Knows no formulas."""

from __future__ import annotations

import csv
import datetime
import io
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from ingest.cleanup import one_line
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import read_properties
from ingest.parsers.text import read_text
from ingest.titles import choose_title
from rag.types import BlockKind, ParsedDocument

MAX_ROWS = 200_000
"""Rows read of each sheet: beyond that a spreadsheet is a database, and passages of it answer nothing."""

MAX_COLUMNS = 500
MAX_EMPTY_ROWS = 10_000
"""After this many empty rows a sheet is taken to be over: some are formatted down to the last possible row."""

CELL_SEPARATOR = " | "
SNIFFED_CHARACTERS = 20_000


def parse_xlsx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a workbook: one page for each sheet, in order, with the values last calculated."""
    builder = TextBuilder(options.max_characters, path.name)
    notes: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of every extension it leaves out
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for sheet in workbook.worksheets:
                sheet.reset_dimensions()  # a wrong recorded size would hide cells
                rows = ([_show(value) for value in row[:MAX_COLUMNS]] for row in sheet.iter_rows(values_only=True))
                if _add_rows(builder, rows):
                    notes.append(f"Only the first {MAX_ROWS} rows of sheet {one_line(sheet.title)} were read.")
                builder.end_page(one_line(sheet.title))
        finally:
            workbook.close()
    properties = read_properties(path)
    return ParsedDocument(
        title=choose_title(properties.title, "", path.name),
        file_type="xlsx",
        pages=builder.pages(),
        author=properties.author,
        created=properties.created,
        page_word="sheet",
        warnings=tuple(notes),
    )


def parse_csv(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a CSV file of any usual delimiter and encoding."""
    text, warning = read_text(path)
    notes = [warning] if warning else []
    builder = TextBuilder(options.max_characters, path.name)
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=_delimiter(text))
    if _add_rows(builder, (row[:MAX_COLUMNS] for row in reader)):
        notes.append(f"Only the first {MAX_ROWS} rows were read.")
    return ParsedDocument(
        title=choose_title("", "", path.name), file_type="csv", pages=builder.pages(), warnings=tuple(notes)
    )


def _add_rows(builder: TextBuilder, rows: Iterable[list[str]]) -> bool:
    """Write rows as blocks, empty ones left out; returns whether there were too many."""
    empty = 0
    for count, row in enumerate(rows):
        if count >= MAX_ROWS:
            return True
        cells = [one_line(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        empty = 0 if cells else empty + 1
        if empty > MAX_EMPTY_ROWS:
            return False
        builder.add(BlockKind.TABLE_ROW, CELL_SEPARATOR.join(cells))
    return False


def _show(value: Any) -> str:
    """A cell's value as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)


def _delimiter(text: str) -> str:
    """The delimiter that parts the first lines most evenly."""
    lines = [line for line in text[:SNIFFED_CHARACTERS].splitlines() if line.strip()][:50]
    best, best_score = ",", 0.0
    for delimiter in (",", ";", "\t", "|"):
        counts = [line.count(delimiter) for line in lines]
        if not counts or not max(counts):
            continue
        usual = max(set(counts), key=counts.count)
        score = usual * counts.count(usual) / len(counts)
        if score > best_score:
            best, best_score = delimiter, score
    return best
