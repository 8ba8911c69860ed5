"""Reads Excel workbooks (XLSX, XLSM and their templates) part by part, as a person sees each cell."""

from __future__ import annotations

import re
from pathlib import Path

from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from ingest.cleanup import one_line
from ingest.parsers.open_xml import Package, XmlElement
from ingest.parsers.sheets.book import REFERENCE, Workbook, cell_text, column_number, iterate_cells, read_book
from ingest.parsers.sheets.cells import MAX_COLUMNS, MAX_EMPTY_ROWS, MAX_ROWS, Sheet, SheetRow, fill_merged
from ingest.parsers.sheets.comments import read_comments
from ingest.parsers.sheets.formulas import fill_results
from ingest.parsers.sheets.strings import drawing_texts
from ingest.parsers.sheets.xml import attribute, descendants, drop, iterate, local_name

_PRINT_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|K\d\d[+-]\d{3}|\d+|[A-Z&])', re.IGNORECASE)


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook in order. Raises zipfile.BadZipFile, ValueError where there are none."""
    with Package(path) as package:
        part = package.main_part or "xl/workbook.xml"
        root = package.xml(part)
        if root is None:
            raise ValueError("The package has no workbook.")
        book = read_book(package, part, root)
        links = package.relationships(part)
        sheets: list[Sheet] = []
        parts: list[str] = []
        for element in descendants(root, "sheet"):
            link = links.get(attribute(element, "id"))
            sheet = Sheet(one_line(element.get("name") or ""), element.get("state", "visible") != "visible")
            if link is not None:
                _read_sheet(package, link.target, sheet, book, len(sheets))
            sheets.append(sheet)
            parts.append(link.target if link is not None else "")
        if book.formulas:
            fill_results(package, parts, sheets, book)
    for sheet in sheets:
        fill_merged(sheet)
    return sheets


def _read_sheet(package: Package, part: str, sheet: Sheet, book: Workbook, number: int) -> None:
    comments = read_comments(package, part)
    stream = package.open(part)
    if stream is not None:
        with stream:
            is_over = False
            for element in iterate(stream, "row", "col", "mergeCell", "oddHeader", "oddFooter"):
                if local_name(element) == "row":
                    is_over = is_over or not _take_row(sheet, element, book, number, comments)
                    drop(element)
                else:
                    _take_setting(sheet, element)  # Some stand behind the last row.
    _place_comments(sheet, comments)
    for target in package.related(part, "drawing"):
        root = package.xml(target)
        sheet.texts += drawing_texts(root) if root is not None else []
        for chart in package.related(target, "chart"):
            sheet.texts += _chart_titles(package.xml(chart))


def _take_row(
    sheet: Sheet, element: XmlElement, book: Workbook, sheet_number: int, comments: dict[tuple[int, int], str]
) -> bool:
    """Add a row where it holds something; returns whether more may follow."""
    last = sheet.rows[-1].number if sheet.rows else 0
    given = element.get("r") or ""
    number = int(given) if given.isdecimal() else last + 1
    if number - last > MAX_EMPTY_ROWS and sheet.rows:
        return False
    if len(sheet.rows) >= MAX_ROWS:
        sheet.is_cut = True
        return False
    cells: list[str] = []
    for column, cell in iterate_cells(element):
        text = cell_text(cell, book, (sheet_number, number, column))
        if text:
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = text
    if cells or any(row == number for row, _ in comments):
        sheet.rows.append(SheetRow(number, cells, element.get("hidden") in ("1", "true")))
    return True


def _take_setting(sheet: Sheet, element: XmlElement) -> None:
    match local_name(element):
        case "col" if element.get("hidden") in ("1", "true"):
            first, last = element.get("min") or "", element.get("max") or ""
            if first.isdecimal() and last.isdecimal():
                sheet.hidden_columns.update(range(int(first) - 1, min(int(last), MAX_COLUMNS)))
        case "mergeCell":
            ends = [REFERENCE.fullmatch(end) for end in (element.get("ref") or "").split(":")]
            if len(ends) == 2 and ends[0] and ends[1]:
                sheet.merged.append(
                    (int(ends[0][2]), column_number(ends[0][1]), int(ends[1][2]), column_number(ends[1][1]))
                )
        case "oddHeader" | "oddFooter":
            text = one_line(_PRINT_CODES.sub(" ", element.text or ""))
            if any(character.isalpha() for character in text):
                sheet.texts.append(text)


def _chart_titles(root: XmlElement | None) -> list[str]:
    if root is None:
        return []
    titles = []
    for title in descendants(root, "title"):
        text = one_line(" ".join(part.text or "" for part in title.iter("{*}t")))
        if text:
            titles.append(text)
    return titles


def _place_comments(sheet: Sheet, comments: dict[tuple[int, int], str]) -> None:
    rows = {row.number: row for row in sheet.rows}
    for (number, column), text in comments.items():
        row = rows.get(number)
        if row is None:
            sheet.texts.append(f"Comment on {get_column_letter(min(column, MAX_COLUMNS) + 1)}{number}: {text}")
        else:
            row.notes[column] = text
