"""Finds days without a year ("9 June", "9. Juni"), and stretches of them ("from 14 to 25 July")."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.words.dates import MONTH_PATTERN, MONTHS, find_dates

_DAY = r"[0-3]?\d(?:st|nd|rd|th|er|º|\.)?"
_OF = r"(?:\s+(?:of|de|del))?"
_MONTH = rf"(?:{MONTH_PATTERN})\b\.?"
_FORMS = (
    re.compile(rf"(?i)(?<![\w.,/-])(?P<day>{_DAY}){_OF}\s+(?P<month>{_MONTH})"),
    re.compile(
        rf"\b(?P<month>(?=[A-Z])(?!May\s+\d+\s+[a-z]|Set\b|Out\b|Gen\b)(?i:{_MONTH}))\s+(?P<day>{_DAY})(?![\w:/-]|[.,]\d|\s?%)"
    ),
)
"""The second only with a capital, and not of "May 3 people enter?": other words look like months, too."""
_RANGE = re.compile(
    rf"(?i)(?<![\w.,/-])(?P<first>{_DAY})(?:{_OF}\s+(?P<from>{_MONTH}))?(?:\s+(?:19|20)\d\d)?\s*"
    rf"(?:-|–|—|\bto\b|\btill\b|\buntil\b|\bbis(?: zum)?\b|\bau\b|\bal\b|\band\b|\bund\b)\s*"
    rf"(?P<last>{_DAY}){_OF}\s+(?P<to>{_MONTH})"
)
_OPEN = re.compile(
    r"(?i)\b(?:from|since|after|before|until|till|by|up to|starting|as of|onwards?|ab|seit|nach|vor|bis|spätestens|dès"
    r"|depuis|après|avant|jusqu['’]\w+|à partir|desde|después|antes|hasta)\b[^.;|]*$"
)
"""Before a day: what is said may hold of other days as well."""


@lru_cache(maxsize=1 << 12)
def find_days(text: str) -> tuple[tuple[int, int, int, int], ...]:
    """Return the days of a text as (month, day, start, end), those with a year among them, in no certain order."""
    found: list[tuple[int, int, int, int]] = [(it.day.month, it.day.day, it.start, it.end) for it in find_dates(text)]
    for form in _FORMS:
        for match in form.finditer(text):
            day, month = int(re.sub(r"\D", "", match["day"])), _month(match["month"])
            if 1 <= day <= 31 and not any(match.start() < end and start < match.end() for _, _, start, end in found):
                found.append((month, day, match.start(), match.end()))
    return tuple(found)


def holds_day(text: str, month: int, day: int) -> bool:
    """Return whether a text names a day, or a stretch of days with it."""
    return any((month, day) == (one[0], one[1]) for one in find_days(text)) or any(
        first <= (month, day) <= last for first, last in _stretches(text)
    )


def names_other_day(text: str, month: int, day: int) -> bool:
    """Return whether a text names other days alone, and nothing that may go on to this one ("from 3 May")."""
    days = find_days(text)
    return (
        bool(days)
        and not holds_day(text, month, day)
        and not any(_OPEN.search(text[max(0, start - 40) : start]) for _, _, start, _ in days)
    )


def _stretches(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    found = []
    for match in _RANGE.finditer(text):
        last = _month(match["to"]), int(re.sub(r"\D", "", match["last"]))
        first = _month(match["from"]) if match["from"] else last[0], int(re.sub(r"\D", "", match["first"]))
        found.append((first, last))
    return found


def _month(written: str) -> int:
    return MONTHS[written.casefold().rstrip(".")]
