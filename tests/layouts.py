"""Packs word boxes that are given in points, as tests write them."""

from __future__ import annotations

from collections.abc import Iterable

from rag.page_layout import UNITS_PER_POINT, pack_rows
from rag.types import Rectangle


def pack_words(words: Iterable[tuple[int, int, Rectangle]]) -> bytes:
    """Pack (start, end, box) of each word, in text order; a hyphenated word may appear once for each line."""
    rows = []
    for start, end, box in words:
        left, bottom, right, top = (
            round(edge * UNITS_PER_POINT) for edge in (box.left, box.bottom, box.right, box.top)
        )
        rows.append((start, end, left, bottom, right, top))
    return pack_rows(rows)
