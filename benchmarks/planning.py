"""Measures questions over all documents: are lists and counts exact, and is the way to answer chosen at once.

    python -m benchmarks.planning [--documents N] [--json]

A collection of made documents is indexed of which all is known that is asked; forty questions list and count them.
Precision and recall are by document; what is listed as undecided counts for neither. Conditions on words, kinds, dates
and fields have to be exact; the figure for conditions that only reading can tell stands apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.client.base import Client
from app.client.local import LocalClient
from app.settings import read_settings
from benchmarks.planning_documents import MadeQuestion, make_documents, make_questions, write_documents
from rag.errors import LecternError
from rag.planning.modes import Mode, choose_mode
from rag.types import Question

DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class AskedList:
    """A question, how many documents answer it, how many were listed, rightly, and left undecided, and the time."""

    question: str
    how: str
    mode: str
    expected: int
    listed: int
    right: int
    undecided: int
    seconds: float


def ask_lists(client: Client, questions: Sequence[MadeQuestion], collection: str) -> list[AskedList]:
    """Ask each question without an LLM, and compare the documents of its table with the true ones."""
    scores = []
    for made in questions:
        started = time.perf_counter()
        with client.ask(Question(made.text, collection, use_llm=False)) as answering:
            answer = answering.answer
        table = answer.table
        listed = {row.cells[0].text for row in table.rows} if table else set()
        scores.append(
            AskedList(
                made.text,
                made.how,
                answer.mode,
                len(made.answer),
                len(listed),
                len(listed & made.answer),
                len(table.undecided) if table else 0,
                round(time.perf_counter() - started, 3),
            )
        )
    return scores


def choice_milliseconds(questions: Sequence[str], *, rounds: int = 20) -> float:
    """Return the median time to choose the mode of a question."""
    times = []
    for _ in range(rounds):
        for question in questions:
            started = time.perf_counter()
            choose_mode(question)
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def precision_and_recall(scores: Sequence[AskedList]) -> tuple[float, float]:
    """Return both over all documents of all questions."""
    right = sum(score.right for score in scores)
    listed, expected = sum(score.listed for score in scores), sum(score.expected for score in scores)
    return right / listed if listed else 1.0, right / expected if expected else 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    documents = make_documents(given.documents)
    questions = make_questions(documents)
    try:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work, "documents")
            write_documents(documents, folder)
            settings = read_settings(home=Path(work, "home"), llm="off")
            with LocalClient(settings, "benchmark", wait_seconds=0) as client:
                client.sync(folder, collection="made", allow_empty=False, on_progress=lambda progress: None)
                scores = ask_lists(client, questions, "made")
    except LecternError as error:
        print(error.reason, error.remedy, file=sys.stderr)
        return 2
    choice = choice_milliseconds([question.text for question in questions])
    if given.json:
        print(json.dumps({"questions": [asdict(score) for score in scores], "choice_ms": choice}))
    else:
        _print(scores, choice, Console())
    return 0


def _print(scores: Sequence[AskedList], choice: float, console: Console) -> None:
    table = Table("question", "decided by", title="Lists and counts")
    for name in ("true", "listed", "right", "undecided", "s"):
        table.add_column(name, justify="right")
    for one in scores:
        numbers = (one.expected, one.listed, one.right, one.undecided)
        mark = "" if one.mode == Mode.ALL_DOCUMENTS else f" [{one.mode}]"
        table.add_row(one.question + mark, one.how, *map(str, numbers), f"{one.seconds:.2f}")
    console.print(table)
    by_how: dict[str, list[AskedList]] = defaultdict(list)
    for one in scores:
        by_how["reading" if one.how == "reading" else "rules"].append(one)
    for how, of_it in by_how.items():
        precision, recall = precision_and_recall(of_it)
        console.print(f"{how}: {len(of_it)} questions, precision {precision:.3f}, recall {recall:.3f}")
    console.print(f"The way to answer is chosen in {choice:.2f} ms (median).")


if __name__ == "__main__":
    sys.exit(main())
