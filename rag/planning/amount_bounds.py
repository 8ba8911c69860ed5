"""Reads bounds of numbers from a question: "over 1,000 pounds", "at least 3 seats", "zwischen 5 und 10 Euro"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.planning.quantities import CURRENCY_CODES, Quantity, currency_code, read_quantities

_MORE = (
    r"(?:more|greater|higher|larger|bigger|dearer|pricier|taller|heavier|further|farther|longer|older) than|over|above"
    r"|exceeding|exceeds?|upwards of"
    r"|(?:mehr|höher|größer|teurer|schwerer|weiter|länger|älter) als|über|oberhalb von"
    r"|plus (?:(?:ch(?:er|ère)s?|élevée?s?"
    r"|grande?s?) )?(?:de|que)"
    r"|supérieure?s? à|au-dessus de|dépass(?:e|ent|ant)"
    r"|más (?:car[oa]s? |alt[oa]s? )?(?:de|que)|superior(?:es)? a|mayor(?:es)? (?:de|que|a)|por encima de|superan?"
)
_LESS = (
    r"(?:less|fewer|lower|cheaper|smaller|lighter|shorter|younger) than|under|below"
    r"|(?:weniger|niedriger|kleiner|günstiger|billiger|leichter|kürzer) als|unter(?:halb von)?|moins (?:ch(?:er"
    r"|ère)s? )?"
    r"(?:de|que)|inférieure?s? à|au-dessous de|en dessous de"
    r"|menos de|más barat[oa]s? que|inferior(?:es)? a|menor(?:es)? (?:de|que|a)|por debajo de"
)
_LEAST = r"at least|no less than|mindestens|ab|au moins|à partir de|al menos|como mínimo|a partir de"
_MOST = r"at most|no more than|up to|höchstens|maximal|bis zu|au plus|au maximum|jusqu['’]à|como (?:mucho|máximo)|hasta"
_BETWEEN = r"between|zwischen|entre"

OPENS_BOUND = rf"(?:{_MORE}|{_LESS}|{_LEAST}|{_MOST}|{_BETWEEN})"
"""A pattern for the words before the number of a bound."""

_OPENING = re.compile(
    rf"(?i)(?<!\w)(?:(?P<more>{_MORE})|(?P<less>{_LESS})|(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<between>{_BETWEEN}))\s+"
)
_JOINT = re.compile(r"(?i)\s*(?:and|und|et|y)\s+")
_SIGN_BEFORE = re.compile(r"(?i)\s*(?:us\$|c\$|[$€£¥]|usd|eur|gbp|chf|jpy|sek|nok|dkk|cad|aud)?\s*")


@dataclass(frozen=True, slots=True)
class Bound:
    """Numbers that are more than `low` and less than `high`, None where one is open; `is_included` are those equal.

    `unit` is that of the numbers: the code of a currency, the word behind the number, or "".
    """

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    is_included: bool
    unit: str = ""

    @property
    def is_money(self) -> bool:
        """Return whether the numbers are amounts of money."""
        return self.unit in CURRENCY_CODES

    def holds(self, value: Decimal) -> bool:
        """Return whether a number is within the bound."""
        if self.is_included:
            return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return (self.low is None or value > self.low) and (self.high is None or value < self.high)


def find_bound(text: str) -> Bound | None:
    """Return the first bound in a text with the characters that it takes; None where there is none."""
    for opening in _OPENING.finditer(text):
        first = _number_at(text, opening.end())
        if first is None:
            continue
        value, end = first
        if opening["between"]:
            joint = _JOINT.match(text, end) or _JOINT.search(text, opening.end())
            second = _number_at(text, joint.end()) if joint else None
            if second is None:
                continue
            other, end = second
            unit = other.unit or value.unit
            return Bound(opening.start(), end, value.value, other.value, True, _unit_of(unit))
        is_low = bool(opening["more"] or opening["least"])
        is_included = bool(opening["least"] or opening["most"])
        low, high = (value.value, None) if is_low else (None, value.value)
        return Bound(opening.start(), end, low, high, is_included, _unit_of(value.unit))
    return None


def _number_at(text: str, at: int) -> tuple[Quantity, int] | None:
    """Return the number with which a text goes on, behind the sign of a currency at most, and where it ends."""
    found = read_quantities(text[at:])
    if not found:
        return None
    start, end, quantity = found[0]
    sign = _SIGN_BEFORE.match(text, at)
    return (quantity, at + end) if sign is not None and sign.end() >= at + start else None


def _unit_of(unit: str) -> str:
    return currency_code(unit) or unit
