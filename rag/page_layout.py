"""Places on pages: joins spans of text, packs the boxes of words and finds the rectangles under a stretch of text."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from rag.types import Page, PageRectangle, Rectangle, Source, Span

UNITS_PER_POINT = 10
"""Boxes are kept to a tenth of a point: finer than any screen shows."""


def pack_rows(rows: Sequence[tuple[int, int, int, int, int, int]]) -> bytes:
    """Pack (start, end, left, bottom, right, top), the edges in tenths of a point."""
    if not rows:
        return b""
    columns = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=6 * len(rows)).reshape(-1, 6).T
    return zlib.compress(columns.tobytes(), level=1)


def find_rectangles(pages: Mapping[int, Page], spans: Iterable[Span]) -> tuple[PageRectangle, ...]:
    """Return the rectangles of some stretches of text, as `rectangles_under` does, on the `pages` that are given."""
    return tuple(
        PageRectangle(span.page, rectangle)
        for span in spans
        if span.page in pages
        for rectangle in rectangles_under(pages[span.page].layout, span.start, span.end)
    )


def load_rectangles(
    source: Source, spans: Sequence[Span], load_pages: Callable[[int, Sequence[int]], Mapping[int, Page]]
) -> tuple[PageRectangle, ...]:
    """Return the same on the pages of a source's document, which `load_pages` takes by its id and their numbers."""
    return find_rectangles(load_pages(source.document.id, sorted({span.page for span in spans})), spans)


def rectangles_under(layout: bytes, start: int, end: int) -> tuple[Rectangle, ...]:
    """Return one rectangle for each line of the words that touch the characters `start` to `end`."""
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


def read_words(layout: bytes) -> list[tuple[int, int, Rectangle]]:
    """Return the words of a page: the characters of its text from where to where, and the box."""
    if not layout:
        return []
    columns = np.frombuffer(zlib.decompress(layout), dtype=np.int32).reshape(6, -1)
    return [
        (start, end, Rectangle(*(edge / UNITS_PER_POINT for edge in box))) for start, end, *box in columns.T.tolist()
    ]


def join_spans(spans: Iterable[Span], texts: Mapping[int, str]) -> list[Span]:
    """Return neighbouring spans of a page with only white space between them as one; `texts` holds each page's text."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.page == span.page and not texts[span.page][last.end : span.start].strip():
            joined[-1] = Span(span.page, last.start, span.end)
        else:
            joined.append(span)
    return joined


def _on_same_line(line: list[int], bottom: int, top: int) -> bool:
    overlap = min(line[3], top) - max(line[1], bottom)
    return overlap * 2 > min(line[3] - line[1], top - bottom)
