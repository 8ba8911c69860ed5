"""Combines what the reader and both searches say of a hit into the probability that it answers."""

from __future__ import annotations

from collections.abc import Sequence

from rag.refusal import sigmoid
from rag.retrieval import DENSE, FUSED, LEXICAL, RERANKED, RRF_K
from rag.types import Hit

# From `python -m training.fit`, on held-out questions of ten training sets.
INTERCEPT = -4.337
WEIGHTS = (0.655, 1.741, 0.557, 1.058)


def answer_probabilities(hits: Sequence[Hit]) -> list[float]:
    """Return the probability, 0 to 1, that each hit answers the question, in input order; the reader has scored all
    hits."""
    return [
        sigmoid(INTERCEPT + sum(weight * signal for weight, signal in zip(WEIGHTS, signals, strict=True)))
        for signals in ranking_signals(hits)
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
