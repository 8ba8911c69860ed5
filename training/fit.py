"""Fits on held-out questions what stands after the reader: the weights of the final score, and those of refusal.

Prints the constants of `rag.ranking` and `rag.refusal`: `python -m training.fit SETS --home FOLDER --weights FILE`.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from app.service.build_models import build_embedder, build_judge
from app.settings import Settings, read_settings
from benchmarks.ablation import build_search
from benchmarks.beir import BeirQuestion, BeirSet, read_beir
from benchmarks.beir_index import open_beir_index
from benchmarks.models import open_reader
from rag.judging import judge_hits, judged_logits
from rag.protocols import Embedder, PassageReader, Reranker
from rag.ranking import ranking_signals
from rag.refusal import joint_logit
from rag.retrieval import COMBINED, RERANKED
from rag.types import Hit
from training.mine import find_answers
from training.mixture import RECIPES, is_held_out

SETS = (
    "squadshifts_newwiki",
    "nq_oracle",
    "uda_nq",
    "tatqa",
    "ohr_pages",
    "squad_nqg_test",
    "boolq",
    "lfrqa",
    "medquad",
    "selqa",
)
"""Of the training sets those whose labels are sure enough, each counting alike."""
QUESTIONS = 40
PASSAGES = 500
"""In each set's corpus: its questions' own, the rest drawn."""
FALSE_REFUSALS = 0.02
"""Share of answerable training questions that the threshold may refuse."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the hits that the reader scored, and which of them answer it."""

    set: str
    question: str
    hits: tuple[Hit, ...]
    answering: tuple[bool, ...]


def reduce_set(beir: BeirSet, *, seed: int) -> BeirSet:
    """Return held-out questions of a set, at most QUESTIONS, in a corpus of about PASSAGES."""
    draw = random.Random(f"{seed} {beir.name}")
    held_out = [
        question
        for question in beir.questions
        if is_held_out(question.text)
        and any(question.grades.get(id_, 0) > 0 for id_ in beir.passages.keys() & question.grades.keys())
    ]
    questions = draw.sample(held_out, min(QUESTIONS, len(held_out)))
    judged = dict.fromkeys(id_ for question in questions for id_ in question.grades if id_ in beir.passages)
    others = [id_ for id_ in beir.passages if id_ not in judged]
    chosen = [*judged, *draw.sample(others, min(max(0, PASSAGES - len(judged)), len(others)))]
    return BeirSet(beir.name, {id_: beir.passages[id_] for id_ in chosen}, tuple(questions))


def ask(beir: BeirSet, settings: Settings, embedder: Embedder, reranker: Reranker) -> Iterator[Asked]:
    """Ask the questions of a set over its own index."""
    with open_beir_index(beir, settings.model_copy(update={"home": settings.home / beir.name}), embedder) as index:
        search = build_search(index, embedder, reranker)
        for question in beir.questions:
            hits = tuple(hit for hit in search(question.text).hits if RERANKED in hit.stages)
            marks = tuple(_answers(question, hit, index.passage_ids, RECIPES[beir.name].spans) for hit in hits)
            yield Asked(beir.name, question.text, hits, marks)


