"""Reads the days that documents name, also those that can be two: 03/04/2024 is 3 April or 4 March."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.words.dates import MONTH_PATTERN, MONTHS, find_dates, full_year

DAY_FIRST_LANGUAGES = frozenset({"de", "fr", "es"})
"""Languages in which days in figures begin with the day."""
_NUMERIC = re.compile(
    r"(?<![\d.,/-])(?P<first>[0-3]?\d)(?P<mark>[./-])(?P<second>[01]?\d|[0-3]\d)(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/-]|\.\d)"
)
_WITH_NAME = re.compile(
    rf"(?<![\w.,/-])(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.)?(?:[ -]|\s+day\s+of\s+)(?P<month>{MONTH_PATTERN})\.?,?"
    r"(?:[ -]|\s+)(?P<year>\d{4}|['’]?\d{2})(?!\d|[.,]\d)",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日")


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day at the characters `start` to `end` of a text; `other` is the one that it can be as well, None mostly."""

    start: int
    end: int
    day: date
    other: date | None = None


def find_days(text: str, *, day_first: bool | None = None) -> list[FoundDay]:
    """Return the days in a text in order; `day_first` tells how the document writes days in figures."""
    found: list[FoundDay] = []

    def add(start: int, end: int, day: date | None, other: date | None = None) -> None:
        if day and not any(start < one.end and one.start < end for one in found):
            found.append(FoundDay(start, end, day, other))

    for match in _YEAR_FIRST.finditer(text):
        add(*match.span(), _day(int(match["year"]), int(match["month"]), int(match["day"])))
    for match in _NUMERIC.finditer(text):
        add(*match.span(), *_read_numeric(match, day_first))
    for match in _WITH_NAME.finditer(text):
        year = full_year(match["year"].lstrip("'’"))
        add(*match.span(), _day(year, MONTHS[match["month"].casefold()], int(match["day"])))
    for one in find_dates(text):
        add(one.start, one.end, one.day)
    return sorted(found, key=lambda one: one.start)


def find_day_order(text: str) -> bool | None:
    """Return whether the day comes first in a document's days in figures; None where it does not show it."""
    orders = set()
    for match in _NUMERIC.finditer(text):
        first, second = int(match["first"]), int(match["second"])
        if match["mark"] != "." and max(first, second) > 12 >= min(first, second) > 0:
            orders.add(first > 12)
    return orders.pop() if len(orders) == 1 else None


def _read_numeric(match: re.Match[str], day_first: bool | None) -> tuple[date | None, date | None]:
    """Return the day, and the other one that it can be where the document does not tell."""
    year, first, second = full_year(match["year"]), int(match["first"]), int(match["second"])
    as_day, as_month = _day(year, second, first), _day(year, first, second)
    if match["mark"] == "." or as_month is None or day_first:
        return as_day, None
    if as_day is None or day_first is False or as_day == as_month:
        return as_month, None
    return as_day, as_month


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
