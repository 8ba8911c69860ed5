"""Holds the styles and strings that the sheets of an Excel workbook share, and shows the value of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.cleanup import one_line
from ingest.parsers.open_xml import Package, XmlElement
from ingest.parsers.sheets.cells import MAX_COLUMNS, NOT_COMPUTED
from ingest.parsers.sheets.number_formats import BUILT_IN, GENERAL, format_number, format_text
from ingest.parsers.sheets.strings import rich_text, unescape
from ingest.parsers.sheets.xml import descendants, drop, iterate, local_name

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.IGNORECASE)
"""A cell's place: B7."""


@dataclass(slots=True)
class CellStyles:
    """The number format of each cell style."""

    formats: list[str] = field(default_factory=list)

    def format_of(self, style: str | None) -> str:
        number = int(style) if style and style.isdecimal() else 0
        return self.formats[number] if number < len(self.formats) else GENERAL


@dataclass(slots=True)
class Workbook:
    """The parts that the sheets of a workbook share."""

    strings: list[str]
    styles: CellStyles
    from_1904: bool
    is_stale: bool
    """True if the program that wrote it asks for all formulas to be computed anew: results stored may be mere zeros."""
    names: dict[str, str]
    formulas: list[tuple[int, int, int, str]] = field(default_factory=list)
    """Sheet, row, column and number format of the formulas whose results have to be found."""


def read_book(package: Package, part: str, root: XmlElement) -> Workbook:
    strings: list[str] = []
    for target in package.related(part, "sharedStrings"):
        strings += _shared_strings(package, target)
    styles = CellStyles()
    for target in package.related(part, "styles"):
        styles = _read_styles(package.xml(target))
    properties = next(descendants(root, "workbookPr"), None)
    calculation = next(descendants(root, "calcPr"), None)
    is_stale = calculation is not None and calculation.get("fullCalcOnLoad") in ("1", "true")
    from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    names = {
        element.get("name", ""): element.text or ""
        for element in descendants(root, "definedName")
        if element.get("localSheetId") is None and element.get("hidden") is None
    }
    return Workbook(strings, styles, from_1904, is_stale, names)


def _shared_strings(package: Package, part: str) -> list[str]:
    stream = package.open(part)
    if stream is None:
        return []
    found = []
    with stream:
        for element in iterate(stream, "si"):
            found.append(rich_text(element))
            drop(element)
    return found


def _read_styles(root: XmlElement | None) -> CellStyles:
    if root is None:
        return CellStyles()
    own = {element.get("numFmtId"): element.get("formatCode") or GENERAL for element in descendants(root, "numFmt")}
    styles = CellStyles()
    for group in root.iter("{*}cellXfs"):
        for element in descendants(group, "xf"):
            number = element.get("numFmtId") or "0"
            code = own.get(number) or BUILT_IN.get(int(number) if number.isdecimal() else 0, GENERAL)
            styles.formats.append(code)
    return styles


def iterate_cells(row: XmlElement) -> Iterator[tuple[int, XmlElement]]:
    """Yield the cells of a row with their columns, from 0."""
    column = -1
    for cell in row:
        if local_name(cell) != "c":
            continue
        match = REFERENCE.fullmatch(cell.get("r") or "")
        column = column_number(match[1]) if match else column + 1
        if column < MAX_COLUMNS:
            yield column, cell


def column_number(letters: str) -> int:
    """Return the column of letters, "A" being 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_text(cell: XmlElement, book: Workbook, place: tuple[int, int, int]) -> str:
    """Return what the cell shows, in one line; a formula without a result that can be trusted is kept in mind for
    later."""
    kind = cell.get("t") or "n"
    children = {local_name(child): child for child in cell}
    value = children["v"].text if "v" in children else None
    code = book.styles.format_of(cell.get("s"))
    has_formula = "f" in children
    if has_formula and (book.is_stale or (value is None and kind != "str")):
        book.formulas.append((*place, code))
    if "is" in children:
        return one_line(format_text(rich_text(children["is"]), code))
    if value is None:
        return NOT_COMPUTED if has_formula and kind != "str" else ""
    return one_line(stored_value(value, kind, code, book))


def stored_value(value: str, kind: str, code: str, book: Workbook) -> str:
    match kind:
        case "s":
            index = int(value) if value.strip().isdecimal() else -1
            return format_text(book.strings[index], code) if 0 <= index < len(book.strings) else ""
        case "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        case "n":
            return _number(value, code, book.from_1904)
        case "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
    return format_text(unescape(value), code) if kind != "e" else value


def _number(value: str, code: str, from_1904: bool) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    if code == GENERAL and value.strip().lstrip("-").isdecimal():
        return value.strip()  # All digits of a whole number, also more than a float holds.
    return format_number(number, code, from_1904=from_1904)
