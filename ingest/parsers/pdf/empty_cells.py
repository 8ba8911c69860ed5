"""Finds the empty cells of tables: a row with fewer cells than others leaves some of their columns out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from ingest.parsers.pdf.row import Row
from ingest.parsers.pdf.words import Word
from rag.types import BlockKind

MIN_COLUMNS = 3
"""With two columns a row of one cell is a title, or a line of the text."""

DASHES = frozenset("-\u2013\u2014")
"""Cells that say that there is nothing."""

EDGE = 10
"""Cells whose edges are at most so many tenths of a point apart are set in one column."""

Span = tuple[int, int]


def mark_empty_cells(rows: Sequence[Row], kinds: Sequence[BlockKind]) -> None:
    """Note in the rows of each table the number of columns that are empty before each of their cells."""
    for kind, run in groupby(zip(rows, kinds, strict=True), key=lambda pair: pair[1]):
        table = [row for row, _ in run]
        if kind is BlockKind.TABLE_ROW and len({len(row.cells) for row in table}) > 1:
            _mark(table)


def _mark(table: Sequence[Row]) -> None:
    most = max(len(row.cells) for row in table)
    full = [row for row in table if len(row.cells) == most]
    if most < MIN_COLUMNS or (len(full) == 1 and full[0] is not table[0]):
        return
    if any(not any(map(str.isalnum, word.text)) and word.text not in DASHES for row in full for word in _lone(row)):
        return  # Its signs stand in cells of their own ("$", "%"), in some of its rows only: they are no columns.
    columns = [
        (min(row.cells[place][0].left for row in full), max(row.cells[place][-1].right for row in full))
        for place in range(most)
    ]
    if any(left[1] >= right[0] for left, right in pairwise(columns)):
        return
    for row in table:
        if 1 < len(row.cells) < most:
            found = [_column_of((cell[0].left, cell[-1].right), columns) for cell in row.cells]
            if found[0] == 0 and all(before < after for before, after in pairwise(found)):
                row.empty = tuple(after - before - 1 for before, after in pairwise((-1, *found)))


def _lone(row: Row) -> list[Word]:
    return [cell[0] for cell in row.cells if len(cell) == 1]


def _column_of(cell: Span, columns: Sequence[Span]) -> int:
    """Return the only column that a cell lies in, or has an edge in common with; -1 where there is none or several."""
    found = [place for place, (left, right) in enumerate(columns) if cell[0] < right and cell[1] > left] or [
        place for place, (left, right) in enumerate(columns) if min(abs(cell[0] - left), abs(cell[1] - right)) <= EDGE
    ]
    return found[0] if len(found) == 1 else -1
