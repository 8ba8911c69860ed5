"""Defines how conversations that are kept go over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from pydantic import Field, ValidationError, field_validator

from app.api.schemas.answers import AnswerResponse
from app.api.schemas.base import CollectionName, MirroredResponse, Request, Response
from app.state.conversations import MAX_TITLE, MAX_TURNS, KeptConversation, KeptTurn
from rag.errors import ConfigurationError
from rag.types import MAX_QUESTION_CHARACTERS

ID_PATTERN = r"^[0-9a-f]{32}$"

MAX_ANSWER = 1_000_000
"""Characters of an answer's text."""

MAX_NOTE = 10_000
"""Characters of a note on an answer."""


class ConversationSettings(Request):
    """The filters, mode and LLM of a conversation's next question, as in `POST /ask`."""

    filters: dict[str, str] = Field(default_factory=dict, max_length=20)
    mode: str = Field("", max_length=40)
    llm: str = Field("", max_length=200)
    use_llm: bool = True


class ConversationRequest(ConversationSettings):
    """A conversation to keep."""

    collection: CollectionName = Field("default", examples=["default"])


class ConversationChange(Request):
    """Changes to a conversation; what is left out stays."""

    title: str | None = Field(None, max_length=MAX_TITLE, description="empty: called after its first question")
    pinned: bool | None = None


class TurnRecord(ConversationRequest):
    """A question of a conversation, and its answer as far as it has come."""

    question: str = Field(max_length=MAX_QUESTION_CHARACTERS, examples=["How often does the lamp flash?"])
    images: list[str] = Field(default_factory=list, max_length=20, description="the names of the images attached")
    state: str = Field("", max_length=20, examples=["done"], description="done, stopped, failed, or running")
    text: str = Field("", max_length=MAX_ANSWER, description="the answer's text, where it is not whole")
    answer: dict[str, Any] | None = Field(None, description="the whole answer, as `POST /ask` gives it")
    rating: str = Field("", max_length=10)
    again_of: int | None = Field(None, ge=0, lt=MAX_TURNS, description="the position of the question asked again here")
    asked_at: float = Field(0.0, ge=0, description="seconds since 1970; 0: not known")
    note: str = Field("", max_length=MAX_NOTE, description="what people noted about the answer")
    reason: str = Field("", max_length=10_000, description="why it failed")
    remedy: str = Field("", max_length=10_000)

    @field_validator("answer")
    @classmethod
    def check_answer(cls, answer: dict[str, Any] | None) -> dict[str, Any] | None:
        """Take an answer only in the form in which answers are given. Raises ConfigurationError."""
        try:
            return None if answer is None else AnswerResponse.model_validate(answer).to_json()
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            reason = f"The answer has not the form of answers: {field}: {first['msg']}."
            raise ConfigurationError(reason, "Send the answer as `POST /ask` gave it.") from error

    def to_domain(self, position: int) -> KeptTurn:
        """Return the turn at a position."""
        answer = self.answer or {}
        documents = set(_document_ids(answer))
        return KeptTurn(
            position=position,
            collection=self.collection,
            question=self.question,
            answer=str(answer.get("answer", self.text)),
            documents=tuple(sorted(documents)),
            record=self.model_dump(mode="json"),
        )


def _document_ids(told: Any) -> Iterator[int]:
    """Return the documents that an answer was made from: those of its sources, and of the rows of its table."""
    if isinstance(told, dict):
        if isinstance(id_ := told.get("document_id"), int):
            yield id_
        for value in told.values():
            yield from _document_ids(value)
    elif isinstance(told, list):
        for value in told:
            yield from _document_ids(value)


class TurnResponse(Response):
    """A turn as it is kept; without `record` where its answer was erased with a document that it quoted."""

    position: int
    question: str
    record: dict[str, Any] | None

    @classmethod
    def from_domain(cls, turn: KeptTurn) -> Self:
        """Tell of a turn."""
        return cls.copied_from(turn, record=None if turn.record is None else dict(turn.record))


class ConversationResponse(MirroredResponse):
    """A conversation; `version` counts its changes, `settings` is that of its next question."""

    id: str
    title: str
    collection: str
    settings: dict[str, Any]
    pinned: bool
    created_at: str
    updated_at: str
    version: int
    turns: int


class ConversationDetail(Response):
    """A conversation with its turns, the oldest first."""

    conversation: ConversationResponse
    turns: list[TurnResponse]

    @classmethod
    def from_turns(cls, conversation: KeptConversation, turns: list[KeptTurn]) -> Self:
        """Tell of a conversation with its turns."""
        told = [TurnResponse.from_domain(turn) for turn in turns]
        return cls(conversation=ConversationResponse.from_domain(conversation), turns=told)


class ConversationList(Response):
    """Pinned conversations first, then the newest."""

    conversations: list[ConversationResponse]
    total: int


class TurnKept(Response):
    """The version of the conversation that a turn was kept in."""

    version: int
