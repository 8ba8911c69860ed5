"""Finds the results of formulas that an Excel workbook does not store."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.formula.translate import Translator, TranslatorError  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from ingest.cleanup import one_line
from ingest.parsers.open_xml import Package, XmlElement
from ingest.parsers.sheets.book import Workbook, iterate_cells, stored_value
from ingest.parsers.sheets.cells import NOT_COMPUTED, Sheet
from ingest.parsers.sheets.number_formats import GENERAL, format_number, format_text
from ingest.parsers.sheets.recalculation import Input, Value, compute
from ingest.parsers.sheets.strings import rich_text
from ingest.parsers.sheets.xml import drop, iterate, local_name

_ZERO = re.compile(r"(?!#)[^1-9]*0[^1-9]*")
"""A zero in any format; "#DIV/0!" is none."""


def fill_results(package: Package, parts: list[str], sheets: list[Sheet], book: Workbook) -> None:
    """Write the results of formulas that have none, or only one that their program does not vouch for."""
    names = [sheet.name for sheet in sheets]
    found = compute(names, [_inputs(package, part, book) for part in parts], book.names)
    rows = [{row.number: row for row in sheet.rows} for sheet in sheets]
    for sheet, number, column, code in book.formulas:
        row = rows[sheet].get(number)
        value = found.get((sheet, number, column))
        if row is None or column >= len(row.cells):
            continue
        if value is not None:
            row.cells[column] = one_line(_shown(value, code, book))
        elif _ZERO.fullmatch(row.cells[column]):
            row.cells[column] = NOT_COMPUTED  # It may only stand for a result.


def _shown(value: Value, code: str, book: Workbook) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return format_text(value, code) if isinstance(value, str) else format_number(value, code, from_1904=book.from_1904)


def _inputs(package: Package, part: str, book: Workbook) -> Iterator[Input]:
    """Yield the cells of a sheet as they are typed in."""
    stream = package.open(part) if part else None
    if stream is None:
        return
    shared: dict[str, tuple[str, str]] = {}
    with stream:
        number = 0
        for element in iterate(stream, "row"):
            given = element.get("r") or ""
            number = int(given) if given.isdecimal() else number + 1
            for column, cell in iterate_cells(element):
                yield _input(cell, number, column, book, shared)
            drop(element)


def _input(cell: XmlElement, row: int, column: int, book: Workbook, shared: dict[str, tuple[str, str]]) -> Input:
    children = {local_name(child): child for child in cell}
    place = f"{get_column_letter(column + 1)}{row}"
    formula = children.get("f")
    if formula is not None:
        text = formula.text or ""
        key = formula.get("si") or ""
        if formula.get("t") == "shared" and text:
            shared[key] = (text, place)
        elif not text and key in shared:
            text = _translate(*shared[key], place)
        return Input(row, column, None, text or "NA()")
    if "is" in children:
        return Input(row, column, rich_text(children["is"]))
    value = (children["v"].text or "") if "v" in children else ""
    kind = cell.get("t") or "n"
    if kind == "n":
        try:
            return Input(row, column, float(value))
        except ValueError:
            return Input(row, column, None)
    if kind == "b":
        return Input(row, column, value.strip() == "1")
    return Input(row, column, stored_value(value, kind, GENERAL, book))


def _translate(formula: str, origin: str, place: str) -> str:
    """Return a formula that is shared by several cells, as it reads in another of them."""
    try:
        return str(Translator(f"={formula}", origin).translate_formula(place)).removeprefix("=")
    except (TranslatorError, ValueError, TypeError, IndexError):
        return ""
