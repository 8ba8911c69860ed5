"""Reads questions for what is paid by the year, the quarter or the month."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOUNS = {
    "year": r"years?|annum|jahr|an(?:née)?|año",
    "quarter": r"quarters?|quartal|vierteljahr|trimestre",
    "month": r"months?|monat|mois|mes",
    "week": r"weeks?|woche|semaine|semana",
}
_ADVERBS = {
    "year": r"yearly|annually|annual|jährlich\w*|annuel\w*|anual\w*",
    "quarter": r"quarterly|vierteljährlich\w*|trimestriel\w*|trimestral\w*",
    "month": r"monthly|monatlich\w*|mensuel\w*|mensual\w*",
    "week": r"weekly|wöchentlich\w*|hebdomadaire|semanal\w*",
}
_PER = r"(?:per|a|an|each|every|pro|je|im|in der|jede[nrs]?|par|chaque|al|a la|por|cada|/)\s*"
_STATED = {
    name: re.compile(rf"(?i)(?<![^\W\d_])(?:{_PER}(?:{nouns})|{_ADVERBS[name]})(?![^\W\d_])")
    for name, nouns in _NOUNS.items()
}
IN_A_YEAR = {"year": 1, "quarter": 4, "month": 12}
"""How often a period is in a year; a year has no whole number of weeks, and nothing is computed with them."""
_ASKED = re.compile(
    rf"(?i)^(?P<what>.+?)\s+(?:{_PER}(?P<noun>{'|'.join(_NOUNS.values())})|(?P<adverb>{'|'.join(_ADVERBS.values())}))"
    r"\s*\?*$"
)
_ASKS_AMOUNT = re.compile(
    r"(?i)^\W*(?:how (?:much|high)|what (?:is|are|does|do|was)|wie (?:viel|hoch|teuer)"
    r"|was (?:kostet|kosten|ist|zahl\w*|bezahl\w*)|welche|quel(?:le)?|combien|à combien|cuánto|cuál)\b"
)


_JOINT = re.compile(r"(?i)\s+(?:in|for|over|within|en|im|in)$")
"""Before the period: "in a year"."""


@dataclass(frozen=True, slots=True)
class RateQuery:
    """What is paid in a period: the question without the period, and the period."""

    question: str
    period: str


def read_rate(text: str) -> RateQuery | None:
    """Return what a question asks for by the year, the quarter or the month; None for any other question."""
    match = _ASKED.match(text.strip())
    if match is None or not _ASKS_AMOUNT.match(text):
        return None
    period = period_of(match["noun"] or match["adverb"])
    what = _JOINT.sub("", match["what"].strip())
    return RateQuery(f"{what}?", period) if period in IN_A_YEAR else None


def period_of(word: str) -> str:
    """Return the period that a word names; "" for none."""
    return next((name for name in _NOUNS if re.fullmatch(rf"(?i)(?:{_NOUNS[name]}|{_ADVERBS[name]})", word)), "")


def find_period(text: str) -> tuple[int, int, str] | None:
    """Return where a text says by what period something is paid, and the period; None for none, or for several."""
    found = [(match, name) for name, pattern in _STATED.items() for match in pattern.finditer(text)]
    if len({name for _, name in found}) != 1:
        return None
    match, name = found[0]
    return match.start(), match.end(), name


def stated_periods(text: str) -> set[str]:
    """Return the periods by which a text says that something is paid: "EUR 90 a month"."""
    return {name for name, pattern in _STATED.items() if pattern.search(text)}
