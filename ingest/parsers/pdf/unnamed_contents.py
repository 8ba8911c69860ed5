"""Recognises tables of contents and indexes whose heading does not say what they are, by the pages they point to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ingest.parsers.pdf.row import Row
from rag.text import content_words

MIN_PAGES = 4
"""A shorter document hardly has contents, and its small numbers are all within its pages."""

MIN_ENTRIES = 4
MIN_PLACES = 6
"""So many lines in a row are contents, or an index."""

SHARE = 0.6
"""So many of the lines from the first entry to the last are entries: others are the beginnings of long ones."""

ALPHABETIC = 0.85
"""So many of an index's entries come behind the one before in the alphabet."""

MET = 0.6
"""So many entries are met on the page that they point to: its words, or a heading with its number, stand there."""

FARTHEST_BEHIND = 2
"""Entries are at most so many lines apart."""

MISSING_PAGES = 2
"""Printed numbers may go on for so many pages behind the document's last, as where it is an extract."""

SHIFTS = range(-2, 21)
"""How many pages there may be before the one that is numbered 1; fewer where the first ones were taken out."""

_ENTRY = re.compile(
    r"(?P<label>(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z])\.?\s)?(?P<title>.*[^\W\d_]{3}.*?),?\s(?P<page>\d{1,4})"
)
_PLACES = re.compile(
    r"(?P<title>[^\W\d_][^\d$€£]*?),?\s(?P<pages>\d{1,4}(?:[-\u2013]\d{1,4})?(?:, ?\d{1,4}(?:[-\u2013]\d{1,4})?)*)"
)
_PAGE_WORD = re.compile(
    r"(?i)(?:pages?|pp?|seiten?|s|p[aá]g(?:ina)?s?|blz|sid[ae]|str(?:ona)?|sivu|стр(?:аница)?|页|ページ)\.?"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line that may point to pages: its place among the rows, its chapter's number if it has one, its words."""

    row: int
    label: str
    title: str
    pages: tuple[int, ...]


class PageFinder:
    """Finds spans of rows that point to pages of the document, which hold what the rows say."""

    def __init__(self, pages: Sequence[Sequence[Row]]) -> None:
        self._pages = pages

    def span_on(self, page: int) -> tuple[int, int] | None:
        """Return the rows from the first entry to the last of contents or of an index on a page, None without any."""
        if len(self._pages) < MIN_PAGES:
            return None
        rows = self._pages[page]
        for read, is_kind, least in (
            (_read_entry, _counts_up, MIN_ENTRIES),
            (_read_places, _is_alphabetic, MIN_PLACES),
        ):
            run = self._longest_run(rows, read, is_kind=is_kind)
            if len(run) >= least and not _has_head(rows, run[0].row) and self._is_met(run, page):
                return run[0].row, run[-1].row + 1
        return None

    def _longest_run(
        self,
        rows: Sequence[Row],
        read: Callable[[int, Row], _Entry | None],
        *,
        is_kind: Callable[[Sequence[_Entry]], bool],
    ) -> Sequence[_Entry]:
        """Return the longest run of entries that point to pages of the document and are of a kind."""
        last = len(self._pages) + MISSING_PAGES
        runs: list[list[_Entry]] = []
        for index, row in enumerate(rows):
            entry = read(index, row) if row.words[-1].text[-1].isdecimal() else None
            if entry is None or not 0 < min(entry.pages) <= max(entry.pages) <= last:
                continue
            follows = bool(runs) and index - runs[-1][-1].row <= FARTHEST_BEHIND
            if follows and (read is _read_places or entry.pages[0] >= runs[-1][-1].pages[0]):
                runs[-1].append(entry)
            else:
                runs.append([entry])
        found = [run for run in runs if len(run) >= SHARE * (run[-1].row + 1 - run[0].row) and is_kind(run)]
        return max(found, key=len, default=())

    def _is_met(self, run: Sequence[_Entry], page: int) -> bool:
        """Return whether most entries are met on the pages that they point to, all as many pages off at most."""
        words = [self._telling_words(entry.title, page) for entry in run]
        least = MET * len(run)
        return any(
            sum(
                any(self._meets(entry, known, number - 1 + shift, page) for number in entry.pages)
                for entry, known in zip(run, words, strict=True)
            )
            >= least
            for shift in SHIFTS
        )

    def _meets(self, entry: _Entry, known: frozenset[str], target: int, page: int) -> bool:
        if target == page or not 0 <= target < len(self._pages):
            return False
        return bool(known & self._words[target]) or (entry.label != "" and entry.label in self._labels[target])

    def _telling_words(self, title: str, page: int) -> frozenset[str]:
        """Return the words of a title that few of the other pages hold."""
        others = [words for place, words in enumerate(self._words) if place != page]
        return frozenset(
            word for word in set(content_words(title)) if 2 * sum(word in words for words in others) <= len(others)
        )

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        """The words of each page that carry meaning."""
        return [
            frozenset(word for word in content_words(" \n".join(row.text for row in rows)) if not word[0].isdecimal())
            for rows in self._pages
        ]

    @cached_property
    def _labels(self) -> list[frozenset[str]]:
        """The numbers of chapters that headings of each page begin with: bold lines, or taller than the usual one."""
        heights = sorted(row.height for rows in self._pages for row in rows)
        usual = heights[len(heights) // 2] if heights else 0
        return [
            frozenset(
                row.words[0].text.rstrip(".")
                for row in rows
                if len(row.words) > 1 and (row.bold or row.height > usual) and not row.words[-1].text[-1].isdecimal()
            )
            for rows in self._pages
        ]


def _read_entry(index: int, row: Row) -> _Entry | None:
    """Return a line of contents: words, and behind them the number of one page."""
    match = _ENTRY.fullmatch(row.text)
    if match is None or any(_is_lone_number(row, place) for place in range(1, len(row.cells) - 1)):
        return None
    if len(row.cells[-1]) > 1 and len(row.cells) > 1 and not any(map(str.isalpha, row.cells[-1][0].text)):
        return None  # Several numbers side by side are a table's.
    return _Entry(index, (match["label"] or "").strip(" ."), match["title"], (int(match["page"]),))


def _is_lone_number(row: Row, place: int) -> bool:
    return len(row.cells[place]) == 1 and row.cells[place][0].text[0].isdecimal()


def _read_places(index: int, row: Row) -> _Entry | None:
    """Return a line of an index: words, and behind them the numbers of pages."""
    match = _PLACES.fullmatch(row.text) if len(row.cells) < 3 else None
    if match is None:
        return None
    return _Entry(index, "", match["title"], tuple(map(int, re.findall(r"\d+", match["pages"]))))


def _counts_up(run: Sequence[_Entry]) -> bool:
    """Return whether the pages of entries, none of which falls, are mostly different."""
    return len({entry.pages for entry in run}) * 2 > len(run)


def _is_alphabetic(run: Sequence[_Entry]) -> bool:
    keys = ["".join(filter(str.isalpha, entry.title.casefold())) for entry in run]
    return sum(before <= after for before, after in pairwise(keys)) >= ALPHABETIC * (len(keys) - 1)


def _has_head(rows: Sequence[Row], first: int) -> bool:
    """Return whether the line above the first entry is the head of a table whose last column has no pages: "Price"."""
    if not first or len(rows[first - 1].cells) < 2:
        return False
    return _PAGE_WORD.fullmatch(" ".join(word.text for word in rows[first - 1].cells[-1])) is None
