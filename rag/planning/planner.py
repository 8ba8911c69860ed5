"""Answers a question in the mode that fits it: a look-up by the pipeline, or one of the modes that take more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.errors import QuestionError
from rag.pipeline import NO_EVIDENCE, AnswerStream, AskPipeline
from rag.planning.agreement import notice_of
from rag.planning.amount_query import read_amount_query
from rag.planning.calculation_query import describe
from rag.planning.group_words import asks_for_groups
from rag.planning.modes import CHOSEN_REASON, Mode, ModeChoice, choose_mode, read_mode
from rag.planning.named_difference_query import read_named_difference
from rag.planning.row_query import read_rows
from rag.planning.several import why_several
from rag.planning.several_asked import hold_back, read_several
from rag.planning.thing_query import read_things
from rag.questions.small_talk import small_talk_reply
from rag.retrieval import check_question
from rag.types import Answer, AnswerEvent, FoundSources, Image, PlanStep, Question


class RunSearch(Protocol):
    """Runs a search, perhaps in another thread, and waits for it."""

    def __call__(self, search: Callable[[], AnswerStream]) -> AnswerStream: ...


LookUp = Callable[[str, Sequence[int] | None], AnswerStream]
"""Looks a question up without an LLM, in the documents with the ids or, for None, in all that are asked."""


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A question for a mode, with all it needs to answer it.

    `question` has the text that stands alone, and the filters that all of its look-ups keep to. `look_up` runs in the
    threads for searches. Once `stop` is set nobody waits for the answer.
    """

    question: Question
    look_up: LookUp
    stop: threading.Event | None = None
    images: Sequence[Image] = ()

    @property
    def text(self) -> str:
        """Return the words of the question."""
        return self.question.text

    @property
    def is_chosen(self) -> bool:
        """Return whether the user chose the mode, so that no other one answers in its place."""
        return bool(self.question.mode)

    @property
    def is_stopped(self) -> bool:
        """Return whether nobody waits for the answer any more."""
        return self.stop is not None and self.stop.is_set()


FIGURES_REASON = "The question asks for something that code computes from what documents state."
THINGS_REASON = "The question asks for several things, and each document may be about one, so all are looked at."
GROUPS_REASON = "The question asks for something of each group, which a passage may state."
READ_REASON = "The question asks for several things, which no rule and no passage tells, so an LLM read each document."
NO_LLM_REASON = "There is no LLM that could plan several look-ups, so it was looked up once."

Answering = Generator[AnswerEvent, None, Answer | AnswerStream | str]
"""Yields the events of an answer and returns it, or the stream of one that is still to be made, or in words why the
question is one for a look-up after all."""


