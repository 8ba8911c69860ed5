"""Combines what the reader, both searches and a hit's document say of it into the probability that it answers."""

from __future__ import annotations

from collections.abc import Sequence

from rag.refusal import sigmoid
from rag.retrieval import DENSE, DOCUMENT, FUSED, LEXICAL, RERANKED, ROUTED, RRF_K
from rag.types import Hit

# From `python -m training.fit`, on held-out questions of ten training sets.
INTERCEPT = -4.337
WEIGHTS = (0.655, 1.741, 0.557, 1.058)

# Of the values that order 140 questions about reports and contracts equally well (`python -m training.fit_documents`),
# those that find the right one of 20 filings most often; docs/quality.md has both.
DOCUMENT_WEIGHTS = (1.0, 1.0)


def answer_probabilities(hits: Sequence[Hit]) -> list[float]:
    """Return the probability, 0 to 1, that each hit answers the question, in input order; the reader has scored all
    hits."""
    return [
        sigmoid(INTERCEPT + _weigh(WEIGHTS, of_hit) + _weigh(DOCUMENT_WEIGHTS, of_document))
        for of_hit, of_document in zip(ranking_signals(hits), document_signals(hits), strict=True)
    ]


def ranking_signals(hits: Sequence[Hit]) -> list[tuple[float, ...]]:
    """Return for each hit: relevance logit, cosine, BM25 as a share of the best, and the fused score times RRF_K.

    A hit that dense search did not bring is at most as near as the last one it did.
    """
    farthest = min((hit.stages[DENSE].score for hit in hits if DENSE in hit.stages), default=0.0)
    best = max((hit.stages[LEXICAL].score for hit in hits if LEXICAL in hit.stages), default=0.0) or 1.0
    return [
        (
            hit.stages[RERANKED].score,
            hit.stages[DENSE].score if DENSE in hit.stages else farthest,
            hit.stages[LEXICAL].score / best if LEXICAL in hit.stages else 0.0,
            hit.stages[FUSED].score * RRF_K,
        )
        for hit in hits
    ]


def document_signals(hits: Sequence[Hit]) -> list[tuple[float, float]]:
    """Return for each hit whether the question names its document, and its document's share of all fused scores.

    Both are counted from the best among the hits (0 there, negative elsewhere): they say which of several documents is
    meant, not whether any of them answers.
    """
    signals = [
        (float(ROUTED in hit.stages), hit.stages[DOCUMENT].score if DOCUMENT in hit.stages else 0.0) for hit in hits
    ]
    most_named = max((named for named, _ in signals), default=0.0)
    largest = max((share for _, share in signals), default=0.0)
    return [(named - most_named, share - largest) for named, share in signals]


def _weigh(weights: Sequence[float], signals: Sequence[float]) -> float:
    return sum(weight * signal for weight, signal in zip(weights, signals, strict=True))
