"""Defines how questions go over the wire: what to search for, and what to answer."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from app.api.schemas.base import CollectionName, Request
from rag.images import MAX_IMAGE_BYTES, MAX_IMAGES, decode_image
from rag.types import MAX_QUESTION_CHARACTERS, ImageFile, Message, Question

MAX_HITS = 500
"""More than two searches bring to the fusion, also where documents are searched once more."""

MAX_TURNS = 100
MAX_IMAGE_NAME = 200

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
"""A white pixel as PNG, for examples."""

QuestionText = Annotated[str, Field(max_length=MAX_QUESTION_CHARACTERS, examples=["How often does the lamp flash?"])]


class QuestionRequest(Request):
    """A question, and the documents it is asked of."""

    question: QuestionText
    collection: CollectionName = Field("default", examples=["default"])
    filters: dict[str, str] = Field(default_factory=dict, max_length=20, examples=[{"type": "pdf"}])
    ignored_filters: list[str] = Field(
        default_factory=list,
        max_length=20,
        examples=[[]],
        description="fields of filters that are not to be taken from the question's words, as `understood_filters` "
        'names them; "all" for none at all',
    )


class SearchRequest(QuestionRequest):
    """A search; `filters` map fields to values, * for anything, and several values one a line.

    The fields: document (its path in the folder), folder, place (folder and path, such as those of a few chosen
    documents), type, title, author, created, language, kind, dated, period, organisation.
    """

    limit: int = Field(10, ge=1, le=MAX_HITS)

    @classmethod
    def from_domain(cls, question: Question, *, limit: int) -> Self:
        """Ask for the best `limit` passages."""
        # Whether it may be asked is for the server to say, in its own words.
        return cls.model_construct(
            question=question.text,
            collection=question.collection,
            filters=dict(question.filters),
            ignored_filters=list(question.ignored_filters),
            limit=limit,
        )

    def to_domain(self) -> Question:
        """Return the question that is asked."""
        return Question(self.question, self.collection, self.filters, ignored_filters=tuple(self.ignored_filters))


class TurnRequest(Request):
    """A turn of the conversation before the question."""

    role: Literal["user", "assistant"]
    text: str = Field(max_length=100_000)


class ImageRequest(Request):
    """A PNG, JPEG, WebP or GIF; which one is seen by its content."""

    name: str = Field("image", min_length=1, max_length=MAX_IMAGE_NAME, examples=["sign.png"])
    data: str = Field(examples=[PIXEL], description="the bytes of the file in base64")

    @classmethod
    def from_domain(cls, image: ImageFile) -> Self:
        """Attach an image under its name, of which the end is kept."""
        return cls.model_construct(name=image.name[-MAX_IMAGE_NAME:], data=image.encoded)

    def to_domain(self) -> ImageFile:
        """Return the image, of which nothing is known to be true yet. Raises ImageError for what is not in base64."""
        return decode_image(self.name, self.data)


ModeName = Literal["", "look-up", "all-documents", "calculate", "compare", "summarise", "steps"]
"""The names of `rag.planning.modes.Mode`."""


class AskRequest(QuestionRequest):
    """A question; with `stream`, the answer comes as server-sent events."""

    history: list[TurnRequest] = Field(default_factory=list, max_length=MAX_TURNS, examples=[[]])
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
    mode: ModeName = Field("", examples=[""], description="how it is answered; empty: chosen by rules")
    agreed: bool = Field(
        False, description="that an LLM may read as much as `offer` of the answer before said; it is asked at once"
    )
    stream: bool = False
    progress: bool = Field(False, description="with `stream`: tell what is done before the sources are known")
    explain: bool = Field(False, description="add what every stage found and left out")

    @classmethod
    def from_domain(cls, question: Question, *, stream: bool, explain: bool, progress: bool = False) -> Self:
        """Ask for an answer, with an explanation of how its sources were found where that is wanted."""
        return cls.model_construct(
            question=question.text,
            collection=question.collection,
            filters=dict(question.filters),
            ignored_filters=list(question.ignored_filters),
            history=[TurnRequest.model_construct(role=turn.role, text=turn.text) for turn in question.history],
            use_llm=question.use_llm,
            llm=question.llm,
            images=[ImageRequest.from_domain(image) for image in question.images],
            mode=question.mode,
            agreed=question.agreed,
            stream=stream,
            explain=explain,
            progress=progress,
        )

    def to_domain(self) -> Question:
        """Return the question that is asked. Raises ImageError."""
        return Question(
            text=self.question,
            collection=self.collection,
            filters=self.filters,
            history=tuple(Message(turn.role, turn.text) for turn in self.history),
            use_llm=self.use_llm,
            llm=self.llm,
            images=tuple(image.to_domain() for image in self.images),
            mode=self.mode,
            agreed=self.agreed,
            ignored_filters=tuple(self.ignored_filters),
        )
