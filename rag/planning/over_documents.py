"""Computes over what documents state under any name: the longest cooking time, the average deposit, the cheapest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from rag.planning.aggregate import Aggregation
from rag.planning.amount_words import AmountField
from rag.planning.computed_answer import Proof
from rag.planning.day_order import answer_day_order, read_day_order
from rag.planning.document_query import every_document
from rag.planning.document_totals import Totals, each_with_pages
from rag.planning.document_values import read_document_values
from rag.planning.group_question import read_group_choices
from rag.planning.looked_up import look_up
from rag.planning.loose_documents import find_remarks
from rag.planning.loose_records import read_loose_records
from rag.planning.naming import list_answering, may_read_all
from rag.planning.open_amounts import MIN_SHARE, Read, gather_open, names_of
from rag.planning.open_question import OpenQuestion, read_open_question
from rag.planning.over_records import answer_from_records
from rag.planning.pair_question import read_pair
from rag.planning.pairs import answer_pair
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.record_groups import asks_for_each
from rag.planning.record_pair import read_record_pair
from rag.planning.record_question import read_record_question
from rag.planning.record_reading import read_records
from rag.planning.row_words import terms
from rag.planning.stated_amounts import by_one_period
from rag.planning.time_spans import answer_span, read_span
from rag.planning.totals_query import AggregateQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import DocumentInfo, PlanStep

MAX_DOCUMENTS = 500
"""Documents whose numbers are all read; of more, the figure has to be one that rules know."""

_PRONOUN = re.compile(r"(?i) (?:it|that one|this one|sie|er|es|elle|il) (?=\w)")
"""The one that the first half of a question finds, in its second half."""
NOT_STATED = "The documents do not state such a figure each."


class OverDocuments:
    """Answers questions that compute over a figure which the documents, not rules, know by name."""

    def __init__(self, aggregation: Aggregation, catalogue: DocumentCatalogue) -> None:
        """Take what tells the results, and the catalogue that holds the documents' pages."""
        self._aggregation = aggregation
        self._catalogue = catalogue

    def reads(self, text: str) -> bool:
        """Return whether a question computes over figures or days that documents may state under any name."""
        readers = (read_record_pair, read_record_question, read_open_question, read_pair, read_day_order, read_span)
        return any(read(text) is not None for read in readers) or bool(read_group_choices(text))

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the step and the result, and return it; where the documents do not fit the question, why."""
        query = read_open_question(asked.text)
        pair = read_pair(asked.text)
        order = read_day_order(asked.text)
        span = read_span(asked.text)
        of_records = read_record_question(asked.text)
        difference = read_record_pair(asked.text)
        may_group = bool(read_group_choices(asked.text))
        is_of_records = of_records is not None or difference is not None or may_group
        if query is None and pair is None and order is None and span is None and not is_of_records:
            return NOT_STATED
        listed = list_answering(self._catalogue, asked.question.collection, asked.question.filters)
        if not may_read_all(listed, most=MAX_DOCUMENTS):
            return NOT_STATED
        shown = query.shown if query is not None and pair is None else "what they state"
        yield PlanStep(f"Looking for {shown} in {len(listed):,} documents")
        paged = list(each_with_pages(listed, self._catalogue))
        loose = partial(read_loose_records, asked.text, of_records)
        is_listed = of_records is not None and of_records.how in ("list", "count") and not of_records.is_amount
        if is_of_records:
            for read_records_of in (read_records, loose) if is_listed else (read_records,):
                answer = yield from answer_from_records(
                    of_records, difference, asked, paged, self._catalogue, read=read_records_of
                )
                if not isinstance(answer, str):
                    return answer
            if asks_for_each(asked.text, {document.id: pages for document, pages in paged}):
                return NOT_STATED
        read = [Read(document, pages, read_document_values(pages)) for document, pages in paged if not asked.is_stopped]
        answer = NOT_STATED
        if pair is not None:
            answer = yield from answer_pair(asked, pair, read, self._catalogue)
        elif query is not None:
            aside = find_remarks(listed, {document.id: pages for document, pages in paged})
            told = [one for one in read if one.document.id not in aside]
            answer = yield from self._of_figures(asked, query, told)
        if isinstance(answer, str) and is_of_records and not is_listed:
            answer = yield from answer_from_records(of_records, difference, asked, paged, self._catalogue, read=loose)
        if isinstance(answer, str) and order is not None and pair is None:
            answer = yield from answer_day_order(asked, order, read, self._catalogue)
        elif isinstance(answer, str) and span is not None and pair is None:
            answer = yield from answer_span(asked, span, read, self._catalogue)
        return answer

    def _of_figures(self, asked: PlannedQuestion, query: OpenQuestion, read: Sequence[Read]) -> Answering:
        """Yield the result over a figure that the documents name, and return it; why there is none."""
        timer = StageTimer()
        found = gather_open(query, read)
        if found is None:
            return NOT_STATED
        wording = Wording(asked.text)
        totals = Totals(known=found.known)
        name = found.name or wording.say("duration" if found.is_duration else "amount")
        for document in found.unknown:
            totals.add_without(document, wording.say("no amount", field=name))
        field = query.field or AmountField(name, "open", "time" if query.measured == "time" else "money")
        field = replace(field, written=name, period=field.period or query.period)
        amounts = by_one_period(field, totals, wording)
        if len(amounts.known) < MIN_SHARE * (len(amounts.known) + len(totals.without)) or not amounts.known:
            return NOT_STATED
        timer.mark("look through")
        other = len(found.otherwise)
        notices = [wording.say(wording.one("other words", other), count=wording.number(other))] if other else []
        told = AggregateQuery(every_document(), query.how, field, is_sure=False)

        def behind(best: DocumentInfo, number: int) -> tuple[str, Proof | None]:
            noun = next((word.written for word in query.words if word.may_be_thing), "")
            question = (
                _PRONOUN.sub(f" the {noun} " if wording.language == "en" else f" {noun} ", query.tail).strip()
                if noun
                else query.tail
            )
            return _told_of(asked, question, best, number, wording) if query.tail else ("", None)

        return (yield from self._aggregation.tell(told, amounts, [], wording, timer, notices=notices, behind=behind))


def _told_of(
    asked: PlannedQuestion, question: str, document: DocumentInfo, number: int, wording: Wording
) -> tuple[str, Proof | None]:
    """Return the answer to a second question, from the document that the first one has found."""
    found = look_up(asked, f"{question[:1].upper()}{question[1:]}?", [document.id])
    # The name of the document itself answers nothing about it.
    is_own_name = bool(found.text) and set(terms(found.text.replace("-", " "))) <= names_of(document)
    if found.citation is None or found.problem or is_own_name:
        return f"{question[:1].upper()}{question[1:]}{wording.colon} {wording.say('nothing found')}.", None
    said = found.text or " ".join(found.citation.quote.split())
    return f"{said} [{number}].", found.proof(number)
