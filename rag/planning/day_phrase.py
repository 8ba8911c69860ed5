"""Finds a day that a question names in texts, however they write it: "on 5 September", 05/09/2024."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.extraction.days import DAY_FIRST_LANGUAGES, find_days
from rag.words.dates import MONTH_PATTERN, MONTHS

_FORMS = tuple(
    re.compile(rf"(?i)(?<![\w.,/-]){form}(?:,? (?:de |of )?(?P<year>(?:19|20)\d\d))?(?![\w])")
    for form in (
        rf"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.)?(?: (?:of|de))? (?P<month>{MONTH_PATTERN})\.?",
        rf"(?P<month>{MONTH_PATTERN})\.? (?P<day>[0-3]?\d)(?:st|nd|rd|th)?",
    )
)


@dataclass(frozen=True, slots=True)
class DayPhrase:
    """A day of a month, of any year where `year` is 0."""

    written: str
    day: int
    month: int
    year: int = 0

    @classmethod
    def find_in(cls, text: str) -> list[DayPhrase]:
        """Return the days that a question names with the name of their month."""
        return [cls(*one) for _, one in sorted(_written_days(text))]

    def find(self, text: str, language: str = "") -> Iterator[tuple[int, int]]:
        """Yield where a text names the day (start, end), in order; one in figures where it can be no other day."""
        found = {
            (one.start, one.end)
            for one in find_days(text, day_first=language in DAY_FIRST_LANGUAGES or None)
            if one.other is None and self._is(one.day.day, one.day.month, one.day.year)
        }
        named = {span for span, (_, day, month, year) in _written_days(text) if self._is(day, month, year)}
        yield from sorted(found | {span for span in named if not any(start <= span[0] < end for start, end in found)})

    def _is(self, day: int, month: int, year: int) -> bool:
        return (day, month) == (self.day, self.month) and (not self.year or not year or year == self.year)


def _written_days(text: str) -> list[tuple[tuple[int, int], tuple[str, int, int, int]]]:
    """Return the days that are written with the name of their month, each with its place."""
    return [
        (match.span(), (match[0], int(match["day"]), MONTHS[match["month"].casefold()], int(match["year"] or 0)))
        for form in _FORMS
        for match in form.finditer(text)
        if 0 < int(match["day"]) <= 31
    ]
