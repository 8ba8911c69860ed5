"""Answers questions over the rows of a single table, and over short documents that share no form, where no other mode
and no form of documents has answered them."""

from __future__ import annotations

from functools import partial

from rag.planning.document_totals import each_with_pages
from rag.planning.group_question import read_group_choices
from rag.planning.loose_records import read_loose_records
from rag.planning.naming import list_answering, may_read_all
from rag.planning.over_records import MAX_DOCUMENTS, NO_RECORDS, answer_from_records
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.record_pair import read_record_pair
from rag.planning.record_question import read_record_question
from rag.planning.record_reading import read_table_records
from rag.protocols import DocumentCatalogue


class OverOtherRecords:
    """Answers questions over records that are no documents of one form."""

    def __init__(self, catalogue: DocumentCatalogue) -> None:
        """Take the catalogue that holds the documents' pages."""
        self._catalogue = catalogue

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the result and return it; where no records, or several sorts of them, have what is asked for, why."""
        query, pair = read_record_question(asked.text), read_record_pair(asked.text)
        may_group = bool(read_group_choices(asked.text))
        if query is None and pair is None and not may_group:
            return NO_RECORDS
        listed = list_answering(self._catalogue, asked.question.collection, asked.question.filters)
        if not may_read_all(listed, most=MAX_DOCUMENTS):
            return NO_RECORDS
        paged = list(each_with_pages(listed, self._catalogue))
        # `OverDocuments` has asked loose records already, of all but what each of several groups comes to.
        loose = (partial(read_loose_records, asked.text, query),) if may_group else ()
        for read in (read_table_records, *loose):
            answer = yield from answer_from_records(query, pair, asked, paged, self._catalogue, read=read)
            if not isinstance(answer, str):
                return answer
        return NO_RECORDS
