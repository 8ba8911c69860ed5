"""Holds a figure of two named things against each other: each is looked up in its own document, row or sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.planning.amount_words import price_field
from rag.planning.computed_answer import Proof, compose_answer, proof_of_place, source_of_places
from rag.planning.document_amounts import Stated
from rag.planning.document_nouns import HAVE_TOTALS
from rag.planning.document_values import Value
from rag.planning.open_amounts import Read, read_figures
from rag.planning.open_question import OpenQuestion, Word
from rag.planning.pair_question import PairQuestion, Side
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.rate_query import IN_A_YEAR
from rag.planning.row_fit import meets, name_of
from rag.planning.row_words import AMOUNT, terms
from rag.planning.rows import Row, Table, read_value, tables_in
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import sentence_around

NOT_FOUND = "The documents do not state such a figure of both."
MIN_WITHIN = 5
"""Letters of a word that may stand within a compound that names a document: Hausrat of Hausratversicherung."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The figure of one of two things: what has it, how much it is, by what period, and the words that prove it."""

    name: str
    quantity: Quantity
    period: str
    proof: Proof


def answer_pair(
    asked: PlannedQuestion, query: PairQuestion, documents: Sequence[Read], catalogue: DocumentCatalogue
) -> Answering:
    """Return both figures with their proof and which is more; where one is not sure, why it is for another mode."""
    timer = StageTimer()
    wording = Wording(asked.text)
    pair = (
        _of_documents(query, documents)
        or _of_rows(query, documents, asked.text)
        or _of_sheets(query, documents)
        or _of_sentences(query, documents)
    )
    timer.mark("look through")
    if pair is None:
        return NOT_FOUND
    try:
        text = _told(query, pair, wording)
    except CalculationError:
        return NOT_FOUND
    return (yield from compose_answer(text, [one.proof for one in pair], catalogue, milliseconds=timer.milliseconds))


def _told(query: PairQuestion, pair: tuple[_Found, _Found], wording: Wording) -> str:
    """Return both figures, their difference, and the answer to which is more. Raises CalculationError."""
    first, second = pair
    unit = common_unit([first.quantity, second.quantity])
    value = second.quantity.value
    if first.period != second.period:
        if not {first.period, second.period} <= IN_A_YEAR.keys():
            raise CalculationError("The figures are of different periods.")
        value = value * IN_A_YEAR[second.period] / IN_A_YEAR[first.period]
    difference = first.quantity.value - value
    shown = [
        f"{one.name} {wording.amount(one.quantity)}{_period(one.period, wording)} [{number}]"
        for number, one in enumerate(pair, 1)
    ]
    by = wording.amount(Quantity(abs(difference), unit))
    written = query.field.written if query.field else ""
    figure = f"{written[:1].upper()}{written[1:]}{wording.colon} " if written else ""
    return wording.say(
        "pair",
        opening=_opening(query, first, second, difference > 0, difference < 0, wording),
        figures=f"{figure}{', '.join(shown)}",
        difference=f"{wording.say('difference')}{wording.colon} {by}{_period(first.period, wording)}",
    )


def _opening(query: PairQuestion, first: _Found, second: _Found, is_more: bool, is_less: bool, wording: Wording) -> str:
    if query.asks in ("is more", "is less"):
        holds = is_more if query.asks == "is more" else is_less
        return f"{wording.say('yes' if holds else 'no')}. "
    if query.asks == "both" or not (is_more or is_less):
        return ""
    return f"{(first if is_more == (query.asks == 'more') else second).name}. "


def _period(period: str, wording: Wording) -> str:
    return f" {wording.say(f'per {period}')}" if period else ""


def _of_documents(query: PairQuestion, documents: Sequence[Read]) -> tuple[_Found, _Found] | None:
    """Return the figures of two documents that the sides name; None where a side names none, or both the same."""
    names = {one.document.id: one.names for one in documents}
    figure = [
        Word(stem, stem)
        for stem in query.first.stems
        if not any(is_in(stem, of_it) for of_it in names.values()) and _names_values(stem, documents)
    ]
    sides = [
        replace(side, stems=tuple(stem for stem in side.stems if stem not in {word.stem for word in figure}))
        for side in (query.first, query.second)
    ]
    candidates = [_named(side, documents) for side in sides]
    if not all(candidates):
        return None
    field = query.field
    if field is None and not figure:
        field = price_field("")
    elif field is not None and field.group in ("price", "cost", "fee"):
        field = replace(price_field(field.written), period=field.period)
    named = [one for of_side in candidates for one in of_side]
    is_total = query.field is None and all(one.document.profile.kind in HAVE_TOTALS for one in named)
    asked = OpenQuestion("most", (), "money" if field is not None and field.measured == "money" else "", field)
    stated = read_figures(asked, figure, documents, is_total=is_total)
    if stated is None:
        return None
    by_id = {one.document.id: one for one in stated.known}
    found = [[by_id[one.document.id] for one in of_side if one.document.id in by_id] for of_side in candidates]
    if any(len(of_side) != 1 for of_side in found) or found[0][0].document.id == found[1][0].document.id:
        return None
    return _as_found(found[0][0], 1), _as_found(found[1][0], 2)


