"""Says what was computed in the language of the question, with numbers written as that language writes them."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from rag.planning.quantities import CURRENCY_CODES, MAX_DECIMALS, CalculationError, Quantity, write_number
from rag.text import words_of
from rag.words.folding import fold
from rag.words.language import guess_language
from rag.words.stop_words import STOP_WORDS

FILE = Path(__file__).with_name("wording.json")
LANGUAGES = ("en", "de", "fr", "es")
_UNITS = {
    "en": {"months": "month months", "days": "day days", "years": "year years", "minutes": "minute minutes"},
    "de": {"months": "Monat Monate", "days": "Tag Tage", "years": "Jahr Jahre", "minutes": "Minute Minuten"},
    "fr": {"months": "mois mois", "days": "jour jours", "years": "an ans", "minutes": "minute minutes"},
    "es": {"months": "mes meses", "days": "día días", "years": "año años", "minutes": "minuto minutos"},
}
"""Language -> unit of time -> its words for one and for several."""
_MARKS = {"de": (".", ","), "es": (".", ","), "fr": ("\u202f", ",")}
"""Language -> what parts thousands, and the mark of decimals; English writes 1,234.5."""


def _by_stop_words(question: str) -> str:
    """Return the language to which a word of a question belongs that no other has; "" for none or for two."""
    words = {fold(word) for word in words_of(question)}
    known = {code: words & STOP_WORDS[code] for code in LANGUAGES}
    own = [code for code, mine in known.items() if mine - set().union(*(known[one] for one in known if one != code))]
    return own[0] if len(own) == 1 else ""


@dataclass(frozen=True, slots=True)
class Note:
    """A text by its name in `wording.json`, and the value that stands in it."""

    name: str
    value: str = ""


class Wording:
    """Words and numbers in the language of a question; in English where it is none that is known."""

    def __init__(self, question: str) -> None:
        language = guess_language(question) or _by_stop_words(question)
        self.language = language if language in LANGUAGES else "en"

    def say(self, text: str, /, **values: object) -> str:
        """Return a text with what stands in its braces."""
        return _texts()[text][self.language].format(**values).strip()

    @staticmethod
    def one(text: str, count: int) -> str:
        """Return the name of a text for a number of things: that of one has a form of its own."""
        return f"{text} one" if count == 1 else text

    def reason(self, error: CalculationError) -> str:
        """Return in the language of the question why nothing can be computed, and what to do."""
        if self.language == "en" or not error.kind:
            return f"{error.reason} {error.remedy}".strip()
        return self.say(error.kind, **error.values)

    def note(self, note: Note) -> str:
        """Return what a note says."""
        return self.say(note.name, value=note.value, doubt=note.value)

    def columns(self, *names: str) -> tuple[str, ...]:
        """Return the names of a table's columns."""
        return tuple(self.say(name) if name in _texts() else name for name in names)

    @property
    def colon(self) -> str:
        """Return a colon with the space that French writes before it."""
        return " :" if self.language == "fr" else ":"

    def day(self, day: date) -> str:
        """Return a day as people write it."""
        month = self.say("month names").split()[day.month - 1]
        return self.say("day", day=day.day, month=month, year=day.year)

    def number(self, value: Decimal | int, decimals: int = MAX_DECIMALS) -> str:
        """Return a number with separators of thousands, rounded half up."""
        written = write_number(Decimal(value), decimals)
        if self.language not in _MARKS:
            return written
        thousands, mark = _MARKS[self.language]
        whole, _, rest = written.partition(".")
        return whole.replace(",", thousands) + (f"{mark}{rest}" if rest else "")

    def money(self, quantity: Quantity) -> str:
        """Return the number of an amount of money, its cents with both digits."""
        value = quantity.value / quantity.scale
        plain = write_number(value)
        missing = "0" if plain[-2:-1] == "." and quantity.scale == 1 else ""
        return f"{self.number(value)}{missing}"

    def amount(self, quantity: Quantity) -> str:
        """Return a number with its unit."""
        is_money = quantity.unit in CURRENCY_CODES
        number = self.money(quantity) if is_money else self.number(quantity.value / quantity.scale)
        if words := _UNITS[self.language].get(quantity.unit):
            quantity = replace(quantity, unit=words.split()[quantity.value != 1])
        return str(quantity).replace(write_number(quantity.value / quantity.scale), number, 1)


@functools.cache
def _texts() -> dict[str, dict[str, str]]:
    """Return the texts of `wording.json`: name -> language -> text."""
    given: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return given
