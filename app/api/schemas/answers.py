"""Defines how questions, what was found, and answers go over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Annotated, Literal, Self

from pydantic import Field

from app.api.schemas.base import CollectionName, Request, Response
from app.api.schemas.documents import PAGE_WORD
from app.service.explanation import ExplainedHit, Explanation
from rag.images import MAX_IMAGE_BYTES, MAX_IMAGES, decode_image
from rag.retrieval import Retrieval
from rag.types import (
    MAX_QUESTION_CHARACTERS,
    Answer,
    Chunk,
    Citation,
    DocumentInfo,
    Hit,
    ImageFile,
    Message,
    PageRectangle,
    Question,
    Rectangle,
    Source,
    Span,
    StageRank,
    Usage,
)

MAX_TURNS = 100
MAX_IMAGE_NAME = 200

MAX_HITS = 500
"""More than two searches bring to the fusion, also where documents are searched once more."""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
"""A white pixel as PNG, for examples."""

QuestionText = Annotated[str, Field(max_length=MAX_QUESTION_CHARACTERS, examples=["How often does the lamp flash?"])]


# --- requests ---


class QuestionRequest(Request):
    """A question, and the documents it is asked of."""

    question: QuestionText
    collection: CollectionName = Field("default", examples=["default"])
    filters: dict[str, str] = Field(default_factory=dict, max_length=20, examples=[{"type": "pdf"}])


class SearchRequest(QuestionRequest):
    """A search; `filters` map fields to values, * for anything.

    The fields: document, folder, type, title, author, created, language, kind, dated, period, organisation.
    """

    limit: int = Field(10, ge=1, le=MAX_HITS)

    @classmethod
    def from_domain(cls, question: Question, *, limit: int) -> Self:
        """Ask for the best `limit` passages."""
        # Whether it may be asked is for the server to say, in its own words.
        return cls.model_construct(
            question=question.text, collection=question.collection, filters=dict(question.filters), limit=limit
        )

    def to_domain(self) -> Question:
        """The question that is asked."""
        return Question(self.question, self.collection, self.filters)


class Turn(Request):
    """A turn of the conversation before the question."""

    role: Literal["user", "assistant"]
    text: str = Field(max_length=100_000)


class ImageRequest(Request):
    """A PNG, JPEG, WebP or GIF; which one is seen by its content."""

    name: str = Field("image", min_length=1, max_length=MAX_IMAGE_NAME, examples=["sign.png"])
    data: str = Field(examples=[PIXEL], description="the bytes of the file in base64")

    @classmethod
    def from_domain(cls, image: ImageFile) -> Self:
        """Attach an image, under the end of its name."""
        return cls.model_construct(name=image.name[-MAX_IMAGE_NAME:], data=image.encoded)

    def to_domain(self) -> ImageFile:
        """The image, of which nothing is known to be true yet. Raises ImageError for what is not in base64."""
        return decode_image(self.name, self.data)


class AskRequest(QuestionRequest):
    """A question; with `stream`, the answer comes as server-sent events."""

    history: list[Turn] = Field(default_factory=list, max_length=MAX_TURNS, examples=[[]])
    use_llm: bool = Field(True, description="false: answer with quotes only")
    llm: str = Field(
        "",
        max_length=200,
        examples=[""],
        description="PROVIDER:MODEL, instead of the server's own; takes the right to administer all collections",
    )
    images: list[ImageRequest] = Field(
        default_factory=list,
        examples=[[]],
        description=f"at most {MAX_IMAGES} with {MAX_IMAGE_BYTES >> 20} MB together, for an LLM that sees images",
    )
    stream: bool = False
    explain: bool = Field(False, description="add what every stage found and left out")

    @classmethod
    def from_domain(cls, question: Question, *, stream: bool, explain: bool) -> Self:
        """Ask for an answer, with an explanation of how its sources were found where that is wanted."""
        return cls.model_construct(
            question=question.text,
            collection=question.collection,
            filters=dict(question.filters),
            history=[Turn.model_construct(role=turn.role, text=turn.text) for turn in question.history],
            use_llm=question.use_llm,
            llm=question.llm,
            images=[ImageRequest.from_domain(image) for image in question.images],
            stream=stream,
            explain=explain,
        )

    def to_domain(self) -> Question:
        """The question that is asked. Raises ImageError."""
        return Question(
            text=self.question,
            collection=self.collection,
            filters=self.filters,
            history=tuple(Message(turn.role, turn.text) for turn in self.history),
            use_llm=self.use_llm,
            llm=self.llm,
            images=tuple(image.to_domain() for image in self.images),
        )


# --- what is found ---


class StageResponse(Response):
    """The rank and score that a stage gave a hit."""

    rank: int
    score: float


class HitResponse(Response):
    """A passage that was found."""

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

    @classmethod
    def from_domain(cls, hit: Hit, **more: str) -> Self:
        """Tell of a hit, and `more` where there is a field for it."""
        pages = {"first_page": hit.chunk.first_page, "last_page": hit.chunk.last_page}
        text = {"section": hit.chunk.section, "text": hit.chunk.text}
        return cls.copied_from(hit, **_document_values(hit.document), **pages, **text, **more)

    def to_domain(self) -> Hit:
        """The hit; its chunk knows its pages and its text, and not where on them it stands."""
        spans = _pages(self.first_page, self.last_page)
        chunk = Chunk(ordinal=0, text=self.text, header="", section=self.section, spans=spans)
        stages = {stage: StageRank(place.rank, place.score) for stage, place in self.stages.items()}
        return Hit("", _document(self), chunk, self.score, stages, page_label=self.page_label)


class SearchResult(Response):
    """The passages that fit best."""

    hits: list[HitResponse]
    milliseconds: dict[str, float]
    notices: list[str]

    @classmethod
    def from_domain(cls, found: Retrieval) -> Self:
        """Tell of all that was found."""
        return cls.copied_from(found, hits=[HitResponse.from_domain(hit) for hit in found.hits])

    def to_domain(self) -> Retrieval:
        """The result of the search."""
        return Retrieval(tuple(hit.to_domain() for hit in self.hits), self.milliseconds, tuple(self.notices))


class ExplainedHitResponse(HitResponse):
    """A passage that was found, and what became of it."""

    fate: str


class ExplanationResponse(Response):
    """The way in which an answer's sources were found; below the threshold of probability the question is refused."""

    probability: float
    threshold: float
    milliseconds: dict[str, float]
    more: int
    hits: list[ExplainedHitResponse]

    @classmethod
    def from_domain(cls, explanation: Explanation) -> Self:
        """Tell of every stage's ranks of each chunk, and what became of it."""
        hits = [ExplainedHitResponse.from_domain(row.hit, fate=row.fate) for row in explanation.rows]
        return cls.copied_from(explanation, hits=hits)

    def to_domain(self) -> Explanation:
        """The explanation."""
        rows = tuple(ExplainedHit(hit.to_domain(), hit.fate) for hit in self.hits)
        return Explanation(rows, self.more, self.probability, self.threshold, self.milliseconds)


