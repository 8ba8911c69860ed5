"""Reads the words off pictures of pages with rapidocr, where that package is installed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ingest.parsers.pdf.pdfium import PagePicture
from ingest.parsers.pdf.words import EMPTY_PAGE, Line, RawPage, Word
from rag.errors import loading_library
from rag.page_layout import UNITS_PER_POINT

BUILT_IN = ""
"""The name of the package's own model, which reads the languages written in Latin letters, Chinese and Japanese."""

PACKAGE = "rapidocr"
MIN_SCORE = 0.5
"""Lines the recogniser itself doubts more than this are mostly noise."""

PIXELS_PER_POINT = 2.0
"""144 dots per inch: enough for print of eight points, and about four seconds for each page."""


def is_available() -> bool:
    """Return whether the OCR package is installed; its models come inside it, so nothing is downloaded."""
    return find_spec(PACKAGE) is not None


class Recognised(NamedTuple):
    """The words read off a picture, and how sure the recogniser is of them on average, from 0 to 1."""

    page: RawPage
    confidence: float


def read_picture(picture: PagePicture, models: tuple[str, ...] = (BUILT_IN,)) -> Recognised:
    """Return the lines of a page's picture from top to bottom, in the form pdfium's own text has.

    `models` are recognition models as ONNX files; the surest of them reads the page. Raises LibraryError.
    """
    return max((_read(_engine(model), picture) for model in models), key=lambda found: found.confidence)


def read_strips(
    picture: PagePicture, boxes: Sequence[Sequence[float]], models: tuple[str, ...] = (BUILT_IN,)
) -> list[str]:
    """Return what stands in each box (left, bottom, right, top of a line in points of user space) of a page's picture.

    Lines are not looked for, which takes most of the time of a page. Raises LibraryError.
    """
    strips = [_cut_strip(picture, edges) for edges in picture.place(boxes)]
    return max((_read_strips(_engine(model), strips) for model in models), key=lambda found: found[0])[1]


def _cut_strip(picture: PagePicture, edges: Sequence[int]) -> Any:
    """Return the pixels in and a little around a box, of shape (height, width, 3)."""
    left, top, right, bottom = edges
    spare = max((bottom - top) // 8, 1)
    height, width = picture.pixels.shape[:2]
    rows = slice(max(min(top - spare, height - 1), 0), max(bottom + spare, 1))
    columns = slice(max(min(left - spare, width - 1), 0), max(right + spare, 1))
    return np.ascontiguousarray(picture.pixels[rows, columns])


def _read_strips(engine: Any, strips: Sequence[Any]) -> tuple[float, list[str]]:
    """Return how sure the recogniser is of lines, and their texts."""
    found = [engine(strip, use_det=False, use_cls=False) for strip in strips]
    sure = sum(float(score) for one in found for score in one.scores or ())
    return sure, [" ".join(one.txts or ()) for one in found]


@lru_cache(maxsize=4)
def _engine(model: str) -> Any:
    with loading_library("onnxruntime"):
        import_module("onnxruntime")
    with loading_library(PACKAGE):
        from rapidocr import RapidOCR

    # A file that is named is never fetched.
    engine = RapidOCR(params={"Rec.model_path": str(Path(model))} if model else None)
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def _read(engine: Any, picture: PagePicture) -> Recognised:
    found = engine(picture.pixels, use_det=True, use_cls=True)  # An engine keeps to how it was called before.
    if found.boxes is None or found.txts is None:
        return Recognised(EMPTY_PAGE, 0.0)
    read = [
        (Line(words, False, picture.shape.turns), score, len(text))
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if score >= MIN_SCORE and (words := _split_words(text, corners, picture))
    ]
    characters = sum(length for _, _, length in read)
    confidence = sum(score * length for _, score, length in read) / max(characters, 1)
    return Recognised(RawPage([line for line, _, _ in read], picture.shape.turns), confidence)


def _split_words(text: str, corners: Any, picture: PagePicture) -> list[Word]:
    """Return the words of a line, its width shared out by letters: the recogniser gives one box for the whole line.

    `corners` are the pixels (x, y) of top left, top right, bottom right and bottom left; scans are seldom straight,
    so each word takes its own piece of the slanted box.
    """
    scale = picture.pixels.shape[0] / picture.shape.height
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
            picture.shape.left + left + first * (right - left),
            picture.shape.bottom + picture.shape.height - (left_bottom + middle * (right_bottom - left_bottom)),
            picture.shape.left + left + last * (right - left),
            picture.shape.bottom + picture.shape.height - (left_top + middle * (right_top - left_top)),
        )
        broken = len(part) > 1 and part.endswith("-") and end >= len(text.rstrip())
        box = [round(edge * UNITS_PER_POINT) for edge in edges]
        words.append(Word(part[:-1] if broken else part, broken, *box))
    return words
