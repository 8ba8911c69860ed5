"""Reads what documents state once: the rent of a lease, the premium of a policy, with the words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.extraction.quantities import Quantity as Written
from rag.extraction.quantities import find_quantities, is_currency
from rag.extraction.values import Conventions
from rag.planning.amount_words import PLAIN_BEFORE, SIDE_BEFORE, AmountField, other_field, period_of_compound
from rag.planning.quantities import Quantity
from rag.planning.rate_query import IN_A_YEAR, stated_periods
from rag.planning.table_cells import Place
from rag.text import sentence_around
from rag.types import DocumentInfo, Page
from rag.words.dates import find_dates
from rag.words.folding import fold

MAX_GAP = 90
"""Characters between the name of a figure and its number."""
MAX_BEFORE = 28
"""Characters between a number and the name behind it: "EUR 900 a month in rent"."""

_DAYS = {"days": 1, "weeks": 7}
_MONTHS = {"months": 1, "years": 12}
_AREAS = frozenset({"m²", "m2", "sqm"})
_BEFORE = re.compile(r"(?i)(?:[\s,]|\b(?:of|in|as|for|a|an|per|the|each|every|al?s|de|du|par|pro|im|en|por|al)\b"
                     r"|\b(?:month|year|quarter|week|annum|monat|jahr|mois|an|mes|año)\b|monthly|annual|yearly|quarterly"
                     r"|monatliche\w?|jährliche\w?|mensuel\w*|annuel\w*|mensual\w*|anual\w*)*")  # fmt: skip
_MONTHS_OF = re.compile(r"(?i)(?:months?['’]?|monats|mois de|meses de|net|monatsnetto)\s*$")
"""Before the name of a figure: "three months' rent" is a deposit."""
_NOT_IT = re.compile(
    r"(?i)[\s-]*(?:reviews?|increases?|free|reductions?|arrears|index|rise|deposit|refunds?|discounts?|insured|notice"
    r"|scheme|payer|year|erhöhung|minderung|anpassung)\b"
)
"""Behind the name of a figure: another thing is meant."""
_FORMER = re.compile(
    r"(?i)\b(?:previous|former|formerly|last year|until now|so far|old|earlier|prior|bisherig\w*|früher\w*|vorherig\w*"
    r"|alte[nrs]?|ancien\w*|précédent\w*|anterior|hasta ahora)\b"
)
_LABEL = re.compile(r"[ \t]*(?:\([^()\n]{0,40}\)[ \t]*)?(?:[:=|\t]|\.{3,})[ \t|]*|[ \t]{2,}")
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=[A-ZÄÖÜÉ¿])|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure that a document states, by what period it is paid ("" where that is not said), and where it stands.

    `doubt` says why it may be another: of a figure that is stated twice, in the words that state it otherwise.
    """

    document: DocumentInfo
    quantity: Quantity
    period: str
    page: Page
    place: Place
    doubt: str = ""

    @property
    def in_a_year(self) -> Decimal:
        """Return what it comes to in a year; of one without a period, or by the week, the figure itself."""
        return self.quantity.value * IN_A_YEAR.get(self.period, 1)


@dataclass(frozen=True, slots=True)
class _Candidate:
    stated: Stated
    rank: int
    """0 for the surest."""


def read_amount(field: AmountField, document: DocumentInfo, pages: Sequence[Page]) -> Stated | None:
    """Return what a document states for a figure; None where it does not. In doubt where it states several."""
    if not any(field.may_be_in(page.text) for page in pages):
        return None
    conventions = Conventions.of("\n".join(page.text for page in pages))
    found = [one for page in pages for one in _on_page(field, document, page, conventions)]
    if not found:
        return None
    best = min(one.rank for one in found)
    sure = [one.stated for one in found if one.rank == best]
    chosen = next((one for one in sure if one.period == field.period), sure[0]) if field.period else sure[0]
    for other in sure:
        if not _is_same(chosen, other):
            return replace(chosen, doubt=_shown(other))
    return chosen


def names_field(field: AmountField, pages: Sequence[Page]) -> bool:
    """Return whether a document names a figure at all."""
    pattern = field.pattern()
    return any(field.may_be_in(page.text) and pattern.search(page.text) for page in pages)


def _shown(stated: Stated) -> str:
    return " ".join(stated.page.text[stated.place.start : stated.place.end].split())[:120]


def _is_same(one: Stated, other: Stated) -> bool:
    if one.quantity.value == other.quantity.value and (one.period == other.period or not (one.period and other.period)):
        return True
    return bool(one.period and other.period) and one.in_a_year == other.in_a_year


