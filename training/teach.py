"""Scores training groups by a teacher: a larger cross-encoder and the reader that ships, together.

What a network learns of a passage that is only labelled "answers" or "does not" is little; how far two better judges
together think that it answers is more, and tells of wordings that the labelled sets do not have.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sklearn.linear_model import LogisticRegression

from rag.protocols import PassageReader, SentenceRanker
from training.mine import TrainingGroup
from training.mixture import is_held_out, recipe_of

log = logging.getLogger(__name__)

LOG_EVERY = 1_000
NEGATIVES = 2
"""Negatives of a group that are scored and trained on, at most."""


def teach(
    groups: Sequence[TrainingGroup], file: Path, teacher: SentenceRanker, reader: PassageReader
) -> list[TrainingGroup]:
    """Return the groups with what both judges think of their passages; what `file` has of them is not asked again.

    Groups lose all but the first few negatives.
    """
    cut = [replace(group, negatives=group.negatives[:NEGATIVES]) for group in groups]
    kept = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    started = time.perf_counter()
    with file.open("a", encoding="utf-8") as out:
        for number, group in enumerate(cut[len(kept) :], start=1):
            texts = [f"{title}\n{text}" if title else text for title, text in (group.positive, *group.negatives)]
            own = reader.score(group.question, texts)
            both = [own, teacher.score(group.question, texts)]
            kept.append(both)
            out.write(json.dumps(both) + "\n")
            if number % LOG_EVERY == 0:
                log.info("%d groups scored, %.1f a second", number, number / (time.perf_counter() - started))
    weights = _weigh(cut, kept)
    return [replace(group, scores=tuple(_judge(weights, both))) for group, both in zip(cut, kept, strict=True)]


def _weigh(groups: Sequence[TrainingGroup], scores: Sequence[list[list[float]]]) -> LogisticRegression:
    """Return how the sum of both judges' logits becomes one, by the questions on which no network was trained.

    Both count alike: these questions are of the sets that the reader learnt from, where it alone is as good as both. On
    sets that neither has seen the sum is better than each (MODEL_CARD.md).
    """
    rows, answers = [], []
    for group, both in zip(groups, scores, strict=True):
        if is_held_out(group.question) and recipe_of(group.set).sure:
            for at, total in enumerate(_sums(both)):
                rows.append([total])
                answers.append(at == 0)
    weights = LogisticRegression().fit(rows, answers)
    log.info("%d held-out pairs: %s times the sum, %s", len(rows), weights.coef_[0], weights.intercept_)
    return weights


def _judge(weights: LogisticRegression, both: list[list[float]]) -> list[float]:
    return [float(score) for score in weights.decision_function([[total] for total in _sums(both)])]


def _sums(both: list[list[float]]) -> Iterator[float]:
    return (own + other for own, other in zip(*both, strict=True))
