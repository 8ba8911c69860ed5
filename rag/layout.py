"""Packs the boxes of a page's words into bytes and finds the rectangles under a stretch of its text."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from rag.types import Rectangle

UNITS_PER_POINT = 10
"""Boxes are kept to a tenth of a point: finer than any screen shows."""


def pack_words(words: Iterable[tuple[int, int, Rectangle]]) -> bytes:
    """Pack (start, end, box) of each word, in text order; a hyphenated word may appear once for each line."""
    rows = []
    for start, end, box in words:
        left, bottom, right, top = (
            round(edge * UNITS_PER_POINT) for edge in (box.left, box.bottom, box.right, box.top)
        )
        rows.append((start, end, left, bottom, right, top))
    return pack_rows(rows)


def pack_rows(rows: Sequence[tuple[int, int, int, int, int, int]]) -> bytes:
    """Pack (start, end, left, bottom, right, top), the edges in tenths of a point."""
    if not rows:
        return b""
    return zlib.compress(np.asarray(rows, dtype=np.int32).T.tobytes(), level=1)


def rectangles_under(layout: bytes, start: int, end: int) -> tuple[Rectangle, ...]:
    """One rectangle for each line of the words that touch the characters `start` to `end`."""
    if not layout:
        return ()
    columns = np.frombuffer(zlib.decompress(layout), dtype=np.int32).reshape(6, -1)
    touched = columns[:, (columns[0] < end) & (columns[1] > start)]
    lines: list[list[int]] = []
    for left, bottom, right, top in touched[2:].T.tolist():
        if lines and _on_same_line(lines[-1], bottom, top) and left >= lines[-1][0]:
            line = lines[-1]
            lines[-1] = [min(line[0], left), min(line[1], bottom), max(line[2], right), max(line[3], top)]
        else:
            lines.append([left, bottom, right, top])
    return tuple(Rectangle(*(edge / UNITS_PER_POINT for edge in line)) for line in lines)


def _on_same_line(line: list[int], bottom: int, top: int) -> bool:
    overlap = min(line[3], top) - max(line[1], bottom)
    return overlap * 2 > min(line[3] - line[1], top - bottom)
