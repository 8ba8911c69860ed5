"""Defines how answers go over the wire, with their sources and citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Self

from pydantic import Field

from app.api.schemas.base import MirroredResponse, Response
from app.api.schemas.documents import PAGE_WORD
from app.api.schemas.search import (
    ExplanationResponse,
    FilterResponse,
    SpanResponse,
    document_of,
    document_values,
    spans_of,
)
from app.service.explanation import Explanation
from rag.citations.marked_text import notice_of
from rag.types import (
    Answer,
    AnswerTable,
    Citation,
    JudgedSentence,
    PageRectangle,
    PlanStep,
    Rectangle,
    Source,
    TableCell,
    TableRow,
    Usage,
    Verdict,
)

DESCRIBED_BY = Field("", description="the LLM whose words about a figure these are; empty for words of the file")


class SourceResponse(Response):
    """A numbered source of an answer; its text stands under `spans`."""

    number: int
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
    spans: list[SpanResponse] = Field(default_factory=list)
    described_by: str = DESCRIBED_BY

    @classmethod
    def from_domain(cls, source: Source) -> Self:
        """Tell of a source."""
        label = source.page_labels.get(source.first_page, "")
        spans = [SpanResponse.from_domain(span) for span in source.spans]
        return cls.copied_from(source, **document_values(source.document), page_label=label, spans=spans)

    def to_domain(self) -> Source:
        """Return the source; from a server that tells no spans, without its places on its pages."""
        return Source(
            number=self.number,
            document=document_of(self),
            section=self.section,
            text=self.text,
            spans=tuple(span.to_domain() for span in self.spans) or spans_of(self.first_page, self.last_page),
            score=self.score,
            page_labels={self.first_page: self.page_label},
            described_by=self.described_by,
        )


class SourceList(Response):
    """The first event of a streamed answer."""

    sources: list[SourceResponse]

    @classmethod
    def from_domain(cls, sources: tuple[Source, ...]) -> Self:
        """Tell of the sources that the answer may cite."""
        return cls(sources=[SourceResponse.from_domain(source) for source in sources])


class PlaceResponse(Response):
    """A box [left, bottom, right, top] in points on a 0-based page."""

    page: int
    box: list[float]

    @classmethod
    def from_domain(cls, place: PageRectangle) -> Self:
        """Tell of a box on a page."""
        return cls(page=place.page, box=list(astuple(place.rectangle)))

    def to_domain(self) -> PageRectangle:
        """Return the box. Raises TypeError for one without four edges."""
        return PageRectangle(self.page, Rectangle(*self.box))


class CitationResponse(Response):
    """A citation that was checked: `quote` is copied from the page by code; `attributed` where Lectern found it."""

    number: int
    sentence: str
    document: str
    page: int
    page_label: str
    quote: str
    rectangles: list[PlaceResponse]
    supported: bool
    attributed: bool = False
    described_by: str = DESCRIBED_BY

    @classmethod
    def from_domain(cls, citation: Citation) -> Self:
        """Tell of a citation."""
        rectangles = [PlaceResponse.from_domain(place) for place in citation.rectangles]
        return cls.copied_from(citation, rectangles=rectangles)

    def to_domain(self, page_words: Mapping[int, str]) -> Citation:
        """Return the citation; `page_words` are what the sources' pages are called, by their numbers."""
        places = tuple(place.to_domain() for place in self.rectangles)
        return Citation(**{**dict(self), "rectangles": places}, page_word=page_words.get(self.number, ""))


class SentenceResponse(MirroredResponse):
    """A sentence that claims something: characters `start` to `end` of the answer, with the verdict on it.

    `probability` says how likely its sources carry it, `reason` why it is not supported; `attributed` where the LLM
    cited nothing, and Lectern found the sources `numbers`. `pages` has the source's number and the 0-based page of each
    citation.
    """

    start: int
    end: int
    text: str
    verdict: Verdict
    probability: float
    numbers: list[int]
    attributed: bool
    reason: str
    pages: list[tuple[int, int]] = Field(default_factory=list)

    def to_domain(self) -> JudgedSentence:
        """The sentence."""
        return JudgedSentence(**{**dict(self), "numbers": tuple(self.numbers), "pages": tuple(self.pages)})


class ProgressResponse(MirroredResponse):
    """A stage before the sources are known; `question` is what is looked up, where a follow-up was rewritten."""

    stage: str = Field(examples=["searching"], description="rewriting, then searching")
    question: str = Field("", examples=["How high is the lighthouse?"])


class StepResponse(MirroredResponse):
    """A step of an answer: what is done, and `done` of `total` parts of it where it has parts."""

    text: str = Field(examples=["Looking for “lift” in 500 documents"])
    done: int = 0
    total: int = 0

    def to_domain(self) -> PlanStep:
        """Return the step."""
        return PlanStep(**dict(self))


class CellResponse(Response):
    """A cell of a table: its text, and the words `quote` on a 0-based page that prove it, "" where it claims nothing.

    `note` says why it is empty or could not be decided.
    """

    text: str
    document_id: int = 0
    document: str = ""
    page: int = 0
    page_label: str = ""
    page_word: str = PAGE_WORD
    quote: str = ""
    rectangles: list[PlaceResponse] = Field(default_factory=list)
    verdict: Verdict | None = None
    note: str = ""

    @classmethod
    def from_domain(cls, cell: TableCell) -> Self:
        """Tell of a cell."""
        return cls.copied_from(cell, rectangles=[PlaceResponse.from_domain(place) for place in cell.rectangles])

    def to_domain(self) -> TableCell:
        """Return the cell."""
        places = tuple(place.to_domain() for place in self.rectangles)
        return TableCell(**{**dict(self), "rectangles": places})


