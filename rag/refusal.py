"""Estimates from cheap signals whether retrieved passages answer a question."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rag.text import content_words

# From `python benchmarks/calibrate_refusal.py TRAIN_FOLDER --evaluate SET_FOLDER`: six sets, 1,320 questions, each
# asked with and without the passages that answer it; cosines of all-MiniLM-L6-v2.
INTERCEPT = -3.979
COEFFICIENTS = (1.725, 0.509, 2.391, 1.022, 5.362)
REFUSAL_THRESHOLD = 0.160
"""Refuses 3 % of the answerable training questions and 24 % of the unanswerable ones (AUROC 0.84).

On other questions, follow-ups of conversations among them, 9 % and 28 % (AUROC 0.81): most unanswerable questions
about the collection's own topics pass, and are left to the LLM.
"""
# From `python -m training.fit`: each held-out question of ten sets with and without the passages that answer it.
READ_INTERCEPT = 0.204
READ_COEFFICIENT = 0.787
READ_THRESHOLD = 0.124
"""Where the reader has scored the passages: refuses 2 % of the answerable training questions and 52 % of the
unanswerable ones (AUROC 0.90); for other questions see docs/quality.md."""
READ_SHARE = 0.75
"""Weight of the reader's logit beside the judge's: less is better for single questions and worse for turns of
conversations, on which the judge alone is behind the reader (docs/quality.md)."""
JUDGED_INTERCEPT, JUDGED_COEFFICIENT = -0.312, 0.470
JUDGED_THRESHOLD = 0.165
"""The same where the judge has read the first of them (`rag.judging`): refuses 2 % of those answerable and 59 % of the
others (AUROC 0.91)."""
QUOTED_THRESHOLD = 0.02
"""The same where the answer is a quote, which is judged once more by itself (`rag.quoting.sureness`)."""
# From 259 quotes of squad_dev and 42 small folders that the judge read by themselves, 183 of them right.
ANSWER_INTERCEPT, ANSWER_JUDGED, ANSWER_FOUND = 0.32, 0.44, 0.35
MAX_PASSAGES = 10
"""Passages looked at: the ones further down say little."""


def answerability(question: str, passages: Sequence[tuple[str, float]]) -> float:
    """Return the probability, 0 to 1, that `passages` answer `question`; 0 without passages.

    Each passage is its text with header and its cosine to the question, 0.0 where only lexical search found it; best
    first.
    """
    if not passages:
        return 0.0
    return _probability(INTERCEPT, COEFFICIENTS, signals(question, passages))


def answerability_as_read(probabilities: Sequence[float]) -> float:
    """Return the same where Lectern's reader has read the passages: from the probabilities that each of them answers.

    Only the highest counts. The question's words, the cosines and the further passages say nothing beyond it: with
    them the estimate does better on the questions it is fitted to and no better on others.
    """
    return sigmoid(READ_INTERCEPT + READ_COEFFICIENT * logit(max(probabilities))) if probabilities else 0.0


def answerability_as_judged(judged: Sequence[float], read: Sequence[float]) -> float:
    """Return the same where the judge has read the first passages: from its logits, and from the probabilities that
    each passage answers as the reader and the searches see it.
    """
    return sigmoid(JUDGED_INTERCEPT + JUDGED_COEFFICIENT * joint_logit(judged, read)) if judged and read else 0.0


def quote_probability(found: float, judged: float | None) -> float:
    """Return how likely a quote answers, by what was found for the question and by the judge's logit of the quote
    itself; the first alone where it was not read.
    """
    if judged is None:
        return found
    return sigmoid(ANSWER_INTERCEPT + ANSWER_JUDGED * judged + ANSWER_FOUND * logit(found))


def joint_logit(judged: Sequence[float], read: Sequence[float]) -> float:
    """Return what both make of the passage that each thinks best of, before it is made a probability."""
    return max(judged) + READ_SHARE * logit(max(read))


def signals(question: str, passages: Sequence[tuple[str, float]]) -> tuple[float, ...]:
    """Return what the regression sees of a question and at least one passage, each about 0 to 1.

    Highest cosine; share of the question's words in the first three passages together; in the one of them that has
    most, with rare words weighing more; share of its names and numbers there; how far the highest cosine stands out.
    """
    read = passages[:MAX_PASSAGES]
    cosines = sorted((cosine for _, cosine in read), reverse=True)
    wanted = list(dict.fromkeys(content_words(question)))
    found = [frozenset(content_words(text)) for text, _ in read]
    top = found[:3]
    together = frozenset[str]().union(*top)
    weights = _rarity(wanted, found)
    marked = [word for word in wanted if word in _marked_words(question)]
    return (
        cosines[0],
        _share(wanted, together),
        max(_share(wanted, words, weights) for words in top),
        max(_share(marked, words) for words in top),
        cosines[0] - _typical(cosines),
    )


def _probability(intercept: float, coefficients: Sequence[float], values: Sequence[float]) -> float:
    total = intercept + sum(weight * value for weight, value in zip(coefficients, values, strict=True))
    return sigmoid(total)


def logit(probability: float) -> float:
    """Return the logit of a probability, which may be 0 or 1."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded / (1 - bounded))


def sigmoid(logit: float) -> float:
    """Return the probability of a logit, without overflow at either end."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


def _typical(cosines: Sequence[float]) -> float:
    """Return the mean cosine of what dense search found."""
    found = [cosine for cosine in cosines if cosine > 0]
    return sum(found) / len(found) if found else 0.0


def _share(wanted: Sequence[str], words: frozenset[str], weights: dict[str, float] | None = None) -> float:
    """Return the share of the wanted words, by weight where given, that are among `words`; 1 when nothing is wanted."""
    total = sum(weights[word] for word in wanted) if weights else len(wanted)
    held = sum(weights[word] if weights else 1.0 for word in wanted if word in words)
    return held / total if total else 1.0


def _rarity(wanted: Sequence[str], found: Sequence[frozenset[str]]) -> dict[str, float]:
    counts = Counter(word for words in found for word in words)
    return {word: math.log(1 + (len(found) + 1) / (counts[word] + 1)) for word in wanted}


def _marked_words(question: str) -> frozenset[str]:
    """Return names and numbers of the question: words with a capital inside the sentence, or with a digit."""
    words = question.split()
    marked = [
        word
        for position, word in enumerate(words)
        if any(character.isdigit() for character in word) or (position > 0 and word[:1].isupper())
    ]
    return frozenset(content_words(" ".join(marked)))
