"""Reads every number with a unit that a document states, with the label or the clause that says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rag.extraction.quantities import Quantity as Written
from rag.extraction.quantities import find_quantities, is_currency
from rag.extraction.values import Conventions
from rag.planning.amount_words import period_of_compound
from rag.planning.quantities import Quantity
from rag.planning.rate_query import period_of, stated_periods
from rag.planning.row_words import terms
from rag.planning.table_cells import Place
from rag.text import sentence_around
from rag.types import Page
from rag.words.dates import find_dates

MAX_PAGES = 20
"""Pages of a document whose numbers are read: figures that documents state once stand at their beginnings."""
MAX_LABEL = 60
MAX_LABEL_WORDS, SHORT_LABEL_WORDS = 6, 3
"""Words of a label with its number right behind it, and of one behind which other words come first."""

TIMES = {
    "minutes": ("minutes", 1), "hours": ("minutes", 60), "days": ("days", 1), "weeks": ("days", 7),
    "months": ("months", 1), "years": ("months", 12),
}  # fmt: skip
"""Unit of time -> the unit in which it is kept, and how many of these it is."""
_TIME_WORDS = {"minutos": ("minutes", 1), "minuto": ("minutes", 1), "std": ("minutes", 60)}
TIME_UNITS = frozenset({"minutes", "days", "months"})

_LABEL = re.compile(
    rf"(?:^|[;,.·][ \t]|[-*#][ \t]*)[ \t]*(?P<label>[^\W\d_][^:;,|\t\n]{{1,{MAX_LABEL}}}?)[ \t*]*:[ \t*]"
)
_CLAUSE_BORDER = re.compile(r"(?i)[;,] (?!\d)|: |\n| (?:and|und|et|y|puis|then|dann|luego|but|aber|mais|pero) ")
_PER_OTHER = re.compile(
    r"(?i)[ \t]*(?:(?:per|a|an|each|every|pro|je|par|chaque|al|por|cada|à la)[ \t]+|/[ \t]?)(?P<of>[^\W\d_]+)"
)


@dataclass(frozen=True)
class Value:
    """A number with its unit, by what period it is paid, and the words that say what it is.

    `label` is what stands before a colon or in the cell before; "" in running text, where `clause` says it. `per` is
    what else it is asked for: "night" of "18 € per night". `written` is the number as it stands in the text.
    """

    quantity: Quantity
    period: str
    label: str
    clause: str
    page: Page
    place: Place
    per: str = ""
    written: str = ""

    @property
    def said(self) -> str:
        """Return the words that say what the number is."""
        return self.label or self.clause

    @property
    def measured(self) -> str:
        """Return what it is measured in: "money", "time", or its unit."""
        if is_currency(self.quantity.unit):
            return "money"
        return "time" if self.quantity.unit in TIME_UNITS else self.quantity.unit

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the stems of the words that say what the number is."""
        return frozenset(terms(self.said.replace("-", " ").replace("'", " ").replace("’", " ")))


def read_document_values(pages: Sequence[Page], *, decimal_mark: str = "") -> list[Value]:
    """Return the numbers with units that a document states, in order; `decimal_mark` is that of its language, which
    counts where its numbers show none."""
    read = pages[:MAX_PAGES]
    mark = Conventions.of("\n".join(page.text for page in read)).decimal_mark or decimal_mark
    return [value for page in read for value in _on_page(page, mark)]


def _on_page(page: Page, decimal_mark: str) -> Iterator[Value]:
    text = page.text
    dated = [(day.start, day.end) for day in find_dates(text)]
    for one in find_quantities(text, decimal_mark=decimal_mark):
        if one.doubt or any(start < one.end and one.start < end for start, end in dated):
            continue
        quantity = to_quantity(one, text)
        if quantity is None:
            continue
        label, clause, place = _said(text, one, page.number)
        behind = _PER_OTHER.match(text, one.end)
        per = behind["of"] if behind else ""
        periods = stated_periods(f"{label} {text[one.start : one.end]}{behind[0] if behind else ''}")
        if not label:
            periods |= stated_periods(clause)
        compounds = {period for word in label.split() or clause.split() if (period := period_of_compound(word))}
        found = compounds or periods
        period = next(iter(found)) if len(found) == 1 and is_currency(quantity.unit) else ""
        written = text[one.start : one.end]
        yield Value(quantity, period, label, clause, page, place, "" if period_of(per) else per, written)


def to_quantity(one: Written, text: str) -> Quantity | None:
    if is_currency(one.unit):
        return Quantity(one.number, one.unit)
    word = re.match(r"[ \t]?([^\W\d_]+)", text[one.end :])
    unit, times = TIMES.get(one.unit) or _TIME_WORDS.get(word[1].casefold() if word else "", ("", 0))
    if unit:
        return Quantity(one.number * Decimal(times), unit)
    return Quantity(one.number, one.unit) if one.unit and one.unit != "pages" else None


def _said(text: str, one: Written, page: int) -> tuple[str, str, Place]:
    """Return the label of a number, the clause that it stands in, and where these words stand."""
    start = text.rfind("\n", 0, one.start) + 1
    end = (text + "\n").find("\n", one.end)
    line = text[start : one.start]
    if "|" in line or "\t" in line:
        cells = [cell.strip() for cell in re.split(r"\||\t", line) if cell.strip()]
        if cells and not re.search(r"\d", cells[-1]):
            return cells[-1][-MAX_LABEL:], "", Place(page, start, end)
    labels = list(_LABEL.finditer(line + " "))
    if labels and _is_label(labels[-1]["label"], line[labels[-1].end() :], text[one.end : end]):
        return labels[-1]["label"].strip(" *"), "", Place(page, start, end)
    first, last = sentence_around(text, one.start, one.end)
    begin = max((first + match.end() for match in _CLAUSE_BORDER.finditer(text[first : one.start])), default=first)
    border = _CLAUSE_BORDER.search(text, one.end, last)
    stop = border.start() if border else last
    return "", text[begin:stop], Place(page, begin, max(stop, one.end))


def _is_label(label: str, between: str, behind: str) -> bool:
    """Return whether words before a colon are the name of the number behind it, and no part of a sentence.

    Where another number without a label of its own stands behind it, they introduce both.
    """
    if re.search(r"\d", between) or (re.search(r"\d", behind) and ":" not in behind and not between):
        return False
    return len(label.split()) <= (MAX_LABEL_WORDS if not between.strip() else SHORT_LABEL_WORDS)