class TableResponse(Response):
    """A table made from documents; `undecided` are rows of which code could not tell whether they belong to it.

    `completeness` is "complete", "stopped after N of M", or "totals of N of M" where some documents have no sure total.
    """

    columns: list[str]
    rows: list[list[CellResponse]]
    undecided: list[list[CellResponse]]
    completeness: str = Field(examples=["complete"])

    @classmethod
    def from_domain(cls, table: AnswerTable) -> Self:
        """Tell of a table."""
        return cls(
            columns=list(table.columns),
            rows=[[CellResponse.from_domain(cell) for cell in row.cells] for row in table.rows],
            undecided=[[CellResponse.from_domain(cell) for cell in row.cells] for row in table.undecided],
            completeness=table.completeness,
        )

    def to_domain(self) -> AnswerTable:
        """Return the table."""
        return AnswerTable(
            tuple(self.columns),
            tuple(TableRow(tuple(cell.to_domain() for cell in row)) for row in self.rows),
            tuple(TableRow(tuple(cell.to_domain() for cell in row)) for row in self.undecided),
            self.completeness,
        )


class TokensResponse(Response):
    """The tokens that the LLM used."""

    prompt: int
    completion: int
    estimated: bool


class AnswerResponse(Response):
    """A finished answer; `error` says why the LLM failed, `answer` then holds what had come until it did.

    `verdict` is null where nothing is claimed, as in a refusal; `verdict_notice` is what people are told of it.
    """

    answer: str = Field(examples=["Three times every twenty seconds [1]."])
    refused: bool
    sources: list[SourceResponse]
    citations: list[CitationResponse]
    llm: str = Field(examples=["ollama:llama3.2"])
    tokens: TokensResponse
    cost_usd: float | None
    milliseconds: dict[str, float]
    notices: list[str]
    error: str
    verdict: Verdict | None = None
    probability: float = 0.0
    verdict_notice: str = ""
    sentences: list[SentenceResponse] = Field(default_factory=list)
    mode: str = Field("", examples=["look-up"])
    mode_reason: str = ""
    steps: list[StepResponse] = Field(default_factory=list)
    table: TableResponse | None = None
    understood_filters: list[FilterResponse] = Field(default_factory=list)
    asked_as: str = Field("", description="the follow-up as it was looked up, where it was rewritten")
    offer: str = Field("", description="what an LLM would take to read all of it, which needs `agreed` of the question")
    is_cut_off: bool = Field(False, description="whether the LLM had written as much as it may")
    nearest: list[CitationResponse] = Field(
        default_factory=list, description="of a refusal: the sentences nearest to the question, which may not answer it"
    )
    explanation: ExplanationResponse | None = None

    @classmethod
    def from_domain(cls, answer: Answer, explanation: Explanation | None = None) -> Self:
        """Tell of an answer; the field `explanation` is set only where there is one."""
        usage = answer.usage
        told = cls.copied_from(
            answer,
            answer=answer.text,
            sources=[SourceResponse.from_domain(source) for source in answer.sources],
            citations=[CitationResponse.from_domain(citation) for citation in answer.citations],
            nearest=[CitationResponse.from_domain(citation) for citation in answer.nearest],
            sentences=[SentenceResponse.from_domain(sentence) for sentence in answer.sentences],
            understood_filters=[FilterResponse.from_domain(one) for one in answer.understood_filters],
            verdict_notice=notice_of(answer),
            steps=[StepResponse.from_domain(step) for step in answer.steps],
            table=None if answer.table is None else TableResponse.from_domain(answer.table),
            tokens=TokensResponse(
                prompt=usage.prompt_tokens, completion=usage.completion_tokens, estimated=usage.estimated
            ),
        )
        if explanation is not None:
            told.explanation = ExplanationResponse.from_domain(explanation)
        return told

    def to_domain(self) -> Answer:
        """Return the answer."""
        page_words = {source.number: source.page_word for source in self.sources}
        return Answer(
            text=self.answer,
            refused=self.refused,
            sources=tuple(source.to_domain() for source in self.sources),
            citations=tuple(citation.to_domain(page_words) for citation in self.citations),
            llm=self.llm,
            usage=Usage(self.tokens.prompt, self.tokens.completion, self.tokens.estimated),
            cost_usd=self.cost_usd,
            milliseconds=self.milliseconds,
            notices=tuple(self.notices),
            error=self.error,
            sentences=tuple(sentence.to_domain() for sentence in self.sentences),
            verdict=self.verdict,
            probability=self.probability,
            mode=self.mode,
            mode_reason=self.mode_reason,
            steps=tuple(step.to_domain() for step in self.steps),
            table=self.table.to_domain() if self.table else None,
            understood_filters=tuple(one.to_domain() for one in self.understood_filters),
            asked_as=self.asked_as,
            offer=self.offer,
            is_cut_off=self.is_cut_off,
            nearest=tuple(citation.to_domain(page_words) for citation in self.nearest),
        )
