"""Turns CSV and TSV files of any usual delimiter and encoding into ParsedDocuments."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.finishing import finish_document
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.sheets.cells import MAX_COLUMNS, MAX_EMPTY_ROWS, MAX_ROWS, Sheet, SheetRow
from ingest.parsers.sheets.grid import write_sheet
from ingest.parsers.text import read_text
from rag.types import ParsedDocument

SNIFFED_CHARACTERS = 20_000
MAX_FIELD = 10_000_000

_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?[ ;,]*(?:\r\n|\r|\n)', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


def parse_csv(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a CSV file; a first line "sep=;" names its delimiter, as Excel reads it."""
    return _parse(path, options, "csv", "")


def parse_tsv(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a file of values parted by tabs."""
    return _parse(path, options, "tsv", "\t")


def _parse(path: Path, options: ParseOptions, file_type: str, delimiter: str) -> ParsedDocument:
    text, warning = read_text(path)
    notes = [warning] if warning else []
    if named := _SEPARATOR_LINE.match(text):
        text, delimiter = text[named.end() :], named[1]
    if delimiter == "\t" and "\t" not in text[:SNIFFED_CHARACTERS]:
        delimiter = ""
    builder = TextBuilder(options.max_characters, path.name)
    csv.field_size_limit(MAX_FIELD)
    lines = io.StringIO(text.replace("\x00", ""), newline="")
    sheet = Sheet("")
    _take_rows(sheet, csv.reader(lines, delimiter=delimiter or find_delimiter(text)))
    write_sheet(builder, sheet)
    if sheet.is_cut:
        notes.append(f"Only the first {MAX_ROWS} rows were read.")
    return finish_document(builder, path, file_type, warnings=notes)


def _take_rows(sheet: Sheet, rows: Iterable[list[str]]) -> None:
    empty = 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            sheet.is_cut = True
            return
        cells = [one_line(cell) for cell in row[:MAX_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        empty = 0 if cells else empty + 1
        if empty > MAX_EMPTY_ROWS:
            return
        if cells:
            sheet.rows.append(SheetRow(number, cells))


def find_delimiter(text: str) -> str:
    """Return the delimiter that parts the first lines most evenly, whatever stands in quotes; "," where none does."""
    lines = [line for line in _QUOTED.sub('""', text[:SNIFFED_CHARACTERS]).splitlines() if line.strip()][:50]
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
