"""Gathers a figure from the documents that state it, by one period, and says of which it is not sure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rag.planning.amount_words import AmountField
from rag.planning.document_amounts import Stated, names_field, read_amount
from rag.planning.document_totals import Totals, each_with_pages
from rag.planning.quantities import Quantity, common_unit
from rag.planning.rate_query import IN_A_YEAR
from rag.planning.totals_query import AggregateQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.text import content_words
from rag.types import DocumentInfo, Page

MIN_STATING = 2
"""Documents that state a figure, from which on a question without a word for documents is meant of them."""

_TOTAL_BEFORE = re.compile(r"(?i)(?:total|overall|gesamte?\w*|combined)[ \t]+(?:[^\W\d_]+[ \t]+)?$|gesamt-?$")
DAYS_IN_A_MONTH = (28, 31)
"""The fewest and the most: a month has no fixed number of days."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A stated figure by the period of all: `factor` is what it was multiplied by, 1/12 of one by the year."""

    stated: Stated
    factor: Fraction = Fraction(1)

    @property
    def quantity(self) -> Quantity:
        """Return the figure by the period of all."""
        value = self.stated.quantity.value * self.factor.numerator / Decimal(self.factor.denominator)
        return Quantity(value, self.stated.quantity.unit, self.stated.quantity.scale)


@dataclass(slots=True)
class Amounts:
    """The figures of some documents, by one period, and the documents that are listed apart."""

    known: list[Amount]
    apart: Totals
    period: str = ""


def gather_amounts(
    query: AggregateQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue, wording: Wording
) -> Amounts | None:
    """Return what documents state for the figure of a query; None where it is not one that each document states."""
    field = query.field
    assert field is not None
    totals = Totals()
    name = field.written or wording.say("amount")
    about: set[int] = set()
    for document, pages in each_with_pages(documents, catalogue):
        if query.thing and _names(query.thing, document, pages):
            about.add(document.id)
        if not query.is_sure and query.how == "sum" and _states_total(field, pages):
            return None
        stated = read_amount(field, document, pages)
        if stated is None:
            if (
                query.documents.sort.called
                or (query.is_sure and query.documents.sort.kinds)
                or (query.is_sure and names_field(field, pages))
            ):
                totals.add_without(document, wording.say("no amount", field=name))
        elif stated.doubt:
            totals.add_without(document, wording.say("amount not sure", field=name, other=stated.doubt))
        else:
            totals.known.append(stated)
    if len(about & {one.document.id for one in totals.known}) >= MIN_STATING:
        totals.known = [one for one in totals.known if one.document.id in about]
    amounts = Amounts([Amount(one) for one in totals.known], totals)
    if query.how != "each":
        amounts = by_one_period(field, totals, wording)
    if not amounts.known or (not query.is_sure and len(amounts.known) < max(MIN_STATING, len(amounts.apart.without))):
        return None
    return amounts


def order_key(amounts: Sequence[Amount]) -> list[Decimal]:
    """Return numbers that sort as amounts do. Raises CalculationError for those in two units.

    Months are told from days by the fewest and the most days that they have.
    """
    if {amount.quantity.unit for amount in amounts} == {"days", "months"}:
        return [_in_days(amount.quantity, sum(DAYS_IN_A_MONTH) / Decimal(2)) for amount in amounts]
    common_unit([amount.quantity for amount in amounts])
    return [amount.quantity.value for amount in amounts]


def is_unclear(best: Amount, others: Sequence[Amount]) -> bool:
    """Return whether another amount may be as long, as one is in months and the other in days."""
    few, many = map(Decimal, DAYS_IN_A_MONTH)
    low, high = _in_days(best.quantity, few), _in_days(best.quantity, many)
    return any(
        low <= _in_days(other.quantity, many) and _in_days(other.quantity, few) <= high
        for other in others
        if other.quantity.unit != best.quantity.unit
    )


def _in_days(quantity: Quantity, month: Decimal) -> Decimal:
    return quantity.value * (month if quantity.unit == "months" else 1)


def by_one_period(field: AmountField, totals: Totals, wording: Wording) -> Amounts:
    """Return the figures by the period that is asked for, else by the one that most documents state it by."""
    counts = Counter(one.period for one in totals.known if one.period)
    if not counts:
        return Amounts([Amount(one) for one in totals.known], totals)
    if not field.period and 2 * counts.total() < len(totals.known):
        # What most state without a period is paid once; of the others it is not sure that it is the same.
        for one in totals.known:
            if one.period:
                totals.add_without(one.document, wording.say("other period", period=wording.say(f"per {one.period}")))
        return Amounts([Amount(one) for one in totals.known if not one.period], totals)
    period = field.period or max(counts, key=lambda one: (one in IN_A_YEAR, counts[one]))
    known = []
    for one in totals.known:
        if one.period == period:
            known.append(Amount(one))
        elif not one.period:
            totals.add_without(one.document, wording.say("no period"))
        elif one.period in IN_A_YEAR and period in IN_A_YEAR:
            known.append(Amount(one, Fraction(IN_A_YEAR[one.period], IN_A_YEAR[period])))
        else:
            totals.add_without(one.document, wording.say("other period", period=wording.say(f"per {one.period}")))
    return Amounts(known, totals, period)


def _states_total(field: AmountField, pages: Sequence[Page]) -> bool:
    """Return whether a document gives a total of the figure itself."""
    return any(
        field.may_be_in(page.text) and _TOTAL_BEFORE.search(page.text, max(0, match.start() - 30), match.start())
        for page in pages
        for match in field.pattern().finditer(page.text)
    )


def _names(thing: str, document: DocumentInfo, pages: Sequence[Page]) -> bool:
    wanted = set(content_words(thing))
    return any(wanted & set(content_words(text)) for text in (document.path, *(page.text for page in pages)))
