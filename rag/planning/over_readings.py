"""Answers questions over short documents by what an LLM reads in each, where no rule and no passage answers.

The LLM says what has to be known of one document, and reads it in each. Every value stands in its document, and what is
made of them, a list, a count, a sum, an order, is made by code.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from rag.errors import ModelError
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, ColumnKind
from rag.extraction.reader import CellReader
from rag.planning.aggregate import Aggregation
from rag.planning.agreement import offer_of
from rag.planning.all_documents import AllDocuments
from rag.planning.amount_words import AmountField
from rag.planning.computed_answer import compose_answer, proof_of_place
from rag.planning.document_amounts import Stated
from rag.planning.document_query import every_document, read_by_words
from rag.planning.document_totals import Totals
from rag.planning.kept_replies import KeptReplies
from rag.planning.llm_reading import LlmReading, failure_notices, failure_of
from rag.planning.map_question import MAP_CHARACTERS, ask_documents, reading_cost
from rag.planning.naming import NameDocuments, list_answering
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import Quantity
from rag.planning.reading_query import ReadingQuery, ask_for_query, is_in_words_of, read_query
from rag.planning.several_asked import hold_back, read_several
from rag.planning.stated_amounts import Amount, Amounts
from rag.planning.table_cells import PROVEN_COLUMNS, Place, proven_cell, proven_row
from rag.planning.things import TABLE_TYPES
from rag.planning.totals_query import AggregateQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.questions.constraints import find_constraints, names_constraint
from rag.retrieval import StageTimer
from rag.types import Answer, AnswerTable, DocumentInfo, Page, PlanStep, TableRow, Verdict

MIN_DOCUMENTS = 3
MIN_SHORT = 0.6
"""Share of the documents that are short enough to be read whole, from which on each may be about one thing."""
QUERY_TOKENS = 96
"""Four short lines."""
CALLS_EACH = 2
"""Calls that one document takes at most: whether it counts, and what is read in it."""

_BOUNDS = re.compile(
    r"(?i)(?<!\w)(?:before|after|since|until|till|by|between|from|within|vor|nach|seit|bis|ab|zwischen|avant|après|depuis"
    r"|jusqu|entre|antes|después|desde|hasta)(?!\w)"
)
"""What makes of a day the bound of others."""

NOT_READ = "The documents were not read one by one."


@dataclass(slots=True)
class _Readings:
    """What has been read of the documents that count, and those of which it is not decided."""

    known: list[tuple[DocumentInfo, Cell, Page, Place]] = field(default_factory=list)
    apart: Totals = field(default_factory=Totals)
    failure: str = ""
    """Why the LLM failed, where it did."""
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Telling:
    """What goes with an answer: the words of its language, the times so far, its notices, and why it is not sure."""

    wording: Wording
    timer: StageTimer
    notices: Sequence[str]
    doubt: str


class OverReadings:
    """Has an LLM read short documents one by one for a question over all of them."""

    def __init__(
        self,
        catalogue: DocumentCatalogue,
        *,
        lists: AllDocuments,
        aggregation: Aggregation,
        cells: CellReader,
        reading: LlmReading,
        name_documents: NameDocuments,
        most_read: int,
    ) -> None:
        """Take what lists and computes, what reads a value in one document, and the LLM; at most `most_read` documents
        are read.
        """
        self._catalogue = catalogue
        self._lists = lists
        self._aggregation = aggregation
        self._cells = cells
        self._reading = reading
        self._name_documents = name_documents
        self._most_read = most_read

    def reads(self, text: str) -> bool:
        """Return whether a question asks for several things, which no passage may list."""
        return read_several(text) is not None

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the steps and the result, and return it; why not, where the documents are not to be read one by one.

        Where the reading has to be agreed to, the answer is a refusal that offers it.
        """
        documents, others = self._documents(asked)
        if not documents or not self.reads(asked.text):
            return NOT_READ
        held = hold_back(asked.text, asked.look_up(asked.text, None).answer)
        if not held.refused:
            # A passage answers for several by itself.
            return NOT_READ
        timer = StageTimer()
        replies = self._reading.replies(asked)
        yield PlanStep("Asking the LLM what has to be known of each document")
        try:
            reply = replies.ask(ask_for_query(asked.text), max_tokens=QUERY_TOKENS, document_ids=[])
        except ModelError:
            # The look-up that follows tells why it fails.
            return NOT_READ
        query = read_query(reply, asked.text)
        documents, others = self._naming(asked.text, documents), self._naming(asked.text, others)
        if query is None or not documents:
            replies.finish()
            return NOT_READ
        timer.mark("plan")
        if query.how in ("list", "count"):
            counts = query.how == "count"
            return (yield from self._lists.tell_read(asked, query.only, documents, unread=others, counts=counts))
        cost = reading_cost(len(documents) * (CALLS_EACH if query.only else 1), self._reading.model)
        if offer := offer_of(cost, asked.question, most_calls=self._reading.most_calls):
            return replace(held, offer=offer)
        readings = yield from self._read(asked, query, documents, replies)
        timer.mark("read")
        for document in others:
            readings.apart.add_without(document, Wording(asked.text).say("not read"))
        if readings.is_whole:
            replies.finish()
        if not readings.known:
            return NOT_READ
        answer = yield from self._tell(asked, query, readings, timer)
        if not isinstance(answer, Answer):
            return answer
        return replace(answer, llm=replies.model.name, usage=replies.usage, cost_usd=replies.cost_usd)

    def _documents(self, asked: PlannedQuestion) -> tuple[list[DocumentInfo], list[DocumentInfo]]:
        """Return the documents that are read, and those that are too long for it, or tables; none to be read where
        they are few or many, most are long, or the question names one."""
        question = asked.question
        listed = list_answering(self._catalogue, question.collection, question.filters)
        if not MIN_DOCUMENTS <= len(listed) <= self._most_read:
            return [], []
        named = set(self._name_documents(asked.text, question.collection))
        if len(named & {one.id for one in listed}) == 1:
            return [], []
        pages = self._catalogue.page_texts([one.id for one in listed])
        short = [
            one
            for one in listed
            if one.file_type not in TABLE_TYPES
            and 0 < sum(len(page.text) for page in pages.get(one.id, [])) <= MAP_CHARACTERS
        ]
        if len(short) < MIN_SHORT * len(listed):
            return [], []
        return short, [one for one in listed if one not in short]

    def _naming(self, question: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
        """Return the documents that hold the names, identifiers and days of a question; a day that bounds, any day."""
        is_bounded = _BOUNDS.search(question) is not None
        wanted = [
            one
            for one in find_constraints(question)
            if one.kind in ("name", "identifier") or (one.kind in ("date", "day", "year") and not is_bounded)
        ]
        pages = self._catalogue.page_texts([one.id for one in documents])
        texts = {
            one.id: "\n".join((one.path, one.title, *(page.text for page in pages.get(one.id, []))))
            for one in documents
        }
        return [one for one in documents if all(names_constraint(texts[one.id], each) for each in wanted)]

    def _read(
        self, asked: PlannedQuestion, query: ReadingQuery, documents: Sequence[DocumentInfo], replies: KeptReplies
    ) -> Generator[PlanStep, None, _Readings]:
        """Read what is asked in each document that counts."""
        wording = Wording(asked.text)
        readings = _Readings()
        column = Column(query.ask, query.ask, query.kind)
        chosen = list(documents)
        if query.only:
            chosen = yield from self._choose(asked, query.only, documents, replies, readings, wording)
        step = f"Reading {len(chosen):,} documents, one by one: {query.ask}"
        yield PlanStep(step, 0, len(chosen))
        pages = self._catalogue.page_texts([one.id for one in chosen]) if chosen else {}
        for done, document in enumerate(chosen, 1):
            readings.is_whole = readings.is_whole and not asked.is_stopped
            cell = self._cell(asked, column, document, replies, readings) if readings.is_whole else None
            found = _place_of(cell, pages.get(document.id, [])) if cell is not None else None
            if cell is not None and found is not None and cell.value:
                readings.known.append((document, cell, *found))
            else:
                name = query.ask.rstrip("?")
                note = wording.say("not read") if cell is None else wording.say("no amount", field=name)
                readings.apart.add_without(document, note)
            yield PlanStep(step, done, len(chosen))
        return readings

    def _cell(
        self,
        asked: PlannedQuestion,
        column: Column,
        document: DocumentInfo,
        replies: KeptReplies,
        readings: _Readings,
    ) -> Cell | None:
        """Return what a document says to a question; None where the LLM fails, from which on nothing more is read."""
        try:
            opened = self._cells.open(asked.question.collection, document)
            return self._cells.read(opened, column, model=replies.model_for(document.id), stop=asked.stop)
        except ModelError as error:
            readings.is_whole = False
            readings.failure = failure_of(error, asked)
            return None

    def _choose(
        self,
        asked: PlannedQuestion,
        only: str,
        documents: Sequence[DocumentInfo],
        replies: KeptReplies,
        readings: _Readings,
        wording: Wording,
    ) -> Generator[PlanStep, None, list[DocumentInfo]]:
        """Return the documents that the LLM takes for those that some words mean, with a sentence that proves it."""
        chosen: list[DocumentInfo] = []
        step = f"Reading {len(documents):,} documents, one by one: {only}"
        decided = ask_documents(
            asked,
            read_by_words(only, counts=False),
            documents,
            self._catalogue,
            replies=replies,
            check=self._reading.check,
        )
        done = 0
        try:
            for document, cell in decided:
                done += 1
                yield PlanStep(step, done, len(documents))
                if cell is not None and cell.verdict is Verdict.SUPPORTED:
                    chosen.append(document)
                elif cell is not None:
                    readings.apart.add_without(document, cell.note)
        except ModelError as error:
            readings.failure = failure_of(error, asked)
        readings.is_whole = done == len(documents)
        for document in documents[done:]:
            readings.apart.add_without(document, wording.say("not read"))
        return chosen

    def _tell(self, asked: PlannedQuestion, query: ReadingQuery, readings: _Readings, timer: StageTimer) -> Answering:
        wording = Wording(asked.text)
        notices = [wording.say("asked each", question=query.ask)]
        notices += failure_notices(readings.failure)
        is_asked = is_in_words_of(query.ask, asked.text) and is_in_words_of(query.only, asked.text)
        is_sure = is_asked and all(cell.verdict is Verdict.SUPPORTED for _, cell, _, _ in readings.known)
        telling = _Telling(wording, timer, notices, "" if is_sure else wording.say("read by llm"))
        if query.kind is ColumnKind.NUMBER:
            return (yield from self._compute(query, readings, telling))
        return (yield from self._list(query, readings, telling))

    def _compute(self, query: ReadingQuery, readings: _Readings, telling: _Telling) -> Answering:
        known = [
            Amount(Stated(document, Quantity(Decimal(cell.value), cell.unit), "", page, place))
            for document, cell, page, place in readings.known
        ]
        amount = AmountField(telling.wording.say("amount"), "read", "money")
        told = AggregateQuery(every_document(), query.how, amount, is_sure=False)  # type: ignore[arg-type]
        amounts = Amounts(known, readings.apart)
        return (
            yield from self._aggregation.tell(
                told, amounts, [], telling.wording, telling.timer, notices=telling.notices, doubt=telling.doubt
            )
        )

    def _list(self, query: ReadingQuery, readings: _Readings, telling: _Telling) -> Answering:
        """Yield what each document says, or which of them has the first or last day."""
        known, wording = readings.known, telling.wording
        if query.how in ("first", "last"):
            known = sorted(known, key=lambda one: one[1].value, reverse=query.how == "last")
            named = [one for one in known if one[1].value == known[0][1].value]
        else:
            named = known
        proofs = [
            proof_of_place(document, page, place, number) for number, (document, _, page, place) in enumerate(named, 1)
        ]
        of_all = wording.number(len(known))
        if query.how in ("first", "last"):
            names = ", ".join(f"{one[0].path} [{number}]" for number, one in enumerate(named, 1))
            day = wording.day(date.fromisoformat(named[0][1].value))
            text = wording.say(
                "records latest" if query.how == "last" else "records earliest",
                named=names,
                column="",
                cell=day,
                count=of_all,
            ).replace("  ", " ")
        else:
            listed = "; ".join(
                f"{document.path}{wording.colon} {cell.shown} [{number}]"
                for number, (document, cell, _, _) in enumerate(named, 1)
            )
            text = f"{listed}."
        rows = [
            proven_row(document.path, proven_cell(self._catalogue, document, place, text=cell.shown))
            for document, cell, _, place in known
        ]
        undecided: list[TableRow] = readings.apart.without
        reason = telling.doubt
        if undecided:
            said = wording.one("listed apart", len(undecided))
            reason = wording.say(said, count=wording.number(len(undecided)))
        return (
            yield from compose_answer(
                text,
                proofs,
                self._catalogue,
                milliseconds=telling.timer.milliseconds,
                table=AnswerTable(wording.columns(*PROVEN_COLUMNS), tuple(rows), tuple(undecided)),
                notices=[*telling.notices, *([reason] if undecided else [])],
                verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
                reason=reason,
            )
        )


def _place_of(cell: Cell, pages: Sequence[Page]) -> tuple[Page, Place] | None:
    """Return where the words of a cell stand."""
    page = next((page for page in pages if page.number == cell.page), None)
    if page is None or not cell.quote:
        return None
    words = r"[\s|]+".join(map(re.escape, cell.quote.replace("|", " ").split()))
    match = re.search(words, page.text)
    return (page, Place(page.number, match.start(), match.end())) if match else None
