"""Holds what the modes need to have an LLM read documents one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.citations.checker import AnswerChecker
from rag.errors import ModelError
from rag.planning.agreement import MOST_CALLS
from rag.planning.kept_replies import KeptReplies, ReplyStore
from rag.planning.planner import PlannedQuestion
from rag.protocols import LanguageModel
from rag.types import Source


@dataclass(frozen=True, slots=True)
class LlmReading:
    """An LLM, what checks its sentences, what keeps its replies, and the calls that nobody has to agree to."""

    model: LanguageModel
    check: Callable[[str, Sequence[Source]], AnswerChecker]
    store: ReplyStore
    most_calls: int = MOST_CALLS

    def replies(self, asked: PlannedQuestion) -> KeptReplies:
        """Return what asks the LLM for one answer."""
        return KeptReplies(self.model, self.store, stop=asked.stop)


def failure_of(error: ModelError, asked: PlannedQuestion) -> str:
    """Return why an LLM failed while it read; "" where it was hung up on."""
    return "" if asked.is_stopped else f"{error.reason} {error.remedy}".strip()


def failure_notices(failure: str) -> list[str]:
    """Return what is said of a failure: nothing where there is none."""
    return [f"The LLM failed: {failure} Ask the same again to go on from there."] if failure else []
