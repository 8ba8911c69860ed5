"""Reads ranges ("from 20 pieces on", "1 to 9", "bis zu 400 km") and tells which hold a number that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rag.questions.constraints import canonical_number
from rag.text import content_words
from rag.words.number_words import NUMBER_WORDS

MAX_CELL = 40
"""Characters of a cell that is a range."""

BEYOND = Decimal("0.01")
"""Added to a number that is asked for with "more than", where it is no whole one."""

_SIGNS = {"$": "usd", "€": "eur", "£": "gbp", "euro": "eur", "%": "%"}
_MONTHS = (
    r"(?!\.? ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|fév|avr|juin|août|déc|ene|abr|ago|dic"
    r"|janv|juil)[a-zäéû]*\b)(?![./]\d)"
)
_WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_NUMBER = (
    rf"(?P<{{0}}>\d{{{{1,3}}}}(?:[.,'\u202f\u00a0]\d{{{{3}}}})+|\d+(?:[.,]\d+)?|(?:{_WORDS})\b)"
    rf"(?:st|nd|rd|th|e|er|º|ª)?\b{_MONTHS}"
)
_CURRENCY = r"(?:(?:eur|usd|gbp|chf|[€$£])\s?)?"
_ARTICLE = r"(?:the |a |an |dem |der |den |einem |la |le |l['’]|el )?"
_UNIT = r"(?:[\s-]?(?P<unit>%|[€$£]|[^\W\d_]+\b))?"
_UNIT_BETWEEN = r"(?:\s?(?:%|[€$£]|[^\W\d_]+))?"


def _pattern(before: str, after: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{before}){_CURRENCY}{_ARTICLE}{_NUMBER.format('low')}{_UNIT}{after}")


_BETWEEN = re.compile(
    rf"(?i)(?<![\w./-])(?:\b(?:from|between|von|zwischen|de|entre)\s+)?{_CURRENCY}{_NUMBER.format('low')}{_UNIT_BETWEEN}"
    rf"\s*(?:-|–|—|\bto\b|\band\b|\bbis\b|\bund\b|\bà\b|\bet\b|\ba\b|\by\b)\s*{_CURRENCY}{_NUMBER.format('high')}(?!-\d){_UNIT}"
)
_ENDLESS = (
    r"(?:(?:\s+[^\W\d_]+){0,3}?\s+(?:on|onwards?|upwards?|and (?:more|over|above|up)|or (?:more|over|above|older)"
    r"|und mehr|oder mehr|et plus|ou plus|y más|o más)\b|\s?\+)"
)
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (_pattern(before, after), form)
    for form, before, after in (
        (
            "above",
            r"\b(?:more than|over|above|exceed\w*|longer than|mehr als|über|länger als|plus de|más de)\s+|>\s?",
            "",
        ),
        ("below", r"\b(?:less than|under|below|fewer than|unter|weniger als|moins de|menos de)\s+|<\s?", ""),
        (
            "to",
            r"\b(?:up to|at most|no more than|not more than|maximum(?: of)?|max\.?|bis(?: zu(?:m|r)?)?|höchstens"
            r"|maximal|jusqu['’]à|jusqu['’]au|au plus|hasta|como máximo)\s+|[≤]\s?|<=\s?",
            "",
        ),
        (
            "from",
            r"\b(?:at least|minimum(?: of)?|min\.?|as of|starting (?:at|from)|from the|mindestens|ab|au moins"
            r"|à partir d[eu]|dès|al menos|a partir del?|desde)\s+|[≥]\s?|>=\s?",
            "",
        ),
        ("from", r"\bfrom\s+", _ENDLESS),
        ("from", r"(?<![\d.,])", _ENDLESS),
    )
)

_YEAR = re.compile(r"(?:19|20)\d\d")
_ASKED = re.compile(rf"(?i)(?:(?P<before>eur|usd|gbp|chf|[€$£])\s?)?(?<![\w.,-]){_NUMBER.format('low')}{_UNIT}")


_IN_YEARS = re.compile(r"(?i)jährig\w*|jahre?n?")
"""Says in German of an age: "für einen 20-Jährigen", "ab 24 Jahren"."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, None where it has no end; an end that `is_open` is not among them. `unit` is the
    word behind, stemmed."""

    low: Decimal | None
    high: Decimal | None
    unit: str
    is_open: bool = False

    def holds(self, value: Decimal) -> bool:
        """Return whether a number is among them."""
        if self.is_open and value in (self.low, self.high):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number in a question, the stemmed word behind it, and both as content words."""

    value: Decimal
    unit: str
    words: frozenset[str]


@lru_cache(maxsize=1 << 12)
def ranges_in(text: str) -> tuple[Range, ...]:
    """Return the ranges that a text names, in no certain order."""
    found = []
    for match in _BETWEEN.finditer(text):
        if _value(match["low"]) > _value(match["high"]):
            continue
        found.append(Range(_value(match["low"]), _value(match["high"]), _unit(match["unit"], match[0])))
        text = text[: match.start()] + "#" * len(match[0]) + text[match.end() :]
    for pattern, form in _FORMS:
        for match in pattern.finditer(text):
            value, unit = _value(match["low"]), _unit(match["unit"], match[0])
            low, high = (value, None) if form in ("above", "from") else (None, value)
            found.append(Range(low, high, unit, is_open=form in ("above", "below")))
            text = text[: match.start()] + "#" * len(match[0]) + text[match.end() :]
    return tuple(found)


@lru_cache(maxsize=1 << 12)
def range_of_cell(cell: str) -> Range | None:
    """Return the range that a short cell is; None where it is none, or holds more than one."""
    found = ranges_in(cell) if len(cell) <= MAX_CELL else ()
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=64)
def measures_in(question: str) -> tuple[Measure, ...]:
    """Return the numbers of a question that measure or count something; a year, or a number in a name, is none."""
    found = []
    for match in _ASKED.finditer(question):
        number = match["low"]
        if _YEAR.fullmatch(number):
            continue
        unit = _unit(match["unit"] or match["before"], "")
        nudge = _beyond(question, match)
        if unit:
            found.append(
                Measure(_value(number) + nudge, unit, frozenset(content_words(f"{number} {match['unit'] or ''}")))
            )
    return tuple(found)


def _beyond(question: str, number: re.Match[str]) -> Decimal:
    """Return what "more than" or "less than" before a number adds to it."""
    for pattern, form in _FORMS:
        for match in pattern.finditer(question):
            if match.start("low") == number.start("low") and form in ("above", "below"):
                step = Decimal(1) if number["low"].isdigit() else BEYOND
                return step if form == "above" else -step
    return Decimal(0)


def _value(number: str) -> Decimal:
    word = NUMBER_WORDS.get(number.casefold())
    return Decimal(word) if word is not None else Decimal(canonical_number(number))


def _unit(written: str | None, whole: str) -> str:
    """Return the unit as a stem; a currency may stand before the number."""
    if sign := re.search(r"(?i)[€$£]|\b(?:eur|usd|gbp|chf)\b", whole):
        written = sign[0]
    written = written or ""
    if _IN_YEARS.fullmatch(written):
        return "jahr"
    if written.casefold() in _SIGNS:
        return _SIGNS[written.casefold()]
    return next(iter(content_words(written)), "")


def holds_measure(text: str, measures: Sequence[Measure]) -> bool | None:
    """Return whether a range in a text holds one of some measures in its unit; None where none has its unit."""
    told = [one.holds(measure.value) for measure in measures for one in ranges_in(text) if one.unit == measure.unit]
    return any(told) if told else None
