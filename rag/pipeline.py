"""Answers a question: search -> segments -> refuse or prompt -> LLM stream -> checked citations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.citations.checker import AnswerChecker
from rag.citations.evidence import cite_stretch
from rag.citations.verdict import UNSURE_REASON
from rag.errors import ModelError
from rag.extractive import ExtractiveReader, HeldBack, compose
from rag.images import check_vision
from rag.judging import judge_hits, judged_logits
from rag.language_gate import GatedReader, language_notice
from rag.page_layout import load_rectangles
from rag.prices import cost_usd
from rag.prompt import REFUSAL, Prompt, build_prompt
from rag.protocols import Embedder, LanguageModel, PassageReader, Searcher, SentenceRanker
from rag.questions.constraints import names_something
from rag.questions.query_expansion import FurtherText, Method, expand_query
from rag.questions.respelling import notice_of, respell
from rag.questions.small_talk import small_talk_reply
from rag.quoting.answered import may_not_answer
from rag.quoting.excerpts import missing_constraints
from rag.quoting.marking import MarkingReader
from rag.quoting.nearest import nearest_sentences
from rag.refusal import (
    JUDGED_THRESHOLD,
    QUOTED_THRESHOLD,
    READ_THRESHOLD,
    REFUSAL_THRESHOLD,
    answerability,
    answerability_as_judged,
    answerability_as_read,
    quote_probability,
)
from rag.retrieval import COMBINED, DENSE, Retrieval, Retriever, StageTimer, check_question, without_filters
from rag.safety.output import InertFilter, make_inert
from rag.segments import choose_chunks, join_segments
from rag.structured.citing import cite_fields
from rag.structured.written import WrittenJson
from rag.types import (
    ALL_FILTERS,
    Answer,
    AnsweredField,
    AnswerEvent,
    Citation,
    Hit,
    Image,
    Message,
    PageRectangle,
    Source,
    Span,
    Usage,
    Verdict,
)

EXTRACTIVE = "extractive"
"""Stands in place of the LLM's name when the answer is made of quotes."""

SOURCE_CHUNKS = 12
"""Best chunks that become sources: with 256 tokens each they fit a context of 4,096 beside the answer."""

NOTHING_SPENT = Usage(0, 0)

UNSEEN = "The LLM was not shown the image: nothing in the documents fits the words of the question."

RETRACTED = "\n\n(The text above is what the LLM thought before it answered.)\n\n"
"""Streamed where thoughts were recognised only at their end; the finished answer holds neither."""

MIN_LOADING_SECONDS = 0.5
"""Less than that is no loading: Ollama counts a few milliseconds for a model that is in memory."""

JUDGED_PASSAGES = 10
"""Passages on which the refusal is decided."""


@dataclass(frozen=True, slots=True)
class AskSettings:
    """Settings by which answers are made."""

    source_chunks: int = SOURCE_CHUNKS
    answer_tokens: int = 1024
    refusal_threshold: float | None = None
    """None is the calibrated one."""
    query_expansion: Method = "off"


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A question as it is to be looked up; `milliseconds` is the time that went before."""

    question: str
    collection: str
    filters: Mapping[str, str] | None
    documents: Sequence[int] | None
    ignored_filters: Collection[str]
    further: Sequence[FurtherText]
    milliseconds: Mapping[str, float]
    is_respelled: bool = False
    """Whether words that no passage has were read as others already."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question: passages joined to sources, and how likely they answer."""

    retrieval: Retrieval
    sources: tuple[Source, ...]
    probability: float
    threshold: float
    milliseconds: Mapping[str, float]
    quotes: str | None = None
    """The answer in quotes, where it was read before the stream began."""
    held_back: tuple[HeldBack, ...] = ()
    """Sentences that were marked then and are not given."""
    is_unsure: bool = False
    """Whether the quotes may answer something else."""
    judged: float | None = None
    """The logit that the first quote answers, where the judge has read it by itself."""

    @property
    def may_answer(self) -> bool:
        """Return whether the question is not refused at once."""
        return bool(self.sources) and self.probability >= self.threshold and self.quotes != REFUSAL

    @property
    def question(self) -> str:
        """Return the question as it was looked up."""
        return self.retrieval.question


