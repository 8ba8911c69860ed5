"""Counts twice and compares: the documents or the rows of a table of one year, and those of another."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.planning.all_documents import AllDocuments
from rag.planning.computed_answer import compose_answer
from rag.planning.counts_query import CountsQuery
from rag.planning.document_query import read_document_query
from rag.planning.over_rows import OverRows
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.row_query import read_rows
from rag.planning.table_cells import PROVEN_COLUMNS
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import COMPLETE, AnswerTable, PlanStep, TableRow, Verdict

NOT_COUNTED = "Both cannot be counted, so it was looked up."


@dataclass(frozen=True, slots=True)
class _Count:
    number: int
    rows: Sequence[TableRow]
    undecided: Sequence[TableRow] = ()


def compare_counts(
    asked: PlannedQuestion, query: CountsQuery, lists: AllDocuments, over_rows: OverRows, catalogue: DocumentCatalogue
) -> Answering:
    """Yield the steps, both counts and their difference, and return them with a row for each thing counted."""
    timer = StageTimer()
    counts = (yield from _of_documents(asked, query, lists)) or _of_rows(asked, query, over_rows)
    if counts is None or not any(count.number for count in counts):
        return NOT_COUNTED
    timer.mark("count")
    wording = Wording(asked.text)
    first, last = (wording.number(count.number) for count in counts)
    difference = wording.number(counts[0].number - counts[1].number)
    text = (
        f"{query.items[0]}: {first}. {query.items[1]}: {last}. "
        f"{wording.say('difference')}: {first} − {last} = {difference}."
    )
    undecided = tuple(row for count in counts for row in count.undecided)
    reason = wording.say("undecided", count=wording.number(len(undecided))) if undecided else ""
    complete = COMPLETE if not undecided else f"{len(undecided):,} undecided"
    table = AnswerTable(
        wording.columns(*PROVEN_COLUMNS), tuple(row for count in counts for row in count.rows), undecided, complete
    )
    return (
        yield from compose_answer(
            text,
            (),
            catalogue,
            milliseconds=timer.milliseconds,
            table=table,
            notices=[reason] if reason else [],
            verdict=Verdict.PARTLY if undecided else Verdict.SUPPORTED,
            reason=reason,
        )
    )


def _of_documents(
    asked: PlannedQuestion, query: CountsQuery, lists: AllDocuments
) -> Generator[PlanStep, None, list[_Count] | None]:
    """Return the numbers of documents; None where the questions do not ask for documents of which there are any."""
    counts = []
    for question in query.questions:
        documents = read_document_query(question)
        if documents is None or any(condition.kind == "read" for condition in documents.conditions):
            return None
        found = yield from lists.collect(asked, documents)
        if isinstance(found, str):
            return None
        counts.append(_Count(len(found.rows), found.rows, found.undecided))
    return counts


def _of_rows(asked: PlannedQuestion, query: CountsQuery, over_rows: OverRows) -> list[_Count] | None:
    """Return the numbers of rows of the one table that both questions are about."""
    queries = [read_rows(question) for question in query.questions]
    if any(one is None for one in queries):
        return None
    found = [
        over_rows.count(asked, question, one) for question, one in zip(query.questions, queries, strict=True) if one
    ]
    if any(one is None for one in found):
        return None
    return [_Count(len(rows), rows) for rows in found if rows is not None]