def fit_ranking(asked: Sequence[Asked]) -> tuple[float, Floats]:
    """Return the intercept and weights: the order listwise, then the scale of the probabilities (Platt)."""
    rows = [
        (np.array(ranking_signals(one.hits)), np.array(one.answering), 1.0 / _count(asked, one.set))
        for one in asked
        if any(one.answering) and not all(one.answering)
    ]
    weights = torch.tensor([0.5, 1.0, 1.0, 1.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = 0.01 * weights.pow(2).sum()
        for signals, answering, importance in rows:
            logits = torch.tensor(signals) @ weights
            total = total - importance * (logits[torch.tensor(answering)].logsumexp(0) - logits.logsumexp(0))
        total.backward()
        return total

    optimiser.step(loss)
    order = weights.detach().numpy()
    scores = np.concatenate([signals @ order for signals, _, _ in rows])
    labels = np.concatenate([answering for _, answering, _ in rows])
    scale = LogisticRegression(C=100.0).fit(scores[:, None], labels)
    return float(scale.intercept_[0]), order * scale.coef_[0, 0]


def fit_refusal(logits: Floats, labels: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return the intercept and coefficient of `rag.refusal.answerability_as_read`, and the threshold."""
    model = LogisticRegression(C=100.0).fit(logits[:, None], labels)
    probabilities = model.predict_proba(logits[:, None])[:, 1]
    threshold = np.quantile(probabilities[labels == 1], FALSE_REFUSALS)
    return float(model.intercept_[0]), float(model.coef_[0, 0]), float(threshold)


def best_logits(asked: Sequence[Asked], intercept: float, weights: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the best hit's logit for each question twice: among all that was found, and among what does not answer.

    `intercept` and `weights` are those of the ranking; the second array holds 1 and 0.
    """
    logits, labels = [], []
    for one in asked:
        found = intercept + np.array(ranking_signals(one.hits)) @ weights
        others = [float(logit) for logit, answers in zip(found, one.answering, strict=True) if not answers]
        if any(one.answering):
            logits.append(float(found.max()))
            labels.append(1)
        if others:
            logits.append(max(others))
            labels.append(0)
    return np.array(logits), np.array(labels)


def best_judged(asked: Sequence[Asked], judge: PassageReader) -> tuple[Floats, NDArray[np.int64]]:
    """Return the same of what the judge thinks of the first hits in their final order, with the reader."""
    logits, labels = [], []
    for one in asked:
        others = [hit for hit, answers in zip(one.hits, one.answering, strict=True) if not answers]
        for hits, label in ((one.hits, 1), (others, 0)):
            found = judged_logits(judge_hits(one.question, hits, judge)) if label == 0 or any(one.answering) else []
            if found:
                logits.append(joint_logit(found, [hit.stages[COMBINED].score for hit in hits]))
                labels.append(label)
    return np.array(logits), np.array(labels)


def print_refusal(name: str, logits: Floats, labels: NDArray[np.int64]) -> None:
    """Print the constants of `rag.refusal` that begin with a name, and what they reach."""
    intercept, coefficient, threshold = fit_refusal(logits, labels)
    print(f"{name}_INTERCEPT = {intercept:.3f}")
    print(f"{name}_COEFFICIENT = {coefficient:.3f}")
    print(f"{name}_THRESHOLD = {threshold:.3f}")
    refused = 1 / (1 + np.exp(-intercept - coefficient * logits)) < threshold
    print(
        f"{len(labels)} examples, AUROC {roc_auc_score(labels, logits):.3f}, "
        f"false refusals {refused[labels == 1].mean():.3f}, right refusals {refused[labels == 0].mean():.3f}"
    )


def _answers(question: BeirQuestion, hit: Hit, passage_ids: Mapping[int, str], spans: bool) -> bool:
    """Return whether a hit answers: a chunk of the right passage, with the answer's words where the passage has
    them."""
    if question.grades.get(passage_ids[hit.document.id], 0) <= 0:
        return False
    short = [answer for answer in question.answers if answer.casefold() not in ("yes", "no")]
    return not spans or not short or bool(find_answers(short, hit.chunk.text))


def _count(asked: Sequence[Asked], name: str) -> int:
    return sum(one.set == name for one in asked)


def main() -> None:
    """Ask, fit, and print the constants with what they reach."""
    parser = argparse.ArgumentParser(prog="python -m training.fit", description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--home", type=Path, required=True, help="folder for the indexes, kept")
    parser.add_argument("--weights", type=Path, help="the reader's weights, instead of the shipped ones")
    parser.add_argument("--index-only", action="store_true", help="index the sets and stop")
    options = parser.parse_args()
    settings = read_settings(home=options.home)
    embedder = build_embedder(settings)
    reduced = [reduce_set(read_beir(options.sets / name), seed=0) for name in SETS]
    if options.index_only:
        for beir in reduced:
            with open_beir_index(beir, settings.model_copy(update={"home": settings.home / beir.name}), embedder):
                print(f"{beir.name}: {len(beir.passages)} passages", flush=True)
        return
    reader = open_reader(settings, options.weights)
    if reader is None:
        parser.error("there are no weights: name them with --weights")
    asked = [one for beir in reduced for one in ask(beir, settings, embedder, reader)]
    intercept, weights = fit_ranking(asked)
    print(f"INTERCEPT = {intercept:.3f}")
    print(f"WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in weights)})")
    print_refusal("READ", *best_logits(asked, intercept, weights))
    if (judge := build_judge(settings)) is not None:
        print_refusal("JUDGED", *best_judged(asked, judge))


if __name__ == "__main__":
    main()
