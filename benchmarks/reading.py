"""Asks a passage reader the questions of a set and scores its answers, and how well refusals are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.evaluation.metrics import auroc, mean
from benchmarks.answers import exact_match, token_f1
from benchmarks.beir import ANSWERABLE, UNANSWERABLE, BeirPassage, BeirQuestion, BeirSet
from benchmarks.ranking import Search, draw, gold_passages
from rag.judging import judge_hits
from rag.pipeline import judge, threshold_for
from rag.protocols import PassageReader

OPEN_PASSAGES = 5
"""First hits that are read in open retrieval."""


@dataclass(frozen=True, slots=True)
class AnswerScores:
    """Means over questions, 0 to 1."""

    questions: int
    exact_match: float
    f1: float


@dataclass(frozen=True, slots=True)
class RefusalScores:
    """Scores of `rag.pipeline.judge` in telling questions with an answer from those without, on retrieved passages."""

    answerable: int
    unanswerable: int
    auroc: float
    false_refusals: float
    """Share of the answerable questions that are refused."""
    right_refusals: float
    """Share of the unanswerable ones that are."""


@dataclass(frozen=True, slots=True)
class ReadingScores:
    """The measurements on one set; None where the set has no answers, or no unanswerable questions."""

    name: str
    gold: AnswerScores | None
    open: AnswerScores | None
    refusal: RefusalScores | None

    def as_json(self) -> dict[str, object]:
        """Return the scores as JSON takes them."""
        return asdict(self)


def answered_questions(beir: BeirSet, limit: int | None) -> list[BeirQuestion]:
    """Draw at most `limit` questions with an answer and a passage that holds it, the same ones every time."""
    return draw([one for one in beir.questions if one.answers and one.answerable and gold_passages(beir, one)], limit)


def marked_questions(beir: BeirSet, limit: int | None) -> list[BeirQuestion]:
    """Draw at most `limit` questions marked answerable, and as many of those marked unanswerable."""
    return [
        question
        for mark in (ANSWERABLE, UNANSWERABLE)
        for question in draw([one for one in beir.questions if one.answerability == mark], limit)
    ]


def score_gold(beir: BeirSet, questions: Sequence[BeirQuestion], reader: PassageReader) -> AnswerScores | None:
    """Return scores of the best answer in the passages that answer each question; None without questions."""
    found = [
        best_answer(reader, question.text, [_with_title(passage) for passage in gold_passages(beir, question)])
        for question in questions
    ]
    return _score(found, questions)


def score_open(questions: Sequence[BeirQuestion], reader: PassageReader, search: Search) -> AnswerScores | None:
    """Return scores of the best answer in the first OPEN_PASSAGES hits of each question; None without questions."""
    found = []
    for question in questions:
        hits = search(question.text).hits[:OPEN_PASSAGES]
        found.append(best_answer(reader, question.text, [hit.chunk.text_to_embed for hit in hits]))
    return _score(found, questions)


def score_refusal(
    questions: Sequence[BeirQuestion], search: Search, judging: PassageReader | None = None
) -> RefusalScores | None:
    """Return how well refusals are told, with the judge where one is given; None unless there are questions of both
    kinds."""
    found = [(question, search(question.text).hits) for question in questions]
    if judging is not None:
        found = [(question, judge_hits(question.text, hits, judging)) for question, hits in found]
    judged = [(question.answerable, judge(question.text, hits), threshold_for(hits)) for question, hits in found]
    answerable = [probability for is_answerable, probability, _ in judged if is_answerable]
    unanswerable = [probability for is_answerable, probability, _ in judged if not is_answerable]
    refused = [(is_answerable, probability < threshold) for is_answerable, probability, threshold in judged]
    if not answerable or not unanswerable:
        return None
    return RefusalScores(
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        auroc=auroc(answerable, unanswerable),
        false_refusals=mean([float(is_refused) for is_answerable, is_refused in refused if is_answerable]),
        right_refusals=mean([float(is_refused) for is_answerable, is_refused in refused if not is_answerable]),
    )


def best_answer(reader: PassageReader, question: str, passages: Sequence[str]) -> str:
    """Return the words marked in the passage with the highest relevance and confidence together; "" without
    passages."""
    if not passages:
        return ""
    readings = zip(passages, reader.read(question, passages), strict=True)
    passage, reading = max(readings, key=lambda item: item[1].relevance + item[1].confidence)
    return passage[reading.start : reading.end]


def _with_title(passage: BeirPassage) -> str:
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def _score(found: Sequence[str], questions: Sequence[BeirQuestion]) -> AnswerScores | None:
    if not questions:
        return None
    pairs = list(zip(found, questions, strict=True))
    return AnswerScores(
        questions=len(questions),
        exact_match=mean([exact_match(answer, question.answers) for answer, question in pairs]),
        f1=mean([token_f1(answer, question.answers) for answer, question in pairs]),
    )
