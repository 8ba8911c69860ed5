"""Compares a figure of two named documents: by how much one invoice, or the rent of one flat, is higher."""

from __future__ import annotations

from collections.abc import Sequence

from rag.planning.amount_words import AmountField
from rag.planning.computed_answer import compose_answer, proof_of_place, refuse
from rag.planning.document_amounts import Stated, read_amount
from rag.planning.document_totals import read_total
from rag.planning.named_difference_query import NamedDifference
from rag.planning.naming import find_named, list_answering
from rag.planning.phrases import Phrase
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.rate_query import IN_A_YEAR
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import DocumentInfo, PlanStep


def answer_named_difference(asked: PlannedQuestion, query: NamedDifference, catalogue: DocumentCatalogue) -> Answering:
    """Yield the step and the difference, and return it; where the documents do not tell, why it is for a look-up."""
    timer = StageTimer()
    wording = Wording(asked.text)
    listed = list_answering(catalogue, asked.question.collection, asked.question.filters)
    yield PlanStep(f"Looking for {query.first} and {query.second} in {len(listed):,} documents")
    found: list[Stated] = []
    for name in (query.first, query.second):
        stated = [one for one in _stated(name, query.field, listed, catalogue) if not one.doubt]
        if len({(one.quantity, one.period) for one in stated}) != 1:
            return f"No single figure of {name} was found, so it was looked up."
        found.append(stated[0])
    timer.mark("look through")
    first, second = found
    period = first.period
    value = second.quantity.value
    if first.period != second.period:
        if not {first.period, second.period} <= IN_A_YEAR.keys():
            return "The figures are not of the same period, so it was looked up."
        value = value * IN_A_YEAR[second.period] / IN_A_YEAR[first.period]
    try:
        unit = common_unit([first.quantity, second.quantity])
    except CalculationError as error:
        return (yield from refuse(wording.reason(error), milliseconds=timer.milliseconds))
    proofs = [proof_of_place(one.document, one.page, one.place, number) for number, one in enumerate(found, 1)]
    behind = f" {wording.say(f'per {period}')}" if period else ""
    difference = wording.amount(Quantity(first.quantity.value - value, unit))
    text = (
        f"{wording.say('difference')} ({query.first} − {query.second}): {wording.number(first.quantity.value)} [1] − "
        f"{wording.number(value)} [2] = {difference}{behind}."
    )
    return (yield from compose_answer(text, proofs, catalogue, milliseconds=timer.milliseconds))


def _stated(
    name: str, field: AmountField | None, listed: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> list[Stated]:
    """Return what the documents of a name state: those that are called so, else those that name it."""
    named = find_named(name, listed)
    phrase = Phrase.read(name)
    found = []
    for document in named or listed:
        pages = catalogue.page_texts([document.id]).get(document.id, [])
        if not named and (phrase is None or not any(True for page in pages for _ in phrase.find(page.text))):
            continue
        stated = read_total(document, pages) if field is None else read_amount(field, document, pages)
        if stated is not None:
            found.append(stated)
    return found
