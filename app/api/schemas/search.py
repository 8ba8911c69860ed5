"""Defines how found passages, and the explanation of a search, go over the wire."""

from __future__ import annotations

from typing import Protocol, Self

from pydantic import Field

from app.api.schemas.base import MirroredResponse, Response
from app.api.schemas.documents import PAGE_WORD
from app.service.explanation import ExplainedHit, ExplainedSentence, Explanation
from rag.retrieval import Retrieval
from rag.types import Chunk, DocumentInfo, Hit, QuestionFilter, Span, StageRank


class StageResponse(Response):
    """The rank and score that a stage gave a hit."""

    rank: int
    score: float


class SpanResponse(MirroredResponse):
    """The characters `start` to `end` (exclusive) of the text of a 0-based page."""

    page: int
    start: int
    end: int

    def to_domain(self) -> Span:
        """Return the span."""
        return Span(self.page, self.start, self.end)


class HitResponse(Response):
    """A passage that was found; its text stands under `spans`."""

    document_id: int
    document: str
    title: str
    first_page: int
    last_page: int
    page_label: str
    page_word: str = PAGE_WORD
    section: str
    score: float
    text: str
    stages: dict[str, StageResponse]
    spans: list[SpanResponse] = Field(default_factory=list)

    @classmethod
    def from_domain(cls, hit: Hit, **more: str) -> Self:
        """Tell of a hit, and `more` where there is a field for it."""
        pages = {"first_page": hit.chunk.first_page, "last_page": hit.chunk.last_page}
        spans = [SpanResponse.from_domain(span) for span in hit.chunk.spans]
        text = {"section": hit.chunk.section, "text": hit.chunk.text, "spans": spans}
        return cls.copied_from(hit, **document_values(hit.document), **pages, **text, **more)

    def to_domain(self) -> Hit:
        """Return the hit; from a server that tells no spans, its chunk is without its places on the pages."""
        spans = tuple(span.to_domain() for span in self.spans) or spans_of(self.first_page, self.last_page)
        chunk = Chunk(ordinal=0, text=self.text, header="", section=self.section, spans=spans)
        stages = {stage: StageRank(place.rank, place.score) for stage, place in self.stages.items()}
        return Hit("", document_of(self), chunk, self.score, stages, page_label=self.page_label)


class FilterResponse(MirroredResponse):
    """A filter that stands in the question, in its `words`; not applied where nothing among its documents answers."""

    field: str = Field(examples=["type"])
    value: str = Field(examples=["PDF"])
    words: str = Field(examples=["in PDFs from May"])
    label: str = Field(examples=["file type PDF"], description="it as people are shown it")
    is_applied: bool

    def to_domain(self) -> QuestionFilter:
        """Return the filter."""
        return QuestionFilter(self.field, self.value, self.words, self.is_applied)


class SearchResult(Response):
    """The passages that fit best."""

    hits: list[HitResponse]
    milliseconds: dict[str, float]
    notices: list[str]
    understood_filters: list[FilterResponse] = Field(default_factory=list)

    @classmethod
    def from_domain(cls, found: Retrieval) -> Self:
        """Tell of all that was found."""
        return cls.copied_from(
            found,
            hits=[HitResponse.from_domain(hit) for hit in found.hits],
            understood_filters=[FilterResponse.from_domain(one) for one in found.understood_filters],
        )

    def to_domain(self) -> Retrieval:
        """Return the result of the search."""
        return Retrieval(
            tuple(hit.to_domain() for hit in self.hits),
            self.milliseconds,
            tuple(self.notices),
            tuple(one.to_domain() for one in self.understood_filters),
        )


class ExplainedHitResponse(HitResponse):
    """A passage that was found, and what became of it."""

    fate: str


class ExplainedSentenceResponse(Response):
    """A sentence that was marked as an answer and not given, and why: the end of "It ..."; pages count from 0."""

    document: str
    page: int
    text: str
    reason: str


class ExplanationResponse(Response):
    """The way in which an answer's sources were found; below the threshold of probability the question is refused."""

    probability: float
    threshold: float
    milliseconds: dict[str, float]
    more: int
    hits: list[ExplainedHitResponse]
    held_back: list[ExplainedSentenceResponse]

    @classmethod
    def from_domain(cls, explanation: Explanation) -> Self:
        """Tell of every stage's ranks of each chunk, and what became of it."""
        hits = [ExplainedHitResponse.from_domain(row.hit, fate=row.fate) for row in explanation.rows]
        held_back = [ExplainedSentenceResponse.copied_from(one) for one in explanation.held_back]
        return cls.copied_from(explanation, hits=hits, held_back=held_back)

    def to_domain(self) -> Explanation:
        """Return the explanation."""
        rows = tuple(ExplainedHit(hit.to_domain(), hit.fate) for hit in self.hits)
        held_back = tuple(ExplainedSentence(one.document, one.page, one.text, one.reason) for one in self.held_back)
        return Explanation(rows, self.more, self.probability, self.threshold, self.milliseconds, held_back)


class Passage(Protocol):
    """A hit or a source, as far as it tells of its document."""

    document_id: int
    document: str
    title: str
    page_word: str


def document_values(document: DocumentInfo) -> dict[str, str | int]:
    """Return the fields of a hit or a source that tell of its document."""
    return {
        "document_id": document.id,
        "document": document.path,
        "title": document.title,
        "page_word": document.page_word,
    }


def document_of(told: Passage) -> DocumentInfo:
    """Return the document of a hit or a source, as far as they tell of it."""
    return DocumentInfo(
        id=told.document_id,
        path=told.document,
        folder="",
        title=told.title,
        file_type="",
        state="",
        page_word=told.page_word,
    )


def spans_of(first: int, last: int) -> tuple[Span, ...]:
    """Return spans of the first and the last page, without places on them."""
    return tuple(Span(page, 0, 0) for page in sorted({first, last}))
