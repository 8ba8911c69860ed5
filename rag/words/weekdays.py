"""Finds the days of the week in text, in English, German, French and Spanish, ranges of them included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_NAMES = (
    r"mon(?:days?)?|montags?|lundis?|lunes",
    r"tue(?:s(?:days?)?)?|dienstags?|mardis?|martes",
    r"wed(?:nesdays?)?|mittwochs?|mercredis?|miércoles",
    r"thu(?:rs?(?:days?)?)?|donnerstags?|jeudis?|jueves",
    r"fri(?:days?)?|freitags?|vendredis?|viernes",
    r"sat(?:urdays?)?|samstags?|sonnabends?|samedis?|sábados?",
    r"sun(?:days?)?|sonntags?|dimanches?|domingos?",
)
_DAY = re.compile("|".join(rf"(?P<d{number}>\b(?:{names})\b)" for number, names in enumerate(_NAMES)), re.IGNORECASE)
_SPAN = re.compile(r"\.?\s*(?:-|–|—|to|through|until|bis|au|à|a|hasta)\s*", re.IGNORECASE)
_SHORT = re.compile(r"[A-Za-z]{3,4}")


def weekdays_in(text: str) -> set[int]:
    """Return the days that a text names, Monday being 0; "Monday to Friday" names five. "sun" and "sat" in small
    letters are no days."""
    matches = [match for match in _DAY.finditer(text) if not (_SHORT.fullmatch(match[0]) and match[0].islower())]
    days = {_number(match) for match in matches}
    for first, last in pairwise(matches):
        if _SPAN.fullmatch(text[first.end() : last.start()]):
            days.update(_between(_number(first), _number(last)))
    return days


def _number(match: re.Match[str]) -> int:
    return next(number for number in range(7) if match[f"d{number}"])


def _between(first: int, last: int) -> Iterator[int]:
    return (number % 7 for number in range(first, last + 1 if first <= last else last + 8))
