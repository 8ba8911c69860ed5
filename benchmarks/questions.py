"""Reads questions with gold pages and turns hits into rankings to score. Knows no pipeline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from rag.metrics import PageKey, RankedQuestion, RetrievalScores, score_retrieval, unique_pages


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and the (file name, 0-based page) pairs that answer it; none for an unanswerable one."""

    question: str
    gold: frozenset[PageKey]


@dataclass(frozen=True, slots=True)
class PageHit:
    """A passage found: its document (a path or a name) and its 0-based pages."""

    document: str
    first_page: int
    last_page: int


@dataclass(frozen=True, slots=True)
class QuestionHits:
    """What one search found, best first, and how long it took."""

    hits: list[PageHit]
    milliseconds: float


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions of a JSON-lines file with `question`, `document` and `pages`."""
    questions = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        gold = {(PurePath(row["document"]).name, page) for page in row["pages"]} if row["document"] else set()
        questions.append(GoldQuestion(row["question"], frozenset(gold)))
    return questions


def score_answers(questions: Sequence[GoldQuestion], answers: Sequence[QuestionHits]) -> RetrievalScores:
    """Score answers in question order; documents are told apart by file name."""
    ranked = []
    for question, answer in zip(questions, answers, strict=True):
        hits = [(PurePath(hit.document).name, hit.first_page, hit.last_page) for hit in answer.hits]
        ranked.append(RankedQuestion(unique_pages(hits), question.gold))
    return score_retrieval(ranked, [answer.milliseconds for answer in answers])
