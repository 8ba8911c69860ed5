"""Joins the letters of words that are set so far apart that pdfium takes each letter for a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Span = tuple[int, int]

MIN_LETTERS = 6
"""Letters of a line that are needed to tell how far apart they are set."""
LONE_SHARE = 0.8
"""Share of a line's words that are single characters."""
MAX_GAP = 0.8
"""Gap between letters, in heights of their boxes: cells of a table are further apart."""
WORD_GAP = 1.5
"""A gap so many times the usual one is between words: a space with as much room on both sides."""
MIN_DIFFERENT = 4
"""Different letters of a line: a row of crosses or marks has fewer."""


def find_spaced(text: str, spans: Sequence[Span], starts: Sequence[int]) -> list[Span]:
    """Return the lines, each by its first word and the one after its last, that may be words with spaced letters.

    `starts` are the words that open a line.
    """
    is_lone = np.fromiter((end - start == 1 for start, end in spans), dtype=bool, count=len(spans))
    if is_lone.sum() < MIN_LETTERS:
        return []
    counts = np.concatenate(([0], np.cumsum(is_lone)))
    return [
        (first, last)
        for first, last in pairwise([*starts, len(spans)])
        if counts[last] - counts[first] >= max(MIN_LETTERS, LONE_SHARE * (last - first))
        and _is_text(text, spans[first:last])
    ]


def join_spaced(
    spans: Sequence[Span], lines: Sequence[Span], corners: Any, is_drawn: Callable[[int], bool]
) -> tuple[list[Span], set[int]]:
    """Return the spans with those of the `lines` joined to words where their gaps tell which letters are one, and which
    of them were.

    `corners` are the boxes (left, top, right, bottom) of each span's first and last character; `is_drawn` tells whether
    the space at a place of the text stands in the file, as between letters that are words of their own.
    """
    ends = {last: first for first, last in lines}
    joined: list[Span] = []
    several: set[int] = set()
    for index, span in enumerate(spans):
        joined.append(span)
        if index + 1 not in ends:
            continue
        first = ends[index + 1]
        if not (words := _words_of(spans[first : index + 1], corners[first : index + 1], is_drawn)):
            continue
        del joined[len(joined) - (index + 1 - first) :]
        several.update(len(joined) + at for at, word in enumerate(words) if word not in spans[first : index + 1])
        joined += words
    return joined, several


def _is_text(text: str, spans: Sequence[Span]) -> bool:
    """Return whether single letters may be those of words: not crosses, figures, or the letters of an index."""
    letters = [text[start] for start, end in spans if end - start == 1 and text[start].isalpha()]
    if len(letters) < MIN_LETTERS or len(set(map(str.casefold, letters))) < MIN_DIFFERENT:
        return False
    return letters != sorted(letters)


def _words_of(spans: Sequence[Span], corners: Any, is_drawn: Callable[[int], bool]) -> list[Span]:
    """Return the words of a line; none where its gaps do not tell them."""
    gaps = corners[1:, 0, 0] - corners[:-1, 1, 2]
    height = float(np.median(corners[:, 0, 1] - corners[:, 0, 3]))
    usual = float(np.median(gaps))
    between = [is_drawn(end) for (_, end), _ in pairwise(spans)]
    within = [not drawn for drawn, gap in zip(between, gaps, strict=True) if gap <= WORD_GAP * usual]
    if not 0 < usual <= MAX_GAP * height or sum(within) < LONE_SHARE * len(within):
        return []
    words = [spans[0]]
    for span, gap in zip(spans[1:], gaps, strict=True):
        if gap > WORD_GAP * usual:
            words.append(span)
        else:
            words[-1] = (words[-1][0], span[1])
    return words
