"""Answers a question by several look-ups that an LLM asks for, within limits, from what all of them found."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from rag.errors import ModelError
from rag.planning.protocol import OPEN, OUTLINE, PlannedCall, ask_for_more, ask_for_plan, read_plan, title_of
from rag.planning.tool_calls import TOOL_SCHEMAS, read_calls
from rag.planning.tools import MAX_SHOWN, Toolbox, ToolResult, show_hits
from rag.protocols import LanguageModel, ToolCallingModel
from rag.retrieval import COMBINED, Retrieval
from rag.text import content_words
from rag.types import Hit, Message, PlanStep, Usage

PLAN_TOKENS = 160
"""Of one reply of the LLM: eight look-ups of twenty tokens."""

ENOUGH = 0.3
"""A look-up with a passage that is as likely to answer it has found what it asked: where all of the first plan have, no
more is asked for (21 of 35 questions about filings; of these 18 had a gold page among the first five)."""

KEY_LENGTH = 8

MAX_NOTICE = 1_000
"""Characters; a longer one is no notice."""

PLANNING = "Planning the look-ups"


@dataclass(frozen=True, slots=True)
class StepLimits:
    """The limits of one plan; each ends it, and the answer is made from what was found until then."""

    look_ups: int = 6
    """Tools used, besides the look-up of the question itself."""
    calls: int = 2
    """Times that the LLM is asked what to look up."""
    tokens: int = 4_000
    """Of all these prompts and replies together."""
    seconds: float = 120.0
    """After which nothing more is looked up."""


@dataclass(slots=True)
class Looked:
    """What a plan has found: the question's own look-up first, then those of the LLM in order."""

    retrievals: list[Retrieval] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """For each of them the words that were looked up."""
    usage: Usage = field(default_factory=lambda: Usage(0, 0))
    notices: list[str] = field(default_factory=list)
    planned: list[PlannedCall] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """What the LLM is shown of it when it is asked for more."""
    calls: int = 0
    has_failed: bool = False
    """Whether the LLM failed while it planned."""

    @property
    def is_enough(self) -> bool:
        """Return whether each look-up of the LLM found a passage that likely answers it, as far as a reader knows."""
        planned = self.retrievals[1:]
        return 0 < len(self.planned) <= len(planned) and all(_best(one.hits) >= ENOUGH for one in planned)

    def add(self, text: str, retrieval: Retrieval) -> None:
        """Take what a look-up of a text has found."""
        self.texts.append(text)
        self.retrievals.append(retrieval)

    def show(self, title: str, lines: Sequence[str]) -> None:
        """Take what the LLM is shown of a look-up; a line that it sees already is left out."""
        self.shown += [f"{title}:", *(line for line in lines or ["nothing found"] if line not in self.shown)]


