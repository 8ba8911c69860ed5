"""Asks one question of each of many documents, where only reading can tell whether it is among those meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.constraints import is_negated
from rag.planning.document_query import DocumentQuery
from rag.planning.planner import PlannedQuestion
from rag.planning.table_cells import Place, proven_cell
from rag.protocols import DocumentCatalogue
from rag.text import content_words, sentence_spans
from rag.types import Answer, Citation, DocumentInfo, Page, TableCell, Verdict

UNSURE = "the words were found, and do not surely say so"


def read_documents(
    asked: PlannedQuestion, query: DocumentQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> Iterator[tuple[DocumentInfo, TableCell | None]]:
    """Yield each document with the words of it that answer the question; None for one in which nothing speaks of it.

    The verdict of the cell is "supported" where the reader marks a sentence that shares a word with the condition, says
    as it does that something is so or is not so, and passes the check of claims. It is None, for undecided, where a
    sentence only shares words.
    """
    condition = " ".join(one.value for one in query.conditions if one.kind == "read")
    question = f"Which {query.subject}?"
    words = set(content_words(condition))
    for document in documents:
        if asked.is_stopped:
            return
        answer = asked.look_up(question, [document.id]).answer
        if citation := _sure_citation(answer, condition, words):
            yield document, cell_of(citation, document)
            continue
        place = _speaks_of(words, catalogue.page_texts([document.id]).get(document.id, []))
        yield document, proven_cell(catalogue, document, place, verdict=None, note=UNSURE) if place else None


def cell_of(citation: Citation, document: DocumentInfo) -> TableCell:
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
        verdict=Verdict.SUPPORTED,
    )


def _sure_citation(answer: Answer, condition: str, words: set[str]) -> Citation | None:
    if answer.refused or answer.verdict is not Verdict.SUPPORTED:
        return None
    return next(
        (
            citation
            for citation in answer.citations[:1]
            if words & set(content_words(citation.quote)) and is_negated(citation.quote) == is_negated(condition)
        ),
        None,
    )


def _speaks_of(words: set[str], pages: Sequence[Page]) -> Place | None:
    """Return the sentence of a document that shares most words with a condition; None where none shares any."""
    best, found = 0, None
    for page in pages:
        for start, end in sentence_spans(page.text):
            shared = len(words & set(content_words(page.text[start:end])))
            if shared > best:
                best, found = shared, Place(page.number, start, end)
    return found
