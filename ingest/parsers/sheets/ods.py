"""Reads OpenDocument spreadsheets: the text that each cell shows stands in the file."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.flow import Item
from ingest.parsers.odf.body import BodyReader
from ingest.parsers.odf.file import OdfFile
from ingest.parsers.open_xml import MAX_PART_BYTES, Package, XmlElement, parse_xml
from ingest.parsers.sheets.cells import MAX_COLUMNS, MAX_EMPTY_ROWS, MAX_ROWS, Sheet, SheetRow, fill_merged
from ingest.parsers.sheets.xml import attribute, local_name
from rag.errors import ParseError

MAX_REPEATED = 1_000
"""A row or a cell with words in it may be repeated this often; more is formatting, not content."""

CELLS = ("table-cell", "covered-table-cell")


def read_ods(path: Path) -> list[Sheet]:
    """Return the sheets of a spreadsheet in order. Raises ParseError where it is encrypted, ValueError where it is
    damaged."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("content.xml")
        if info.file_size > MAX_PART_BYTES:
            raise ParseError(f"{path.name} is too large a spreadsheet.", "Split it, or save it as .csv.")
        content = archive.read(info)
        manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    if b"encryption-data" in manifest:
        raise ParseError(f"{path.name} is encrypted and needs a password.", "Save a copy of it without a password.")
    root = parse_xml(content)
    hidden_styles = {
        attribute(style, "name")
        for style in root.iter("{*}style")
        if any(attribute(part, "display") == "false" for part in style)
    }
    tables = [table for table in root.iter("{*}table") if _is_sheet(table)]
    if next(root.iter("{*}object", "{*}desc", "{*}title"), None) is None:
        return [_read_table(table, hidden_styles, None) for table in tables]
    with Package(path) as package:
        file = OdfFile(package, path)
        file.are_charts_of_cells = True
        return [_read_table(table, hidden_styles, BodyReader(file)) for table in tables]


def _is_sheet(table: XmlElement) -> bool:
    above = table.getparent()
    return above is not None and local_name(above) == "spreadsheet"


def _read_table(table: XmlElement, hidden_styles: set[str], drawings: BodyReader | None) -> Sheet:
    sheet = Sheet(one_line(attribute(table, "name")), attribute(table, "style-name") in hidden_styles)
    number = column = 0
    for element in table.iter("{*}table-row", "{*}table-column", "{*}frame", "{*}custom-shape"):
        name = local_name(element)
        repeated = max(int(attribute(element, f"number-{name.removeprefix('table-')}s-repeated") or 1), 1)
        if name == "table-column":
            if attribute(element, "visibility") in ("collapse", "filter"):
                sheet.hidden_columns.update(range(column, min(column + repeated, MAX_COLUMNS)))
            column += repeated
        elif name == "table-row":
            cells, notes, merged = _read_row(element, number + 1)
            sheet.merged += merged
            is_hidden = attribute(element, "visibility") in ("collapse", "filter")
            for offset in range(min(repeated, MAX_REPEATED) if cells or notes else 0):
                sheet.rows.append(SheetRow(number + 1 + offset, list(cells), is_hidden, notes))
            number += repeated
            if len(sheet.rows) >= MAX_ROWS:
                sheet.is_cut = True
                break
            if sheet.rows and number - sheet.rows[-1].number > MAX_EMPTY_ROWS:
                continue
        elif text := _shape_text(element, drawings):
            sheet.texts.append(text)
    fill_merged(sheet)
    return sheet


def _read_row(row: XmlElement, number: int) -> tuple[list[str], dict[int, str], list[tuple[int, int, int, int]]]:
    """Return the shown cells, what was written about them, and the merged ranges that begin here."""
    cells: list[str] = []
    notes: dict[int, str] = {}
    merged = []
    column = 0
    for cell in row:
        if local_name(cell) not in CELLS:
            continue
        repeated = max(int(attribute(cell, "number-columns-repeated") or 1), 1)
        if column >= MAX_COLUMNS:
            break
        text = _cell_text(cell)
        if text:
            cells.extend([""] * (column - len(cells)))
            cells.extend([text] * min(repeated, MAX_COLUMNS - column))
        down = int(attribute(cell, "number-rows-spanned") or 1)
        right = int(attribute(cell, "number-columns-spanned") or 1)
        if down > 1 or right > 1:
            merged.append((number, column, number + down - 1, column + right - 1))
        for note in cell.iter("{*}annotation"):
            if words := one_line(" ".join(" ".join(part.itertext()) for part in note.iter("{*}p"))):
                notes[column] = words
        column += repeated
    return cells, notes, merged


def _cell_text(cell: XmlElement) -> str:
    """Return the paragraphs of a cell itself; a value that shows none is a formula's that was never computed."""
    parts = ["".join(_words(part)) for part in cell if local_name(part) == "p"]
    text = one_line(" ".join(parts))
    return text or one_line(
        attribute(cell, "value") or attribute(cell, "string-value") or attribute(cell, "date-value")
    )


def _words(paragraph: XmlElement) -> list[str]:
    """Return the text of a paragraph with the spaces, tabs and breaks that OpenDocument writes as elements."""
    words = [paragraph.text or ""]
    for child in paragraph:
        match local_name(child):
            case "s":
                words.append(" " * min(int(attribute(child, "c") or 1), 100))
            case "tab" | "line-break":
                words.append(" ")
            case "annotation" | "":
                pass
            case _:
                words += _words(child)
        words.append(child.tail or "")
    return words


def _shape_text(shape: XmlElement, drawings: BodyReader | None) -> str:
    """Return the text of a shape, a line for each paragraph, with the title of a chart, the words of an object and
    what a picture is said to show; a comment's own shape has none."""
    if any(local_name(above) == "annotation" for above in shape.iterancestors()):
        return ""
    lines = [one_line("".join(_words(part))) for part in shape.iter("{*}p")]
    if drawings is not None:
        lines += [one_line(item.text) for item in drawings.drawing(shape) if isinstance(item, Item)]
    return "\n".join(dict.fromkeys(filter(None, lines)))
