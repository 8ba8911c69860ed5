"""Lists and counts documents: every one is looked at, by fields, words and dates, and read where only that can tell."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from rag.errors import ModelError, QuestionError
from rag.planning.agreement import notice_of, offer_of
from rag.planning.attendance_list import NO_LISTS, tell_attendance
from rag.planning.attendance_query import AttendanceQuery, read_attendance
from rag.planning.decisions import (
    TEXT_CONDITIONS,
    Decision,
    decide_by_profile,
    decide_by_text,
    first_line,
    proof_of_date,
)
from rag.planning.document_nouns import ANY, HEAD_CHARACTERS, DocumentSort, is_called
from rag.planning.document_order import answer_order
from rag.planning.document_query import (
    Condition,
    DocumentQuery,
    by_words,
    is_sure,
    read_by_words,
    read_document_query,
)
from rag.planning.found import Found
from rag.planning.kept_replies import KeptReplies
from rag.planning.llm_reading import LlmReading, failure_notices, failure_of
from rag.planning.map_question import ask_documents, read_documents, reading_cost
from rag.planning.message_list import count_messages
from rag.planning.message_query import read_messages
from rag.planning.naming import list_answering
from rag.planning.order_query import OrderQuery, read_order
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.sorts import documents_of_sort, is_of_sort
from rag.planning.table_cells import PROVEN_COLUMNS, Place, proven_cell, proven_row
from rag.planning.thing_list import NO_THINGS, EmbedderOf, ThingList
from rag.planning.thing_query import read_things
from rag.planning.word_count import count_words
from rag.planning.word_count_query import read_word_count
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import (
    COMPLETE,
    Answer,
    AnswerTable,
    DocumentInfo,
    JudgedSentence,
    Page,
    PlanStep,
    TableRow,
    Usage,
    Verdict,
)

BATCH = 200
"""Documents whose pages are in memory at once, and between two looks at whether anybody still waits."""


MAX_NAMED = 8
"""Documents that the sentence names; of more only the count is told, as the table has them all."""

SHOWN_EACH, SHOWN_EVERY = 50, 10
"""Of so many documents at most the table is shown after each that was read, of more after every tenth."""


_REPORTS = frozenset({"annual report", "quarterly report", "report", "current report", "earnings release"})

NOTHING_ABSENT = "No document was found to lack what is asked for, which may be called otherwise, so it was looked up."


class AllDocuments:
    """Answers "which", "how many" and "list all" over the documents of a collection, exactly and completely."""

    def __init__(
        self,
        catalogue: DocumentCatalogue,
        *,
        most_read: int,
        reading: LlmReading | None = None,
        embedder_of: EmbedderOf | None = None,
    ) -> None:
        """Take the catalogue; at most `most_read` documents are read one by one where words do not decide, with
        `reading` by an LLM. `embedder_of` returns what compares words of a collection.
        """
        self._things = ThingList(catalogue, most_read=most_read, embedder_of=embedder_of)
        self._catalogue = catalogue
        self._reading = reading
        self._most_read = most_read

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the steps and the sentence with the count, and return it with its table. Raises QuestionError."""
        if (words := read_word_count(asked.text)) is not None:
            return (yield from count_words(asked, words, self._catalogue))
        if (attendance := read_attendance(asked.text)) is not None:
            return (yield from self._attendance(asked, attendance))
        if (messages := read_messages(asked.text)) is not None:
            counted = yield from count_messages(asked, messages, self._catalogue)
            documents = read_document_query(asked.text)
            if not isinstance(counted, str) or documents is None or _has_read(documents):
                return counted
        if (order := read_order(asked.text)) is not None:
            return (yield from self._put_in_order(asked, order))
        query = read_document_query(asked.text)
        if query is None or (_has_read(query) and not is_sure(query)):
            listed = yield from self._list_things(asked)
            if not isinstance(listed, str) or not asked.is_chosen:
                return listed
        if query is None:
            raise QuestionError(
                "The question asks for no list and no count of documents.",
                'Begin it with "Which documents", "How many invoices" or "List all notes", or choose the mode look-up.',
            )
        timer = StageTimer()
        found = yield from self.collect(asked, query)
        if isinstance(found, str):
            return found
        timer.mark("look through")
        if _finds_none_absent(query.conditions, found) and not asked.is_chosen:
            return NOTHING_ABSENT
        return (yield from self._tell(asked, query, found, timer))

    def tell_read(
        self,
        asked: PlannedQuestion,
        which: str,
        documents: Sequence[DocumentInfo],
        *,
        unread: Sequence[DocumentInfo],
        counts: bool,
    ) -> Answering:
        """Yield the list or count of those of some documents that are the ones that some words mean, each of them read,
        and return it with its table. Those `unread` are undecided."""
        query = read_by_words(which, counts=counts)
        total = len(documents) + len(unread)
        found = Found(to_read=list(documents), chosen=total, total=total, looked_at=total)
        note = Wording(asked.text).say("not read")
        pages = self._catalogue.page_texts([one.id for one in unread]) if unread else {}
        for document in unread:
            place = first_line(pages.get(document.id, [])) or Place(0, 0, 0)
            found.undecided.append(self._row(document, place, note, is_sure=False))
        return (yield from self._tell(asked, query, found, StageTimer()))

    def _list_things(self, asked: PlannedQuestion) -> Answering:
        """List the things that the documents are each about; return why not, where they are not."""
        timer = StageTimer()
        things = read_things(asked.text)
        if things is None:
            return NO_THINGS
        found = yield from self._things.collect(asked, things)
        if isinstance(found, str):
            return found
        if _finds_none_absent(things.conditions, found) and not asked.is_chosen:
            return NOTHING_ABSENT
        timer.mark("look through")
        query = DocumentQuery(things.noun, ANY, things.conditions, things.counts, things.subject)
        return (yield from self._tell(asked, query, found, timer))

    def _tell(self, asked: PlannedQuestion, query: DocumentQuery, found: Found, timer: StageTimer) -> Answering:
        """Yield the sentence with the count, and return it with its table; read first what only reading can tell."""
        completeness, notices = COMPLETE, []
        offer, replies = "", None
        if found.to_read:
            replies, offer = self._open_reading(asked, found)
            notices += [notice_of(offer)] if offer else []
            completeness, failure = yield from self._read(asked, query, found, replies)
            notices += failure_notices(failure)
            timer.mark("read")
        wording = Wording(asked.text)
        table = AnswerTable(wording.columns(*PROVEN_COLUMNS), tuple(found.rows), tuple(found.undecided), completeness)
        text = _count_sentence(query, table, wording, is_by_words=found.is_by_words)
        yield text
        judged = _judge(text, table, wording, is_by_words=found.is_by_words)
        yield judged
        return Answer(
            text=text,
            refused=False,
            sources=(),
            citations=(),
            llm=replies.model.name if replies else "",
            usage=replies.usage if replies else Usage(0, 0),
            cost_usd=replies.cost_usd if replies else 0.0,
            milliseconds=timer.milliseconds,
            notices=(*notices, *_notices(found, query, table, wording)),
            sentences=(judged,),
            verdict=judged.verdict,
            probability=judged.probability,
            table=table,
            offer=offer,
        )

    def _attendance(self, asked: PlannedQuestion, attendance: AttendanceQuery) -> Answering:
        found = yield from self.collect(asked, attendance.minutes)
        if isinstance(found, str) or not found.documents:
            return found if isinstance(found, str) else NO_LISTS
        return (yield from tell_attendance(attendance, found.documents, self._catalogue, Wording(asked.text)))

    def _put_in_order(self, asked: PlannedQuestion, order: OrderQuery) -> Answering:
        query = read_document_query(f"list all {order.documents}")
        if query is None or _has_read(query):
            return f"Only reading can tell which {order.documents} are meant, so it was looked up."
        found = yield from self.collect(asked, query)
        if isinstance(found, str):
            return found
        if not found.documents:
            return f"There are no {order.documents}, so it was looked up."
        return (yield from answer_order(order, found.documents, self._catalogue, Wording(asked.text)))

    def collect(self, asked: PlannedQuestion, query: DocumentQuery) -> Generator[PlanStep, None, Found | str]:
        """Yield the steps, and return what rules find; where nothing is of the sort, why it is for a look-up."""
        question = asked.question
        wording = Wording(asked.text)
        documents = list_answering(self._catalogue, question.collection, question.filters)
        chosen = [document for document in documents if is_of_sort(query.sort, document)]
        if query.sort.name and not chosen:
            # Nothing is called a note: then all are meant.
            chosen = documents
        if query.sort.called:
            chosen = self._called(query.sort, chosen)
        if query.sort.kinds and len(documents) <= self._most_read:
            chosen = self._with_own_words(query.sort, chosen, documents)
        if query.sort.kinds and not chosen:
            return "No document is of the sort that the question asks for, so it was looked up."
        found = Found(chosen=len(chosen), total=len(documents))
        yield from self._look_through(query, chosen, found, wording)
        if query.sort.name and found.is_empty and len(chosen) < len(documents):
            # Others may be of the sort too and not be called so.
            found = Found(chosen=len(documents), total=len(documents), is_widened=True)
            yield from self._look_through(query, documents, found, wording)
        if not found.rows and not found.to_read and (loose := by_words(query)) is not None:
            # None is not said while the words stand there.
            wider = Found(chosen=len(chosen), total=len(documents), is_by_words=True)
            yield from self._look_through(loose, chosen, wider, wording)
            found = wider if wider.rows else found
        return found

    def _with_own_words(
        self, sort: DocumentSort, chosen: Sequence[DocumentInfo], documents: Sequence[DocumentInfo]
    ) -> list[DocumentInfo]:
        """Return the chosen documents, and those of no known kind that say themselves that they are of a sort."""
        known = {one.id for one in chosen}
        others = [one for one in documents if one.id not in known and one.profile.kind in ("", "letter")]
        pages = self._catalogue.page_texts([one.id for one in others]) if others else {}
        known |= {one.id for one in documents_of_sort(sort, others, pages)}
        return [one for one in documents if one.id in known]

    def _called(self, sort: DocumentSort, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
        """Return the documents whose names or beginnings say that they are of a sort that is narrower than its kind."""
        called = {document.id for document in documents if is_called(sort, f"{document.path}\n{document.title}")}
        others = [document for document in documents if document.id not in called]
        for start in range(0, len(others), BATCH):
            pages = self._catalogue.page_texts([document.id for document in others[start : start + BATCH]])
            called |= {
                id_ for id_, of_it in pages.items() if of_it and is_called(sort, of_it[0].text[:HEAD_CHARACTERS])
            }
        return [document for document in documents if document.id in called]

    def _look_through(
        self, query: DocumentQuery, documents: Sequence[DocumentInfo], found: Found, wording: Wording
    ) -> Generator[PlanStep, None, None]:
        """Decide on each document by fields and words; yield how far it has come."""
        step = f"Looking at {len(documents):,} documents: {query.subject}"
        yield PlanStep(step, 0, len(documents))
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            likely = [(document, self._by_profile(query, document)) for document in batch]
            open_ = [document for document, decisions in likely if not _is_out(decisions)]
            pages = self._catalogue.page_texts([document.id for document in open_]) if open_ else {}
            for document, decisions in likely:
                if not _is_out(decisions):
                    self._decide(query, document, decisions, pages.get(document.id, []), found, wording)
            found.looked_at += len(batch)
            yield PlanStep(step, found.looked_at, len(documents))

    def _by_profile(self, query: DocumentQuery, document: DocumentInfo) -> list[Decision]:
        uses_period = bool(query.sort.kinds & _REPORTS)
        return [
            decide_by_profile(condition, document, uses_period=uses_period)
            for condition in query.conditions
            if condition.kind not in TEXT_CONDITIONS and condition.kind != "read"
        ]

    def _decide(
        self,
        query: DocumentQuery,
        document: DocumentInfo,
        decisions: Sequence[Decision],
        pages: Sequence[Page],
        found: Found,
        wording: Wording,
    ) -> None:
        """Put a document among the rows, the undecided or those to be read, or leave it out."""
        by_text = [
            decide_by_text(condition, document, pages)
            for condition in query.conditions
            if condition.kind in TEXT_CONDITIONS
        ]
        every = [*by_text, *decisions]
        if _is_out(every):
            return
        if _has_read(query):
            found.to_read.append(document)
            return
        doubts = [decision for decision in every if decision.is_met is None]
        place = next((decision.place for decision in (*doubts, *every) if decision.place), None)
        if place is None:
            place = proof_of_date(document, pages) if _asks_for_date(query.conditions) else None
        place = place or first_line(pages) or Place(0, 0, 0)
        notes = "; ".join(wording.note(decision.note) for decision in doubts if decision.note)
        (found.undecided if doubts else found.rows).append(self._row(document, place, notes, is_sure=not doubts))
        if not doubts:
            found.documents.append(document)

    def _row(self, document: DocumentInfo, place: Place, note: str, *, is_sure: bool) -> TableRow:
        words = proven_cell(self._catalogue, document, place, verdict=Verdict.SUPPORTED if is_sure else None, note=note)
        return proven_row(document.path, words)

    def _open_reading(self, asked: PlannedQuestion, found: Found) -> tuple[KeptReplies | None, str]:
        """Return what asks an LLM, None where there is none, and what has to be agreed to before it is asked."""
        if self._reading is None:
            return None, ""
        count = min(len(found.to_read), self._most_read)
        offer = offer_of(reading_cost(count, self._reading.model), asked.question, most_calls=self._reading.most_calls)
        return (None if offer else self._reading.replies(asked)), offer

    def _read(
        self, asked: PlannedQuestion, query: DocumentQuery, found: Found, replies: KeptReplies | None
    ) -> Generator[PlanStep | AnswerTable, None, tuple[str, str]]:
        """Ask the question of every document that words did not decide; return how complete that is, and why the LLM
        failed, where it did.
        """
        wanted = found.to_read[: self._most_read]
        if replies is None or self._reading is None:
            decided = read_documents(asked, query, wanted, self._catalogue)
        else:
            decided = ask_documents(asked, query, wanted, self._catalogue, replies=replies, check=self._reading.check)
        read, failure = 0, ""
        step = f"Reading {len(wanted):,} documents, one by one"
        try:
            for document, cell in decided:
                read += 1
                yield PlanStep(step, read, len(wanted))
                if cell is not None:
                    row = proven_row(document.path, cell)
                    (found.rows if cell.verdict is Verdict.SUPPORTED else found.undecided).append(row)
                if read < len(wanted) and (len(wanted) <= SHOWN_EACH or read % SHOWN_EVERY == 0):
                    yield self._so_far(found, read)
                if asked.is_stopped:
                    break
        except ModelError as error:
            failure = failure_of(error, asked)
        if replies is not None and read == len(wanted):
            replies.finish()
        return (COMPLETE if read == len(found.to_read) else _stopped(found, read)), failure

    def _so_far(self, found: Found, read: int) -> AnswerTable:
        return AnswerTable(PROVEN_COLUMNS, tuple(found.rows), tuple(found.undecided), _stopped(found, read))


def _stopped(found: Found, read: int) -> str:
    return f"stopped after {read:,} of {len(found.to_read):,}"


def _has_read(query: DocumentQuery) -> bool:
    """Return whether only reading can tell which documents are meant."""
    return any(condition.kind == "read" for condition in query.conditions)


def _finds_none_absent(conditions: Sequence[Condition], found: Found) -> bool:
    """Return whether something is asked to be absent, and it is so of no document: likelier than that none lacks it is
    that it is called otherwise, or that lists of who was there are not meant."""
    return any(one.kind == "absent" for one in conditions) and not found.rows and not found.to_read


def _is_out(decisions: Sequence[Decision]) -> bool:
    return any(decision.is_met is False for decision in decisions)


def _asks_for_date(conditions: Sequence[Condition]) -> bool:
    return any(condition.kind == "dated" for condition in conditions)


def _count_sentence(query: DocumentQuery, table: AnswerTable, wording: Wording, *, is_by_words: bool) -> str:
    if _has_read(query) and table.undecided and not table.rows and table.is_complete:
        count = len(table.undecided)
        return wording.say(wording.one("none sure", count), count=wording.number(count), subject=query.subject)
    # The words are the question's, and so are in the plural.
    text = f"{wording.number(len(table.rows))} {query.subject}"
    if is_by_words:
        said = " ".join(phrase.written for one in query.conditions for phrases in one.any_of for phrase in phrases)
        text = wording.say("by words", count=wording.number(len(table.rows)), noun=query.noun, words=said)
    elif len(table.rows) == 1:
        text = wording.say("one document", subject=query.subject)
    names = list(dict.fromkeys(row.cells[0].text for row in table.rows[: MAX_NAMED + 1]))
    joint = "," if len(table.rows) == 1 and not is_by_words else wording.colon
    text += f"{joint} {', '.join(names)}." if 0 < len(names) <= MAX_NAMED else "."
    text = text if table.is_complete else wording.say("at least", text=text)
    if not table.undecided:
        return text
    open_ = list(dict.fromkeys(row.cells[0].text for row in table.undecided))
    shown = ", ".join([*open_[:MAX_NAMED], *(["..."] if len(open_) > MAX_NAMED else [])])
    said = wording.one("records open", len(open_))
    return f"{text} {wording.say(said, count=wording.number(len(open_)), names=shown)}"


def _judge(text: str, table: AnswerTable, wording: Wording, *, is_by_words: bool) -> JudgedSentence:
    if table.is_complete and is_by_words:
        return JudgedSentence(0, len(text), text, Verdict.PARTLY, 0.5, reason=wording.say("not in one phrase"))
    if table.is_complete and table.undecided:
        return JudgedSentence(0, len(text), text, Verdict.PARTLY, 0.5, reason=wording.say("records open reason"))
    if table.is_complete:
        return JudgedSentence(0, len(text), text, Verdict.SUPPORTED, 1.0)
    reason = wording.say("not every document read", completeness=table.completeness)
    return JudgedSentence(0, len(text), text, Verdict.PARTLY, 0.5, reason=reason)


def _notices(found: Found, query: DocumentQuery, table: AnswerTable, wording: Wording) -> Iterator[str]:
    if found.is_widened:
        yield wording.say("widened", noun=query.noun)
    yield wording.say(
        "looked at" if found.chosen == found.total else "looked at some",
        chosen=wording.number(found.chosen),
        total=wording.number(found.total),
        noun=query.noun,
        completeness=wording.say("complete") if table.is_complete else table.completeness,
    )
    if found.silent:
        yield wording.say("silent", count=wording.number(found.silent), total=wording.number(found.chosen))
    if table.undecided:
        count = len(table.undecided)
        yield wording.say(wording.one("listed apart", count), count=wording.number(count))
