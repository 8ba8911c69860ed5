"""Reads the words off pictures of pages with rapidocr, where that package is installed. Knows nothing of PDF."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from ingest.parsers.pdfium import Line, Word
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
    from rapidocr import RapidOCR  # type: ignore[import-not-found]

    engine = RapidOCR()
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def read_lines(pixels: Any, *, page_height: float, left: float = 0.0, bottom: float = 0.0) -> list[Line]:
    """The lines of a page picture of shape (height, width, 3), top to bottom, boxes in tenths of a point.

    `page_height` is the height of the picture, and (`left`, `bottom`) the place of its lower left corner, in points.
    """
    found = _engine()(pixels)
    if found.boxes is None or found.txts is None:
        return []
    scale = pixels.shape[0] / page_height
    lines: list[Line] = []
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        if score < MIN_SCORE or not text.strip():
            continue
        xs, ys = [float(corner[0]) for corner in box], [float(corner[1]) for corner in box]
        edges = (
            left + min(xs) / scale,
            bottom + page_height - max(ys) / scale,
            left + max(xs) / scale,
            bottom + page_height - min(ys) / scale,
        )
        lines.append(Line(_split_words(text, *(round(edge * UNITS_PER_POINT) for edge in edges)), False))
    return lines


def _split_words(text: str, left: int, bottom: int, right: int, top: int) -> list[Word]:
    """The words of a line; the recogniser gives the line's box only, so its width is shared out by letters."""
    width = (right - left) / len(text)
    words: list[Word] = []
    position = 0
    for part in text.split():
        start = text.index(part, position)
        position = start + len(part)
        broken = part.endswith("-") and position >= len(text.rstrip()) and len(part) > 1
        words.append(
            Word(
                part[:-1] if broken else part,
                broken,
                round(left + start * width),
                bottom,
                round(left + position * width),
                top,
            )
        )
    return words
