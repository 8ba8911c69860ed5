"""Reads values of a column's kind from text and writes each in one form: days as ISO 8601, numbers in plain digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.extraction.columns import Column, ColumnKind
from rag.extraction.days import find_day_order, find_days
from rag.extraction.quantities import (
    canonical_unit,
    currencies_in,
    find_decimal_mark,
    find_quantities,
    is_currency,
    number_text,
)
from rag.questions.constraints import is_negated
from rag.quoting.form_boxes import chosen_options

MAX_TEXT = 300
"""Characters of a text value; what is longer is a passage and no value."""
MAX_ITEMS = 50

YES, NO = "yes", "no"

DAY_FIRST = frozenset({"EUR", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "AUD"})
"""Where people pay with these, they write days before months."""

CONVERTED = {
    ("years", "months"): 12,
    ("weeks", "days"): 7,
    ("hours", "minutes"): 60,
    ("t", "kg"): 1000,
    ("km", "m"): 1000,
}
"""Units that are so many of another: a column in months holds 24 where a contract says two years."""

_YES = re.compile(r"(?:yes|ja|oui|sí|si|true|x|✓|✔|☑|☒)\b|[✓✔☑☒]", re.IGNORECASE)
_NO = re.compile(
    r"(?:no|none|nein|non|false|not (?:applicable|included|required|granted|permitted|allowed))\b|☐", re.IGNORECASE
)
_EDGES = " \t\n\u00a0:;,|–—-"
_LEGAL_END = re.compile(
    r"^(?:Inc|LLC|L\.L\.C|Ltd|Limited|LLP|PLC|GmbH|S\.A|Corp|Co|N\.V|B\.V|AG|Jr|Sr)\b", re.IGNORECASE
)
_ITEM_MARK = re.compile(r"^[ \t]*(?:[•▪◦●■‣∙·*–—-]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)])[ \t]+")
_BLANKS = re.compile(r"(?:n/?a|none|nil|tbd|tba|unknown|not (?:applicable|available|stated)|[-–—_. ?]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a document writes: its decimal mark, whether days come before months, its only currency."""

    decimal_mark: str = ""
    day_first: bool | None = None
    currency: str = ""

    @classmethod
    def of(cls, text: str) -> Conventions:
        """Find out how a text writes."""
        money = currencies_in(text)
        currency = money.pop() if len(money) == 1 else ""
        day_first = find_day_order(text)
        if day_first is None and currency in DAY_FIRST:
            day_first = True
        return cls(find_decimal_mark(text), day_first, currency)


@dataclass(frozen=True, slots=True)
class Value:
    """A value in one form, read from the characters `start` to `end` of a text.

    `items` are those of a list. `doubt` says why it may be another value, else it is "".
    """

    text: str
    start: int
    end: int
    unit: str = ""
    items: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def key(self) -> str:
        """Return what two mentions of one value have in common."""
        folded = re.sub(r"[\W_]+", " ", self.text.casefold()).strip()
        return f"{self.text} {self.unit}" if not folded else f"{folded} {self.unit}".strip()


def read_values(text: str, column: Column, conventions: Conventions) -> list[Value]:
    """Return the values of a column's kind in a text, in order; of texts and lists at most one, the whole."""
    match column.kind:
        case ColumnKind.NUMBER:
            return list(_numbers(text, column, conventions))
        case ColumnKind.DATE:
            return list(_dates(text, conventions))
        case ColumnKind.YES_NO:
            return list(_answers(text))
        case ColumnKind.LIST:
            return list(_lists(text))
        case ColumnKind.TEXT:
            return list(_texts(text))


def split_items(text: str) -> tuple[str, ...]:
    """Return the items of a list that is written in one text, each once, in order."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(_ITEM_MARK.match(line) for line in lines):
        parts = [_ITEM_MARK.sub("", line) for line in lines]
    else:
        flat = " ".join(text.split())
        parts = flat.split(";") if ";" in flat else _split_at_commas(flat)
    items = [
        part.strip(_EDGES + ".") if not _LEGAL_END.search(part.split(" ")[-1]) else part.strip(_EDGES) for part in parts
    ]
    return tuple(dict.fromkeys(item for item in items if item))[:MAX_ITEMS]


def _split_at_commas(text: str) -> list[str]:
    parts: list[str] = []
    for piece in re.split(r",\s+(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|as well as)\s+", text):
        if parts and _LEGAL_END.match(piece):
            parts[-1] += f", {piece}"
        else:
            parts.append(piece)
    return parts


def _numbers(text: str, column: Column, conventions: Conventions) -> Iterator[Value]:
    wanted = canonical_unit(column.unit)
    dated = [(day.start, day.end) for day in find_days(text)]
    for found in find_quantities(text, decimal_mark=conventions.decimal_mark):
        if any(start < found.end and found.start < end for start, end in dated):
            continue
        unit = found.unit
        if (
            not unit
            and wanted
            and not is_currency(wanted)
            and re.match(rf"[\s-]?{re.escape(column.unit)}(?!\w)", text[found.end :], re.IGNORECASE)
        ):
            unit = wanted
        if not unit and is_currency(wanted):
            unit = conventions.currency
        number, doubt = found.number, found.doubt
        if (unit, wanted) in CONVERTED:
            number, unit = number * CONVERTED[unit, wanted], wanted
        if wanted and unit != wanted:
            doubt = doubt or (
                f"It is in {unit} and not in {wanted}." if unit else f"It does not say that it is in {wanted}."
            )
        yield Value(number_text(number), found.start, found.end, unit, doubt=doubt)


def _dates(text: str, conventions: Conventions) -> Iterator[Value]:
    for found in find_days(text, day_first=conventions.day_first):
        written = text[found.start : found.end]
        doubt = f"{written} can be {found.day} or {found.other}." if found.other else ""
        yield Value(found.day.isoformat(), found.start, found.end, doubt=doubt)


def _answers(text: str) -> Iterator[Value]:
    shown = text.strip(_EDGES)
    chosen = chosen_options(text)
    shown = chosen[0] if len(chosen) == 1 else shown
    start = text.find(shown) if shown else 0
    if match := _YES.match(shown):
        yield Value(YES, start, start + match.end())
    elif match := _NO.match(shown):
        yield Value(NO, start, start + match.end())


def is_denied(sentence: str) -> bool:
    """Return whether a sentence says no to what it is about."""
    return is_negated(sentence) or _NO.match(sentence.strip()) is not None


def _texts(text: str) -> Iterator[Value]:
    shown = text.strip(_EDGES)
    if shown and len(shown) <= MAX_TEXT and not _BLANKS.fullmatch(shown):
        start = text.find(shown)
        yield Value(
            " ".join(shown.split()).rstrip(".") if shown.count(".") == 1 else " ".join(shown.split()),
            start,
            start + len(shown),
        )


def _lists(text: str) -> Iterator[Value]:
    shown = text.strip(_EDGES)
    if shown and not _BLANKS.fullmatch(shown) and (items := split_items(shown)):
        start = text.find(shown)
        yield Value("; ".join(items), start, start + len(shown), items=items)