class PlanMode(Protocol):
    """Answers the questions of one mode."""

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the steps that are done and the text of the answer, and return it. Raises LecternError."""
        ...


class FigureMode(PlanMode, Protocol):
    """Computes over figures of any name; tells from the words of a question whether it may be one for it."""

    def reads(self, text: str) -> bool:
        """Return whether a question may be one for this mode."""
        ...


class Planner:
    """Answers questions from one index, each in its mode."""

    def __init__(
        self,
        *,
        pipeline: AskPipeline,
        quoting: AskPipeline,
        modes: Mapping[Mode, PlanMode],
        figures: FigureMode | None = None,
        tables: PlanMode | None = None,
        readings: FigureMode | None = None,
    ) -> None:
        """Take the pipeline of look-ups, the one that answers without an LLM, and what answers the other modes.

        `figures` computes over figures of any name, before another mode is tried; `tables` over the rows of a table,
        where no mode has answered; `readings` over what an LLM reads in each document, where these have not either.
        """
        self._figures = figures
        self._tables = tables
        self._readings = readings
        self._pipeline = pipeline
        self._quoting = quoting
        self._modes = modes

    def ask(
        self,
        question: Question,
        *,
        images: Sequence[Image] = (),
        stop: threading.Event | None = None,
        look_up: RunSearch = lambda search: search(),
    ) -> AnswerStream:
        """Choose the mode and answer; raises what `AskPipeline.ask` does, and QuestionError for an unknown mode."""
        text = check_question(question.text)
        choice = self._choose(text, question, has_images=bool(images))
        asked = replace(question, text=text)
        if self._figures is not None and not question.mode and not images and self._figures.reads(text):
            self._pipeline.check_collection(question.collection, question.filters)
            planned = PlannedQuestion(asked, self._quoted_look_up(asked, look_up), stop, images)
            first = ModeChoice(Mode.CALCULATE, FIGURES_REASON)

            def compute(stream: AnswerStream) -> Iterator[AnswerEvent]:
                return self._compute_first(stream, planned, choice, look_up)

            return _opened(AnswerStream(evidence=NO_EVIDENCE, produce=compute), first)
        is_looked_up = choice.mode is Mode.LOOK_UP or (not images and bool(small_talk_reply(text)))
        if is_looked_up and not self._may_read_each(asked, images):
            return self._look_up(asked, choice, images, stop, look_up)
        self._pipeline.check_collection(question.collection, question.filters)
        planned = PlannedQuestion(asked, self._quoted_look_up(asked, look_up), stop, images)

        def produce(stream: AnswerStream) -> Iterator[AnswerEvent]:
            if is_looked_up:
                return self._look_up_last(stream, planned, choice, look_up)
            return self._produce(stream, planned, choice, look_up)

        return _opened(AnswerStream(evidence=NO_EVIDENCE, produce=produce), choice)

    def _choose(self, text: str, question: Question, *, has_images: bool) -> ModeChoice:
        if (mode := read_mode(question.mode)) is not None:
            if has_images and mode is not Mode.LOOK_UP:
                raise QuestionError(
                    f"An image cannot be shown with a question in the mode {mode.value}.",
                    "Leave the image out, or choose the mode look-up.",
                )
            if mode not in (Mode.LOOK_UP, *self._modes):
                raise QuestionError(
                    f"The mode {mode.value} needs an LLM, and there is none.",
                    "Name one in the setting `llm`, start Ollama, or leave the mode out.",
                )
            return ModeChoice(mode, CHOSEN_REASON)
        if has_images:
            return ModeChoice(Mode.LOOK_UP, "An image was shown with the question.")
        choice = choose_mode(text)
        if asks_for_groups(text) is not None and choice.mode is not Mode.STEPS:
            # Only records tell what each group comes to; a list, a count or a sum of all would be another answer.
            return ModeChoice(Mode.LOOK_UP, GROUPS_REASON)
        if Mode.ALL_DOCUMENTS in self._modes and _asks_for_things(text, choice.mode):
            # Whether documents are each about one of the things, the documents tell.
            return ModeChoice(Mode.ALL_DOCUMENTS, THINGS_REASON)
        if choice.mode is Mode.LOOK_UP and (computed := self._computed(text)) is not None:
            return computed
        return choice if choice.mode in (Mode.LOOK_UP, *self._modes) else ModeChoice(Mode.LOOK_UP, NO_LLM_REASON)

    def _computed(self, text: str) -> ModeChoice | None:
        """Return that a question is computed, where it may be: whether a table has the rows, the tables tell."""
        if Mode.CALCULATE not in self._modes:
            return None
        if (rows := read_rows(text)) is not None:
            return ModeChoice(Mode.CALCULATE, f"The question asks for {rows.shown}, which code computes.")
        if read_named_difference(text) is not None:
            return ModeChoice(Mode.CALCULATE, "The question asks for a difference of two figures, which code computes.")
        if (amounts := read_amount_query(text)) is not None:
            return ModeChoice(Mode.CALCULATE, f"The question asks for {describe(amounts)}, which code computes.")
        return None

    def _look_up(
        self,
        question: Question,
        choice: ModeChoice,
        images: Sequence[Image],
        stop: threading.Event | None,
        look_up: RunSearch,
    ) -> AnswerStream:
        stream = look_up(
            lambda: self._pipeline.ask(
                question.text,
                collection=question.collection,
                filters=question.filters,
                history=question.history,
                images=images,
                stop=stop,
                ignored_filters=question.ignored_filters,
            )
        )
        return _opened(self._held(question, stream), choice)

    def _held(self, question: Question, inner: AnswerStream) -> AnswerStream:
        """Return a look-up in quotes that is refused where it would give one of several that are asked for."""
        if not self._pipeline.quotes or question.mode or read_several(question.text) is None:
            return inner

        def produce(stream: AnswerStream) -> Iterator[AnswerEvent]:
            events = list(inner.events())
            answer = hold_back(question.text, inner.answer)
            is_held = answer is not inner.answer
            stream.sources, stream.retrieval, stream.probability = inner.sources, inner.retrieval, inner.probability
            yield from [answer.text] if is_held else events
            stream.finish(answer, read=() if is_held else inner.read)

        held = AnswerStream(evidence=NO_EVIDENCE, produce=produce)
        held.follow(inner)
        return held

    def _quoted_look_up(self, question: Question, run: RunSearch) -> LookUp:
        def search(text: str, documents: Sequence[int] | None) -> AnswerStream:
            return run(
                lambda: self._quoting.ask(
                    text,
                    collection=question.collection,
                    filters=question.filters,
                    documents=documents,
                    ignored_filters=question.ignored_filters,
                )
            )

        return search

    def _compute_first(
        self, stream: AnswerStream, planned: PlannedQuestion, choice: ModeChoice, look_up: RunSearch
    ) -> Iterator[AnswerEvent]:
        """Yield the events of an answer that is computed over figures of any name; of the mode that was chosen where
        the documents do not state such figures."""
        if (yield from _computed_by(self._figures, stream, planned)):
            return
        stream.mode, stream.mode_reason = choice.mode.value, choice.reason
        if choice.mode is not Mode.LOOK_UP:
            yield from self._produce(stream, planned, choice, look_up)
            return
        if (yield from _computed_by(self._tables, stream, planned)):
            return
        yield from self._look_up_last(stream, planned, choice, look_up)

    def _may_read_each(self, question: Question, images: Sequence[Image]) -> bool:
        """Return whether an LLM may read the documents one by one for a question."""
        is_free = not question.mode and not images
        return self._readings is not None and is_free and self._readings.reads(question.text)

    def _look_up_last(
        self,
        stream: AnswerStream,
        planned: PlannedQuestion,
        choice: ModeChoice,
        look_up: RunSearch,
        steps: Sequence[PlanStep] = (),
    ) -> Iterator[AnswerEvent]:
        """Yield the events of an answer that no rule gives: over what an LLM reads in each document, else a look-up.

        A look-up says what the reading would take, where that has to be agreed to.
        """
        offer = ""
        if self._readings is not None and self._may_read_each(planned.question, planned.images):
            answer, read_steps = yield from _with_steps(self._readings.answer(planned))
            if isinstance(answer, Answer) and not answer.offer:
                stream.mode, stream.mode_reason = Mode.ALL_DOCUMENTS.value, READ_REASON
                stream.finish(replace(answer, steps=(*steps, *read_steps)), read=answer.sources)
                return
            offer = answer.offer if isinstance(answer, Answer) else ""
            stream.mode, stream.mode_reason = choice.mode.value, choice.reason
        inner = yield from self._look_up_instead(stream, planned, choice, look_up)
        told = replace(inner.answer, steps=tuple(steps)) if steps else inner.answer
        if offer:
            told = replace(told, offer=offer, notices=(*told.notices, notice_of(offer)))
        stream.finish(told, read=inner.read)

    def _look_up_instead(
        self, stream: AnswerStream, planned: PlannedQuestion, choice: ModeChoice, look_up: RunSearch
    ) -> Generator[AnswerEvent, None, AnswerStream]:
        """Yield the events of a look-up, which a stream tells as its own, and return it."""
        inner = self._look_up(planned.question, choice, planned.images, planned.stop, look_up)
        stream.follow(inner)
        yield FoundSources(inner.sources)
        yield from inner.events()
        # Its sources are others where it has given up a filter.
        stream.follow(inner)
        return inner

    def _produce(
        self, stream: AnswerStream, planned: PlannedQuestion, choice: ModeChoice, look_up: RunSearch, why: str = ""
    ) -> Iterator[AnswerEvent]:
        """Yield the events of a mode's answer; those of a look-up where the mode has found that one is asked for.

        `why` says in words why another mode, which was chosen before, does not answer.
        """
        answer, steps = yield from _with_steps(self._modes[choice.mode].answer(planned))
        if isinstance(answer, AnswerStream):
            answer.mode, answer.mode_reason = choice.mode.value, choice.reason
            stream.follow(answer)
            yield FoundSources(answer.sources)
            yield from answer.events()
            stream.finish(replace(answer.answer, steps=steps), read=answer.read)
            return
        if isinstance(answer, Answer):
            stream.finish(replace(answer, steps=steps), read=answer.sources)
            return
        if choice.mode is Mode.ALL_DOCUMENTS and not planned.is_chosen and Mode.CALCULATE in self._modes:
            # What is no sort of documents here may be rows of a table: the articles in stock.
            by_words = choose_mode(planned.text)
            other = by_words if by_words.mode is Mode.CALCULATE else self._computed(planned.text)
            if other is not None:
                stream.mode, stream.mode_reason = other.mode.value, other.reason
                yield from self._produce(stream, planned, other, look_up, answer)
                return
        answer = why or answer
        several = why_several(planned.text) if Mode.STEPS in self._modes else ""
        if several and choice.mode is not Mode.STEPS:
            other = ModeChoice(Mode.STEPS, f"{answer} {several}")
            stream.mode, stream.mode_reason = other.mode.value, other.reason
            yield from self._produce(stream, planned, other, look_up)
            return
        if not planned.is_chosen and (yield from _computed_by(self._tables, stream, planned)):
            return
        yield from self._look_up_last(stream, planned, ModeChoice(Mode.LOOK_UP, answer), look_up, steps)


def _computed_by(
    mode: PlanMode | None, stream: AnswerStream, planned: PlannedQuestion
) -> Generator[AnswerEvent, None, bool]:
    """Yield the events of an answer that a mode computes beside those that are chosen; return whether there is one."""
    if mode is None:
        return False
    answer, steps = yield from _with_steps(mode.answer(planned))
    if not isinstance(answer, Answer):
        return False
    stream.mode, stream.mode_reason = Mode.CALCULATE.value, FIGURES_REASON
    stream.finish(replace(answer, steps=steps), read=answer.sources)
    return True


def _with_steps(
    answering: Answering,
) -> Generator[AnswerEvent, None, tuple[Answer | AnswerStream | str, tuple[PlanStep, ...]]]:
    """Yield the events of an answer, and return it with its steps: of one that goes on only how it stands last."""
    steps: list[PlanStep] = []
    while True:
        try:
            event = next(answering)
        except StopIteration as finished:
            return finished.value, tuple(steps)
        if isinstance(event, PlanStep):
            steps = [*(step for step in steps if step.text != event.text), event]
        yield event


def _asks_for_things(text: str, mode: Mode) -> bool:
    """Return whether a question may be one for things; one that denies something of them asks for no figure of them."""
    if mode not in (Mode.LOOK_UP, Mode.CALCULATE) or (things := read_things(text)) is None:
        return False
    return mode is Mode.LOOK_UP or (things.topic is not None and things.topic.is_negated)


def _opened(stream: AnswerStream, choice: ModeChoice) -> AnswerStream:
    """Return a stream that says how it is answered; a greeting is answered in no mode at all."""
    if stream.retrieval.milliseconds or choice.mode is not Mode.LOOK_UP:
        stream.mode, stream.mode_reason = choice.mode.value, choice.reason
    return stream
