"""Puts what a PDF page writes out of turn where a reader comes to it. Knows rows only, not what they say.

Programs write a footnote before the text above it, or a headline last. A run is a stretch of rows written downwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.parsers.pdf.rows import Row

Run = list["Row"]


def split_runs(rows: list[Row]) -> list[Run]:
    """The rows parted wherever the page was written upwards."""
    runs: list[Run] = []
    for row in rows:
        if runs and row.bottom < runs[-1][-1].top:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def order_runs(runs: list[Run]) -> list[Run]:
    """The runs, each before those that lie wholly below it; side by side they stay as written."""
    ordered: list[Run] = []
    for run in runs:
        place = len(ordered)
        while place and _is_above(run, ordered[place - 1]):
            place -= 1
        ordered.insert(place, run)
    return ordered


def _is_above(run: Run, other: Run) -> bool:
    """Whether a run lies over another: nothing of it reaches down to it, and they share some of the width."""
    if min(row.bottom for row in run) < max(row.top for row in other):
        return False
    shared = min(_right(run), _right(other)) - max(_left(run), _left(other))
    return 2 * shared > min(_right(run) - _left(run), _right(other) - _left(other))


def _left(run: Run) -> int:
    return min(row.left for row in run)


def _right(run: Run) -> int:
    return max(row.right for row in run)