NO_EVIDENCE = Evidence(Retrieval((), {}), (), 1.0, 0.0, {})
"""Of an answer for which nothing was looked up, or not yet."""


class AnswerStream:
    """An answer while it is made: sources first, then its text piece by piece, then the whole, checked.

    Iterate it once for the text, or `events` for the verdicts too, each behind the last character of its sentence;
    `answer` is there afterwards (and finishes the stream if need be).
    """

    def __init__(self, *, evidence: Evidence, produce: Callable[[AnswerStream], Iterator[AnswerEvent]]) -> None:
        self.take(evidence)
        self.read: tuple[Source, ...] = ()
        """The sources that the answer was made from, once it is made."""
        self.mode = ""
        self.mode_reason = ""
        """How the answer is made and why so, where somebody has chosen (`rag.planning.modes`)."""
        self.asked_as = ""
        """The question as it was made to stand alone, where that is another than was asked."""
        self._pieces = produce(self)
        self._answer: Answer | None = None

    def take(self, evidence: Evidence) -> None:
        """Answer from this evidence; another one may take its place before the first piece of text."""
        self.sources = evidence.sources
        self.retrieval = evidence.retrieval
        self.probability = evidence.probability
        """The probability, 0 to 1, that the passages answer the question."""
        self.threshold = evidence.threshold
        """Below which it is refused."""
        self.held_back = evidence.held_back
        """Sentences that were marked as an answer and are not given."""

    def __iter__(self) -> Iterator[str]:
        return (piece for piece in self._pieces if isinstance(piece, str))

    def events(self) -> Iterator[AnswerEvent]:
        """Yield the steps that are done, the text piece by piece, and the verdict on each sentence that has ended."""
        return self._pieces

    @property
    def answer(self) -> Answer:
        """Return the finished answer."""
        for _ in self._pieces:
            pass
        assert self._answer is not None, "the stream was closed before its end"
        return self._answer

    def finish(self, answer: Answer, read: tuple[Source, ...]) -> None:
        """Take the finished answer; the producer calls this with its last step."""
        answer = replace(answer, asked_as=self.asked_as)
        self._answer = replace(answer, mode=self.mode, mode_reason=self.mode_reason) if self.mode else answer
        self.read = read

    def follow(self, other: AnswerStream) -> None:
        """Take what is known of another stream, whose events are then those of this one."""
        self.sources, self.retrieval = other.sources, other.retrieval
        self.probability, self.threshold = other.probability, other.threshold
        self.mode, self.mode_reason = other.mode, other.mode_reason

    def close(self) -> None:
        """Stop the LLM; there will be no answer."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a collection, the event that stops its answer, and the tokens spent on it already."""

    question: str
    collection: str
    history: Sequence[Message] = ()
    images: Sequence[Image] = ()
    stop: threading.Event | None = None
    spent: Usage = NOTHING_SPENT


