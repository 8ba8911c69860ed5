"""Reads numbers with their units: amounts of money, percentages, lengths of time, in the forms that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

CURRENCIES = {
    "EUR": "€ eur euro euros",
    "USD": "us$ $ usd dollar dollars",
    "GBP": "£ gbp pound pounds",
    "CHF": "chf sfr fr.",
    "JPY": "¥ jpy yen",
    "INR": "₹ inr rs rs. rupees",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "zł pln",
    "CZK": "kč czk",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "kr": "kr kr. crowns kronor kroner",
}
"""ISO 4217 code -> what is written for it."""

UNITS = {
    "%": "% percent per\u00a0cent prozent pourcent",
    "days": "day days tag tage tagen jour jours día días",
    "weeks": "week weeks woche wochen semaine semaines semana semanas",
    "months": "month months monat monate monaten mois mes meses",
    "years": "year years jahr jahre jahren an ans année années año años",
    "hours": "hour hours stunde stunden heure heures hora horas h hrs",
    "minutes": "minute minutes minuten min",
    "kg": "kg kilogram kilograms kilogramm kilo kilos kilogramme kilogrammes kilogramos",
    "t": "t tonne tonnes tons",
    "km": "km kilometres kilometers kilometer",
    "m": "m metre metres meter meters",
    "cm": "cm",
    "mm": "mm",
    "m²": "m² m2 sqm quadratmeter quadratmetern",
    "l": "l litre litres liter liters",
    "kWh": "kwh",
    "pages": "page pages seiten",
    "pieces": "pcs piece pieces stück",
}

_SCALES = {"thousand": 3, "million": 6, "mn": 6, "mio": 6, "mio.": 6, "bn": 9, "billion": 9, "trillion": 12}

_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=1,
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}

_CANONICAL = {form: unit for units in (CURRENCIES, UNITS) for unit, forms in units.items() for form in forms.split(" ")}
_CANONICAL |= {unit.casefold(): unit for units in (CURRENCIES, UNITS) for unit in units}

_WORDS |= {
    word: value
    for words, value in (
        ("ein eine einem einen einer eines un une una uno", 1), ("zwei deux dos", 2), ("drei trois tres", 3),
        ("vier quatre cuatro", 4), ("fünf cinq cinco", 5), ("sechs seis", 6), ("sieben sept siete", 7),
        ("acht huit ocho", 8), ("neun neuf nueve", 9), ("zehn dix diez", 10),
        ("elf onze", 11), ("zwölf douze doce", 12),
        ("quinze quince fünfzehn", 15), ("zwanzig vingt veinte", 20), ("dreißig trente treinta", 30),
    )
    for word in words.split()
}  # fmt: skip
"""Spelled numbers in German, French and Spanish; the Spanish eleven is an English word."""


def _alternation(forms: list[str]) -> str:
    """Return a pattern of any of some words; one that ends in a letter is not followed by another."""
    written = sorted(forms, key=len, reverse=True)
    return "|".join(re.escape(form) + (r"(?![^\W\d_])" if form[-1].isalpha() else "") for form in written)


_MONEY = _alternation([form for forms in CURRENCIES.values() for form in forms.split(" ")])
_ANY_UNIT = _alternation(list(_CANONICAL))
_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f'’.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SPACE = r"[ \t\u00a0\u202f]?"
_QUANTITY = re.compile(
    rf"(?<![\w.,/])(?:(?<![-–])|(?<=\s[-–]))(?P<open>\()?(?P<minus>[-–−]{_SPACE})?"
    rf"(?:(?<![^\W_])(?P<before>{_MONEY}){_SPACE})?(?P<minus2>[-–−]{_SPACE})?(?P<digits>{_DIGITS})"
    rf"(?:{_SPACE}(?P<scale>{'|'.join(sorted(map(re.escape, _SCALES), key=len, reverse=True))})(?![\w]))?"
    rf"(?:,[-–]+)?(?P<close>\))?(?:(?: \((?:{'|'.join(_WORDS)})[\w -]*\))?"
    rf"[ \t\u00a0\u202f\n|-]?(?P<after>{_ANY_UNIT}))?(?![\w])",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"(?<!\w)(?P<word>{'|'.join(_WORDS)})(?:[ -](?P<ones>one|two|three|four|five|six|seven|eight|nine))?"
    rf"\s?(?:\(\d+\)\s?)?[\s-](?P<after>{_ANY_UNIT})(?!\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[-/.,]\d|[-/][A-Za-z]")
"""Behind digits: they are the beginning of a date, an identifier or a fraction."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at the characters `start` to `end` of a text; `unit` is "" where none stands at it.

    `doubt` says why it may be another number, else it is "".
    """

    start: int
    end: int
    number: Decimal
    unit: str = ""
    doubt: str = ""


def find_quantities(text: str, *, decimal_mark: str = "") -> list[Quantity]:
    """Return the numbers in a text in order; `decimal_mark` is that of the document, "" where it shows none."""
    found = list(_with_digits(text, decimal_mark))
    for match in _SPELLED.finditer(text):
        if not any(match.start() < other.end and other.start < match.end() for other in found):
            value = _WORDS[match["word"].casefold()] + (_WORDS[match["ones"].casefold()] if match["ones"] else 0)
            found.append(Quantity(match.start(), match.end(), Decimal(value), canonical_unit(match["after"])))
    return sorted(found, key=lambda one: one.start)


def find_decimal_mark(text: str) -> str:
    """Return the mark before the decimals of a text's amounts: "." or ","; "" where it shows none or both."""
    marks = {mark: len(re.findall(rf"\d{re.escape(mark)}\d\d(?![\d.,])", text)) for mark in (".", ",")}
    if marks["."] == marks[","]:
        return ""
    return max(marks, key=lambda mark: marks[mark])


