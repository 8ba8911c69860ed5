"""Answers a question from what several look-ups found, which an LLM asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rag.pipeline import Asked, AskPipeline, judge
from rag.planning.planner import Answering, PlanMode, PlannedQuestion
from rag.planning.rounds import join_by_rounds, join_hits
from rag.planning.steps import Looked, StepLimits, StepLoop
from rag.planning.tools import Compute, Search, Toolbox
from rag.protocols import LanguageModel, PlanCatalogue
from rag.retrieval import Retrieval, StageTimer
from rag.types import Answer, Hit


class Steps:
    """Answers by two to four look-ups and more, within limits."""

    def __init__(
        self,
        *,
        model: LanguageModel,
        pipeline: AskPipeline,
        quoting: AskPipeline,
        catalogue: PlanCatalogue,
        limits: StepLimits,
        source_chunks: int,
        calculate: PlanMode | None = None,
    ) -> None:
        """Take the LLM that plans, the pipeline that answers with it, and the one that answers where it has failed.

        At most `source_chunks` chunks become sources. What the LLM wants calculated, `calculate` does.
        """
        self._model = model
        self._pipeline = pipeline
        self._quoting = quoting
        self._catalogue = catalogue
        self._limits = limits
        self._source_chunks = source_chunks
        self._calculate = calculate

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield each step, and return the stream of the answer from all that was found."""
        timer = StageTimer()
        question = asked.question
        toolbox = Toolbox(
            collection=question.collection,
            catalogue=self._catalogue,
            search=self._searching(asked),
            filters=question.filters,
            compute=self._computing(asked, self._calculate) if self._calculate else None,
            is_stopped=lambda: asked.is_stopped,
        )
        found = yield from StepLoop(self._model, self._limits, stop=asked.stop).look_up(asked.text, toolbox)
        timer.mark("steps")
        retrieval = join_retrievals(found, timer.milliseconds)
        chosen = [self._pipeline.choose(one.hits, question.collection) for one in found.retrievals]
        hits = join_hits(chosen, limit=self._source_chunks)
        pipeline = self._quoting if found.has_failed else self._pipeline
        stands = Asked(asked.text, question.collection, question.history, stop=asked.stop, spent=found.usage)
        return pipeline.answer_from(stands, retrieval, hits, probability=likelihood(found))

    def _searching(self, asked: PlannedQuestion) -> Search:
        def search(text: str, filters: Mapping[str, str]) -> Retrieval:
            only = None
            if filters != asked.question.filters:
                only = self._catalogue.find_documents(asked.question.collection, filters)
            return asked.look_up(text, only).retrieval

        return search

    def _computing(self, asked: PlannedQuestion, mode: PlanMode) -> Compute:
        def compute(text: str) -> Answer | None:
            answering = mode.answer(replace(asked, question=replace(asked.question, text=text)))
            while True:
                try:
                    next(answering)
                except StopIteration as ended:
                    return ended.value if isinstance(ended.value, Answer) else None

        return compute


def join_retrievals(found: Looked, milliseconds: Mapping[str, float]) -> Retrieval:
    """Return the hits of all look-ups by rounds of single hits, with the notices of all."""
    by_id: dict[str, Hit] = {}
    for retrieval in found.retrievals:
        for hit in retrieval.hits:
            by_id.setdefault(hit.chunk_id, hit)
    order = join_by_rounds([[hit.chunk_id for hit in one.hits] for one in found.retrievals])
    notices = [notice for one in found.retrievals for notice in one.notices]
    return Retrieval(
        tuple(by_id[id_] for id_ in order), dict(milliseconds), tuple(dict.fromkeys((*notices, *found.notices)))
    )


def likelihood(found: Looked) -> float:
    """Return how likely the passages answer: as those of the question's own look-up do, or those of the others do
    theirs, on the mean, where that is more."""
    own, *others = [judge(text, one.hits) for text, one in zip(found.texts, found.retrievals, strict=True)]
    return max(own, sum(others) / len(others) if others else 0.0)
