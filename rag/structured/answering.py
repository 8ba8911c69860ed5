"""Answers a question in a form of JSON: by an LLM that is given the form, else by the reader, field by field."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.errors import ModelError
from rag.extraction.reader import CellReader
from rag.images import check_vision
from rag.pipeline import EXTRACTIVE, AnswerStream, AskPipeline, Evidence
from rag.prices import cost_usd
from rag.prompt import REFUSAL, Prompt, build_prompt
from rag.protocols import LanguageModel, StructuredModel
from rag.retrieval import StageTimer
from rag.structured.by_reader import fill_form, read_fields
from rag.structured.citing import verdict_of
from rag.structured.form import check_form, read_answer
from rag.structured.written import WrittenJson, write_json
from rag.types import (
    Answer,
    AnsweredField,
    AnswerEvent,
    Citation,
    Image,
    JsonForm,
    Message,
    ModelChunk,
    Question,
    Usage,
    Verdict,
)

ATTEMPTS = 2
"""Calls of the LLM for one answer: what does not fit the form is asked for once more."""

SHOWN_AGAIN = 1_000
"""Characters of an answer that does not fit which the LLM is shown again, with what is wrong."""
AGAIN_TOKENS = 512
"""Room for both."""

AGAIN = "Your reply does not fit the form: {fault}. Reply once more, with nothing but JSON that fits it."


class FormAnswering:
    """Answers questions in forms of JSON from one index."""

    def __init__(
        self,
        *,
        pipeline: AskPipeline,
        model: LanguageModel | None,
        reader: CellReader,
        answer_tokens: int,
    ) -> None:
        """Take the parts; the `pipeline` finds the sources and asks no LLM."""
        self._pipeline = pipeline
        self._model = model
        self._reader = reader
        self._answer_tokens = answer_tokens

    def ask(
        self,
        question: Question,
        *,
        images: Sequence[Image] = (),
        stop: threading.Event | None = None,
        run_search: Callable[[Callable[[], AnswerStream]], AnswerStream],
    ) -> AnswerStream:
        """Search at once; the answer is made while the stream is read.

        Raises what `AskPipeline.ask` does, ConfigurationError for a form that cannot be had.
        """
        form = question.form
        assert form is not None, "a question without a form is the planner's"
        check_form(form)
        if images:
            check_vision(self._model)
        if self._model is None:
            read_fields(form)
        found = run_search(
            lambda: self._pipeline.ask(
                question.text,
                collection=question.collection,
                filters=question.filters or None,
                ignored_filters=question.ignored_filters,
                stop=stop,
            )
        )
        evidence = Evidence(found.retrieval, found.sources, found.probability, found.threshold, {})

        def produce(stream: AnswerStream) -> Iterator[AnswerEvent]:
            timer = StageTimer(dict(stream.retrieval.milliseconds))
            if not evidence.may_answer:
                return _refuse(stream, timer)
            if self._model is None:
                return self._read(stream, form, question, timer)
            return self._write(stream, form, question, self._model, images, stop, timer)

        return AnswerStream(evidence=evidence, produce=produce)

    def _write(
        self,
        stream: AnswerStream,
        form: JsonForm,
        question: Question,
        model: LanguageModel,
        images: Sequence[Image],
        stop: threading.Event | None,
        timer: StageTimer,
    ) -> Iterator[AnswerEvent]:
        """Yield the LLM's answer once it fits the form. Raises ModelError where it does not."""
        prompt = build_prompt(
            question.text,
            stream.sources,
            model,
            answer_tokens=self._answer_tokens + AGAIN_TOKENS,
            history=question.history,
            images=images,
            form=form,
        )
        usage, value, is_cut = self._ask_for_json(prompt, form, model, stop)
        timer.mark("generate")
        written = write_json(value)
        if not any(one.value not in (None, "") for one in written.fields):
            yield from _refuse(stream, timer, model=model, usage=usage)
            return
        fields = self._pipeline.cite_fields(written, prompt.used, question.text)
        timer.mark("check")
        yield written.text
        stream.finish(
            replace(
                _answer(stream, written, fields, timer, llm=model.name, usage=usage),
                cost_usd=cost_usd(model.name, usage, is_local=model.is_local),
                is_cut_off=is_cut,
            ),
            read=prompt.used,
        )

    def _ask_for_json(
        self, prompt: Prompt, form: JsonForm, model: LanguageModel, stop: threading.Event | None
    ) -> tuple[Usage, object, bool]:
        messages, usage, fault, is_cut = list(prompt.messages), Usage(0, 0), "", False
        for _ in range(ATTEMPTS):
            text, reason = "", ""
            for chunk in _stream(model, messages, form, self._answer_tokens, stop):
                text = "" if chunk.retracts else text
                text += chunk.text
                usage = usage.plus(chunk.usage) if chunk.usage else usage
                reason = chunk.finish_reason or reason
            is_cut = reason == "length"
            value, fault = read_answer(form, text)
            if not fault:
                return usage, value, is_cut
            said = Message("assistant", text[:SHOWN_AGAIN] or "{}")
            messages = [*prompt.messages, said, Message("user", AGAIN.format(fault=fault))]
        if is_cut:
            raise ModelError(
                f"{model.name} had not ended the answer in the form that is asked for when it had written as much as "
                "it may.",
                "Raise the setting `answer_tokens`, or ask for less.",
            )
        raise ModelError(
            f"{model.name} did not answer in the form that is asked for, asked twice: {fault}.",
            "Ask for a simpler form, or choose another LLM.",
        )

    def _read(
        self, stream: AnswerStream, form: JsonForm, question: Question, timer: StageTimer
    ) -> Iterator[AnswerEvent]:
        """Yield what the reader finds. Raises QuestionError where it lacks what the form demands."""
        source = stream.sources[0]
        document = self._reader.open(question.collection, source.document)
        values, cells = fill_form(form, read_fields(form), self._reader, document)
        timer.mark("read")
        if not cells:
            yield from _refuse(stream, timer)
            return
        written = write_json(values)
        # All cells are of the document of this source, whose number they get.
        fields = []
        for one in written.fields:
            cell = cells.get(one.steps[0])
            if cell is None:
                continue
            supported = cell.verdict is Verdict.SUPPORTED
            citation = Citation(
                source.number,
                f"{one.label}: {cell.value}",
                source.document.path,
                cell.page,
                cell.page_label,
                cell.quote,
                cell.rectangles,
                supported,
                cell.page_word,
                attributed=True,
            )
            probability = 1.0 if supported else 0.5
            fields.append(
                AnsweredField(
                    one.path, one.start, one.end, cell.verdict or Verdict.PARTLY, cell.reason, probability, (citation,)
                )
            )
        yield written.text
        answer = _answer(stream, written, tuple(fields), timer, llm=EXTRACTIVE, usage=Usage(0, 0))
        notice = f"All values are read from {source.document.path}, the document that answers the question best."
        stream.finish(replace(answer, notices=(*answer.notices, notice)), read=stream.sources)


