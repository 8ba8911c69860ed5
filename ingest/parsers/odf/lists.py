"""Counts the items of lists and the headings of OpenDocument texts, which store how to number them."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.parsers.list_numbers import write_number
from ingest.parsers.odf.styles import LEVELS, OdfListLevel

MAX_NUMBER = 10_000_000


class Counter:
    """The numbers that the levels of one list have reached; 0 where none was given out."""

    def __init__(self) -> None:
        self._reached = [0] * (LEVELS + 1)
        self._has_begun = [False] * (LEVELS + 1)

    def next_label(self, level: int, looks: Mapping[int, OdfListLevel], start: int | None = None) -> str:
        """Return the number of the next item of a level (from 1) as it is painted; "" where the level has none."""
        level = min(max(level, 1), LEVELS)
        look = looks.get(level, OdfListLevel())
        if start is not None:
            self._reached[level] = start
        elif not self._has_begun[level]:
            self._reached[level] = look.start
        else:
            self._reached[level] = min(self._reached[level] + 1, MAX_NUMBER)
        self._has_begun[level] = True
        for deeper in range(level + 1, LEVELS + 1):
            self._has_begun[deeper] = False
        if not look.number_format:
            return ""
        first = max(level - look.shown_levels + 1, 1)
        return f"{look.prefix}{'.'.join(self._numbers(first, level, looks))}{look.suffix}".strip()

    def _numbers(self, first: int, last: int, looks: Mapping[int, OdfListLevel]) -> list[str]:
        found = []
        for level in range(first, last + 1):
            look = looks.get(level, OdfListLevel())
            if look.number_format:
                number = self._reached[level] if self._has_begun[level] else look.start
                found.append(write_number(number, look.number_format))
        return found