def _on_page(field: AmountField, document: DocumentInfo, page: Page, conventions: Conventions) -> Iterator[_Candidate]:
    text = page.text
    for match in field.pattern().finditer(text):
        if _MONTHS_OF.search(text, max(0, match.start() - 14), match.start()) or _NOT_IT.match(text, match.end()):
            continue
        first, last = sentence_around(text, match.start(), match.end())
        line_end = (text + "\n").find("\n", match.end())
        is_alone = not text[match.end() : line_end].strip(" \t:") and "|" not in text[first : match.start()]
        reach = (
            min(len(text), match.end() + MAX_GAP) if is_alone else min(max(last, match.end()), match.end() + MAX_GAP)
        )
        found = _behind(field, text, match.end(), reach, conventions) or _in_front(
            field, text, max(first, match.start() - 60), match.start(), conventions
        )
        if found is None:
            continue
        quantity, start, end = found
        begin = max(first, match.start() - 40)
        before_it = min(24, match.start() - begin if match.start() > begin else 0)
        clause = text[max(min(match.start(), start) - before_it, min(first, start)) : end]
        periods = stated_periods(clause) | stated_periods(_clause_behind(text, end))
        if compound := period_of_compound(match[0]):
            periods = {compound}
        period = next(iter(periods)) if len(periods) == 1 and field.measured == "money" else ""
        before = text[begin : match.start()]
        if not _has_required(field, before, match[0]):
            continue
        is_former = _FORMER.search(text[max(first, match.start() - 40) : match.start()]) is not None
        rank = 4 * is_former + _rank(field, before, match[0])
        lead = re.search(r"[^\W\d_]+[ \t]+$", before)
        proof_start = match.start() - (len(lead[0]) if lead and "\n" not in lead[0] else 0)
        place = Place(page.number, min(proof_start, start), max(match.end(), end + len(_period_behind(text, end))))
        yield _Candidate(Stated(document, quantity, period, page, place), rank)


def _rank(field: AmountField, before: str, name: str) -> int:
    """Return 0 where nothing stands before the name that makes another figure of it."""
    words = re.findall(r"[^\W\d_]+|[^\w\s]", before.rpartition("\n")[2])
    near = {word.casefold() for word in words[-2:]}
    if field.modifiers:
        folded = name.casefold()
        return 0 if all(one in near or folded.startswith(one) for one in field.modifiers) else 1
    last = words[-1] if words else ""
    if any(SIDE_BEFORE.fullmatch(word) for word in near) or SIDE_BEFORE.match(name):
        return 2
    return 0 if not last.isalpha() or PLAIN_BEFORE.fullmatch(last) else 1


def _has_required(field: AmountField, before: str, name: str) -> bool:
    near = {fold(word) for word in re.findall(r"[^\W\d_]+", before)[-3:]}
    return all(fold(one) in near or fold(name).startswith(fold(one)) for one in field.required)


def _behind(
    field: AmountField, text: str, start: int, end: int, conventions: Conventions
) -> tuple[Quantity, int, int] | None:
    """Return the first number of the field's sort behind its name, with its place."""
    region = text[start:end]
    # A number at the border is read whole.
    found = _first(field, text[start : min(len(text), end + 24)], conventions)
    if found is None:
        return None
    quantity, first, last = found
    if first >= len(region):
        return None
    between = region[:first]
    if other_field(field, between) or _SENTENCE_END.search(between):
        return None
    if not quantity.unit and not _LABEL.match(between + " ") and between.strip(" :|\t"):
        return None
    return quantity, start + first, start + last


def _in_front(
    field: AmountField, text: str, start: int, end: int, conventions: Conventions
) -> tuple[Quantity, int, int] | None:
    """Return the last number of the field's sort before its name, with nothing else between: "EUR 900 in rent"."""
    region = text[start:end]
    candidates = [one for one in _all(field, region, conventions) if one[0].unit]
    if not candidates:
        return None
    quantity, first, last = candidates[-1]
    gap = region[last:]
    if len(gap) > MAX_BEFORE or not _BEFORE.fullmatch(gap):
        return None
    return quantity, start + first, start + last


def _first(field: AmountField, text: str, conventions: Conventions) -> tuple[Quantity, int, int] | None:
    return next(iter(_all(field, text, conventions)), None)


def _all(field: AmountField, text: str, conventions: Conventions) -> list[tuple[Quantity, int, int]]:
    """Return the numbers of a text that are of the sort in which a field is measured."""
    dated = [(day.start, day.end) for day in find_dates(text)]
    found = []
    for one in find_quantities(text, decimal_mark=conventions.decimal_mark):
        if any(start < one.end and one.start < end for start, end in dated) or one.doubt:
            continue
        quantity = _measured(field, one, text, conventions)
        if quantity is not None:
            found.append((quantity, one.start, one.end))
    return found


def _measured(field: AmountField, one: Written, text: str, conventions: Conventions) -> Quantity | None:
    if field.measured == "money":
        if is_currency(one.unit):
            return Quantity(one.number, one.unit)
        is_plain = not one.unit and not re.fullmatch(r"(?:19|20)\d\d", text[one.start : one.end])
        # A number alone is an amount where the document has a currency.
        return Quantity(one.number, conventions.currency) if is_plain and conventions.currency else None
    if field.measured == "area":
        return Quantity(one.number, "m²") if one.unit in _AREAS else None
    if one.unit in _DAYS:
        return Quantity(one.number * _DAYS[one.unit], "days")
    return Quantity(one.number * _MONTHS[one.unit], "months") if one.unit in _MONTHS else None


_PERIOD_BEHIND = re.compile(
    r"(?i)[ \t|]*,?[ \t]*(?:\([^()\n]{0,20}\)[ \t]*)?(?:(?:per|a|an|each|every|pro|je|im|par|chaque|al|por|cada"
    r"|/)[ \t]*"
    r"(?:the[ \t]+)?(?:calendar[ \t]+)?[^\W\d_]+|p\.\s?[am]\.|pcm|monthly|yearly|annually|quarterly|weekly|monatlich"
    r"|jährlich|mensuels?|annuels?)"
)


def _period_behind(text: str, end: int) -> str:
    match = _PERIOD_BEHIND.match(text, end)
    return match[0] if match else ""


def _clause_behind(text: str, end: int) -> str:
    behind = _period_behind(text, end)
    return re.sub(r"(?i)calendar|p\.\s?m\.|pcm", "per month", re.sub(r"(?i)p\.\s?a\.", "per year", behind))
