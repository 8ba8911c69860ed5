"""Computes the formulas whose results a workbook does not store, with the spreadsheet engine IronCalc."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ironcalc

MAX_CELLS = 300_000
"""With more cells in the workbook nothing is computed: it would take minutes."""

MAX_FORMULA = 8_192
"""The characters of a formula that Excel allows."""

MAX_DEPTH = 64
"""Excel allows as many levels of nesting; the engine's parser ends the process at some thousands."""

_TEXT = re.compile(r'"[^"]*"')
_CHANGING = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|INFO|CELL)\s*\(", re.IGNORECASE)
"""Functions whose result depends on the day or on chance, not on the workbook."""

_ELSEWHERE = re.compile(r"\[[^\]]*\][^!]*!")
"""References to other files."""

UNKNOWN = "NA()"
"""Put in place of what cannot be known, so that what is computed from it is unknown too."""

Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Input:
    """A cell as it is typed in: a value, or a formula without its equals sign; rows from 1, columns from 0."""

    row: int
    column: int
    value: Value | None
    formula: str = ""


def compute(
    names: Sequence[str], cells: Sequence[Iterable[Input]], defined: Mapping[str, str] | None = None
) -> dict[tuple[int, int, int], Value]:
    """Return results of the formulas by (sheet, row, column), for sheets of these names; those that are errors are left
    out.

    `defined` has the workbook's named ranges.
    """
    try:
        return _compute(names, cells, defined or {})
    except BaseException as error:
        # The engine is written in Rust, and its panics are no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return {}
        raise


def _compute(
    names: Sequence[str], cells: Sequence[Iterable[Input]], defined: Mapping[str, str]
) -> dict[tuple[int, int, int], Value]:
    model = ironcalc.create("workbook")
    for number, name in enumerate(names):
        if number:
            model.add_sheet(name)
        else:
            model.rename_sheet(0, name)
    for name, formula in defined.items():
        _define(model, name, formula)
    asked = []
    count = 0
    for sheet, inputs in enumerate(cells):
        for cell in inputs:
            count += 1
            if count > MAX_CELLS:
                return {}
            _put(model, sheet, cell)
            if cell.formula:
                asked.append((sheet, cell.row, cell.column))
    model.evaluate()
    return {place: value for place in asked if (value := _result(model, *place)) is not None}


def _define(model: ironcalc.Model, name: str, formula: str) -> None:
    if formula and not _ELSEWHERE.search(formula):
        try:
            model.new_defined_name(name, None, formula)
        except (ironcalc.WorkbookError, ValueError):
            return  # A formula that uses it is an error then, and named as not computed.


def _put(model: ironcalc.Model, sheet: int, cell: Input) -> None:
    place = (sheet, cell.row, cell.column + 1)
    if cell.formula:
        model.update_cell_with_formula(*place, f"={cell.formula if _is_computable(cell.formula) else UNKNOWN}")
    elif isinstance(cell.value, bool):
        model.update_cell_with_bool(*place, cell.value)
    elif isinstance(cell.value, float):
        model.update_cell_with_number(*place, cell.value)
    elif cell.value:
        model.update_cell_with_text(*place, cell.value)


def _is_computable(formula: str) -> bool:
    if len(formula) > MAX_FORMULA:
        return False
    bare = _TEXT.sub("", formula)
    if _CHANGING.search(bare) or _ELSEWHERE.search(bare):
        return False
    depth = deepest = 0
    for character in bare:
        depth += (character in "({") - (character in ")}")
        deepest = max(deepest, depth)
    return deepest <= MAX_DEPTH


def _result(model: ironcalc.Model, sheet: int, row: int, column: int) -> Value | None:
    if model.get_cell_type(sheet, row, column + 1) == ironcalc.CellType.ErrorValue:
        return None
    value = model.get_cell_value(sheet, row, column + 1)
    return value if isinstance(value, (str, bool, float)) else None
