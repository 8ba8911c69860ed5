"""Scores rankings against what is known to be relevant, and judgements against the truth.

A ranking lists each item once, at its best rank; items are pages, documents or passages. A page is a (document,
0-based page) pair, and a question counts as found at k when any one of its gold pages is among the first k pages.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

PageKey = tuple[str, int]
"""(document, 0-based page)."""

Item = TypeVar("Item", bound=Hashable)

RECALL_CUTOFFS = (1, 3, 5, 10, 20)
"""The k at which page recall is reported."""


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """The pages found for one question, best first and each once, beside the gold ones."""

    found: tuple[PageKey, ...]
    gold: frozenset[PageKey]


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """Means over the questions that have gold pages, each 0 to 1; latencies in milliseconds."""

    questions: int
    recall: tuple[tuple[int, float], ...]
    """(k, page recall at k) for each of RECALL_CUTOFFS."""
    document_recall_at_1: float
    document_recall_at_5: float
    mrr_at_10: float
    ndcg_at_10: float
    p50_ms: float
    p95_ms: float

    def as_json(self) -> dict[str, float]:
        """Return the scores under the names that `lectern eval --json` prints."""
        named = {f"recall@{k}": value for k, value in self.recall}
        return {
            "questions": self.questions,
            **named,
            "document_recall@1": self.document_recall_at_1,
            "document_recall@5": self.document_recall_at_5,
            "mrr@10": self.mrr_at_10,
            "ndcg@10": self.ndcg_at_10,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
        }


def unique_pages(hits: Iterable[tuple[str, int, int]]) -> tuple[PageKey, ...]:
    """Return each page once, in rank order, from (document, first page, last page) hits, best first; a range counts
    all.
    """
    pages: dict[PageKey, None] = {}
    for document, first_page, last_page in hits:
        for page in range(first_page, last_page + 1):
            pages.setdefault((document, page))
    return tuple(pages)


def found_at(found: Sequence[PageKey], gold: Set[PageKey], k: int) -> bool:
    """Tell whether any gold page is among the first `k` pages."""
    return any(page in gold for page in found[:k])


def document_found_at(found: Sequence[PageKey], gold: Set[PageKey], k: int) -> bool:
    """Tell whether a gold document is among the first `k` different documents of the ranking."""
    documents = list(dict.fromkeys(document for document, _ in found))[:k]
    return any(document in documents for document, _ in gold)


def recall(found: Sequence[Item], relevant: Set[Item], k: int) -> float:
    """Return the share of the relevant items that are among the first `k`; 0.0 when none is relevant."""
    return len(relevant & set(found[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(found: Sequence[Item], relevant: Set[Item], k: int) -> float:
    """Return 1 / rank of the first relevant item, or 0.0 when none is among the first `k`."""
    return next((1.0 / rank for rank, item in enumerate(found[:k], start=1) if item in relevant), 0.0)


def ndcg(found: Sequence[Item], relevant: Set[Item], k: int) -> float:
    """Return normalised discounted cumulative gain with binary relevance, 0 to 1 (Järvelin and Kekäläinen, 2002)."""
    return graded_ndcg(found, dict.fromkeys(relevant, 1), k)


def graded_ndcg(found: Sequence[Item], grades: Mapping[Item, int], k: int) -> float:
    """Return nDCG with graded relevance, as trec_eval: linear gain, log2(rank + 1) discount; no gain below grade 1."""
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    if not ideal:
        return 0.0
    return _discounted([max(grades.get(item, 0), 0) for item in found[:k]]) / _discounted(ideal[:k])


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Return the share of pairs where a positive's score is above a negative's; ties count half, an empty side gives
    0.5.
    """
    if not positives or not negatives:
        return 0.5
    wins = sum((one > other) + (one == other) / 2 for one in positives for other in negatives)
    return wins / (len(positives) * len(negatives))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, interpolated; 0.0 of no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def score_retrieval(questions: Sequence[RankedQuestion], milliseconds: Sequence[float] = ()) -> RetrievalScores:
    """Average over the questions; those without gold pages (unanswerable ones) are left out of the means."""
    judged = [question for question in questions if question.gold]
    return RetrievalScores(
        questions=len(judged),
        recall=tuple((k, mean([found_at(one.found, one.gold, k) for one in judged])) for k in RECALL_CUTOFFS),
        document_recall_at_1=mean([document_found_at(one.found, one.gold, 1) for one in judged]),
        document_recall_at_5=mean([document_found_at(one.found, one.gold, 5) for one in judged]),
        mrr_at_10=mean([reciprocal_rank(one.found, one.gold, 10) for one in judged]),
        ndcg_at_10=mean([ndcg(one.found, one.gold, 10) for one in judged]),
        p50_ms=percentile(milliseconds, 0.5),
        p95_ms=percentile(milliseconds, 0.95),
    )


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean; 0.0 of no values."""
    return sum(values) / len(values) if values else 0.0