class AskPipeline:
    """Answers questions from one index."""

    def __init__(
        self,
        *,
        retriever: Retriever,
        searcher: Searcher,
        embedder: Embedder,
        model: LanguageModel | None,
        reader: PassageReader | None = None,
        ranker: SentenceRanker | None = None,
        judge: PassageReader | None = None,
        settings: AskSettings | None = None,
    ) -> None:
        """Take the parts. The `reader` marks answers and checks citations; without one, shared words decide both. The
        `ranker` looks once more where the reader marks none.
        """
        self._retriever = retriever
        self._searcher = searcher
        self._embedder = embedder
        self._passage_reader = reader = GatedReader(reader) if reader else None
        self._reader = MarkingReader(reader, embedder, ranker, judge) if reader else ExtractiveReader(embedder)
        self._ranker = ranker
        self._judge = judge
        self._model = model
        self.settings = settings or AskSettings()

    @property
    def quotes(self) -> bool:
        """Return whether it answers in quotes, without an LLM."""
        return self._model is None

    def ask(
        self,
        question: str,
        *,
        collection: str,
        filters: Mapping[str, str] | None = None,
        documents: Sequence[int] | None = None,
        history: Sequence[Message] = (),
        images: Sequence[Image] = (),
        stop: threading.Event | None = None,
        ignored_filters: Collection[str] = (),
    ) -> AnswerStream:
        """Search at once; the answer is made while the stream is read.

        `documents` are the ids of the only ones that are searched, where not all are. Filters that stand in the
        question are applied, but for those of the fields `ignored_filters`; where nothing answers with them, all
        documents are searched.

        `images` are shown to the LLM with the question; the search goes by its words alone. Once `stop` is set, which
        any thread may do, the LLM is hung up on and the answer breaks off. Raises QuestionError, also for images where
        no LLM sees them, NotFoundError, ConfigurationError. An LLM that fails does not raise: the answer then holds
        what had come, the sources, and the error.
        """
        question = check_question(question)
        if images:
            check_vision(self._model)
        if not images and (reply := small_talk_reply(question)):
            return _small_talk(reply)
        timer = StageTimer()
        further: tuple[FurtherText, ...] = ()
        if self._model is not None and self.settings.query_expansion != "off":
            further = expand_query(question, self.settings.query_expansion, self._model, stop=stop)
            timer.mark("expand")
        lookup = _LookUp(question, collection, filters, documents, ignored_filters, further, timer.milliseconds)
        evidence = self._look_up(lookup)
        if evidence.retrieval.is_filtered and not evidence.may_answer:
            evidence = self._look_up_in_all(lookup, evidence) or evidence
        asked = Asked(evidence.question, collection, history, images, stop)
        return self._stream(asked, evidence, otherwise=lambda: self._look_up_in_all(lookup, evidence))

    def answer_from(
        self, asked: Asked, retrieval: Retrieval, chosen: Sequence[Hit], *, probability: float
    ) -> AnswerStream:
        """Answer a question from the `chosen` hits, best first; `retrieval` is what they were chosen from.

        `probability` says how likely they answer it, 0 to 1; below the threshold it is refused.
        """
        return self._stream(asked, self._weigh(asked.question, retrieval, chosen, probability))

    def _stream(
        self, asked: Asked, evidence: Evidence, *, otherwise: Callable[[], Evidence | None] = lambda: None
    ) -> AnswerStream:
        """Return the answer; where an LLM refuses on filtered evidence, `otherwise` is asked for other evidence."""

        def produce(stream: AnswerStream) -> Iterator[AnswerEvent]:
            timer = StageTimer(dict(evidence.milliseconds))
            names_nothing = self._model is None and not names_something(asked.question)
            if not evidence.sources or evidence.probability < evidence.threshold or names_nothing:
                return self._refuse(stream, asked, timer)
            if self._model is None:
                return self._quote(stream, evidence, timer, asked.collection)
            if not evidence.retrieval.is_filtered:
                return self._generate(stream, self._model, asked, timer)
            return self._generate_unless_refused(stream, self._model, asked, timer, otherwise=otherwise)

        return AnswerStream(evidence=evidence, produce=produce)

    def _look_up(self, lookup: _LookUp) -> Evidence:
        """Search, join passages to sources, and judge; where quotes answer and filters may hide them, read too."""
        retrieval = self._retriever.retrieve(
            lookup.question,
            collection=lookup.collection,
            filters=lookup.filters,
            documents=lookup.documents,
            ignored_filters=lookup.ignored_filters,
            further=lookup.further,
        )
        question = retrieval.question or lookup.question
        respelled, found = respell(lookup.question, [hit.chunk.text_to_embed for hit in retrieval.hits])
        if found and not lookup.is_respelled:
            again = self._look_up(replace(lookup, question=respelled, is_respelled=True))
            notices = (notice_of(found.items()), *again.retrieval.notices)
            return replace(again, retrieval=replace(again.retrieval, notices=notices))
        retrieval = replace(retrieval, milliseconds={**lookup.milliseconds, **retrieval.milliseconds})
        if self._judge is not None and _are_read(retrieval.hits):
            timer = StageTimer(dict(retrieval.milliseconds))
            retrieval = replace(retrieval, hits=judge_hits(question, retrieval.hits, self._judge))
            timer.mark("judge")
            retrieval = replace(retrieval, milliseconds=timer.milliseconds)
        chosen = self.choose(retrieval.hits, lookup.collection)
        evidence = self._weigh(question, retrieval, chosen, judge(question, retrieval.hits))
        if retrieval.is_filtered and self._model is None and evidence.may_answer:
            return self._read_quotes(evidence, lookup.collection)
        return evidence

    def _weigh(self, question: str, retrieval: Retrieval, chosen: Sequence[Hit], probability: float) -> Evidence:
        timer = StageTimer(dict(retrieval.milliseconds))
        sources = tuple(join_segments(chosen, self._searcher.load_pages))
        threshold = self.settings.refusal_threshold
        if threshold is None:
            threshold = threshold_for(retrieval.hits, is_quoted=self._model is None)
        timer.mark("segments")
        return Evidence(replace(retrieval, question=question), sources, probability, threshold, timer.milliseconds)

    def _look_up_in_all(self, lookup: _LookUp, filtered: Evidence) -> Evidence | None:
        """Search without the question's own filters; None where that answers no more than what was found with them."""
        found = self._look_up(replace(lookup, ignored_filters=(ALL_FILTERS,)))
        if found.may_answer and self._model is None:
            found = self._read_quotes(found, lookup.collection)
        if not found.may_answer:
            return None
        return replace(found, retrieval=without_filters(found.retrieval, filtered.retrieval))

    def _read_quotes(self, evidence: Evidence, collection: str) -> Evidence:
        """Return the evidence with the best sentences, word for word; with REFUSAL where none answers."""
        embedder = self._retriever.embedder_across(evidence.question, evidence.retrieval.hits, collection)
        beside = texts_by_document(evidence.retrieval.hits)
        # What weighs single sentences is fitted to the reader's probability, not to the judge's.
        read = _as_read(evidence.retrieval.hits)
        found = answerability_as_read(read) if judged_logits(evidence.retrieval.hits) else evidence.probability
        held_back: list[HeldBack] = []
        extracts = self._reader.read(
            evidence.question,
            evidence.sources,
            embedder=embedder,
            beside=beside,
            found=found if read else None,
            likely=evidence.probability,
            held_back=held_back,
        )
        return replace(
            evidence,
            quotes=make_inert(compose(extracts) or REFUSAL),
            held_back=tuple(held_back),
            is_unsure=any(extract.is_unsure for extract in extracts),
            judged=extracts[0].judged if extracts else None,
        )

    def check_collection(self, collection: str, filters: Mapping[str, str] | None = None) -> None:
        """Raise NotFoundError for a collection that is not there, ConfigurationError for an unknown field."""
        self._searcher.find_index(collection)
        if filters:
            self._searcher.find_documents(collection, filters)

    def choose(self, hits: Sequence[Hit], collection: str) -> list[Hit]:
        """Return the chunks that become sources: where they have probabilities the stretches most worth reading."""
        if not _are_read(hits):
            return list(hits[: self.settings.source_chunks])
        read = [hit for hit in hits if COMBINED in hit.stages]
        choice = choose_chunks(read, budget=self.settings.source_chunks)
        between = self._searcher.load_chunks(collection, choice.between) if choice.between else {}
        return [*choice.hits, *(Hit(id_, document, chunk, 0.0) for id_, (document, chunk) in between.items())]

    def _refusal_notices(self, stream: AnswerStream, question: str, collection: str) -> list[str]:
        """Say which identifiers and clauses of the question no passage names, and whether languages are in the way."""
        hits = stream.retrieval.hits
        embedder = self._retriever.embedder_across(question, hits, collection).fingerprint
        language = language_notice(question, hits, embedder=embedder)
        missing = _missing_notices(question, stream.sources, stream.retrieval.hits)
        return [*missing, *([language] if language else [])]

    def _refuse(self, stream: AnswerStream, asked: Asked, timer: StageTimer) -> Iterator[AnswerEvent]:
        """Yield the fixed sentence; the nearest passages stay visible as sources."""
        yield REFUSAL
        nearest = self._nearest(asked.question, stream.sources, asked.collection, stream.retrieval.hits)
        timer.mark("read")
        stream.finish(
            Answer(
                text=REFUSAL,
                refused=True,
                sources=stream.sources,
                citations=(),
                llm="",
                usage=Usage(0, 0),
                cost_usd=0.0,
                milliseconds=timer.milliseconds,
                notices=(
                    *stream.retrieval.notices,
                    *self._refusal_notices(stream, asked.question, asked.collection),
                    *([UNSEEN] if asked.images else []),
                ),
                understood_filters=stream.retrieval.understood_filters,
                nearest=nearest,
            ),
            read=(),
        )

    def _nearest(
        self, question: str, sources: Sequence[Source], collection: str, hits: Sequence[Hit]
    ) -> tuple[Citation, ...]:
        """Return the sentences of the sources that come nearest to a question that they do not answer."""
        embedder = self._retriever.embedder_across(question, hits, collection)
        by_number = {source.number: source for source in sources}
        found = nearest_sentences(question, sources, embedder, self._ranker)
        return tuple(
            cite_stretch(by_number[near.number], near.start, near.end, rectangles=self._rectangles) for near in found
        )

    def _quote(
        self, stream: AnswerStream, evidence: Evidence, timer: StageTimer, collection: str
    ) -> Iterator[AnswerEvent]:
        """Yield the best sentences, word for word, where no LLM is set up."""
        question = evidence.question
        if evidence.quotes is None:
            evidence = self._read_quotes(evidence, collection)
        text = evidence.quotes or REFUSAL
        stream.held_back = evidence.held_back
        missing: list[str] = []
        nearest: tuple[Citation, ...] = ()
        if text == REFUSAL:
            missing = self._refusal_notices(stream, question, collection)
            nearest = self._nearest(question, stream.sources, collection, stream.retrieval.hits)
        timer.mark("read")
        checker = self.checker(question, stream.sources, doubt=UNSURE_REASON if evidence.is_unsure else "")
        if text == REFUSAL:
            yield text
        else:
            yield from checker.feed(text)
            yield from checker.finish()
        checked = checker.checked
        timer.mark("check")
        stream.finish(
            Answer(
                text=checked.text or text,
                refused=text == REFUSAL,
                sources=stream.sources,
                citations=checked.citations,
                llm=EXTRACTIVE,
                usage=Usage(0, 0),
                cost_usd=0.0,
                milliseconds=timer.milliseconds,
                notices=(*stream.retrieval.notices, *missing, *_described_notices(checked.citations)),
                sentences=checked.sentences,
                verdict=checked.verdict,
                probability=quote_probability(stream.probability, evidence.judged) * checked.probability,
                understood_filters=stream.retrieval.understood_filters,
                nearest=nearest,
            ),
            read=stream.sources,
        )

    def _generate_unless_refused(
        self,
        stream: AnswerStream,
        model: LanguageModel,
        asked: Asked,
        timer: StageTimer,
        *,
        otherwise: Callable[[], Evidence | None],
    ) -> Iterator[AnswerEvent]:
        """Yield the LLM's answer; where it refuses, that from `otherwise`, unless there is none.

        What may become the refusal is held back until it is something else, or ends.
        """
        held: list[AnswerEvent] = []
        pieces = self._generate(stream, model, asked, timer)
        for piece in pieces:
            held.append(piece)
            if not may_become_refusal("".join(one for one in held if isinstance(one, str))):
                break
        else:
            is_stopped = asked.stop is not None and asked.stop.is_set()
            evidence = (
                otherwise()
                if not is_stopped and is_refusal("".join(one for one in held if isinstance(one, str)))
                else None
            )
            if evidence is not None:
                stream.take(evidence)
                timer = StageTimer(dict(timer.milliseconds))
                yield from self._generate(stream, model, replace(asked, question=evidence.question), timer)
                return
        yield from held
        yield from pieces

    def _generate(
        self,
        stream: AnswerStream,
        model: LanguageModel,
        asked: Asked,
        timer: StageTimer,
    ) -> Iterator[AnswerEvent]:
        """Yield the LLM's answer, in which no citation is shown that has no source and nothing is live."""
        text, error, usage = "", "", None
        inert = InertFilter()
        prompt: Prompt | None = None
        checker = self.checker(asked.question, stream.sources)
        finish_reason, loading_seconds = "", 0.0
        try:
            prompt = build_prompt(
                asked.question,
                stream.sources,
                model,
                answer_tokens=self.settings.answer_tokens,
                history=asked.history,
                images=asked.images,
            )
            checker = self.checker(asked.question, prompt.used)
            timer.mark("prompt")
            for chunk in model.stream(prompt.messages, max_tokens=self.settings.answer_tokens, stop=asked.stop):
                usage = chunk.usage or usage
                finish_reason = chunk.finish_reason or finish_reason
                loading_seconds = chunk.loading_seconds or loading_seconds
                if chunk.retracts:
                    text, inert = "", InertFilter()
                    checker = self.checker(asked.question, prompt.used)
                    yield RETRACTED
                text += (released := inert.feed(chunk.text))
                yield from checker.feed(released)
        except ModelError as failure:
            error = f"{failure.reason} {failure.remedy}".strip()
        text += (released := inert.finish())
        yield from checker.feed(released)
        timer.mark("generate")
        if loading_seconds >= MIN_LOADING_SECONDS:
            timer.take_out("loading", loading_seconds, of=("generate", "prompt"))
        yield from checker.finish(is_cut=bool(error))
        checked = checker.checked
        used = prompt.used if prompt else ()
        verdict = checked.verdict
        if verdict is Verdict.SUPPORTED and self._judge is not None:
            is_unsure = may_not_answer(asked.question, checked.citations, used, self._judge)
            verdict = Verdict.PARTLY if is_unsure else verdict
        timer.mark("check")
        nearest: tuple[Citation, ...] = ()
        if is_refusal(checked.text):
            nearest = self._nearest(asked.question, stream.sources, asked.collection, stream.retrieval.hits)
            timer.mark("read")
        usage = asked.spent.plus(usage or _estimated_usage(model, prompt, text))
        stream.finish(
            Answer(
                text=checked.text,
                refused=is_refusal(checked.text),
                sources=stream.sources,
                citations=checked.citations,
                llm=model.name,
                usage=usage,
                cost_usd=cost_usd(model.name, usage, is_local=model.is_local),
                milliseconds=timer.milliseconds,
                notices=(
                    *stream.retrieval.notices,
                    *_prompt_notices(prompt),
                    *_removed_notices(checked.removed_numbers),
                    *_described_notices(checked.citations),
                    *_ending_notices(text, error, finish_reason),
                ),
                error=error,
                sentences=checked.sentences,
                verdict=verdict,
                probability=stream.probability * checked.probability,
                understood_filters=stream.retrieval.understood_filters,
                is_cut_off=finish_reason == "length",
                nearest=nearest,
            ),
            read=used,
        )

    def checker(self, question: str, sources: Sequence[Source], *, doubt: str = "") -> AnswerChecker:
        """Return what checks the answer to a question by its sources, sentence by sentence; with a `doubt`, none is
        more than partly supported, for that reason.
        """
        return AnswerChecker(
            sources,
            question=question,
            doubt=doubt,
            rectangles=self._rectangles,
            embed=self._embedder.embed_passages,
            read=self._passage_reader.score if self._passage_reader else None,
        )

    def cite_fields(self, written: WrittenJson, sources: Sequence[Source], question: str) -> tuple[AnsweredField, ...]:
        """Judge the fields of an answer in JSON by its sources, as the sentences of others are."""
        return cite_fields(
            written,
            sources,
            question=question,
            rectangles=self._rectangles,
            embed=self._embedder.embed_passages,
            read=self._passage_reader.score if self._passage_reader else None,
        )

    def _rectangles(self, source: Source, spans: Sequence[Span]) -> tuple[PageRectangle, ...]:
        return load_rectangles(source, spans, self._searcher.load_pages)


