"""Reads stretches of days from a question: "before March 2024", "in 2025", "since 3 May 2024"."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from rag.words.dates import MONTH_PATTERN, MONTHS, find_dates, find_periods

_BEFORE = r"before|earlier than|prior to|vor(?: dem)?|avant(?: le)?|antes del?"
_AFTER = r"after|later than|nach(?: dem)?|après(?: le)?|apres(?: le)?|después del?|despues del?"
_SINCE = r"since|from|starting|seit(?: dem)?|ab(?: dem)?|depuis(?: le)?|à partir du?|desde(?: el)?"
_UNTIL = r"until|till|by|up to|bis(?: zum)?|jusqu['’](?:en|à|au)|hasta(?: el)?"
_IN = r"in|on|of|during|within|im(?: jahre?)?|am|vom|aus(?: dem)?(?: jahre?)?|en|le|du|de|del|el"
_BETWEEN = re.compile(
    r"(?i)(?:between|from|zwischen|von|entre|de|desde)\s+(?P<first>.+?)\s+(?:and|to|until|und|bis|et|à|y|a"
    r"|hasta)\s+(?P<last>.+)"
)
_RELATION = re.compile(
    rf"(?i)(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER})|(?P<until>{_UNTIL})|(?P<since>{_SINCE})|(?P<within>{_IN}))\s+"
)
_FILLER = re.compile(
    r"(?i)^(?:the\s+)?(?:year|month of|jahre?|année|año)\s+|^(?:the|dem|den|der|le|el)\s+(?:year|jahre?|an|año)?\s*"
)
_MONTH = re.compile(
    rf"(?i)(?P<month>{MONTH_PATTERN})\.?(?:\s+(?:of|de|del))?,?"
    r"\s+(?P<year>(?:19|20)\d\d)"
)
_MONTH_NUMBER = re.compile(
    r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])|(?P<m>0?[1-9]|1[0-2])[/.](?P<y>(?:19|20)\d\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from `first` to `last`, both among them."""

    first: date
    last: date

    @property
    def is_year(self) -> bool:
        """Return whether they are all days of one year."""
        return self == DateRange(date(self.first.year, 1, 1), date(self.first.year, 12, 31))

    def holds(self, day: date) -> bool:
        """Return whether a day is among them."""
        return self.first <= day <= self.last

    def holds_all(self, other: DateRange) -> bool:
        """Return whether all days of another stretch are among them."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: DateRange) -> bool:
        """Return whether a day of another stretch is among them."""
        return self.first <= other.last and other.first <= self.last


def read_range(text: str) -> DateRange | None:
    """Return the days that a text names with a word for when before them ("before 2025"), or None for any other text.

    A day, a month or a year without such a word stands for itself.
    """
    text = text.strip(" ?!.,;")
    if (between := _BETWEEN.fullmatch(text)) and (first := read_span(between["first"])):
        last = read_span(between["last"])
        return DateRange(first.first, last.last) if last and first.first <= last.last else None
    relation = _RELATION.match(text)
    span = read_span(text[relation.end() :] if relation else text)
    if span is None or relation is None or relation["within"]:
        return span
    if relation["before"]:
        return DateRange(date.min, span.first - timedelta(days=1))
    if relation["after"]:
        return DateRange(span.last + timedelta(days=1), date.max)
    return DateRange(date.min, span.last) if relation["until"] else DateRange(span.first, date.max)


def read_span(text: str) -> DateRange | None:
    """Return the day, month, quarter or year that a text is; None where it says anything else."""
    text = _FILLER.sub("", text.strip(" ?!.,;"))
    days = find_dates(text)
    if len(days) == 1 and not text[: days[0].start].strip() and not text[days[0].end :].strip():
        return DateRange(days[0].day, days[0].day)
    if match := _MONTH.fullmatch(text):
        return month_range(int(match["year"]), MONTHS[match["month"].casefold()])
    if match := _MONTH_NUMBER.fullmatch(text):
        return month_range(int(match["year"] or match["y"]), int(match["month"] or match["m"]))
    if _YEAR.fullmatch(text):
        return year_range(int(text))
    periods = find_periods(text)
    if len(periods) == 1 and len(text.split()) <= 5:
        period = periods[0]
        if not period.quarter:
            return year_range(period.year)
        return DateRange(
            date(period.year, period.quarter * 3 - 2, 1), month_range(period.year, period.quarter * 3).last
        )
    return None


def month_range(year: int, month: int) -> DateRange:
    """Return the days of a month."""
    return DateRange(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def year_range(year: int) -> DateRange:
    """Return the days of a year."""
    return DateRange(date(year, 1, 1), date(year, 12, 31))


def spans_in(text: str) -> list[tuple[int, int, DateRange]]:
    """Return the days, months and years that a text names: start, end, and the days, each character used once."""
    found = [(one.start, one.end, DateRange(one.day, one.day)) for one in find_dates(text)]
    for pattern in (_MONTH, re.compile(r"(?<![\w.,/-])(?:19|20)\d\d(?![\w/-]|[.,]\d)")):
        for match in pattern.finditer(text):
            span = read_span(match[0])
            if span and not any(match.start() < end and start < match.end() for start, end, _ in found):
                found.append((match.start(), match.end(), span))
    return sorted(found, key=lambda one: one[:2])
