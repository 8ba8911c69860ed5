"""Turns workbooks into ParsedDocuments: one page for each sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.embedded import embedded_parts, read_embedded, with_embedded
from ingest.parsers.finishing import finish_document
from ingest.parsers.open_xml import Package
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import Properties, read_properties
from ingest.parsers.sheets.cells import MAX_ROWS, NOT_COMPUTED, Sheet
from ingest.parsers.sheets.grid import write_sheet
from rag.types import BlockKind, ParsedDocument

_NAMELESS = re.compile(
    r"(?:sheet|tabelle|feuil|feuille|hoja|foglio|blad|arkusz|ark|planilha|list|лист|sayfa|munka|taul|工作表|シート)\s*\d*",
    re.IGNORECASE,
)
"""Names that programs give a sheet by themselves."""


def parse_xlsx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an Excel workbook of today's format, with or without macros, or a template."""
    from ingest.parsers.sheets.workbook import read_workbook

    document = _parse(path, options, "xlsx", read_workbook, read_properties(path))
    with Package(path) as package:
        inner = read_embedded(package, embedded_parts(package), options, document.pages)
    return with_embedded(document, inner)


def parse_xls(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an Excel workbook of the format before 2007."""
    from ingest.parsers.sheets.xls import read_xls

    return _parse(path, options, "xls", read_xls, Properties())


def parse_xlsb(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a binary Excel workbook."""
    from ingest.parsers.sheets.calamine import read_with_calamine

    return _parse(path, options, "xlsb", read_with_calamine, read_properties(path))


def parse_ods(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an OpenDocument spreadsheet."""
    from ingest.parsers.sheets.ods import read_ods

    return _parse(path, options, "ods", read_ods, read_properties(path))


def _parse(
    path: Path, options: ParseOptions, file_type: str, read: Callable[[Path], list[Sheet]], properties: Properties
) -> ParsedDocument:
    builder = TextBuilder(options.max_characters, path.name)
    sheets = read(path)
    for sheet in sheets:
        name = one_line(sheet.name)
        shown = f"{name} (hidden sheet)" if sheet.is_hidden else name
        if (sheet.rows or sheet.texts) and (sheet.is_hidden or not _NAMELESS.fullmatch(name)):
            builder.add(BlockKind.HEADING, shown, level=1)
        write_sheet(builder, sheet)
        builder.end_page(shown)
    return finish_document(
        builder, path, file_type, properties, heading="", page_word="sheet", warnings=_warnings(sheets)
    )


def _warnings(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    found = [
        f"Only the first {MAX_ROWS} rows of sheet {one_line(sheet.name)} were read." for sheet in sheets if sheet.is_cut
    ]
    hidden = [one_line(sheet.name) for sheet in sheets if sheet.is_hidden and sheet.rows]
    if hidden:
        found.append(f"Hidden sheets were read too, and are marked as hidden: {', '.join(hidden)}.")
    missing = sum(cell == NOT_COMPUTED for sheet in sheets for row in sheet.rows for cell in row.cells)
    if missing:
        found.append(f"The results of {missing} formulas are not stored in the file and could not be computed.")
    return tuple(found)
