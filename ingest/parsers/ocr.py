"""Reads the words off pictures of pages with rapidocr, where that package is installed. Opens no file."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from ingest.parsers.pdfium import Line, PagePicture, RawPage, Word
from rag.layout import UNITS_PER_POINT

PACKAGE = "rapidocr"
MIN_SCORE = 0.5
"""Lines the recogniser itself doubts more than this are mostly noise."""

PIXELS_PER_POINT = 2.0
"""144 dots per inch: enough for print of eight points, and about four seconds for each page."""


def is_available() -> bool:
    """Whether the OCR package is installed; its models come inside it, so nothing is downloaded."""
    return find_spec(PACKAGE) is not None


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    engine = RapidOCR()
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def read_picture(picture: PagePicture) -> RawPage:
    """The lines of a page's picture from top to bottom, in the form pdfium's own text has."""
    found = _engine()(picture.pixels)
    if found.boxes is None or found.txts is None:
        return RawPage([], 0)
    lines = [
        Line(words, False)
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if score >= MIN_SCORE and (words := _split_words(text, corners, picture))
    ]
    return RawPage(lines, picture.turns)


def _split_words(text: str, corners: Any, picture: PagePicture) -> list[Word]:
    """The words of a line, its width shared out by letters: the recogniser gives one box for the whole line.

    `corners` are the pixels (x, y) of top left, top right, bottom right and bottom left; scans are seldom straight,
    so each word takes its own piece of the slanted box.
    """
    scale = picture.pixels.shape[0] / picture.height
    (left, left_top), (right, right_top), (_, right_bottom), (_, left_bottom) = (
        (float(x) / scale, float(y) / scale) for x, y in corners
    )
    words: list[Word] = []
    end = 0
    for part in text.split():
        start = text.index(part, end)
        end = start + len(part)
        first, last = start / len(text), end / len(text)
        middle = (first + last) / 2
        edges = (
            picture.left + left + first * (right - left),
            picture.bottom + picture.height - (left_bottom + middle * (right_bottom - left_bottom)),
            picture.left + left + last * (right - left),
            picture.bottom + picture.height - (left_top + middle * (right_top - left_top)),
        )
        broken = len(part) > 1 and part.endswith("-") and end >= len(text.rstrip())
        box = [round(edge * UNITS_PER_POINT) for edge in edges]
        words.append(Word(part[:-1] if broken else part, broken, *box))
    return words
