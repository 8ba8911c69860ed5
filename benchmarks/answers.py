"""Compares an answer with the ones that people gave, as SQuAD's own script does."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(answer: str) -> str:
    """Lower case without punctuation, articles and superfluous space (Rajpurkar and others, EMNLP 2016)."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def exact_match(answer: str, references: Iterable[str]) -> float:
    """Return 1.0 where the answer equals any reference once normalised, else 0.0."""
    return float(normalise(answer) in {normalise(reference) for reference in references})


def token_f1(answer: str, references: Iterable[str]) -> float:
    """Return the harmonic mean of precision and recall of normalised words, 0 to 1, for the best reference."""
    return max((_f1(normalise(answer).split(), normalise(reference).split()) for reference in references), default=0.0)


def _f1(words: list[str], wanted: list[str]) -> float:
    if not words or not wanted:
        return float(words == wanted)
    shared = (Counter(words) & Counter(wanted)).total()
    return 2 * shared / (len(words) + len(wanted))
