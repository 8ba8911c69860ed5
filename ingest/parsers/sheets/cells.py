"""The form in which every kind of workbook is read before it is laid out as text."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_ROWS = 200_000
"""Rows read of each sheet: beyond that a spreadsheet is a database, and passages of it answer nothing."""

MAX_COLUMNS = 500
MAX_EMPTY_ROWS = 10_000
"""After this many empty rows a sheet is taken to be over: some are formatted down to the last possible row."""

MAX_MERGED = 100_000
"""Cells that merged ranges may fill in all, so that a range over a whole sheet costs nothing."""

NOT_COMPUTED = "(formula not computed)"
"""Stands where a formula's result is neither stored nor could be found."""


@dataclass(slots=True)
class SheetRow:
    """The shown values of a row, "" where a cell is empty."""

    number: int
    cells: list[str]
    is_hidden: bool = False
    notes: dict[int, str] = field(default_factory=dict)
    """Column -> what somebody wrote about the cell."""


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook: its rows in order, without empty ones."""

    name: str
    is_hidden: bool = False
    rows: list[SheetRow] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Ranges as first row, first column, last row, last column, all inclusive and counted as `SheetRow.number` is."""
    texts: list[str] = field(default_factory=list)
    """Texts beside the cells: text boxes, titles of charts, headers of the printed page."""
    is_cut: bool = False
    """True if there were more rows than are read."""


def fill_merged(sheet: Sheet) -> None:
    """Repeat the label of a merged range in each row that it spans."""
    by_number = {row.number: row for row in sheet.rows}
    filled = 0
    for top, left, bottom, _ in sheet.merged:
        first = by_number.get(top)
        if first is None or left >= len(first.cells) or not first.cells[left]:
            continue
        label = first.cells[left]
        for number in range(top + 1, min(bottom, sheet.rows[-1].number) + 1):
            row = by_number.get(number)
            if row is None or (left < len(row.cells) and row.cells[left]):
                continue
            row.cells.extend([""] * (left + 1 - len(row.cells)))
            row.cells[left] = label
            filled += 1
            if filled > MAX_MERGED:
                return
