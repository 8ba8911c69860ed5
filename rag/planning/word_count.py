"""Counts how often a word or a phrase stands in the documents, in any inflection; every page is looked through."""

from __future__ import annotations

from collections.abc import Sequence

from rag.planning.computed_answer import compose_answer
from rag.planning.naming import find_named, list_answering
from rag.planning.page_ends import find_in_pages
from rag.planning.phrases import Phrase
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.table_cells import Place, plain_cell, proven_cell
from rag.planning.word_count_query import WordCountQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import sentence_around
from rag.types import AnswerTable, DocumentInfo, PlanStep, TableRow

BATCH = 200
"""Documents whose pages are in memory at once."""


def count_words(asked: PlannedQuestion, query: WordCountQuery, catalogue: DocumentCatalogue) -> Answering:
    """Yield the step and the count, and return it with a row for each document that has the words."""
    timer = StageTimer()
    documents = list_answering(catalogue, asked.question.collection, asked.question.filters)
    if query.document:
        documents = find_named(query.document, documents)
        if not documents:
            return f"No document is named “{query.document}”, so it was looked up."
    yield PlanStep(f"Counting “{query.phrase.written}” in {len(documents):,} documents")
    rows: list[TableRow] = []
    total = 0
    for start in range(0, len(documents), BATCH):
        for count, row in _counted(query.phrase, documents[start : start + BATCH], catalogue):
            total += count
            rows.append(row)
    timer.mark("look through")
    wording = Wording(asked.text)
    text = wording.say(
        "word count one" if total == 1 else "word count",
        word=query.phrase.written,
        times=wording.number(total),
        count=wording.number(len(rows)),
        all=wording.number(len(documents)),
    )
    table = AnswerTable(wording.columns("Document", "Times", "Words"), tuple(rows))
    return (yield from compose_answer(text, (), catalogue, milliseconds=timer.milliseconds, table=table))


def _counted(
    phrase: Phrase, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> list[tuple[int, TableRow]]:
    texts = catalogue.page_texts([document.id for document in documents])
    found: list[tuple[int, TableRow]] = []
    for document in documents:
        pages = texts.get(document.id, [])
        places = list(find_in_pages(phrase, document, pages))
        if not places:
            continue
        text = next(page.text for page in pages if page.number == places[0].page)
        place = Place(places[0].page, *sentence_around(text, places[0].start, places[0].end))
        words = proven_cell(catalogue, document, place)
        cells = (plain_cell(document.path, words), plain_cell(f"{len(places):,}", words), words)
        found.append((len(places), TableRow(cells)))
    return found
