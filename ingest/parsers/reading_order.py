"""Puts the boxes of a slide into reading order: by columns and rows, whichever stand further apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

SAME_ROW = 228_600
"""Shapes whose tops are less than a quarter of an inch apart, in EMU, stand beside each other."""

MAX_CUT = 300
"""More shapes than this are a drawing, not a layout of columns."""


@dataclass(frozen=True, slots=True)
class Box:
    """The place of a shape on its slide, in EMU from the top left."""

    top: int
    left: int
    bottom: int
    right: int


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Return the places of the boxes in reading order."""
    numbered = [(box, number) for number, box in enumerate(boxes)]
    return _by_gaps(numbered) if len(boxes) <= MAX_CUT else _by_rows(numbered)


def _by_gaps(boxes: Sequence[tuple[Box, int]]) -> list[int]:
    """Return the numbers of boxes in reading order: cut in two at the widest gap again and again, rows before
    columns."""
    if len(boxes) < 2:
        return [number for _, number in boxes]
    down, row_start = _widest_gap(boxes, lambda box: (box.top, box.bottom))
    across, column_start = _widest_gap(boxes, lambda box: (box.left, box.right))
    if across > down:
        left = [box for box in boxes if box[0].left < column_start]
        right = [box for box in boxes if box[0].left >= column_start]
        if len(left) > 1 and len(right) > 1:
            return _by_gaps(left) + _by_gaps(right)
    if down <= 0:
        return _by_rows(boxes)
    upper = [box for box in boxes if box[0].top < row_start]
    lower = [box for box in boxes if box[0].top >= row_start]
    return _by_gaps(upper) + _by_gaps(lower)


def _widest_gap(boxes: Sequence[tuple[Box, int]], extent: Callable[[Box], tuple[int, int]]) -> tuple[int, int]:
    """Return the widest stretch without a box in one direction, and where what is behind it starts; (0, 0) where none
    is."""
    extents = sorted(extent(box) for box, _ in boxes)
    widest, start = 0, 0
    reached = extents[0][1]
    for first, last in extents[1:]:
        if first - reached > widest:
            widest, start = first - reached, first
        reached = max(reached, last)
    return widest, start


def _by_rows(boxes: Sequence[tuple[Box, int]]) -> list[int]:
    """Return the numbers of boxes row by row from the top, each from the left."""
    rows: list[list[tuple[int, int]]] = []
    row_top = 0
    for top, left, number in sorted((box.top, box.left, number) for box, number in boxes):
        if not rows or top - row_top > SAME_ROW:
            rows.append([])
            row_top = top
        rows[-1].append((left, number))
    return [number for row in rows for _, number in sorted(row)]