def canonical_unit(written: str) -> str:
    """Return one form for a unit: "€" and "Euro" are "EUR"; one that is not known is returned as it is."""
    return _CANONICAL.get(" ".join(written.split()).casefold(), written.strip())


def is_currency(unit: str) -> bool:
    """Return whether a unit is money."""
    return unit in CURRENCIES


def currencies_in(text: str) -> set[str]:
    """Return the currencies that a text names."""
    pattern = rf"(?<![^\W\d_])(?:{_MONEY})"
    return {canonical_unit(match.group()) for match in re.finditer(pattern, text, re.IGNORECASE)} & CURRENCIES.keys()


def number_text(number: Decimal) -> str:
    """Return a number in plain digits, without an exponent and without zeros behind its decimals."""
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _with_digits(text: str, decimal_mark: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(text):
        if _TAIL.match(text, match.end("digits")) and not match["after"]:
            continue
        if re.search(r"(?:#|[^\W\d_]-|§ ?)$", text[max(0, match.start() - 2) : match.start()]):
            continue
        number, doubt = _read_digits(match["digits"], decimal_mark)
        if match["scale"]:
            number, doubt = number.scaleb(_SCALES[match["scale"].casefold()]), ""
        is_negative = bool(
            match["minus"] or match["minus2"] or (match["open"] and match["close"] and not _spells(match))
        )
        start = match.start("minus") if match["minus"] else match.start("before") if match["before"] else -1
        start = match.start("digits") if start < 0 else start
        end = max(match.end(name) for name in ("digits", "scale", "after") if match[name])
        unit = canonical_unit(match["before"] or match["after"] or "")
        # Money has no three decimals.
        doubt = "" if is_currency(unit) else doubt
        yield Quantity(start, end, -number if is_negative else number, unit, doubt)


def _spells(match: re.Match[str]) -> bool:
    """Return whether a number in brackets repeats the word before it: "thirty (30) days"."""
    words = match.string[max(0, match.start() - 20) : match.start()].casefold().split()
    return bool(words) and re.split("-", words[-1])[-1] in _WORDS


def _read_digits(digits: str, decimal_mark: str) -> tuple[Decimal, str]:
    """Return the number that digits with marks stand for, and why it may be another."""
    plain = re.sub(r"[ \u00a0\u202f'’]", "", digits)
    marks = [character for character in plain if character in ".,"]
    if not marks:
        return Decimal(plain), ""
    if len(set(marks)) == 2:
        last = max(plain.rfind("."), plain.rfind(","))
        return Decimal(re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :]), ""
    whole, _, rest = plain.rpartition(marks[0])
    if len(marks) > 1:
        return Decimal(re.sub(r"[.,]", "", plain)), ""
    is_group = len(rest) == 3 and len(whole) <= 3 and whole != "0"
    if not is_group or decimal_mark == marks[0]:
        return Decimal(f"{whole}.{rest}"), ""
    if decimal_mark or marks[0] == ",":
        return Decimal(whole + rest), ""
    return Decimal(whole + rest), f"{digits} can be {whole}{rest} or {whole}.{rest}."
