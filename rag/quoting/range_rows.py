"""Tells which rows of a table hold a number that a question gives: 25 pieces stand in the row "20 to 49"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.quoting.ranges import Measure, Range, measures_in, range_of_cell
from rag.quoting.table_cells import columns_of
from rag.text import content_words


def rows_of_range(question: str, header: str, rows: Sequence[str]) -> list[bool]:
    """Return for each row of a table whether its range holds what the question gives; [] where no column of ranges is
    meant.

    A column is meant where two rows and more have a range in it, in the unit that the question gives, or under a name
    with it; without any unit where it is the only one.
    """
    measures = measures_in(question)
    if not measures or len(rows) < 2:
        return []
    table = [columns_of(header, row) for row in rows]
    width = max(len(values) for _, values in table)
    columns = []
    for column in range(width):
        cells = [range_of_cell(values[column]) if column < len(values) else None for _, values in table]
        if sum(cell is not None for cell in cells) > 1:
            columns.append((column, cells))
    for measure in measures:
        for column, cells in columns:
            names = next((names for names, _ in table if column < len(names)), [])
            if _is_in_unit(measure, names[column] if names else "", cells, is_only=len(columns) == 1):
                return [cell is not None and cell.holds(measure.value) for cell in cells]
    return []


def range_key(question: str, header: str, row: str) -> str:
    """Return the cell of a row, behind its column's name, whose range holds what a question gives; "" for none."""
    names, values = columns_of(header, row)
    for at, value in enumerate(values):
        found, name = range_of_cell(value), names[at] if at < len(names) else ""
        for measure in measures_in(question) if found else ():
            if _is_in_unit(measure, name, [found], is_only=True) and found is not None and found.holds(measure.value):
                return f"{name} {value}".strip()
    return ""


def _is_in_unit(measure: Measure, name: str, cells: Sequence[Range | None], *, is_only: bool) -> bool:
    units = {cell.unit for cell in cells if cell is not None} - {""}
    if measure.unit in units or measure.unit in content_words(name):
        return True
    return is_only and not units
