"""Reads numbers with their units out of text and table cells, and computes with them exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from rag.errors import LecternError
from rag.questions.constraints import canonical_number
from rag.words.folding import fold_signs

_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "pound": "GBP", "chf": "CHF", "¥": "JPY", "jpy": "JPY",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "cad": "CAD", "c$": "CAD", "aud": "AUD",
}  # fmt: skip
CURRENCY_CODES = frozenset(_CURRENCIES.values())
_WORDS_FOR = {
    "euro": "EUR", "euros": "EUR", "livres": "GBP", "libras": "GBP", "franc": "CHF", "francs": "CHF", "francos": "CHF",
    "franco": "CHF", "yen": "JPY", "kronor": "SEK", "kroner": "NOK", "dólares": "USD",
}  # fmt: skip
_SCALES = {
    **dict.fromkeys(
        ("thousand", "thousands", "tausend", "tsd", "milliers", "mille", "miles", "mil", "k"), Decimal(1000)
    ),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mn", "m", "millones", "millón"), Decimal(1_000_000)),
    **dict.fromkeys(("billion", "billions", "milliarden", "mrd", "bn", "b", "milliards", "milliard"), Decimal(10**9)),
}
_NUMBER = r"\d{1,3}(?:[.,'  ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
_QUANTITY = re.compile(
    rf"(?P<open>\(\s*)?(?P<before>us\$|c\$|[$€£¥]|(?:usd|eur|gbp|chf|jpy|sek|nok|dkk|cad"
    rf"|aud)\b)?\s*(?P<open2>\()?\s*(?P<minus>-\s*)?"
    rf"(?P<before2>[$€£¥])?\s*(?P<number>{_NUMBER})\s*(?P<percent>%|percent\b|per cent\b|prozent\b|pour cent\b"
    rf"|por ciento\b)?"
    r"\s*(?P<close>\))?\s*(?P<percent2>%)?[ -]?(?P<scale>(?:thousands?|millions?|billions?|tausend|tsd|millionen"
    r"|mio|mrd|milliarden"
    r"|milliers|milliards?|millones|mn|bn|m|b|k)\b\.?)?\s*(?P<after>us\$|[$€£¥]|[^\W\d_]{1,12}\b)?",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"[-–—]|nil|none", re.IGNORECASE)
_PLAIN_SCALES = ("m", "b", "k")
"""Letters that scale an amount of money; behind any other number they are metres, or nothing."""

_TABLE_SCALE = re.compile(
    r"(?i)\b(?:in|amounts? in|en|dollars in|figures in|expressed in|\$ in|€ in)\s+(?:us\s?)?(?P<currency>[$€£]|usd"
    r"|eur|gbp|chf|dollars|euros?)?"
    r"\s*(?P<scale>thousands?|millions?|billions?|tausend|tsd\.?|mio\.?|millionen|mrd\.?|milliers|milliards|miles"
    r"|millones)"
)
_CURRENCY_SIGN = re.compile(r"us\$|[$€£¥]|\b(?:USD|EUR|GBP|CHF)\b")
MAX_DECIMALS = 2


class CalculationError(LecternError):
    """Numbers with which nothing can be computed: a division by zero, two units.

    `kind` is the name of the text that says it in the language of a question, `values` what stands in that.
    """

    def __init__(self, reason: str, remedy: str = "", kind: str = "", **values: str) -> None:
        super().__init__(reason, remedy)
        self.kind = kind
        self.values = values


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a unit: a currency's code, "%", the word for a measure, or "" where none is known.

    `scale` is what it was written in, 1,000 for a table in thousands: it is shown so again.
    """

    value: Decimal
    unit: str = ""
    scale: Decimal = Decimal(1)

    def __str__(self) -> str:
        shown = write_number(self.value / self.scale)
        words = {Decimal(1000): " thousand", Decimal(1_000_000): " million", Decimal(10**9): " billion"}
        scale = words.get(self.scale, "")
        if self.unit == "%":
            return f"{shown}%"
        return f"{shown}{scale} {self.unit}".rstrip()


