"""Parts cells between which a table's upright lines stand, where the white space beside these is narrow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from ingest.parsers.pdf.drawing import Rules
from ingest.parsers.pdf.row import Row
from ingest.parsers.pdf.words import Word

NARROW = 0.55
"""A gap of so many line heights may be that between two cells: usual spaces are about 0.3 wide."""

NEAR = 4
"""Line heights within which the next row of a table begins."""


def part_ruled_cells(rows: list[Row], read_rules: Callable[[], Rules]) -> list[Row]:
    """Return the rows, in place, with cells cut where an upright line of a table is drawn between two words.

    The lines of a page are looked at only where a row with a narrow gap stands beside one of several cells.
    """
    doubtful = [row for row in _beside_cells(rows) if any(_gaps(cell, row.height) for cell in row.cells)]
    if not doubtful:
        return rows
    rules = sorted(read_rules().upright)
    places = [place for place, _, _ in rules]
    for row in doubtful:
        row.cells = [part for cell in row.cells for part in _part(cell, row, rules, places)]
    return rows


def _beside_cells(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of several cells, and those right above or below one."""
    found: dict[int, Row] = {id(row): row for row in rows if len(row.cells) > 1}
    for above, below in pairwise(rows):
        if abs(above.baseline - below.baseline) <= NEAR * below.height and {id(above), id(below)} & found.keys():
            found |= {id(above): above, id(below): below}
    return list(found.values())


def _gaps(cell: Sequence[Word], height: int) -> list[int]:
    """Return where words of a cell begin behind a gap that may part two."""
    return [at for at, (word, after) in enumerate(pairwise(cell), 1) if after.left - word.right > NARROW * height]


def _part(cell: list[Word], row: Row, rules: Sequence[tuple[int, int, int]], places: Sequence[int]) -> list[list[Word]]:
    """Return a cell cut at each of its gaps in which a line is drawn from below its words to above them."""
    middle = row.baseline + row.height // 3
    starts = [
        at
        for at in _gaps(cell, row.height)
        if any(
            bottom < middle < top
            for _, bottom, top in rules[
                bisect_right(places, cell[at - 1].right - 1) : bisect_right(places, cell[at].left + 1)
            ]
        )
    ]
    return [cell[start:end] for start, end in pairwise((0, *starts, len(cell)))]
