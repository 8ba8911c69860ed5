"""Finds dates and the periods of reports in text, in the forms that people write in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTH_NAMES = {
    1: "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari",
    2: "february feb februar février févr fevrier febrero febbraio fevereiro fev februari",
    3: "march mar märz mär maerz mrz mars marzo março maart",
    4: "april apr avril avr abril aprile",
    5: "may mai mayo maggio maio mei",
    6: "june jun juni juin junio giugno giu junho",
    7: "july jul juli juillet juil julio luglio lug julho",
    8: "august aug août aout agosto ago augustus",
    9: "september sep sept septembre septiembre settembre set setembro",
    10: "october oct oktober okt octobre octubre ottobre ott outubro out",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro",
}
"""Names and abbreviations in English, German, French, Spanish, Italian, Portuguese and Dutch."""

MONTHS = {name: number for number, names in MONTH_NAMES.items() for name in names.split()}

FIRST_YEAR, LAST_YEAR = 1000, 2199
"""Outside these, four digits are hardly ever a year."""

CENTURY_PIVOT = 70
"""Two digits below it are of this century ("FY22"), the others of the last."""

MONTH_PATTERN = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
"""Any of these names; the longest comes first, so that "mar" does not stand for "march"."""

_MONTH = rf"(?P<month>{MONTH_PATTERN})\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|°|\.)?"
_FOUR_DIGITS = r"(?:1\d{3}|2[01]\d{2})"
_YEAR = rf"(?P<year>{_FOUR_DIGITS})"
_OF = r"(?:\s+(?:of|de|del|di|van)\b)?"

_DATE_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<![\d.,/-]){_YEAR}-(?P<number>[01]?\d)-(?P<day>[0-3]?\d)(?![\d-])",
        rf"(?<![\d.,/-]){_YEAR}/(?P<number>[01]?\d)/(?P<day>[0-3]?\d)(?![\d/])",
        rf"(?<![\d.,/-])(?P<day>[0-3]?\d)\.\s?(?P<number>[01]?\d)\.\s?{_YEAR}(?!\d)",
        rf"(?<![\d.,/-])(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/{_YEAR}(?!\d)",
        rf"(?<![\w.,/-]){_DAY}{_OF}\s+{_MONTH}{_OF},?\s+{_YEAR}(?!\d)",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}(?!\d)",
    )
)

_QUARTER = re.compile(
    rf"""(?ix)
    \b(?: (?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th|erste[sn]?|zweite[sn]?|dritte[sn]?|vierte[sn]?
          |premier|deuxième|troisième|quatrième|primer|segundo|tercer|cuarto|[1-4]\.)
          \s+(?:fiscal\s+)?(?:quarter|quartal|trimestre)
        | [qt](?P<digit>[1-4]) | (?P<leading>[1-4])q )
    (?: [\s,/'-]* (?:of|in|des|de|del|du|fiscal|year|jahres|jahr|fy|\s|'|,)*
        (?P<year>{_FOUR_DIGITS}|\d{{2}}) )?
    (?!\d)"""
)
_FISCAL_YEAR = re.compile(
    rf"""(?ix)
    \b(?: fy\s?'?(?P<short>\d{{2}}(?:\d{{2}})?)(?!\d)
        | (?:fiscal|financial)(?:\s+year)?(?:\s+(?:of|ended|ending))?\s+{_YEAR}
        | gesch(?:ä|ae)ftsjahre?s?\s+(?P<german>{_FOUR_DIGITS})
        | exercice\s+(?P<french>{_FOUR_DIGITS})
        | ejercicio\s+(?P<spanish>{_FOUR_DIGITS}) )"""
)
_ORDINALS = {
    **dict.fromkeys(("first", "1st", "erstes", "ersten", "erste", "premier", "primer", "1."), 1),
    **dict.fromkeys(("second", "2nd", "zweites", "zweiten", "zweite", "deuxième", "segundo", "2."), 2),
    **dict.fromkeys(("third", "3rd", "drittes", "dritten", "dritte", "troisième", "tercer", "3."), 3),
    **dict.fromkeys(("fourth", "4th", "viertes", "vierten", "vierte", "quatrième", "cuarto", "4."), 4),
}


_PRINTED_PERIOD = re.compile(r"(\d{4})(?: Q([1-4]))?")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day that stands in a text at the characters `start` to `end` (exclusive)."""

    start: int
    end: int
    day: date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A year, or one of its quarters; `quarter` is 0 for the whole year."""

    year: int
    quarter: int = 0

    def __str__(self) -> str:
        return f"{self.year} Q{self.quarter}" if self.quarter else str(self.year)

    @classmethod
    def parse(cls, text: str) -> Period | None:
        """Read a period in the form in which it is printed; None for any other text."""
        match = _PRINTED_PERIOD.fullmatch(text)
        return cls(int(match[1]), int(match[2] or 0)) if match else None


def find_dates(text: str) -> list[FoundDate]:
    """Return the full dates in a text in order, each character used once.

    Of 03/04/2024 the month comes first unless it cannot: that is how dates with slashes are mostly written in English.
    """
    found: list[FoundDate] = []
    for form in _DATE_FORMS:
        for match in form.finditer(text):
            day = _day_of(match)
            if day and not any(match.start() < other.end and other.start < match.end() for other in found):
                found.append(FoundDate(match.start(), match.end(), day))
    return sorted(found, key=lambda one: one.start)


def without_dates(text: str) -> str:
    """Return a text with a space in the place of each full date in it."""
    kept, end = [], 0
    for one in find_dates(text):
        kept.append(text[end : one.start])
        end = one.end
    return " ".join((*kept, text[end:]))


def find_periods(text: str) -> list[Period]:
    """Return the fiscal years and quarters that a text names ("FY22", "second quarter of 2023", "Q3 2021")."""
    return list(dict.fromkeys((*_quarters(text), *_fiscal_years(text))))


def full_year(digits: str) -> int:
    """Read a year of two or four digits ("22" is 2022, "98" is 1998)."""
    number = int(digits)
    if len(digits) > 2:
        return number
    return 2000 + number if number < CENTURY_PIVOT else 1900 + number


def _quarters(text: str) -> Iterator[Period]:
    for match in _QUARTER.finditer(text):
        if not match["year"]:
            continue
        ordinal = match["ordinal"]
        number = _ORDINALS[ordinal.casefold()] if ordinal else int(match["digit"] or match["leading"])
        yield Period(full_year(match["year"]), number)


def _fiscal_years(text: str) -> Iterator[Period]:
    for match in _FISCAL_YEAR.finditer(text):
        digits = next(value for value in match.groupdict().values() if value)
        year = full_year(digits)
        if FIRST_YEAR <= year <= LAST_YEAR:
            yield Period(year)


def _day_of(match: re.Match[str]) -> date | None:
    """Make a date of a match; None where there is no such day."""
    groups = match.groupdict()
    year = int(groups["year"])
    if groups.get("first"):
        first, second = int(groups["first"]), int(groups["second"])
        month, day = (first, second) if first <= 12 else (second, first)
    else:
        month = int(groups["number"]) if groups.get("number") else MONTHS[groups["month"].casefold()]
        day = int(groups["day"])
    try:
        return date(year, month, day)
    except ValueError:
        return None
