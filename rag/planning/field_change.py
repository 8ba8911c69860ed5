"""Computes how much a figure changes: by a document that says from what to what, or by two versions of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.extraction.quantities import find_quantities, is_currency
from rag.extraction.values import Conventions
from rag.planning.amount_words import AmountField
from rag.planning.change_query import ChangeQuery
from rag.planning.computed_answer import compose_answer, proof_of_place
from rag.planning.document_amounts import Stated, read_amount
from rag.planning.document_totals import each_with_pages
from rag.planning.naming import list_answering
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_unit, divide
from rag.planning.table_cells import Place
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import sentence_around
from rag.types import DocumentInfo, Page, PlanStep
from rag.words.folding import fold

PERCENT_DECIMALS = 1
NO_CHANGE = "No document says from what to what it changes, so it was looked up."

_FROM = r"(?i)\b(?:from|von|de|desde|instead of|statt|au lieu de|en lugar de|up from|previously|bisher|was)\b"
_TO = r"(?i)\b(?:to|auf|à|a|now|nun|jetzt|désormais|ahora|will be|is|new|neu)\b"
_MOVES = re.compile(
    r"(?i)\b(?:ris(?:es?|en|ing)|rose|rais\w+|increas\w+|go(?:es)? up|went up|gone up|fall(?:s|en)?|fell|drop\w*"
    r"|decreas\w+|reduc\w+"
    r"|lower\w*|chang\w+|instead of|steigt|stieg|gestiegen|steigen|erhöh\w+|angehoben|sinkt|sank|gesunken|gesenkt"
    r"|statt|ändert"
    r"|augment\w+|pass(?:e|era|ait|é)|baiss\w+|diminu\w+|au lieu de|sub(?:e|ió|irá|ido)|aument\w+|baj(?:a|ó|ará)"
    r"|pas(?:a|ará|ó)"
    r"|en lugar de)\b"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class _Change:
    before: Quantity
    after: Quantity
    proofs: tuple[tuple[DocumentInfo, Page, Place], ...]


def answer_change(asked: PlannedQuestion, query: ChangeQuery, catalogue: DocumentCatalogue) -> Answering:
    """Yield the step and the difference, and return it with the words that it is made of."""
    timer = StageTimer()
    documents = list_answering(catalogue, asked.question.collection, asked.question.filters)
    yield PlanStep(f"Looking for the change of the {query.field.written} in {len(documents):,} documents")
    found: list[_Change] = []
    stated: list[Stated] = []
    for document, pages in each_with_pages(documents, catalogue):
        if not any(query.field.may_be_in(page.text) for page in pages):
            continue
        found += _in_sentences(query.field, document, pages)
        one = read_amount(query.field, document, pages)
        if one is not None and not one.doubt:
            stated.append(one)
    timer.mark("look through")
    changes = {(one.before, one.after): one for one in found} or _between_versions(stated)
    if len(changes) != 1:
        return NO_CHANGE
    (change,) = changes.values()
    wording = Wording(asked.text)
    try:
        unit = common_unit([change.before, change.after])
    except CalculationError as error:
        return error.reason
    proofs = [proof_of_place(*where, number) for number, where in enumerate(change.proofs, 1)]
    difference = Quantity(change.after.value - change.before.value, unit)
    share = ""
    if change.before.value:
        percent = divide(difference.value, abs(change.before.value), "0") * 100
        share = f" ({wording.number(percent, PERCENT_DECIMALS)}%)"
    text = (
        f"{wording.say('change')}, {query.field.written}: {wording.number(change.after.value)} [{len(proofs)}] − "
        f"{wording.number(change.before.value)} [1] = {wording.amount(difference)}{share}."
    )
    return (yield from compose_answer(text, proofs, catalogue, milliseconds=timer.milliseconds))


def _in_sentences(field: AmountField, document: DocumentInfo, pages: Sequence[Page]) -> Iterator[_Change]:
    """Yield what sentences say of a figure that changes from one amount to another."""
    conventions = Conventions.of("\n".join(page.text for page in pages))
    for page in pages:
        seen: set[int] = set()
        for match in field.pattern().finditer(page.text):
            start, end = sentence_around(page.text, match.start(), match.end())
            sentence = page.text[start:end]
            if not all(one in fold(sentence) for one in map(fold, field.required)):
                continue
            if start in seen or _MOVES.search(sentence) is None:
                continue
            seen.add(start)
            amounts = [
                one
                for one in find_quantities(sentence, decimal_mark=conventions.decimal_mark)
                if is_currency(one.unit)
                or (conventions.currency and not one.unit and not _YEAR.fullmatch(sentence[one.start : one.end]))
            ]
            amounts = [one for one in amounts if one.start > match.start() - start - 60]
            money = [one for one in amounts if is_currency(one.unit)]
            amounts = amounts if len(amounts) == 2 and money else money
            if len(amounts) != 2:
                continue
            unit = next((one.unit for one in amounts if one.unit), "")
            first, second = (Quantity(one.number, one.unit or unit) for one in amounts)
            before_first = sentence[max(0, amounts[0].start - 24) : amounts[0].start]
            between = sentence[amounts[0].end : amounts[1].start]
            place = (document, page, Place(page.number, start, end))
            if re.search(_FROM, before_first) and re.search(_TO, between):
                yield _Change(first, second, (place,))
            elif re.search(_FROM, between) or re.search(r"(?i)instead of|statt|au lieu|en lugar", between):
                yield _Change(second, first, (place,))


def _between_versions(stated: Sequence[Stated]) -> dict[tuple[Quantity, Quantity], _Change]:
    """Return the change between the newest two documents whose names differ in their years alone."""
    versions: dict[str, list[tuple[str, Stated]]] = {}
    for one in stated:
        document = one.document
        years = _YEAR.findall(document.path)
        name = _YEAR.sub("#", document.path)
        if len(years) == 1:
            versions.setdefault(name, []).append((years[0], one))
    pairs = [sorted(of_it, key=lambda pair: pair[0])[-2:] for of_it in versions.values() if len(of_it) > 1]
    changes = {}
    for (_, before), (_, after) in pairs:
        if before.period == after.period:
            proofs = tuple((one.document, one.page, one.place) for one in (before, after))
            changes[before.quantity, after.quantity] = _Change(before.quantity, after.quantity, proofs)
    return changes
