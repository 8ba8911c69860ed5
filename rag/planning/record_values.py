"""Tells of what kind a value in a record is: a number, a yes or no, a person."""

from __future__ import annotations

import re

from rag.extraction.quantities import find_decimal_mark, find_quantities, is_currency
from rag.planning.document_values import to_quantity
from rag.planning.quantities import Quantity
from rag.planning.row_words import NO, YES
from rag.questions.constraints import is_negated
from rag.words.folding import fold

MAX_SHORT = 4
"""Words of a value that may deny something as a whole: "not yet signed"."""

_OPENS_NUMBER = re.compile(r"(?i)[\s(~<>≤≥+−–-]*(?:(?:us)?[$€£¥]|[a-z]{3})?[ \t]*\d")
_NEGATIVE = re.compile(
    r"(?i)\W*(?:no|none|not|nil|never|unpaid|without|nein|nicht|keine?[rns]?|ohne|non|aucune?s?|pas|sans|sin"
    r"|ning[uú]n[ao]?|nada"
    r"|n/a|[-–—]+)(?!\w)"
)
_PERSON = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Familie|M|Mme|Sr|Sra|Family)\.? )?[A-ZÀ-Ý][\w'’.-]*"
    r"(?: (?:[A-ZÀ-Ý][\w'’.-]*|de|del|la|le|van|von|der|den|du|di|da|bin|al)){1,4}"
)
_ADDRESS = re.compile(
    r"\W*\d+\w?,? (?:(?:[A-ZÀ-Ý][\w'’]* )+(?:Street|St|Road|Rd|Lane|Ln|Close|Avenue|Ave|Drive|Court|Place|Square|Row"
    r"|Way|Terrace|Gardens|Parade|Hill|Crescent|Grove|Walk|Quay|Mews|Park|Green|Yard)\b"
    r"|(?:rue|avenue|boulevard|place|chemin|impasse|allée|quai|route|cours)\b)"
)
"""The number of a house says not how much there is: 12 Elm Street."""
_AND = re.compile(r"(?<!\w)(?:and|und|et|y)(?!\w)")
_YES_OR_NO = frozenset({*YES, *NO, "nicht", "sí"}) - {"", "-", "—"}


def read_number(text: str) -> Quantity | None:
    """Return the number with which a value begins, with its unit; times in minutes, days or months."""
    if not _OPENS_NUMBER.match(text) or _ADDRESS.match(text):
        return None
    found = find_quantities(text, decimal_mark=find_decimal_mark(text))
    if not found or found[0].doubt:
        return None
    first = found[0]
    return to_quantity(first, text) or Quantity(first.number, first.unit)


def value_key(text: str) -> str:
    """Return what two ways to write one value share, which differ in case, spaces, marks, or the sign for "and"."""
    return re.sub(r"\W+", " ", _AND.sub(" ", fold(text))).strip()


def is_money(quantity: Quantity) -> bool:
    """Return whether a number is an amount of money."""
    return is_currency(quantity.unit)


def is_negative(text: str) -> bool:
    """Return whether a value says that there is none, or that it is not so."""
    if _NEGATIVE.match(text):
        return True
    return len(text.split()) <= MAX_SHORT and is_negated(text)


def is_yes_no(text: str) -> bool:
    """Return whether a value is no more than a yes or a no."""
    words = fold(text).strip(" .").split()
    return bool(words) and words[0].strip(",;") in _YES_OR_NO and (len(words) == 1 or words[0].endswith(","))


def is_person(text: str) -> bool:
    """Return whether a value is the name of a person."""
    return _PERSON.fullmatch(text.strip(" .")) is not None and not re.search(r"\d", text)
