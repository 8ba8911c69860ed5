"""Puts what a PDF page writes out of turn where a reader comes to it.

Programs write a footnote before the text above it, or a headline last. A run is a stretch of rows written downwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.parsers.pdf.words import turn_box

if TYPE_CHECKING:
    from ingest.parsers.pdf.row import Row

Run = list["Row"]

APART = 4
"""Rows of another direction that are more line heights apart are different blocks."""


def split_runs(rows: list[Row]) -> list[Run]:
    """Return the rows parted wherever the page was written upwards."""
    runs: list[Run] = []
    for row in rows:
        if runs and row.bottom < runs[-1][-1].top:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def order_runs(runs: list[Run]) -> list[Run]:
    """Return the runs, each before those that lie wholly below it; side by side they stay as written."""
    ordered: list[Run] = []
    for run in runs:
        place = len(ordered)
        while place and _is_above(run, ordered[place - 1]):
            place -= 1
        ordered.insert(place, run)
    return ordered


def cluster_rows(rows: list[Row]) -> list[Run]:
    """Return rows of another direction than the page's, parted where they are far from each other."""
    blocks: list[Run] = []
    for row in rows:
        near = blocks[-1][-1] if blocks else None
        if near is not None and abs(near.bottom - row.bottom) <= APART * max(near.height, row.height):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def place_block(rows: list[Row], block: Run, direction: int) -> None:
    """Insert rows of another direction among the page's, after the last of those that stand above them.

    A block that stands beside the text, as a stamp on the margin does, goes to the end.
    """
    box = (_left(block), min(row.bottom for row in block), _right(block), max(row.top for row in block))
    left, bottom, right, top = turn_box(box, block[0].turns - direction)
    middle = (bottom + top) // 2
    over = [place for place, row in enumerate(rows) if row.turns == direction and row.left < right and row.right > left]
    above = [place for place in over if rows[place].bottom >= middle]
    below = [place for place in over if rows[place].bottom < middle]
    place = above[-1] + 1 if above else below[0] if below else len(rows)
    while place < len(rows) and rows[place].turns != direction:
        place += 1
    block[0].alone = True
    rows[place:place] = block
    if place + len(block) < len(rows):
        rows[place + len(block)].alone = True


def _is_above(run: Run, other: Run) -> bool:
    """Return whether a run lies over another: nothing of it reaches down to it, and they share some of the width."""
    if min(row.bottom for row in run) < max(row.top for row in other):
        return False
    shared = min(_right(run), _right(other)) - max(_left(run), _left(other))
    return 2 * shared > min(_right(run) - _left(run), _right(other) - _left(other))


def _left(run: Run) -> int:
    return min(row.left for row in run)


def _right(run: Run) -> int:
    return max(row.right for row in run)
