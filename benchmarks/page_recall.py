"""Scores Lectern's page recall beside the plain LangChain pipeline's, each in processes of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from app.evaluation.evaluate import PageHit, QuestionHits, read_questions, score_answers
from app.evaluation.metrics import RECALL_CUTOFFS
from benchmarks.processes import run_measured

SEARCH_DEPTH = 100
"""Chunks the plain pipeline is asked for: enough for 20 different pages."""
ROWS = (
    *(f"recall@{k}" for k in RECALL_CUTOFFS),
    *(f"document_recall@{k}" for k in (1, 5)),
    "mrr@10",
    "ndcg@10",
    "p50_ms",
    "p95_ms",
)

PageScores = dict[str, float]
"""A score by its name in ROWS."""


def score_lectern(folder: Path, questions: Path, home: Path, program: str) -> PageScores:
    """Index `folder` at `home` unless there is an index, and return what `lectern eval` prints."""
    if not _is_filled(home):
        run_measured([program, "sync", str(folder), "--home", str(home), "--json"])
    output = run_measured([program, "eval", str(questions), "--home", str(home), "--json"]).output
    return {name: float(output[name]) for name in ROWS if name in output}


def score_plain(folder: Path, questions: Path, store: Path) -> PageScores:
    """Index `folder` at `store` unless there is an index, ask every question and score the pages found."""
    module = [sys.executable, "-m", "benchmarks.plain_langchain"]
    if not _is_filled(store):
        run_measured([*module, "index", str(folder), str(store)])
    answers = run_measured([*module, "query", str(store), str(questions), "--limit", str(SEARCH_DEPTH)]).output
    return score_answers(read_questions(questions), [_read_answer(answer) for answer in answers]).as_json()


def print_pages(scores: dict[str, PageScores], questions: int, console: Console) -> None:
    """Print one row for each score and one column for each pipeline."""
    table = Table("score", title=f"Retrieval, {questions} questions with gold pages")
    for name in scores:
        table.add_column(name, justify="right")
    for row in ROWS:
        digits = 1 if row.endswith("_ms") else 3
        table.add_row(row, *(f"{one[row]:.{digits}f}" if row in one else "-" for one in scores.values()))
    console.print(table)


def _is_filled(directory: Path) -> bool:
    return directory.is_dir() and any(directory.iterdir())


def _read_answer(answer: dict[str, Any]) -> QuestionHits:
    return QuestionHits(tuple(PageHit(**hit) for hit in answer["hits"]), answer["milliseconds"])
