"""Asks one question of each of many documents, where only reading can tell whether it is among those meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.planning.document_query import DocumentQuery
from rag.planning.planner import PlannedQuestion
from rag.protocols import DocumentCatalogue
from rag.types import Citation, DocumentInfo, TableCell, Verdict


def read_documents(
    asked: PlannedQuestion, query: DocumentQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> Iterator[tuple[DocumentInfo, TableCell | None]]:
    """Yield each document with the words of it that answer the question; None for one in which nothing answers it.

    The verdict of the cell is "supported" where the reader and the check of claims agree, else None: undecided.
    """
    question = f"Which {query.subject}?"
    for document in documents:
        if asked.is_stopped:
            return
        answer = asked.look_up(question, [document.id]).answer
        if answer.refused or not answer.citations:
            yield document, None
            continue
        is_sure = answer.verdict is Verdict.SUPPORTED
        yield document, cell_of(answer.citations[0], document, is_sure=is_sure)


def cell_of(citation: Citation, document: DocumentInfo, *, is_sure: bool) -> TableCell:
    """Return a cell with the words of a citation."""
    return TableCell(
        text=" ".join(citation.quote.split()),
        document_id=document.id,
        document=document.path,
        page=citation.page,
        page_label=citation.page_label,
        page_word=citation.page_word,
        quote=citation.quote,
        rectangles=citation.rectangles,
        verdict=Verdict.SUPPORTED if is_sure else None,
        note="" if is_sure else "the words were found, and do not surely say so",
    )
