"""Parts words that pdfium writes together though a narrow gap is drawn between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Span = tuple[int, int]

TIGHT = 0.18
"""A line with a gap of fewer heights between two words may have others that pdfium takes for none; usual spaces are
0.22 and more."""

LONG_WORD = 16
LONE_WORD = 8
"""A word as long may be several, alone on its line where it is shorter."""

GAP = 0.065
"""A gap of so many heights more than those between the letters around it parts two words; kerning is at most 0.05."""

DRAWN_BOX = 0.85
"""pdfium gives the letters of a ligature the box of what is drawn, which is lower than that of other letters..."""

BEARING = 0.1
"""...and lacks the white space on its right, of at most so many heights."""

_LETTERS = re.compile("[!-\u058f\u1e00-\u20cf]+")
"""Scripts with spaces between words, written from left to right, each letter with a width of its own."""

_BETWEEN = re.compile(r"(?:[^\W_]|[.,;:!?%)\]”’])(?:[^\W_]|[(\[$€£“‘])")
"""What stands before and after a gap between words: a hyphen is set apart from its word, too."""


def find_glued(text: str, spans: Sequence[Span], starts: Sequence[int], corners: Any) -> list[int]:
    """Return the words that may be several: those of tight lines, and long ones.

    `starts` are the words that open a line, `corners` the boxes of each word's first and last letter.
    """
    lines = list(pairwise([*starts, len(spans)]))
    found = {index for index, (start, end) in enumerate(spans) if end - start >= LONG_WORD}
    found.update(first for first, end in lines if first + 1 == end and spans[first][1] - spans[first][0] >= LONE_WORD)
    for line in _tight_lines(lines, starts, corners):
        found.update(range(*lines[line]))
    return [index for index in sorted(found) if _LETTERS.fullmatch(text, *spans[index])]


def _tight_lines(lines: Sequence[Span], starts: Sequence[int], corners: Any) -> list[int]:
    """Return the lines in which most of the gaps between words are small."""
    gaps = corners[1:, 0, 0] - corners[:-1, 1, 2]
    heights = corners[:-1, 0, 1] - corners[:-1, 0, 3]
    small = (gaps > 0) & (gaps < TIGHT * heights)
    firsts = np.asarray(starts)
    small[firsts[firsts > 0] - 1] = False  # From one line to the next.
    places = np.flatnonzero(small)
    if not len(places):
        return []
    counts = np.bincount(np.searchsorted(firsts, places, side="right") - 1, minlength=len(lines))
    between = np.diff(firsts, append=len(corners)) - 1
    return np.flatnonzero(2 * counts > between).tolist()


def part_glued(
    text: str, spans: Sequence[Span], glued: Sequence[int], read_boxes: Callable[[Sequence[int]], Any]
) -> list[Span]:
    """Return the spans with those of `glued` words parted where a gap is drawn.

    `read_boxes` gives the boxes (left, top, right, bottom) of the characters at places in the text.
    """
    boxes = read_boxes([place for index in glued for place in range(*spans[index])])
    gaps = boxes[1:, 0] - boxes[:-1, 2]
    heights = np.maximum(boxes[:, 1] - boxes[:, 3], 0.1)
    is_drawn = heights[:-1] < DRAWN_BOX * heights[1:]
    least = GAP * heights[:-1] + np.where(is_drawn, BEARING * heights[1:], 0.0)
    if not (gaps > least).any():
        return list(spans)
    ends = np.cumsum([spans[index][1] - spans[index][0] for index in glued])
    gaps[ends[:-1] - 1] = 0.0  # From one word to another.
    with_gaps = np.unique(np.searchsorted(ends, np.flatnonzero(gaps > least), side="right")).tolist()
    parts: dict[int, Sequence[int]] = {}
    for number in with_gaps:
        index = glued[number]
        start, end = spans[index]
        inner = slice(int(ends[number]) - (end - start), int(ends[number]) - 1)
        usual = max(float(np.median(gaps[inner])), 0.0)  # That of letters set apart for emphasis.
        wide = np.flatnonzero(gaps[inner] > usual + least[inner]).tolist()
        after = (start + place + 1 for place in wide)
        parts[index] = [start, *(place for place in after if _BETWEEN.match(text, place - 1)), end]
    return [
        part for index, span in enumerate(spans) for part in (pairwise(parts[index]) if index in parts else (span,))
    ]
