"""A catalogue of documents in memory, and look-ups whose answers are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from rag.pipeline import AnswerStream
from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.over_documents import OverDocuments
from rag.planning.planner import PlanMode, PlannedQuestion
from rag.types import (
    Answer,
    AnswerEvent,
    Chunk,
    Citation,
    DocumentInfo,
    DocumentProfile,
    Page,
    Question,
    Source,
    Span,
    Usage,
    Verdict,
)


class Shelf:
    """Holds documents of some pages each, by path; their ids count from 1."""

    def __init__(
        self, texts: Mapping[str, Sequence[str]], profiles: Mapping[str, DocumentProfile] | None = None
    ) -> None:
        self._pages = {
            id_: [Page(number, text, ()) for number, text in enumerate(pages)]
            for id_, pages in enumerate(texts.values(), 1)
        }
        known = profiles or {}
        self.documents = [
            DocumentInfo(
                id_, path, "/docs", path, "md", "indexed", len(texts[path]), 1, "page",
                profile=known.get(path, DocumentProfile("en")),
            )
            for id_, path in enumerate(texts, 1)
        ]  # fmt: skip

    def find_documents(self, collection: str, filters: Mapping[str, str]) -> list[int]:
        return [one.id for one in self.documents if all(one.profile.kind == kind for kind in filters.values())]

    def list_documents(self, collection: str) -> list[DocumentInfo]:
        return list(self.documents)

    def page_texts(self, document_ids: Sequence[int]) -> dict[int, list[Page]]:
        return {id_: self._pages[id_] for id_ in document_ids}

    def load_document_chunks(self, collection: str, document_id: int) -> list[tuple[str, Chunk]]:
        """Each page is a chunk, in the section that its first line names."""
        return [
            (
                f"{document_id}:{page.number}",
                Chunk(
                    page.number, page.text, "", page.text.partition("\n")[0], (Span(page.number, 0, len(page.text)),)
                ),
            )
            for page in self._pages[document_id]
        ]

    def load_pages(self, document_id: int, numbers: Sequence[int]) -> dict[int, Page]:
        return {page.number: page for page in self._pages[document_id] if page.number in numbers}


class Finished:
    """A look-up that is answered already."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sources = answer.sources


def asked(
    question: str,
    answers: Mapping[str, str] | None = None,
    shelf: Shelf | None = None,
    *,
    mode: str = "",
    seen: list[Sequence[int] | None] | None = None,
) -> PlannedQuestion:
    """Return a question whose look-ups are answered by a sentence each; those that are not there are refused.

    The documents in which each look-up was made are added to `seen`.
    """

    def look_up(text: str, documents: Sequence[int] | None) -> AnswerStream:
        if seen is not None:
            seen.append(documents)
        said = (answers or {}).get(text, "")
        document = (shelf or Shelf({"a.md": [said]})).documents[(documents or [1])[0] - 1]
        source = Source(1, document, "", said, (Span(0, 0, len(said)),), 1.0)
        citation = Citation(1, said, document.path, 0, "", said, (), True)
        answer = Answer(
            f'"{said}" [1]', not said, (source,), (citation,) if said else (), "", Usage(0, 0), 0.0, {},
            verdict=Verdict.SUPPORTED if said else None,
        )  # fmt: skip
        return cast(AnswerStream, Finished(answer))

    return PlannedQuestion(Question(question, "default", mode=mode), look_up)


def finish(mode: PlanMode, question: PlannedQuestion) -> tuple[list[AnswerEvent], Answer | str]:
    """Return the events of an answer and the answer."""
    events: list[AnswerEvent] = []
    answering = mode.answer(question)
    while True:
        try:
            events.append(next(answering))
        except StopIteration as stopped:
            return events, stopped.value


def told_over_documents(question: str, shelf: Shelf) -> Answer | str:
    """Return what is computed over the documents of a shelf, or in words why nothing is."""
    mode = OverDocuments(Aggregation(AllDocuments(shelf, most_read=5), shelf), shelf)
    return finish(mode, asked(question, shelf=shelf))[1]


def assert_says(answer: Answer | str, said: Sequence[str], not_said: Sequence[str]) -> None:
    """Assert that there is an answer with its proof, which says some things and not others."""
    assert isinstance(answer, Answer), answer
    assert all(one in answer.text for one in said), answer.text
    assert not any(one in answer.text for one in not_said), answer.text
    assert answer.citations