def _small_talk(reply: str) -> AnswerStream:
    """Return the answer to a greeting or thanks: a sentence for which nothing was looked up and no LLM asked."""

    def produce(stream: AnswerStream) -> Iterator[str]:
        yield reply
        stream.finish(
            Answer(
                text=reply,
                refused=False,
                sources=(),
                citations=(),
                llm="",
                usage=Usage(0, 0),
                cost_usd=0.0,
                milliseconds={},
            ),
            read=(),
        )

    return AnswerStream(evidence=NO_EVIDENCE, produce=produce)


def texts_by_document(hits: Sequence[Hit]) -> dict[int, str]:
    """Return all that was found of each document, by its id."""
    texts: dict[int, list[str]] = {}
    for hit in hits:
        texts.setdefault(hit.document.id, []).append(hit.chunk.text)
    return {id_: "\n".join(found) for id_, found in texts.items()}


def _missing_notices(question: str, sources: Sequence[Source], hits: Sequence[Hit]) -> list[str]:
    """Say which identifiers and clauses of the question no passage names."""
    missing = missing_constraints(question, sources, beside=texts_by_document(hits))
    return [f"No passage names {constraint.written}." for constraint in missing]


def judge(question: str, hits: Sequence[Hit]) -> float:
    """Return how likely the hits answer the question, 0 to 1: the one number that decides refusal everywhere.

    Its threshold is `threshold_for(hits)` unless the settings say otherwise.
    """
    if judged := judged_logits(hits):
        return answerability_as_judged(judged, _as_read(hits))
    if _are_read(hits):
        return answerability_as_read(_as_read(hits))
    return answerability(question, _nearest(hits))


