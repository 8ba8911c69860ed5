"""Asks the questions of a set as they are and once more without what answers them, and counts the wrong answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.evaluation.metrics import auroc, percentile
from app.service.build_models import build_judge, build_ranker, build_reranker
from app.settings import Settings
from benchmarks.beir import BeirQuestion, read_beir
from benchmarks.beir_index import COLLECTION, open_beir_index
from benchmarks.reading import answered_questions
from rag.judging import judge_hits
from rag.language_gate import LanguageGate
from rag.pipeline import Asked, AskPipeline, judge
from rag.protocols import Embedder, PassageReader
from rag.ranking import answer_probabilities
from rag.retrieval import Retrieval, Retriever
from rag.storage.catalogue.reader import CatalogueReader
from rag.types import Answer, Verdict

FALSE_REFUSALS = 0.05
"""Share of the answerable questions that the threshold refuses."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question, with or without the passages that answer it: both probabilities, 0 where refused."""

    is_answerable: bool
    found: float
    """How likely the passages answer, by which alone a question is refused."""
    answered: float
    """How likely the answer is right, by which its verdict is decided as well; 0 where none was given."""
    is_right: bool
    is_supported: bool = True
    """Whether it is shown as supported from beginning to end."""


@dataclass(frozen=True, slots=True)
class WithheldScores:
    """Share of wrong answers among those given, at the threshold that refuses FALSE_REFUSALS of the answerable, and the
    AUROC between answerable and unanswerable: by what was found alone, and by the answer's own probability."""

    name: str
    questions: int
    wrong_by_found: float
    wrong_by_answer: float
    auroc_by_found: float
    auroc_by_answer: float
    wrong_as_shipped: float
    """Of the answers that the product gives."""
    refused_as_shipped: float
    """Share of the answerable questions that the product refuses."""
    believed_as_shipped: float
    """Share of the answers that the product shows as supported which are wrong."""

    def as_json(self) -> dict[str, object]:
        """Return the scores as JSON takes them."""
        return asdict(self)


def measure_withheld(
    folder: Path, settings: Settings, embedder: Embedder, reader: PassageReader, *, limit: int
) -> WithheldScores:
    """Ask `limit` questions of the set in `folder` without an LLM, indexed below `settings.home`. Raises LecternError.

    "Without" leaves out of what was found the passages that the set grades and those that hold an answer.
    """
    beir = read_beir(folder)
    home = settings.model_copy(update={"home": settings.home / beir.name})
    with open_beir_index(beir, home, embedder) as index:
        searcher = CatalogueReader(index.engine, index.catalogue)
        retriever = Retriever(
            searcher=searcher,
            vectors=index.vectors,
            embedder=embedder,
            reranker=build_reranker(settings, reader),
            combine=answer_probabilities,
            gate=LanguageGate(),
        )
        judging = build_judge(settings)
        pipeline = AskPipeline(
            retriever=retriever,
            searcher=searcher,
            embedder=embedder,
            model=None,
            reader=reader,
            ranker=build_ranker(),
            judge=judging,
        )
        outcomes = [
            outcome
            for question in answered_questions(beir, limit)
            for outcome in _ask(pipeline, retriever, question, index.passage_ids, judging)
        ]
    return score_outcomes(beir.name, outcomes)


def score_outcomes(name: str, outcomes: Sequence[Outcome]) -> WithheldScores:
    """Return the scores of questions that were asked both ways."""
    able = [one for one in outcomes if one.is_answerable]
    unable = [one for one in outcomes if not one.is_answerable]
    given = [one for one in outcomes if one.answered > 0]
    supported = [one for one in given if one.is_supported]
    return WithheldScores(
        name,
        len(able),
        _wrong_share(
            outcomes, [one.found for one in outcomes], percentile([one.found for one in able], FALSE_REFUSALS)
        ),
        _wrong_share(
            outcomes, [one.answered for one in outcomes], percentile([one.answered for one in able], FALSE_REFUSALS)
        ),
        auroc([one.found for one in able], [one.found for one in unable]),
        auroc([one.answered for one in able], [one.answered for one in unable]),
        sum(not one.is_right for one in given) / max(len(given), 1),
        sum(one.answered == 0 for one in able) / max(len(able), 1),
        sum(not one.is_right for one in supported) / max(len(supported), 1),
    )


def _wrong_share(outcomes: Sequence[Outcome], probabilities: Sequence[float], threshold: float) -> float:
    given = [
        one
        for one, probability in zip(outcomes, probabilities, strict=True)
        if probability >= threshold and one.answered > 0
    ]
    return sum(not one.is_right for one in given) / max(len(given), 1)


def _ask(
    pipeline: AskPipeline,
    retriever: Retriever,
    question: BeirQuestion,
    passage_ids: Mapping[int, str],
    judging: PassageReader | None,
) -> Iterator[Outcome]:
    retrieval = retriever.retrieve(question.text, collection=COLLECTION)
    if judging is not None:
        retrieval = replace(retrieval, hits=judge_hits(question.text, retrieval.hits, judging))
    yield _outcome(pipeline, question, retrieval, is_answerable=True)
    kept = tuple(
        hit
        for hit in retrieval.hits
        if question.grades.get(passage_ids[hit.document.id], 0) <= 0 and not _holds(hit.chunk.text, question.answers)
    )
    if judging is not None:
        kept = judge_hits(question.text, kept, judging)
    yield _outcome(pipeline, question, replace(retrieval, hits=kept), is_answerable=False)


def _outcome(pipeline: AskPipeline, question: BeirQuestion, retrieval: Retrieval, *, is_answerable: bool) -> Outcome:
    found = judge(question.text, retrieval.hits)
    asked = Asked(question.text, COLLECTION)
    answer = pipeline.answer_from(
        asked, retrieval, pipeline.choose(retrieval.hits, COLLECTION), probability=found
    ).answer
    is_right = is_answerable and not answer.refused and _holds(_first(answer), question.answers)
    return Outcome(
        is_answerable,
        found,
        0.0 if answer.refused else answer.probability,
        is_right,
        is_supported=answer.verdict is Verdict.SUPPORTED,
    )


def _first(answer: Answer) -> str:
    """Return the first paragraph: the sentence that is put forward."""
    return answer.text.partition("\n\n")[0]


def _holds(text: str, answers: Collection[str]) -> bool:
    plain = " ".join(text.casefold().split())
    return any(" ".join(answer.casefold().split()).rstrip(".") in plain for answer in answers)