def read_quantities(text: str) -> list[tuple[int, int, Quantity]]:
    """Return the numbers of a text with their units, in order: start, end, quantity."""
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-").replace("–", "-")
    found = []
    for match in _QUANTITY.finditer(plain):
        if (quantity := _of_match(match)) is not None:
            found.append((match.start("number"), match.end(), quantity))
    return found


def read_cell(text: str) -> Quantity | None:
    """Return the number that a cell of a table is; 0 for a dash, None where it is none or several."""
    text = text.strip()
    if _NOTHING.fullmatch(text):
        return Quantity(Decimal(0))
    found = read_quantities(text)
    return found[0][2] if len(found) == 1 and len(text) <= 40 else None


def table_scale(text: str) -> tuple[Decimal, str]:
    """Return what the numbers of a table are counted in by the words above it, and the currency that they name."""
    match = _TABLE_SCALE.search(text)
    sign = _CURRENCY_SIGN.search(text)
    currency = _currency(match["currency"]) if match and match["currency"] else _currency(sign[0]) if sign else ""
    return (_scale(match["scale"]) if match else Decimal(1)), currency


def common_unit(quantities: Sequence[Quantity]) -> str:
    """Return the one unit of all; those without a unit take that of the others. Raises CalculationError for two."""
    units = sorted({quantity.unit for quantity in quantities} - {""})
    if len(units) > 1:
        raise CalculationError(
            f"The figures are in different units ({' and '.join(units)}), with which nothing can be added or compared.",
            "Ask for each figure by itself, or for those of one unit.",
            "two units",
            units=", ".join(units),
        )
    return units[0] if units else ""


def divide(above: Decimal, below: Decimal, what: str) -> Decimal:
    """Return a quotient. Raises CalculationError where `what`, in words, is zero."""
    if below == 0:
        raise CalculationError(
            f"It cannot be divided by {what}, which is 0.", "Ask for the figures themselves.", "division by zero"
        )
    return above / below


def common_scale(quantities: Sequence[Quantity]) -> Decimal:
    """Return the largest scale in which one of the quantities is written."""
    return max((quantity.scale for quantity in quantities), default=Decimal(1))


def write_number(value: Decimal, decimals: int = MAX_DECIMALS) -> str:
    """Return a number with separators of thousands, rounded half up, without trailing zeros behind the point."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of_match(match: re.Match[str]) -> Quantity | None:
    try:
        value = Decimal(canonical_number(match["number"].replace(" ", "")))
    except InvalidOperation:
        return None
    is_negative = bool(match["minus"]) or bool((match["open"] or match["open2"]) and match["close"])
    sign = match["before"] or match["before2"] or ""
    after = (match["after"] or "").casefold()
    unit = _currency(sign) or _currency(after)
    written = (match["scale"] or "").rstrip(".").casefold()
    scale = _scale(written) if written and (unit or written not in _PLAIN_SCALES) else Decimal(1)
    if match["percent"] or match["percent2"]:
        unit, scale = "%", Decimal(1)
    elif not unit:
        unit = (
            after
            if after and scale == 1 and written not in _PLAIN_SCALES
            else written
            if written in _PLAIN_SCALES
            else ""
        )
    return Quantity(-value * scale if is_negative else value * scale, unit, scale)


def currency_code(word: str) -> str:
    """Return the code of a currency that a question names: "euros", "$", "usd"; "" for an unknown one."""
    return _currency(word) or _WORDS_FOR.get(word.casefold(), "")


def _currency(written: str) -> str:
    return _CURRENCIES.get(fold_signs(written).casefold(), "")


def _scale(written: str) -> Decimal:
    return _SCALES.get(written.casefold().rstrip("."), Decimal(1))
