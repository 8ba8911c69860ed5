"""Scores Lectern's retrieval beside the plain LangChain pipeline on gold pages. Knows no library of either.

    python -m benchmarks.retrieval --folder DIR --questions FILE [--home DIR] [--store DIR] [--pipeline NAME] [--json]

A question counts as found at k when any of its gold pages is among the first k different pages (rag.metrics). An index
at --home, or a plain one at --store, is used when it is there and built there when not; without them both are
temporary. The plain pipeline reads only PDFs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.processes import lectern_program, run_measured
from benchmarks.questions import PageHit, QuestionHits, read_questions, score_answers
from rag.metrics import RECALL_CUTOFFS

SEARCH_DEPTH = 100
"""Chunks the plain pipeline is asked for: enough for 20 different pages."""
ROWS = (*(f"recall@{k}" for k in RECALL_CUTOFFS), "document_recall@5", "mrr@10", "ndcg@10", "p50_ms", "p95_ms")

Scores = dict[str, float]


def score_lectern(folder: Path, questions: Path, home: Path, program: str) -> Scores:
    """Index `folder` at `home` unless there is an index, and return what `lectern eval` prints."""
    if not _is_filled(home):
        run_measured([program, "sync", str(folder), "--home", str(home), "--json"])
    output = run_measured([program, "eval", str(questions), "--home", str(home), "--json"]).output
    return {name: float(output[name]) for name in ROWS if name in output}


def score_plain(folder: Path, questions: Path, store: Path) -> Scores:
    """Index `folder` at `store` unless there is an index, ask every question and score the pages found."""
    module = [sys.executable, "-m", "benchmarks.plain_langchain"]
    if not _is_filled(store):
        run_measured([*module, "index", str(folder), str(store)])
    answers = run_measured([*module, "query", str(store), str(questions), "--limit", str(SEARCH_DEPTH)]).output
    return score_answers(read_questions(questions), [_read_answer(answer) for answer in answers]).as_json()


def _is_filled(directory: Path) -> bool:
    return directory.is_dir() and any(directory.iterdir())


def _read_answer(answer: dict[str, Any]) -> QuestionHits:
    return QuestionHits([PageHit(**hit) for hit in answer["hits"]], answer["milliseconds"])


def print_table(scores: dict[str, Scores], questions: int, console: Console) -> None:
    """Print one row for each score and one column for each pipeline."""
    table = Table("score", title=f"Retrieval, {questions} questions with gold pages")
    for name in scores:
        table.add_column(name, justify="right")
    for row in ROWS:
        digits = 1 if row.endswith("_ms") else 3
        table.add_row(row, *(f"{one[row]:.{digits}f}" if row in one else "-" for one in scores.values()))
    console.print(table)


def main() -> None:
    """Score as the command line says and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.retrieval", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="Lectern's index")
    parser.add_argument("--store", type=Path, help="the plain pipeline's Chroma directory")
    parser.add_argument("--pipeline", choices=("both", "lectern", "plain"), default="both")
    parser.add_argument("--lectern", type=Path, help="the lectern program to measure")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    scores: dict[str, Scores] = {}
    with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
        home, store = arguments.home or Path(name, "lectern"), arguments.store or Path(name, "plain")
        if arguments.pipeline != "plain":
            program = lectern_program(arguments.lectern)
            scores["lectern"] = score_lectern(arguments.folder, arguments.questions, home, program)
        if arguments.pipeline != "lectern":
            scores["plain"] = score_plain(arguments.folder, arguments.questions, store)
    if arguments.json:
        json.dump(scores, sys.stdout, indent=2)
    else:
        gold = sum(1 for question in read_questions(arguments.questions) if question.gold)
        print_table(scores, gold, Console())


if __name__ == "__main__":
    main()