def threshold_for(hits: Sequence[Hit], *, is_quoted: bool = False) -> float:
    """Return the probability below which a question is refused: the estimates with and without the networks differ.

    It is lower for an answer in quotes, each of which is weighed once more, where a network has read the passages.
    """
    if not _are_read(hits):
        return REFUSAL_THRESHOLD
    if is_quoted:
        return QUOTED_THRESHOLD
    return JUDGED_THRESHOLD if judged_logits(hits) else READ_THRESHOLD


def _nearest(hits: Sequence[Hit]) -> list[tuple[str, float]]:
    """Return passages by cosine, as the estimate was calibrated."""
    cosines = [(hit, hit.stages[DENSE].score if DENSE in hit.stages else 0.0) for hit in hits]
    nearest = sorted(cosines, key=lambda item: -item[1])[:JUDGED_PASSAGES]
    return [(hit.chunk.text_to_embed, cosine) for hit, cosine in nearest]


def _as_read(hits: Sequence[Hit]) -> list[float]:
    """Return the probability that each hit answers, as the reader and the searches see it."""
    return [hit.stages[COMBINED].score for hit in hits if COMBINED in hit.stages]


def _are_read(hits: Sequence[Hit]) -> bool:
    """Return whether the scores are of Lectern's own reader: only those are combined."""
    return any(COMBINED in hit.stages for hit in hits)