def _as_found(stated: Stated, number: int) -> _Found:
    proof = proof_of_place(stated.document, stated.page, stated.place, number)
    return _Found(stated.document.path, stated.quantity, stated.period, proof)


def _named(side: Side, documents: Sequence[Read]) -> list[Read]:
    """Return the documents whose title and path hold most of the words of a side, all but one at least."""
    counts = {one.document.id: sum(is_in(stem, one.names) for stem in side.stems) for one in documents}
    most = max(counts.values(), default=0)
    if not most or most < len(side.stems) - 1:
        return []
    best = [one for one in documents if counts[one.document.id] == most]
    exact = [one for one in best if all(stem in one.names for stem in side.stems)]
    return exact or best


def is_in(stem: str, names: frozenset[str]) -> bool:
    """Return whether a word is one of some names, or within a compound that is."""
    if meets(stem, names):
        return True
    return len(stem) >= MIN_WITHIN and stem.isalpha() and any(stem in name for name in names)


def _names_values(stem: str, documents: Sequence[Read]) -> bool:
    return sum(any(meets(stem, value.words) for value in one.values) for one in documents) > 1


def _of_rows(query: PairQuestion, documents: Sequence[Read], question: str) -> tuple[_Found, _Found] | None:
    """Return the cells of two rows of one table, in the one column of numbers that the question names."""
    asked = terms(question)
    for one in documents:
        for table in tables_in(one.document, one.pages):
            rows = [_rows_of(side, table) for side in (query.first, query.second)]
            columns = [
                at
                for at in range(1, len(table.names))
                if table.is_numeric(at) and set(asked) & set(terms(table.names[at]))
            ]
            if len(columns) != 1 or any(len(of_side) != 1 for of_side in rows) or rows[0] == rows[1]:
                continue
            cells = [_cell(table, of_side[0], columns[0], number) for number, of_side in enumerate(rows, 1)]
            if cells[0] is not None and cells[1] is not None:
                return cells[0], cells[1]
    return None


def _rows_of(side: Side, table: Table) -> list[Row]:
    """Return the rows whose first cell holds all words of a side but those that name a column."""
    columns = frozenset(terms("\n".join(table.names)))
    stems = [stem for stem in side.stems if not meets(stem, columns)]
    if not stems:
        return []
    return [row for row in table.rows if all(meets(stem, frozenset(terms(row.cells[0]))) for stem in stems)]


def _cell(table: Table, row: Row, column: int, number: int) -> _Found | None:
    value = read_value(row.cells[column])
    if value is None:
        return None
    source = table.source(row, number)
    unit = value.unit or table.unit(column)
    return _Found(name_of(table, row), replace(value, unit=unit), "", Proof(source, 0, len(source.text)))


def _of_sheets(query: PairQuestion, documents: Sequence[Read]) -> tuple[_Found, _Found] | None:
    """Return the sums of two sheets that the sides name, each over its one column of amounts."""
    tables = [
        table for one in documents for table in tables_in(one.document, one.pages) if table.page.label or table.above
    ]
    found: list[_Found] = []
    for number, side in enumerate((query.first, query.second), 1):
        named = [
            one
            for one in tables
            if all(meets(stem, frozenset(terms(one.page.label or one.above))) for stem in side.stems)
        ]
        total = _sum_of(named[0], number) if len(named) == 1 else None
        if total is None:
            return None
        found.append(total)
    return (found[0], found[1]) if found[0].proof.source.spans != found[1].proof.source.spans else None


def _sum_of(table: Table, number: int) -> _Found | None:
    columns = [at for at in range(len(table.names)) if table.is_numeric(at) and AMOUNT.search(table.names[at])]
    rows = [row for row in table.rows if not row.is_total]
    if len(columns) != 1 or not rows:
        return None
    values = [value for row in rows if (value := read_value(row.cells[columns[0]])) is not None]
    unit = common_unit(values) or table.unit(columns[0])
    total = Quantity(sum((value.value for value in values), Decimal(0)), unit)
    places = [table.head, *((row.start, row.end) for row in rows)]
    source = source_of_places(table.document, table.page, places, number)
    return _Found(table.page.label or table.above, total, "", Proof(source, 0, len(source.text)))


def _of_sentences(query: PairQuestion, documents: Sequence[Read]) -> tuple[_Found, _Found] | None:
    """Return the one amount in a sentence with all the words of each side."""
    if not query.is_money:
        return None
    found = [_in_sentence(side, documents, number) for number, side in enumerate((query.first, query.second), 1)]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _in_sentence(side: Side, documents: Sequence[Read], number: int) -> _Found | None:
    fitting: list[tuple[Read, Value, tuple[int, int]]] = []
    for one in documents:
        for value in one.values:
            place = sentence_around(value.page.text, value.place.start, value.place.end)
            words = frozenset(terms(value.page.text[place[0] : place[1]].replace("-", " ")))
            if value.measured == "money" and all(meets(stem, words) for stem in side.stems):
                fitting.append((one, value, place))
    if len({(value.quantity, value.per) for _, value, _ in fitting}) != 1:
        return None
    one, value, place = fitting[0]
    proof = proof_of_place(one.document, value.page, replace(value.place, start=place[0], end=place[1]), number)
    return _Found(side.written, value.quantity, value.period, proof)
