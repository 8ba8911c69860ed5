"""Finds out how records answer a question: of which, what is asked of them, and what is measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.planning import record_words as words
from rag.planning.document_nouns import HAVE_TOTALS, is_document_noun, sort_of
from rag.planning.record_conditions import Condition, day_field, find_conditions, never
from rag.planning.record_kin import is_of_money, kind_of, main_amount, stems_of
from rag.planning.record_others import find_others, find_stating
from rag.planning.record_question import How, RecordQuestion, Token
from rag.planning.record_tokens import Reading, read_tokens
from rag.planning.record_verbs import speaks_of
from rag.planning.records import Field, Record, Records
from rag.planning.row_words import PERSONS, measure_pattern
from rag.types import DocumentInfo, Page
from rag.words.folding import fold

_YEAR = re.compile(r"(?:19|20)\d\d")
_UNIT_OF = re.compile(r"\([^)]+\)\s*$")
"""The unit behind the name of a field, which says how large something is and not how many there are."""


@dataclass
class RecordFit:
    """How a question is answered from records: of which, what is shown of them, and what is measured."""

    records: Records
    query: RecordQuestion
    asked: Field | None = None
    """The field whose values are asked for; None for the records themselves."""
    measured: Sequence[Field] = ()
    conditions: Sequence[Condition] = ()
    score: int = 0
    """Words of the question that name fields and values."""
    has_noun: bool = False
    """Whether a word of it stands for the records."""
    guessed: str = ""
    """A verb that names no field (`Reading.guessed`)."""

    def told(self, *, days_only: bool = False) -> tuple[list[Record], list[Record]]:
        """Return the records of which all conditions hold, and those that do not tell."""
        kept: list[Record] = []
        open_: list[Record] = []
        for record in self.records.records:
            held = [one.holds(record) for one in self.conditions if one.is_day or not days_only]
            if False in held:
                continue
            (open_ if None in held else kept).append(record)
        return kept, open_


def fit_records(
    query: RecordQuestion, records: Records, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
) -> RecordFit | None:
    """Return how a question is answered from some records; None where a word of it names nothing of them."""
    query = _with_year_of_columns(query, records)
    if records.is_loose and _asks_for_period(query):
        return None
    reading = Reading(query, records, documents, pages)
    if not read_tokens(reading):
        return None
    if not _find_asked(reading):
        return None
    if query.how == "count" and any(_is_of_another_unit(query, one) for _, one, _ in reading.mentions):
        # How many pots there are is not told by how many litres one has, nor by how many rows there are.
        return None
    if query.asks in ("who", "whose") and any(fields == (reading.asked,) for _, fields, _ in reading.filters):
        # Who somebody is, is not told by the name.
        return None
    conditions = list(find_conditions(reading))
    if conditions and conditions[-1].holds is never:
        return None
    if others := find_others(reading):
        records = replace(records, others=[*records.others, *others])
    fit = RecordFit(records, query, reading.asked, (), conditions, has_noun=reading.has_noun, guessed=reading.guessed)
    fit.score = sum(count for _, _, count in reading.mentions) + sum(len(stems) for _, _, stems in reading.filters)
    fit.score += sum(len(stems) for _, stems in reading.named)
    if query.how not in ("list", "repeated", "often"):
        is_by_scale = records.is_loose and bool(query.scales) and not query.measure
        fit.measured = () if is_by_scale else _measured(reading)
        if not fit.measured and (scaled := _scaled(reading)) is not None:
            how, measured = scaled
            fit.query, fit.measured = replace(query, how=how), [measured]
        elif is_by_scale:
            fit.measured = _measured(reading)
        if fit.measured and not fit.conditions and (stating := find_stating(reading, fit.measured)):
            fit.records = replace(records, others=[*records.others, *stating])
    return fit


def _asks_for_period(query: RecordQuestion) -> bool:
    """Return whether it is asked which month or day it was, or how many years: documents without a form tell of one."""
    if query.measure == "day" or not query.tokens:
        return False
    first = query.tokens[0].stem
    return first in words.MONTH_NOUNS or any(first in words.KIND_WORDS[kind] for kind in ("day", "year", "time"))


def _with_year_of_columns(query: RecordQuestion, records: Records) -> RecordQuestion:
    """Return a question whose year is part of the name of columns, and no day of a record, as one of its words."""
    days = query.days
    if days is None or (days.first.month, days.first.day, days.last.month, days.last.day) != (1, 1, 12, 31):
        return query
    year = str(days.first.year)
    if days.first.year != days.last.year or not any(year in name for one in records.fields for name in one.words):
        return query
    last = max((token.at for token in query.tokens), default=0) + 1
    return replace(query, days=None, tokens=(*query.tokens, Token(year, year, last)))


def _scaled(reading: Reading) -> tuple[How, Field] | None:
    """Return the field that is called like what a superlative measures, and whether the most or the least of it counts;
    None where none is, or several are."""
    for how, measure in reading.query.scales:
        if not measure:
            continue
        pattern = measure_pattern(measure)
        fields = [one for one in reading.records.fields if one.kind in ("number", "day", "year")]
        fitting = [one for one in fields if any(pattern.search(name) for name in one.names)]
        if len(fitting) == 1:
            return how, fitting[0]
    return None


def _find_asked(reading: Reading) -> bool:
    """Find the field that is asked for; return whether it is told what is."""
    query = reading.query
    if query.asks in ("who", "whose"):
        persons = [one for one in reading.records.fields if one.is_of_persons]
        said = [one for _, one, _ in reading.mentions if one in persons]
        labelled = [one for one in persons if any(words.PERSON_LABEL.search(name) for name in one.names)]
        chosen = said[:1] or (labelled if len(labelled) == 1 else persons if len(persons) == 1 else [])
        if reading.records.is_loose:
            # The documents are named that tell who it is.
            return query.how in ("most", "least")
        if len(chosen) != 1 or (not said and any(words.ORGANISATION_LABEL.search(name) for name in chosen[0].names)):
            return False
        reading.asked = chosen[0]
        reading.mentions = [one for one in reading.mentions if one[1] is not chosen[0]]
        return True
    if query.asks == "when":
        days = day_field(reading)
        reading.asked = days
        return days is not None and query.how in ("most", "least")
    is_number = query.how == "count" and any(one.kind == "number" for _, one, _ in reading.mentions)
    is_told = reading.has_noun or query.is_amount or is_number or query.how in ("sum", "average", "share")
    return is_told or (query.is_grouped and _counts_records(reading))


def _counts_records(reading: Reading) -> bool:
    """Return whether what is counted of each group is no more than that there are such: visits, jobs; or a value."""
    if not reading.query.tokens:
        return False
    first = reading.query.tokens[0]
    read = {at for at, _, _ in reading.filters} | {at for at, _, _ in reading.mentions}
    is_plain = first.stem in words.NEUTRAL | words.TIMES and first.stem not in PERSONS | words.MONTH_NOUNS
    return is_plain or first.at in read


def _measured(reading: Reading) -> Sequence[Field]:
    """Return the fields that a question measures: those that it names, else the one of the kind that it implies."""
    query = reading.query
    fields = reading.records.fields
    numbers = [one for one in fields if one.kind == "number"]
    if query.measure == "day":
        day = day_field(reading)
        years = [one for one in fields if one.kind == "year"]
        if (
            query.how == "least"
            and not query.asks
            and not any(one.kind == "day" for _, one, _ in reading.mentions)
            and len(years) == 1
        ):
            return years
        return [day] if day is not None else ()
    said: dict[int, int] = {}
    for _, one, count in reading.mentions:
        if one in numbers:
            said[one.at] = said.get(one.at, 0) + count
    named = {token.stem for token in query.tokens if _YEAR.fullmatch(token.stem)}
    said = {at: said[at] for at in said if named & {word for name in fields[at].words for word in name}} or said
    if len(said) > 1:
        money = [at for at in said if is_of_money(fields[at])]
        asks_cost = any(token.stem in words.COST for token in query.tokens)
        if query.how in ("sum", "count") and not asks_cost and len({fields[at].unit for at in said}) == 1:
            return [fields[at] for at in said]
        if asks_cost and len(money) == 1:
            return [fields[money[0]]]
        most = max(said.values())
        best = [at for at in said if said[at] == most]
        return [fields[best[0]]] if len(best) == 1 else ()
    if said and query.how != "count" and any(token.stem in words.COST for token in query.tokens):
        # The cost of the electricity is told by the column of money, and not by that of what was used.
        amounts = [one for one in numbers if is_of_money(one)]
        if len(amounts) == 1 and not any(is_of_money(fields[at]) for at in said):
            return amounts
        if reading.records.is_loose and not any(is_of_money(fields[at]) for at in said):
            # What is charged for a word is not how many words there are.
            return ()
    if said:
        return [fields[at] for at in said]
    if query.measure == "money" or query.is_owed or any(token.stem in words.COST for token in query.tokens):
        main = main_amount(numbers)
        return [main] if main is not None else ()
    if query.measure == "time":
        times = [one for one in numbers if kind_of(one) == "time"]
        if times:
            return times if len(times) == 1 else ()
        day = day_field(reading)
        days = [one for one in fields if one.kind in ("day", "year")]
        # Since when something has lasted is told by the day on which it began.
        is_told = day is not None and (len(days) == 1 or speaks_of(day, "began"))
        return [day] if day is not None and is_told else ()
    if query.how in ("most", "least") and reading.records.is_loose and _is_of_totals(reading):
        main = main_amount(numbers)
        return [main] if main is not None else ()
    asked = any(words.SIZE.fullmatch(token.written) for token in query.tokens)
    if asked or query.how in ("most", "least"):
        sizes = [one for one in numbers if one.unit in words.SIZE_UNITS]
        return sizes if len(sizes) == 1 else ()
    if query.how in ("sum", "average") and (_is_of_totals(reading) or _asks_amount_alone(reading)):
        main = main_amount(numbers)
        return [main] if main is not None else ()
    return ()


def _asks_amount_alone(reading: Reading) -> bool:
    """Return whether it is asked how much documents come to, and of what nothing else is said."""
    plain = words.BROAD | words.NEUTRAL | words.STANDING
    named = {stem for _, stems in reading.named for stem in stems}
    said = [token for token in reading.query.tokens if token.stem not in plain | named]
    is_plain = all(
        fold(token.written) in words.NUMBER_WORDS or is_document_noun(token.written) or token.stem in reading.nouns
        for token in said
    )
    return not reading.records.is_of_rows and reading.query.is_amount and is_plain


def _is_of_another_unit(query: RecordQuestion, one: Field) -> bool:
    """Return whether the name of a field ends with a unit that a question does not ask for."""
    match = _UNIT_OF.search(one.name) if one.kind == "number" and not is_of_money(one) else None
    if match is None:
        return False
    units = stems_of(match[0])
    spelled = units.union(*(words.UNITS.get(unit, frozenset()) for unit in units))
    return not any(token.stem in spelled for token in query.tokens)


def _is_of_totals(reading: Reading) -> bool:
    """Return whether a question adds up documents that have totals: all invoices together."""
    return any(
        is_document_noun(token.written) and sort_of(token.written).kinds & HAVE_TOTALS for token in reading.query.tokens
    )
