"""Tells of which records something holds that a question says: a value, a number, days, or that it is stated at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.planning import record_words as words
from rag.planning.date_ranges import DateRange
from rag.planning.document_values import TIMES
from rag.planning.record_kin import holds_all, is_begun, is_kin, is_of_money, main_amount, names_word, stems_of
from rag.planning.record_question import RecordQuestion
from rag.planning.record_tokens import MIN_COMMON, Reading
from rag.planning.record_values import is_money
from rag.planning.records import PERIOD, Field, Record, called_by
from rag.planning.row_fit import meets
from rag.planning.row_words import terms

Holds = Callable[[Record], bool | None]
"""Tells whether something is so of a record; None where it does not say."""


@dataclass(frozen=True)
class Condition:
    """What a question says of the records that are meant; `is_day` where it bounds their days alone."""

    holds: Holds
    is_day: bool = False
    field: Field | None = None


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DENIES = re.compile(
    r"(?i)(?<!\w)(?:apolog\w+|absent|ill|unable|not|no|never|without|nobody|nor|entschuldigt|abwesend|fehl\w+|kein\w*|nicht"
    r"|nein|ohne|excusée?s?|absente?s?|sans|ne|pas|non|ausentes?|sin|disculp\w+|excus\w+|nadie)(?!\w)|n['’]"
)
"""What a line has which may say that somebody was not there, or that something is not so."""
_PARTS = {
    stem: (next(iter(terms(part))), count)
    for whole, (part, count) in (
        ("year years jahr jahre jahren an ans année années año años", TIMES["years"]),
        ("week weeks woche wochen semaine semaines semana semanas", TIMES["weeks"]),
    )
    for stem in terms(whole)
}
"""Unit of time -> the unit in which records have it, and how many of these it is."""


def never(record: Record) -> bool:
    del record
    return False


def find_conditions(reading: Reading) -> Iterator[Condition]:
    query = reading.query
    marked = _marked(reading)
    mentioned = {one.at for _, one, _ in reading.mentions}
    of_values: list[Condition] = []
    for at, fields, stems in reading.filters:
        named = [one for one in fields if one.at in mentioned or one is reading.asked]
        chosen = _tightest(reading, named or fields, stems)
        if not chosen:
            yield Condition(never)
            return
        condition = Condition(_by_value(reading, chosen, stems, is_negated=at in marked), field=chosen[0])
        _add_value(of_values, condition, reading.records.records)
    yield from of_values
    of_names: list[Condition] = []
    for at, stems in reading.named:
        _add_value(of_names, Condition(_by_name(reading, stems, is_negated=at in marked)), reading.records.records)
    yield from of_names
    if query.how not in ("sum", "average", "most", "least", "share"):
        filtered = {one.at for _, fields, _ in reading.filters for one in fields}
        bounded = _bounded_field(reading) if query.bound is not None else None
        by_day = _range_field(reading) if query.days or query.months else None
        for at, one, _ in reading.mentions:
            if one.at in filtered or one in (bounded, by_day) or one is reading.asked:
                continue
            if query.how == "count" and one.kind == "number":
                continue
            if reading.records.is_loose:
                # That one states a figure or a day says only of what sort it is.
                yield Condition(never)
                return
            yield Condition(_by_presence(reading, one, is_negated=at in marked), field=one)
    is_listed = query.how in ("list", "count") and not query.is_amount
    is_dated = (
        query.days or query.months or query.bound or any(one.isdigit() for _, of_it in reading.named for one in of_it)
    )
    if reading.records.is_loose and is_listed and not is_dated:
        # That a text has a name does not say what of it is so.
        yield Condition(never)
        return
    if query.bound is not None:
        bounded = _bounded_field(reading)
        yield Condition(never) if bounded is None else Condition(_by_bound(query, bounded), field=bounded)
    if _is_of_year(reading):
        assert query.days is not None
        yield Condition(_by_year(reading, query.days.first.year), True)
    elif query.days is not None or query.months is not None:
        one_day = _range_field(reading)
        yield Condition(never) if one_day is None else Condition(_by_days(query, one_day), True, one_day)
    if query.is_owed and not reading.filters:
        yield Condition(never)


def _add_value(conditions: list[Condition], new: Condition, records: Sequence[Record]) -> None:
    """Add what a value or a name says of records; of two of one field that no record has both of, either is meant."""
    last = conditions[-1] if conditions else None
    if last is not None and last.field is new.field:
        held = [(last.holds(record), new.holds(record)) for record in records]
        is_apart = not any(one and other for one, other in held)
        if is_apart and any(one for one, _ in held) and any(other for _, other in held):
            conditions[-1] = Condition(_either(last.holds, new.holds), field=new.field)
            return
    conditions.append(new)


def _either(first: Holds, second: Holds) -> Holds:
    def holds(record: Record) -> bool | None:
        held = (first(record), second(record))
        return True if True in held else None if None in held else False

    return holds


def _tightest(reading: Reading, fields: Sequence[Field], stems: frozenset[str]) -> Sequence[Field]:
    """Return the fields of which words are a value; of several that tell records apart otherwise, those of which they
    are a whole value; none where that leaves it open."""

    def held(one: Field) -> frozenset[int]:
        return frozenset(
            at
            for at, cell in enumerate(reading.records.column(one.at))
            if cell is not None and holds_all(cell, list(stems))
        )

    if len({held(one) for one in fields}) <= 1:
        return fields
    whole = [
        one
        for one in fields
        if any(cell is not None and cell.words == stems for cell in reading.records.column(one.at))
    ]
    return whole if len(whole) == 1 else ()


def _marked(reading: Reading) -> set[int]:
    """Return the places of what is denied: of each word that denies, what stands next behind it, else before it."""
    places = sorted(
        {at for at, _, _ in reading.filters} | {at for at, _, _ in reading.mentions} | {at for at, _ in reading.named}
    )
    found: set[int] = set()
    for mark in (*reading.query.marks, *reading.query.missing):
        behind = [at for at in places if at > mark]
        before = [at for at in places if at < mark]
        if behind or before:
            found.add(behind[0] if behind else before[-1])
    return found


def _by_value(reading: Reading, fields: Sequence[Field], stems: frozenset[str], *, is_negated: bool) -> Holds:
    records = reading.records
    common = any(
        sum(cell is not None for cell in records.column(one.at)) >= MIN_COMMON * len(records.records) for one in fields
    )

    def holds(record: Record) -> bool | None:
        cells = [cell for one in fields if (cell := record.cells.get(one.at)) is not None]
        is_so = any(holds_all(cell, list(stems)) or all(is_begun(stem, cell.words) for stem in stems) for cell in cells)
        if is_so:
            return not is_negated
        if len(cells) < len(fields) and not records.is_of_rows and stems <= reading.texts[record.document.id]:
            return not is_negated
        if not cells:
            return None if common else is_negated
        if any(cell.is_otherwise for cell in cells) and stems <= reading.texts[record.document.id]:
            # A sentence may name several values, of which one was read.
            return None
        return is_negated

    return holds


def _by_name(reading: Reading, stems: frozenset[str], *, is_negated: bool) -> Holds:
    named = {id(one) for one in reading.records.records if all(meets(stem, one.names) for stem in stems)}
    if reading.records.is_loose:
        return lambda record: _is_told_of(reading, record, stems, is_negated=is_negated)
    if not named:
        named = {id(one) for one in reading.records.records if stems <= reading.texts[one.document.id]}
    return lambda record: (id(record) in named) != is_negated


def _is_told_of(reading: Reading, record: Record, stems: frozenset[str], *, is_negated: bool) -> bool | None:
    """Return whether a document without a form speaks of something; a line that may deny it leaves it open."""
    if all(
        meets(stem, called_by(record.document, page))
        for page in reading.pages.get(record.document.id, ())[:1]
        for stem in stems
    ):
        return not is_negated
    if not stems <= reading.texts[record.document.id]:
        return is_negated
    text = "\n".join(page.text for page in reading.pages[record.document.id])
    lines = [line for line in re.split(r"\n|(?<=[.!?]) ", text) if stems <= stems_of(line)]
    is_told = any(not _DENIES.search(line) for line in lines)
    return not is_negated if is_told and not is_negated else None


def _by_presence(reading: Reading, one: Field, *, is_negated: bool) -> Holds:
    """Return whether records state a field, and do not say no for it; a text that has its words leaves it open."""
    records = reading.records
    is_decided = one.kind == "yes/no" or any(cell is not None and cell.is_negative for cell in records.column(one.at))

    def is_told(record: Record) -> bool:
        texts = reading.texts[record.document.id]
        return any(name and all(any(is_kin(word, stem) for stem in texts) for word in name) for name in one.words)

    def holds(record: Record) -> bool | None:
        cell = record.cells.get(one.at)
        if cell is None:
            is_open = (is_decided and not is_negated) or (is_negated and not records.is_of_rows and is_told(record))
            return None if is_open else is_negated
        return cell.is_negative == is_negated

    return holds


def _bounded_field(reading: Reading) -> Field | None:
    """Return the field of numbers that a bound is of: by its unit, and of several by what the question names."""
    bound = reading.query.bound
    assert bound is not None
    numbers = [one for one in reading.records.fields if one.kind == "number"]
    wanted = frozenset(terms(bound.unit)) | frozenset(reading.query.bound_words)
    wanted |= {part for whole in wanted if (part := _PARTS.get(whole, ("", 0))[0])}
    if bound.is_money:
        fitting = [one for one in numbers if one.unit == bound.unit or (is_of_money(one) and not one.unit)]
    elif bound.unit and not wanted:
        fitting = [one for one in numbers if one.unit == bound.unit]
    elif bound.unit:
        fitting = [
            one for one in numbers if wanted & stems_of(one.unit) or any(set(name) & wanted for name in one.words)
        ]
    else:
        fitting = numbers
    said = [one for _, one, _ in reading.mentions if one in fitting]
    said = said or [one for one in fitting if any(names_word(one, word) for word in reading.query.bound_words)]
    if said:
        return said[0]
    return fitting[0] if len(fitting) == 1 else main_amount(fitting) if bound.is_money else None


def _by_bound(query: RecordQuestion, one: Field) -> Holds:
    bound = query.bound
    assert bound is not None
    part, count = _PARTS.get(next(iter(terms(bound.unit)), ""), ("", 1))
    if part and part in stems_of(one.unit):
        low, high = (None if end is None else end * count for end in (bound.low, bound.high))
        bound = replace(bound, low=low, high=high)

    def holds(record: Record) -> bool | None:
        cell = record.cells.get(one.at)
        if cell is None or cell.number is None:
            return None
        if bound.is_money and is_money(cell.number) and cell.number.unit != bound.unit:
            return None
        return bound.holds(cell.number.value)

    return holds


def day_field(reading: Reading) -> Field | None:
    """Return the field of days that a question means: the one that it names best, the only one, or the plainest."""
    days = [one for one in reading.records.fields if one.kind in ("day", "year")]
    said = [(count, one) for _, one, count in reading.mentions if one in days]
    if said:
        return max(said, key=lambda pair: pair[0])[1]
    if len(days) == 1:
        return days[0]
    tokens = [token.stem for token in reading.query.tokens]
    shares = {
        one.at: max(
            sum(any(is_kin(word, stem) for stem in tokens) for word in name) / len(name) for name in one.words if name
        )
        for one in days
        if any(one.words)
    }
    best = max(shares.values(), default=0.0)
    chosen = [one for one in days if shares.get(one.at) == best and best]
    if len(chosen) == 1:
        return chosen[0]
    plain = [one for one in days if any(set(name) <= words.KIND_WORDS["day"] for name in one.words)]
    return plain[0] if len(plain) == 1 else None


def _range_field(reading: Reading) -> Field | None:
    """Return the field of days that is bounded: the one that is named, else the one that tells records apart."""
    said = day_field(reading)
    days = [one for one in reading.records.fields if one.kind in ("day", "year") and one.name != PERIOD]
    mentioned = [one for _, one, _ in reading.mentions if one in days]
    if mentioned or (said is not None and len(days) < 2):
        return mentioned[0] if mentioned else said
    parting = []
    for one in days:
        held = [_by_days(reading.query, one)(record) for record in reading.records.records]
        if 0 < sum(value is True for value in held) < sum(value is not None for value in held):
            parting.append(one)
    if said is not None and said in parting:
        return said
    return parting[0] if len(parting) == 1 else said


def _is_of_year(reading: Reading) -> bool:
    """Return whether a year is what figures of documents without a form are of, and no bound of their days."""
    query = reading.query
    if not reading.records.is_loose or query.days is None or not query.days.is_year:
        return False
    names_day = any(one.kind in ("day", "year") for _, one, _ in reading.mentions)
    return (
        not names_day
        and (query.is_amount or query.how != "list")
        and any(one.is_measured for one in reading.records.fields)
    )


def _by_year(reading: Reading, year: int) -> Holds:
    """Return whether documents name a year, as the only one; one that names others as well leaves it open."""

    def holds(record: Record) -> bool | None:
        named = {int(found) for page in reading.pages.get(record.document.id, ()) for found in _YEAR.findall(page.text)}
        return None if year in named and len(named) > 1 else year in named

    return holds


def _by_days(query: RecordQuestion, one: Field) -> Holds:
    def holds(record: Record) -> bool | None:
        cell = record.cells.get(one.at)
        days: DateRange | None = cell.days if cell is not None else None
        if days is None:
            return None
        if query.months is not None:
            return query.months.holds(days)
        assert query.days is not None
        return query.days.holds_all(days)

    return holds
