"""Defines how feedback, questions with known pages and evaluations go over the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field

from app.api.schemas.base import CollectionName, MirroredResponse, Request, Response
from app.api.schemas.questions import QuestionText
from app.evaluation.evaluate import GoldQuestion
from rag.types import MAX_QUESTION_CHARACTERS

if TYPE_CHECKING:
    from app.state.evaluations import KeptQuestion

# --- feedback ---


class PageReference(Request):
    """A page that an answer cited, 0-based."""

    document: str = Field(max_length=4_000, examples=["light.txt"])
    page: int = Field(ge=0, examples=[0])


class FeedbackRequest(Request):
    """A word on an answer."""

    collection: CollectionName = Field("default", examples=["default"])
    question: QuestionText
    answer: str = Field("", max_length=100_000)
    rating: Literal["up", "down"]
    comment: str = Field("", max_length=10_000, examples=["The page is right, the number is not."])
    citations: list[PageReference] = Field(default_factory=list, max_length=100)


class FeedbackResponse(MirroredResponse):
    """A word on an answer, with when it came."""

    collection: str
    question: str
    answer: str
    rating: str
    comment: str
    given_at: str
    citations: list[PageReference]
    id: int


class FeedbackList(Response):
    """Feedback, the newest first."""

    feedback: list[FeedbackResponse]


class FeedbackAdded(Response):
    """The number under which the feedback is kept."""

    id: int


# --- evaluations ---


class GoldQuestionRequest(Request):
    """A question with the pages of the document that answer it; no pages: it cannot be answered."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS, examples=["How often does the lamp flash?"])
    document: str = Field("", max_length=4_000, examples=["light.txt"], description="a path, or the end of one")
    pages: list[int] = Field(default_factory=list, max_length=1_000, examples=[[0]])

    def to_domain(self) -> GoldQuestion:
        """Return the question with its pages."""
        return GoldQuestion(self.question.strip(), self.document.strip(), tuple(self.pages))


class GoldQuestions(Request):
    """Questions to keep for evaluations."""

    questions: list[GoldQuestionRequest] = Field(min_length=1, max_length=10_000)


class KeptGold(Response):
    """A question that is kept."""

    id: int
    question: str
    document: str
    pages: list[int]
    added_at: str

    @classmethod
    def from_domain(cls, kept: KeptQuestion) -> Self:
        """Tell of a question that is kept."""
        return cls.copied_from(kept, **asdict(kept.gold))


class KeptGoldList(Response):
    """The questions of a collection, the oldest first; `added` counts those that were new."""

    questions: list[KeptGold]
    added: int = 0


class QuestionOutcomeResponse(MirroredResponse):
    """The outcome of one question; `rank` 1 is the first page found, null when none of its pages was."""

    question: str
    document: str
    pages: list[int]
    rank: int | None
    found: str = Field(description="the document found first")
    found_page: int | None
    milliseconds: float


class EvaluationResponse(MirroredResponse):
    """A run over the kept questions; `scores` as `lectern eval --json` prints them."""

    id: int
    collection: str
    started_at: str
    finished_at: str
    state: Literal["running", "done", "failed", "cut off"]
    asked: int
    questions: int
    scores: dict[str, float]
    settings: dict[str, Any]
    problem: str
    remedy: str


class EvaluationDetail(EvaluationResponse):
    """An evaluation with the outcome of each question."""

    outcomes: list[QuestionOutcomeResponse]


class EvaluationList(Response):
    """The newest first."""

    evaluations: list[EvaluationResponse]