def _stream(
    model: LanguageModel, messages: Sequence[Message], form: JsonForm, max_tokens: int, stop: threading.Event | None
) -> Iterator[ModelChunk]:
    if isinstance(model, StructuredModel):
        return model.stream_json(messages, form, max_tokens=max_tokens, stop=stop)
    return model.stream(messages, max_tokens=max_tokens, stop=stop)


def _refuse(
    stream: AnswerStream, timer: StageTimer, *, model: LanguageModel | None = None, usage: Usage | None = None
) -> Iterator[AnswerEvent]:
    yield REFUSAL
    spent = usage or Usage(0, 0)
    answer = _answer(stream, WrittenJson(REFUSAL, ()), (), timer, llm=model.name if model else "", usage=spent)
    cost = cost_usd(model.name, spent, is_local=model.is_local) if model else 0.0
    stream.finish(replace(answer, refused=True, cost_usd=cost), read=())


def _answer(
    stream: AnswerStream,
    written: WrittenJson,
    fields: tuple[AnsweredField, ...],
    timer: StageTimer,
    *,
    llm: str,
    usage: Usage,
) -> Answer:
    return Answer(
        text=written.text,
        refused=False,
        sources=stream.sources,
        citations=tuple(citation for one in fields for citation in one.citations),
        llm=llm,
        usage=usage,
        cost_usd=0.0,
        milliseconds=timer.milliseconds,
        notices=stream.retrieval.notices,
        verdict=verdict_of(fields),
        probability=stream.probability * min((one.probability for one in fields), default=1.0),
        understood_filters=stream.retrieval.understood_filters,
        fields=fields,
    )
