"""The words and lines of a PDF's page as they stand on it, and turning their boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

SLANTED = 4
"""Added to the quarter turns of a line that runs at an angle, as a watermark does: it belongs to no other line."""

DOWNWARDS = 3
"""The direction of a line written downwards, the next one to its left: as if the page were turned."""

WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Chinese, Japanese and Korean letters."""

BoxRow = tuple[int, int, int, int, int, int]
"""Start and end in a page's text, then left, bottom, right and top in tenths of a point."""


class Word(NamedTuple):
    """A word and its box in tenths of a point, turned so that its line runs from left to right."""

    text: str
    broken: bool
    """True if a hyphen at the line's end follows it."""
    left: int
    bottom: int
    right: int
    top: int
    mark: bool = False
    """True if it is a small raised or lowered run that hangs on the word before it: a note's mark, an exponent."""


class Line(NamedTuple):
    """A line as it was written; `bold` is only looked up for short lines.

    `turns` quarter turns counter-clockwise bring the boxes of its words back to user space.
    """

    words: list[Word]
    bold: bool
    turns: int = 0


class RawPage(NamedTuple):
    """The lines of a page in content order; `upright` is the direction of lines that a reader sees upright."""

    lines: list[Line]
    upright: int = 0
    unseen: bool = False
    """True if a picture covers the page and the text is not drawn, or beneath it: what OCR programs write."""
    apart: Sequence[Line] = ()
    """Options of forms that are not chosen, kept out of what is searched."""
    wrong_fonts: frozenset[bytes] = frozenset()
    """Fonts of the page whose letters may not be those that are drawn."""
    holds_wide: bool = False
    """True if the page has Chinese, Japanese or Korean letters."""

    @property
    def words(self) -> list[str]:
        """Return the text of every word."""
        return [word.text for line in self.lines for word in line.words]


EMPTY_PAGE = RawPage([])


def turn(boxes: Any, turns: int) -> Any:
    """Return boxes of shape (words, 4) turned by quarter turns counter-clockwise around the origin."""
    for _ in range(turns % 4):
        left, bottom, right, top = boxes.T
        boxes = np.stack((-top, left, -bottom, right), axis=1)
    return boxes


def turn_box(box: tuple[int, int, int, int], turns: int) -> tuple[int, int, int, int]:
    """Return one box (left, bottom, right, top) turned by quarter turns counter-clockwise around the origin."""
    left, bottom, right, top = box
    for _ in range(turns % 4):
        left, bottom, right, top = -top, left, -bottom, right
    return left, bottom, right, top
