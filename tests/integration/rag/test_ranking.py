"""Guards the ranking: a small frozen set through the whole product, with real models and real Chroma."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.evaluation.metrics import graded_ndcg, mean, reciprocal_rank
from app.settings import read_settings
from rag.protocols import Embedder
from tests.integration.frozen_set import DOCUMENTS, QUESTIONS
from tests.integration.opening import open_index_of

NDCG_AT_10, MRR_AT_10 = 0.891, 0.854
"""Of the final order, measured with the shipped reader; raise them with the ranking."""

TOLERANCE = 0.015
"""About what one question costs that falls from the first place to the second: precisions may swap like hits."""


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """The documents found for a question, best first, and the grades of those that answer it."""

    question: str
    found: tuple[str, ...]
    grades: dict[str, int]


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> list[RankedQuestion]:
    folder = tmp_path_factory.mktemp("frozen")
    for name, content in DOCUMENTS.items():
        (folder / name).write_text(content, encoding="utf-8")
    settings = read_settings(home=tmp_path_factory.mktemp("home"), workers=1)
    with open_index_of(settings, embedder=embedder) as lectern:
        report = lectern.ingest.sync(folder, collection="frozen")
        assert len(report.added) == len(DOCUMENTS)
        hits = [lectern.retriever.retrieve(question, collection="frozen").hits for _, question, _ in QUESTIONS]
    return [
        RankedQuestion(question, tuple(dict.fromkeys(hit.document.path for hit in found)), grades)
        for (_, question, grades), found in zip(QUESTIONS, hits, strict=True)
    ]


def test_ndcg_of_the_final_order_has_not_fallen(ranked: list[RankedQuestion]) -> None:
    scores = {one.question: graded_ndcg(one.found, one.grades, 10) for one in ranked}
    assert mean(list(scores.values())) >= NDCG_AT_10 - TOLERANCE, sorted(scores.items(), key=lambda item: item[1])[:5]


def test_the_first_right_document_has_not_fallen(ranked: list[RankedQuestion]) -> None:
    scores = {one.question: reciprocal_rank(one.found, one.grades.keys(), 10) for one in ranked}
    assert mean(list(scores.values())) >= MRR_AT_10 - TOLERANCE, sorted(scores.items(), key=lambda item: item[1])[:5]


def test_no_question_misses_its_document_altogether(ranked: list[RankedQuestion]) -> None:
    assert [one.question for one in ranked if not one.grades.keys() & set(one.found[:5])] == []