def is_refusal(text: str) -> bool:
    """Return whether an LLM's answer is the refusal it was told to give, and nothing else."""
    return _refusal_words(text) == _refusal_words(REFUSAL)


def may_become_refusal(text: str) -> bool:
    """Return whether the beginning of an LLM's answer may go on to be the refusal."""
    return _refusal_words(REFUSAL).startswith(_refusal_words(text))


def _refusal_words(text: str) -> str:
    return text.strip().strip("\"'").rstrip(".").casefold()


def _estimated_usage(model: LanguageModel, prompt: Prompt | None, text: str) -> Usage:
    return Usage(prompt.prompt_tokens if prompt else 0, model.count_tokens(text) if text else 0, estimated=True)


def _prompt_notices(prompt: Prompt | None) -> Iterator[str]:
    if prompt and prompt.left_out:
        numbers = ", ".join(f"[{source.number}]" for source in prompt.left_out)
        yield f"The sources {numbers} did not fit the LLM's context and were left out."
    if prompt and prompt.cut:
        numbers = ", ".join(f"[{source.number}]" for source in prompt.cut)
        yield f"The source {numbers} was shortened to fit the LLM's context."


def _removed_notices(numbers: Sequence[int]) -> Iterator[str]:
    if numbers:
        listed = ", ".join(f"[{number}]" for number in numbers)
        yield f"The LLM cited sources that it was not given: {listed}. These citations were removed."


def _described_notices(citations: Sequence[Citation]) -> Iterator[str]:
    """Say which citations are not of words in a file."""
    by: dict[str, set[int]] = {}
    for citation in citations:
        if citation.described_by:
            by.setdefault(citation.described_by, set()).add(citation.number)
    for llm, numbers in by.items():
        listed = ", ".join(f"[{number}]" for number in sorted(numbers))
        yield f"{listed} cites what {llm} says of a figure, and not words of the document: look at the figure."


def _ending_notices(text: str, error: str, finish_reason: str) -> Iterator[str]:
    if finish_reason == "length":
        yield "The answer was cut off at the greatest length set (setting `answer_tokens`)."
    if not text.strip() and not error:
        yield "The LLM gave no answer. Ask again, or choose another one with --llm."