# --- answers ---


class SourceResponse(Response):
    """A numbered source of an answer."""

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

    @classmethod
    def from_domain(cls, source: Source) -> Self:
        """Tell of a source."""
        label = source.page_labels.get(source.first_page, "")
        return cls.copied_from(source, **_document_values(source.document), page_label=label)

    def to_domain(self) -> Source:
        """The source; it knows its pages, and not where on them it stands."""
        return Source(
            number=self.number,
            document=_document(self),
            section=self.section,
            text=self.text,
            spans=_pages(self.first_page, self.last_page),
            score=self.score,
            page_labels={self.first_page: self.page_label},
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
        """The box. Raises TypeError for one without four edges."""
        return PageRectangle(self.page, Rectangle(*self.box))


class CitationResponse(Response):
    """A citation that was checked: `quote` is copied from the page by code."""

    number: int
    sentence: str
    document: str
    page: int
    page_label: str
    quote: str
    rectangles: list[PlaceResponse]
    supported: bool

    @classmethod
    def from_domain(cls, citation: Citation) -> Self:
        """Tell of a citation."""
        rectangles = [PlaceResponse.from_domain(place) for place in citation.rectangles]
        return cls.copied_from(citation, rectangles=rectangles)

    def to_domain(self, page_words: Mapping[int, str]) -> Citation:
        """The citation; `page_words` are what the sources' pages are called, by their numbers."""
        places = tuple(place.to_domain() for place in self.rectangles)
        return Citation(**{**dict(self), "rectangles": places}, page_word=page_words.get(self.number, ""))


class TokensResponse(Response):
    """The tokens that the LLM used."""

    prompt: int
    completion: int
    estimated: bool


class AnswerResponse(Response):
    """A finished answer; `error` says why the LLM failed, `answer` then holds what had come until it did."""

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
            tokens=TokensResponse(
                prompt=usage.prompt_tokens, completion=usage.completion_tokens, estimated=usage.estimated
            ),
        )
        if explanation is not None:
            told.explanation = ExplanationResponse.from_domain(explanation)
        return told

    def to_domain(self) -> Answer:
        """The answer."""
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
        )


def _document_values(document: DocumentInfo) -> dict[str, str | int]:
    """The fields of a hit or a source that tell of its document."""
    return {
        "document_id": document.id,
        "document": document.path,
        "title": document.title,
        "page_word": document.page_word,
    }


def _document(told: HitResponse | SourceResponse) -> DocumentInfo:
    """The document of a hit or a source, which tell little of it."""
    return DocumentInfo(
        id=told.document_id,
        path=told.document,
        folder="",
        title=told.title,
        file_type="",
        state="",
        page_word=told.page_word,
    )


def _pages(first: int, last: int) -> tuple[Span, ...]:
    return tuple(Span(page, 0, 0) for page in sorted({first, last}))
