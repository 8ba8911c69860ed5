"""Brings the cosines of different embedders to one scale."""

from __future__ import annotations

MULTILINGUAL_FLOOR, MULTILINGUAL_SPAN = 0.735, 0.24
"""multilingual-e5-small gives unrelated texts 0.75 and related ones 0.88, where all-MiniLM-L6-v2 gives 0.06 and 0.6
(sentences of `benchmarks/language_questions.py`): what was fitted to the one holds for the other on its scale."""


def is_multilingual(fingerprint: str) -> bool:
    """Return whether an embedder knows more languages than English, by the name of its model."""
    return "multilingual" in fingerprint.casefold()


def comparable_cosine(cosine: float, fingerprint: str) -> float:
    """Return a cosine by the embedder of that fingerprint as all-MiniLM-L6-v2 would give it."""
    return (cosine - MULTILINGUAL_FLOOR) / MULTILINGUAL_SPAN if is_multilingual(fingerprint) else cosine
