"""Asks the questions of a set and scores the order after each stage."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from app.evaluation.metrics import graded_ndcg, mean, recall, reciprocal_rank
from benchmarks.beir import BeirPassage, BeirQuestion, BeirSet
from rag.retrieval import DENSE, FUSED, LEXICAL, RERANKED, Retrieval
from rag.types import Hit

SEED = 20240229
CUTOFF = 10
FINAL = "final"
ORDERS = (DENSE, LEXICAL, FUSED, RERANKED, FINAL)
"""The orders that are scored; `final` is the order in which the product returns its hits."""

Drawn = TypeVar("Drawn")

Search = Callable[[str], Retrieval]
"""Finds the chunks for a question's text."""


@dataclass(frozen=True, slots=True)
class OrderScores:
    """Means over questions of one order, 0 to 1: nDCG with grades, share of relevant passages, reciprocal rank."""

    ndcg_at_10: float
    recall_at_10: float
    mrr_at_10: float


@dataclass(frozen=True, slots=True)
class SetScores:
    """The measurements on one set."""

    name: str
    questions: int
    orders: Mapping[str, OrderScores]
    """By order, of ORDERS; one without a stage behind it is left out."""
    milliseconds: Mapping[str, float]
    """Median time of a question by step of the retrieval."""

    def as_json(self) -> dict[str, object]:
        """Return the scores as JSON takes them."""
        return asdict(self)


def sample_questions(beir: BeirSet, limit: int | None) -> list[BeirQuestion]:
    """Draw at most `limit` of the questions that a passage of the corpus answers."""
    return draw([question for question in beir.questions if gold_passages(beir, question)], limit)


def draw(questions: list[Drawn], limit: int | None) -> list[Drawn]:
    """Draw at most `limit` questions, the same ones every time."""
    return questions if limit is None or limit >= len(questions) else random.Random(SEED).sample(questions, limit)


def gold_passages(beir: BeirSet, question: BeirQuestion) -> list[BeirPassage]:
    """Return the passages of the corpus that answer a question."""
    return [beir.passages[id_] for id_, grade in question.grades.items() if grade > 0 and id_ in beir.passages]


def score_set(
    name: str, questions: Sequence[BeirQuestion], search: Search, passage_ids: Mapping[int, str]
) -> SetScores:
    """Ask every question and score each order; the first, which loads the models, is asked twice."""
    rankings: dict[str, list[tuple[str, ...]]] = {order: [] for order in ORDERS}
    times: dict[str, list[float]] = {}
    for question in questions[:1]:
        search(question.text)
    for question in questions:
        retrieval = search(question.text)
        for step, milliseconds in retrieval.milliseconds.items():
            times.setdefault(step, []).append(milliseconds)
        for order, hits in order_hits(retrieval.hits).items():
            rankings[order].append(rank_passages(hits, passage_ids))
    return SetScores(
        name=name,
        questions=len(questions),
        orders={order: _score(found, questions) for order, found in rankings.items() if any(found)},
        milliseconds={step: round(statistics.median(values), 2) for step, values in times.items()},
    )


def order_hits(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    """Return the hits in each of ORDERS; behind those that a reranker read, the others follow as they were fused."""
    ordered = {
        stage: sorted((hit for hit in hits if stage in hit.stages), key=lambda hit: hit.stages[stage].rank)
        for stage in (DENSE, LEXICAL, FUSED)
    }
    read = sorted((hit for hit in hits if RERANKED in hit.stages), key=lambda hit: -hit.stages[RERANKED].score)
    unread = [hit for hit in ordered[FUSED] if RERANKED not in hit.stages]
    return {**ordered, RERANKED: read + unread if read else [], FINAL: list(hits)}


def rank_passages(hits: Sequence[Hit], passage_ids: Mapping[int, str]) -> tuple[str, ...]:
    """Return the passages behind the hits, each at the rank of its best chunk."""
    return tuple(dict.fromkeys(passage_ids[hit.document.id] for hit in hits))


def _score(rankings: Sequence[Sequence[str]], questions: Sequence[BeirQuestion]) -> OrderScores:
    scores = []
    for found, question in zip(rankings, questions, strict=True):
        relevant = {id_ for id_, grade in question.grades.items() if grade > 0}
        scores.append(
            OrderScores(
                ndcg_at_10=graded_ndcg(found, question.grades, CUTOFF),
                recall_at_10=recall(found, relevant, CUTOFF),
                mrr_at_10=reciprocal_rank(found, relevant, CUTOFF),
            )
        )
    return _average(scores)


def _average(scores: Sequence[OrderScores]) -> OrderScores:
    return OrderScores(
        mean([one.ndcg_at_10 for one in scores]),
        mean([one.recall_at_10 for one in scores]),
        mean([one.mrr_at_10 for one in scores]),
    )


def average_sets(sets: Sequence[SetScores]) -> SetScores:
    """Return the mean over sets, each counting alike whatever its size; only of orders that every set has."""
    orders = [order for order in ORDERS if all(order in one.orders for one in sets)]
    steps = dict.fromkeys(step for one in sets for step in one.milliseconds)
    return SetScores(
        name="mean",
        questions=sum(one.questions for one in sets),
        orders={order: _average([one.orders[order] for one in sets]) for order in orders},
        milliseconds={
            step: round(mean([one.milliseconds[step] for one in sets if step in one.milliseconds]), 2) for step in steps
        },
    )
