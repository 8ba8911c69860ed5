"""Fits what a hit's document counts in the final score, on questions about a folder with known documents and pages.

Prints the constant of `rag.ranking`: `python -m training.fit_documents QUESTIONS.jsonl --home HOME [--limit N]`. HOME
holds the index of the folder; QUESTIONS has the form that `lectern eval` reads.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from app.evaluation.evaluate import GoldQuestion, read_questions
from app.service.build_index import open_lectern
from app.service.build_models import build_models
from app.settings import read_settings
from rag.ranking import WEIGHTS, document_signals, ranking_signals
from rag.retrieval import RERANKED, Retriever
from rag.types import Hit

PRIOR = 0.01
"""Weight of the sum of squares: it holds a signal that decides nothing near 0."""


def ask(questions: Sequence[GoldQuestion], retriever: Retriever) -> Iterator[tuple[tuple[Hit, ...], NDArray[np.bool_]]]:
    """Yield, for each question, the hits that the reader scored and which of them are on a gold page; those of which
    all or none are say nothing and are left out."""
    for question in questions:
        found = retriever.retrieve(question.question, collection="default").hits
        hits = tuple(hit for hit in found if RERANKED in hit.stages)
        right = np.array([_is_gold(hit, question) for hit in hits], dtype=bool)
        if right.any() and not right.all():
            yield hits, right


def fit(asked: Sequence[tuple[tuple[Hit, ...], NDArray[np.bool_]]]) -> NDArray[np.float64]:
    """Return the weights of `rag.ranking.document_signals` that order the hits best; the other weights stay."""
    weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    rows = [
        (
            torch.tensor(np.array(ranking_signals(hits)) @ np.array(WEIGHTS)),
            torch.tensor(document_signals(hits), dtype=torch.float64),
            torch.tensor(right),
        )
        for hits, right in asked
    ]
    optimiser = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = PRIOR * weights.pow(2).sum()
        for base, signals, right in rows:
            logits = base + signals @ weights
            total = total - (logits[right].logsumexp(0) - logits.logsumexp(0)) / len(rows)
        total.backward()
        return total

    optimiser.step(loss)
    return weights.detach().numpy()


def _is_gold(hit: Hit, question: GoldQuestion) -> bool:
    pages = {span.page for span in hit.chunk.spans}
    return hit.document.path.endswith(question.document) and bool(pages & set(question.pages))


def _first_right(asked: Sequence[tuple[tuple[Hit, ...], NDArray[np.bool_]]], weights: NDArray[np.float64]) -> float:
    """Return the share of the questions whose best hit is on a gold page."""
    firsts = []
    for hits, right in asked:
        scores = np.array(ranking_signals(hits)) @ np.array(WEIGHTS) + np.array(document_signals(hits)) @ weights
        firsts.append(bool(right[int(scores.argmax())]))
    return float(np.mean(firsts))


def main() -> None:
    """Ask, fit, and print the constant with what it reaches."""
    parser = argparse.ArgumentParser(prog="python -m training.fit_documents", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--home", type=Path, required=True, help="holds the index of the folder")
    parser.add_argument("--limit", type=int, default=300, help="questions that are asked, the first ones")
    options = parser.parse_args()
    settings = read_settings(home=options.home)
    questions = [one for one in read_questions(options.questions) if one.pages][: options.limit]
    with open_lectern(settings, "fit", wait_seconds=0, models=build_models(settings)) as lectern:
        asked = list(ask(questions, lectern.retriever))
    weights = fit(asked)
    print(f"DOCUMENT_WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in weights)})")
    print(
        f"{len(questions)} questions, {len(asked)} with a gold page among the hits read; best hit right: "
        f"{_first_right(asked, np.zeros(2)):.3f} without documents, {_first_right(asked, weights):.3f} with them"
    )


if __name__ == "__main__":
    main()
