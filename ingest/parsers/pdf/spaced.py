"""Joins the letters of words that are set so far apart that pdfium takes each letter, or a part, for a word."""

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

NARROW = 0.3
"""A gap of fewer heights may be one between two letters of a word."""
LETTERS_APART = 0.03
"""Letters with gaps of so many heights are set apart: in usual text their boxes touch."""
SAME_GAP = 1.2
"""A gap at most so many times that between the letters of the words around it is no space."""
MIN_GAPS = 4
"""Gaps between letters that are needed to tell how far apart a line's are."""


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


def find_parts(text: str, spans: Sequence[Span], starts: Sequence[int], corners: Any) -> list[Span]:
    """Return the lines, each by its first word and the one after its last, in which two words stand so near to each
    other that they may be parts of one.

    `starts` are the words that open a line, `corners` the boxes (left, top, right, bottom) of each span's first and
    last character.
    """
    if len(spans) < 2:
        return []
    gaps = corners[1:, 0, 0] - corners[:-1, 1, 2]
    heights = corners[:-1, 1, 1] - corners[:-1, 1, 3]
    near = (gaps > LETTERS_APART * heights) & (gaps < NARROW * heights)
    firsts = np.asarray(starts)
    near[firsts[firsts > 0] - 1] = False  # From one line to the next.
    places = [
        place
        for place in np.flatnonzero(near).tolist()
        if text[spans[place][1] - 1].isalpha() and text[spans[place + 1][0]].isalpha()
    ]
    lines = list(pairwise([*starts, len(spans)]))
    numbers = np.unique(np.searchsorted(firsts, places, side="right") - 1).tolist()
    return [lines[number] for number in numbers]


def join_parts(
    text: str,
    spans: Sequence[Span],
    lines: Sequence[Span],
    read_boxes: Callable[[Sequence[int]], Any],
    is_drawn: Callable[[int], bool],
) -> tuple[list[Span], set[int]]:
    """Return the spans with those of the `lines` joined that stand no farther apart than the letters of their line do,
    and which of them were.

    `read_boxes` gives the boxes (left, top, right, bottom) of the characters at places in the text; `is_drawn` tells
    whether the space at a place of the text stands in the file.
    """
    parted: set[int] = set()
    for first, last in lines:
        places = [place for span in spans[first:last] for place in range(*span)]
        boxes = np.nan_to_num(read_boxes(places))
        gaps = boxes[1:, 0] - boxes[:-1, 2]
        heights = boxes[:-1, 1] - boxes[:-1, 3]
        ends = np.cumsum([end - start for start, end in spans[first:last]])[:-1] - 1
        inner = np.delete(gaps, ends)
        if len(inner) < MIN_GAPS:
            continue
        usual = float(np.median(inner))
        narrow = (gaps[ends] > 0) & (gaps[ends] <= SAME_GAP * usual) & (usual >= LETTERS_APART * heights[ends])
        parted.update(
            first + 1 + at
            for at in np.flatnonzero(narrow).tolist()
            if text[spans[first + at][1] - 1].isalpha()
            and text[spans[first + at + 1][0]].isalpha()
            and not is_drawn(spans[first + at][1])
        )
    joined: list[Span] = []
    several: set[int] = set()
    for index, span in enumerate(spans):
        if index in parted:
            joined[-1] = (joined[-1][0], span[1])
            several.add(len(joined) - 1)
        else:
            joined.append(span)
    return joined, several
