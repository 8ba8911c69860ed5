"""Has an LLM summarise texts of any length: part by part, then the summaries of the parts; each sentence is checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.citations.checker import AnswerChecker
from rag.errors import LecternError, ModelError
from rag.pipeline import is_refusal
from rag.planning.kept_replies import KeptReplies, ReadingCost
from rag.planning.planner import PlannedQuestion
from rag.prices import cost_usd
from rag.prompt import Prompt, build_prompt
from rag.protocols import LanguageModel
from rag.retrieval import StageTimer
from rag.safety.output import make_inert
from rag.types import Answer, AnswerEvent, JudgedSentence, PlanStep, Source, Usage, Verdict

PART_CHARACTERS = 12_000
"""Of one call: about 3,000 tokens; of more a small LLM passes over the middle."""

PART_TOKENS = 256
"""Of the summary of one part."""

SUMMARY_TOKENS = 640
"""Of the whole summary: about a page."""

MIN_GROUP = 2
"""Summaries that are joined at least, so that each round leaves fewer."""

_USED = (Verdict.SUPPORTED, Verdict.PARTLY)
"""Verdicts with which a sentence goes into the whole: what no source carries is left out."""

_OF_PART = (
    "Summarise these sources in at most five sentences. Say what they state: names, amounts, dates, duties and "
    "results. Put the number of its source behind each sentence."
)
_OF_WHOLE = (
    "The sources are notes on one text, in its order. Summarise the text in at most ten sentences that follow this "
    "order, and say each thing once. Put the number of its source behind each sentence."
)

MakeChecker = Callable[[str, Sequence[Source]], AnswerChecker]
"""Returns what checks the answer to a question by its sources."""


@dataclass(slots=True)
class _Notes:
    """What is known of a text: sentences by the number of the source that carries them, in order."""

    sentences: list[tuple[int, str]]

    def as_sources(self, sources: Sequence[Source]) -> list[Source]:
        """Return the notes as sources, with the numbers of those that they were made from."""
        by_number = {source.number: source for source in sources}
        texts: dict[int, list[str]] = {}
        for number, sentence in self.sentences:
            texts.setdefault(number, []).append(sentence)
        return [replace(by_number[number], text=" ".join(texts[number]), spans=()) for number in sorted(texts)]


class WrittenSummary:
    """Summarises one text. No part of it stays unread, unless it is stopped or the LLM fails; then that is said."""

    def __init__(self, replies: KeptReplies, sources: Sequence[Source], *, question: str, check: MakeChecker) -> None:
        """Take what asks the LLM, the text, numbered from 1, the request, and what checks sentences."""
        self._replies = replies
        self._sources = sources
        self._question = question
        self._check = check
        self._parts = list(_prompts(_OF_PART, sources, replies.model))
        self.notices: list[str] = []
        """What people are told of it, once it is written or could not be."""

    @property
    def cost(self) -> ReadingCost:
        """Return what it takes; replies that are kept from before are not asked again."""
        open_ = [one for one in self._parts if not self._replies.is_kept(one.messages, max_tokens=PART_TOKENS)]
        joined = _rounds(len(self._parts))
        tokens = sum(prompt.prompt_tokens for prompt in open_) + joined * PART_CHARACTERS // 4
        written = len(open_) * PART_TOKENS + joined * SUMMARY_TOKENS
        return ReadingCost.of(self._replies.model, Usage(tokens, written), calls=len(open_) + joined)

    @property
    def parts(self) -> int:
        """Return how many parts are read."""
        return len(self._parts)

    def write(self, asked: PlannedQuestion, timer: StageTimer) -> Generator[AnswerEvent, None, Answer | None]:
        """Yield the steps, then the summary with its verdicts, and return it; None where the LLM wrote none.

        Raises StoreError.
        """
        notes, notices = _Notes([]), self.notices
        step, done, error = f"Reading all of it in {self.parts} parts", 0, ""
        yield PlanStep(step, 0, self.parts)
        text = ""
        for prompt in self._parts:
            try:
                text = self._ask(prompt, PART_TOKENS)
            except ModelError as failure:
                error = _told(failure)
                break
            kept = list(self._supported(text, prompt.used))
            if not kept:
                notices.append(f"Of {_places(prompt.used)} nothing was taken: the LLM said nothing that stands there.")
            notes.sentences += kept
            done += 1
            yield PlanStep(step, done, self.parts)
            if asked.is_stopped:
                break
        timer.mark("read")
        if self.parts > 1 and not error and not asked.is_stopped:
            text, error = yield from self._join(notes)
        elif self.parts > 1 or error:
            text = _listed(notes)
        text = make_inert(text)
        timer.mark("write")
        if done < self.parts:
            why = f": {error}" if error else "."
            told = f"Stopped after {done} of {self.parts} parts{why} Ask the same again to go on from there."
        else:
            told = f"All of it was read: {_extent(self._sources)}." + (f" The LLM failed: {error}" if error else "")
        if not error and not asked.is_stopped:
            self._replies.finish()
        notices.insert(0, told)
        if not text.strip() or is_refusal(text):
            return None
        known = {number for number, _ in notes.sentences} if self.parts > 1 else set()
        sources = [source for source in self._sources if source.number in known] if known else self._sources
        return (yield from self._finish(text, sources, timer))

    def _ask(self, prompt: Prompt, max_tokens: int) -> str:
        ids = {source.document.id for source in self._sources if source.number in {one.number for one in prompt.used}}
        return self._replies.ask(prompt.messages, max_tokens=max_tokens, document_ids=sorted(ids))

    def _supported(self, text: str, sources: Sequence[Source]) -> Iterator[tuple[int, str]]:
        """Yield the sentences of a reply that its sources carry, each with the source that it is from."""
        checker = self._check(self._question, sources)
        judged = [
            one for one in (*checker.feed(make_inert(text)), *checker.finish()) if isinstance(one, JudgedSentence)
        ]
        for sentence in judged:
            if sentence.verdict in _USED and sentence.numbers:
                yield sentence.numbers[0], " ".join(sentence.text.split())

    def _join(self, notes: _Notes) -> Generator[PlanStep, None, tuple[str, str]]:
        """Yield the steps in which notes become one summary; return it, or the notes and why the LLM failed."""
        while notes.sentences:
            prompts = _groups(notes.as_sources(self._sources), self._replies.model)
            yield PlanStep("Joining the summaries of the parts", 0, len(prompts))
            shorter = _Notes([])
            for done, prompt in enumerate(prompts, 1):
                try:
                    text = self._ask(prompt, SUMMARY_TOKENS if len(prompts) == 1 else PART_TOKENS)
                except ModelError as failure:
                    return _listed(notes), _told(failure)
                originals = [one for one in self._sources if one.number in {used.number for used in prompt.used}]
                kept = list(self._supported(text, originals))
                yield PlanStep("Joining the summaries of the parts", done, len(prompts))
                if len(prompts) == 1:
                    # What no source carries is worth less than the notes it was made from.
                    return (text if kept else _listed(notes)), ""
                shorter.sentences += kept
            if len(shorter.sentences) >= len(notes.sentences):
                break
            notes = shorter
        return _listed(notes), ""

    def _finish(self, text: str, sources: Sequence[Source], timer: StageTimer) -> Generator[AnswerEvent, None, Answer]:
        """Yield the text with the verdict on each sentence, and return the answer."""
        checker = self._check(self._question, sources)
        yield from checker.feed(text)
        yield from checker.finish()
        checked = checker.checked
        timer.mark("check")
        numbers = {citation.number for citation in checked.citations}
        model, usage = self._replies.model, self._replies.usage
        return Answer(
            text=checked.text,
            refused=False,
            sources=tuple(source for source in sources if source.number in numbers),
            citations=checked.citations,
            llm=model.name,
            usage=usage,
            cost_usd=cost_usd(model.name, usage, is_local=model.is_local),
            milliseconds=timer.milliseconds,
            notices=tuple(self.notices),
            sentences=checked.sentences,
            verdict=checked.verdict,
            probability=checked.probability,
        )


def _prompts(question: str, sources: Sequence[Source], model: LanguageModel) -> Iterator[Prompt]:
    """Yield prompts that hold all sources in order, each as many as fit. Raises QuestionError where none fits."""
    at = 0
    while at < len(sources):
        length, to = 0, at
        while to < len(sources) and (to == at or length + len(sources[to].text) <= PART_CHARACTERS):
            length += len(sources[to].text)
            to += 1
        prompt = build_prompt(question, sources[at:to], model, answer_tokens=PART_TOKENS)
        if prompt.cut:
            # The model holds less than one stretch: its halves are read one after the other.
            first, second = _halves(sources[at])
            sources = [*sources[:at], first, second, *sources[at + 1 :]]
            continue
        yield prompt
        at += len(prompt.used)


def _halves(source: Source) -> tuple[Source, Source]:
    """Return a stretch in two halves, both with its number."""
    (span,) = source.spans
    middle = span.start + len(source.text) // 2
    cut = middle - span.start
    return (
        replace(source, text=source.text[:cut], spans=(replace(span, end=middle),)),
        replace(source, text=source.text[cut:], spans=(replace(span, start=middle),)),
    )


def _groups(notes: Sequence[Source], model: LanguageModel) -> list[Prompt]:
    """Return the prompts that join notes: one where all fit."""
    prompts: list[Prompt] = []
    at = 0
    while at < len(notes):
        length, to = 0, at
        while to < len(notes) and (to < at + MIN_GROUP or length + len(notes[to].text) <= PART_CHARACTERS):
            length += len(notes[to].text)
            to += 1
        prompt = build_prompt(_OF_WHOLE, notes[at:to], model, answer_tokens=SUMMARY_TOKENS)
        prompts.append(prompt)
        at += len(prompt.used)
    return prompts


def _rounds(parts: int) -> int:
    """Return about how many calls join the summaries of so many parts."""
    each = PART_CHARACTERS // (PART_TOKENS * 4)
    joined = 0
    while parts > 1:
        parts = math.ceil(parts / each)
        joined += parts
    return joined


def _listed(notes: _Notes) -> str:
    """Return the notes as they are, each with its number."""
    return "\n\n".join(f"{sentence} [{number}]" for number, sentence in notes.sentences)


def _told(failure: LecternError) -> str:
    return f"{failure.reason} {failure.remedy}".strip()


def _places(sources: Sequence[Source]) -> str:
    names = dict.fromkeys(f"{source.document.path}, {source.pages}".rstrip(", ") for source in sources)
    first, *others = names
    return f"{first} to {others[-1]}" if others else first


def _extent(sources: Sequence[Source]) -> str:
    pages = {(source.document.id, source.first_page) for source in sources}
    documents = len({source.document.id for source in sources})
    return f"{len(pages):,} pages of {documents:,} documents" if documents > 1 else f"{len(pages):,} pages"