class StepLoop:
    """Has an LLM plan the look-ups of one question and does them."""

    def __init__(
        self,
        model: LanguageModel,
        limits: StepLimits,
        *,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the LLM that plans. Once `stop` is set, nothing more is planned or looked up."""
        self._model = model
        self._limits = limits
        self._stop = stop
        self._clock = clock
        self._until = clock() + limits.seconds
        self._calls_tools = isinstance(model, ToolCallingModel) and model.calls_tools

    def look_up(self, question: str, toolbox: Toolbox) -> Generator[PlanStep, None, Looked]:
        """Yield each step as it begins; return what was found. Raises what the question's own look-up raises."""
        found = Looked()
        yield PlanStep(f"Looking up: {question}")
        own = toolbox.search(question, toolbox.filters)
        found.add(question, own)
        found.show("Looking up: the question", show_hits(own.hits[:MAX_SHOWN]))
        while self._has_room(found):
            yield PlanStep(PLANNING if not found.calls else "Planning further look-ups")
            calls = self._plan(question, found)
            if not calls:
                break
            for call in calls:
                if not self._has_room_to_look(found):
                    break
                yield PlanStep(title_of(call))
                self._do(call, toolbox, found)
        return found

    def _has_room(self, found: Looked) -> bool:
        """Return whether the LLM may be asked once more."""
        spent = found.usage.prompt_tokens + found.usage.completion_tokens
        return (
            self._has_room_to_look(found)
            and not found.has_failed
            and found.calls < self._limits.calls
            and not found.is_enough
            and spent + PLAN_TOKENS < self._limits.tokens
        )

    def _has_room_to_look(self, found: Looked) -> bool:
        is_stopped = self._stop is not None and self._stop.is_set()
        return not is_stopped and len(found.planned) < self._limits.look_ups and self._clock() < self._until

    def _plan(self, question: str, found: Looked) -> list[PlannedCall]:
        """Return the look-ups that the LLM asks for and that are worth doing; none where it is content, or failed."""
        found.calls += 1
        messages = (
            ask_for_plan(question, calls_tools=self._calls_tools)
            if found.calls == 1
            else _messages_for_more(question, found, calls_tools=self._calls_tools)
        )
        left = self._limits.tokens - found.usage.prompt_tokens - found.usage.completion_tokens
        if sum(self._model.count_tokens(message.text) for message in messages) + PLAN_TOKENS > left:
            return []
        try:
            calls = self._ask(messages, question, found)
        except ModelError as error:
            if not (self._stop is not None and self._stop.is_set()):
                found.has_failed = True
                found.notices.append(
                    f"The LLM failed at step {len(found.planned) + 1} of the plan: {error.reason} The answer is made "
                    "from what was found until then."
                )
            return []
        done = {_key(call) for call in found.planned} | {_key(PlannedCall("search", question))}
        # The first plan is made without a word of a document, which could have given orders.
        is_free = found.calls == 1
        return [call for call in calls if _key(call) not in done and (is_free or is_about(call, question, found))]

    def _ask(self, messages: Sequence[Message], question: str, found: Looked) -> list[PlannedCall]:
        text, usage = "", None
        if self._calls_tools and isinstance(self._model, ToolCallingModel):
            pieces = self._model.stream_calls(messages, TOOL_SCHEMAS, max_tokens=PLAN_TOKENS, stop=self._stop)
        else:
            pieces = self._model.stream(messages, max_tokens=PLAN_TOKENS, stop=self._stop)
        calls: list[PlannedCall] = []
        for piece in pieces:
            text = piece.text if piece.retracts else text + piece.text
            usage = piece.usage or usage
            calls += read_calls(piece.calls)
        usage = usage or Usage(sum(map(self._count, messages)), self._model.count_tokens(text), estimated=True)
        found.usage = found.usage.plus(usage)
        return calls or read_plan(text, question)

    def _count(self, message: Message) -> int:
        return self._model.count_tokens(message.text)

    def _do(self, call: PlannedCall, toolbox: Toolbox, found: Looked) -> None:
        found.planned.append(call)
        result: ToolResult = toolbox.run(call)
        if result.note:
            found.notices.append(f"{title_of(call)}: {result.note}"[:MAX_NOTICE])
        if result.hits:
            found.add(call.text, result.retrieval or Retrieval(result.hits, {}))
        found.show(title_of(call), result.lines)


def _key(call: PlannedCall) -> tuple[str, frozenset[str], tuple[int, ...]]:
    """Return what two look-ups have in common that would find the same: a plan that loops ends by it."""
    return call.tool, frozenset(content_words(call.text)), call.pages


def is_about(call: PlannedCall, question: str, found: Looked) -> bool:
    """Return whether a look-up has to do with the question: a word in common with it, or a document that was found.

    An order that stands in a source, and that the LLM follows, mostly has neither.
    """
    words = set(content_words(call.text))
    if words & set(content_words(question)):
        return True
    if call.tool not in (OPEN, OUTLINE):
        return False
    documents = (hit.document for one in found.retrievals for hit in one.hits)
    return any(words & set(content_words(f"{document.title} {document.path}")) for document in documents)


def _best(hits: Sequence[Hit]) -> float:
    """Return the highest probability that a hit answers; 0.0 where no reader has read any."""
    return max((hit.stages[COMBINED].score for hit in hits if COMBINED in hit.stages), default=0.0)


def _messages_for_more(question: str, found: Looked, *, calls_tools: bool) -> list[Message]:
    shown = "\n".join(found.shown)
    digest = hashlib.sha256(f"{question}\0{shown}".encode("utf-8", "replace"))
    while digest.hexdigest()[:KEY_LENGTH] in shown:
        digest.update(b"\0")
    return ask_for_more(question, shown, digest.hexdigest()[:KEY_LENGTH], calls_tools=calls_tools)
