"""Scores the reader's answers on sets in BEIR form: given the gold passage, and in what the product retrieves.

    python -m benchmarks.reader --beir DIR [--beir DIR ...] [--limit N] [--home DIR] [--weights FILE] [--json]

Exact match and F1 as SQuAD counts them. Sets that mark questions ANSWERABLE and UNANSWERABLE also say how well the
product tells them apart. Indexes below --home are those of benchmarks.retrieval.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.service.build_models import build_embedder, build_judge, build_reranker
from app.settings import Settings, read_settings
from benchmarks.ablation import build_search
from benchmarks.beir import read_beir
from benchmarks.beir_index import open_beir_index
from benchmarks.models import open_reader
from benchmarks.reading import (
    OPEN_PASSAGES,
    AnswerScores,
    ReadingScores,
    answered_questions,
    marked_questions,
    score_gold,
    score_open,
    score_refusal,
)
from rag.errors import ConfigurationError, LecternError
from rag.protocols import Embedder, PassageReader


def measure_reading(
    folder: Path, settings: Settings, embedder: Embedder, reader: PassageReader, *, limit: int | None = None
) -> ReadingScores:
    """Index the set in `folder` below `settings.home` and score the reader on it. Raises LecternError."""
    beir = read_beir(folder)
    answered, marked = answered_questions(beir, limit), marked_questions(beir, limit)
    home = settings.model_copy(update={"home": settings.home / beir.name})
    with open_beir_index(beir, home, embedder) as index:
        search = build_search(index, embedder, build_reranker(settings, reader))
        return ReadingScores(
            beir.name,
            gold=score_gold(beir, answered, reader),
            open=score_open(answered, reader, search),
            refusal=score_refusal(marked, search, build_judge(settings)),
        )


def print_reading(sets: Sequence[ReadingScores], console: Console) -> None:
    """Print a row for each set and kind of reading, and a line for each set with unanswerable questions."""
    table = Table("set", "passages", title="Answers of the reader")
    for name in ("questions", "exact match", "F1"):
        table.add_column(name, justify="right")
    for one in sets:
        kinds: tuple[tuple[str, AnswerScores | None], ...] = (
            ("gold", one.gold),
            (f"first {OPEN_PASSAGES} found", one.open),
        )
        for kind, scores in kinds:
            if scores:
                numbers = (f"{100 * scores.exact_match:.1f}", f"{100 * scores.f1:.1f}")
                table.add_row(one.name, kind, str(scores.questions), *numbers)
    console.print(table)
    for one in sets:
        if refusal := one.refusal:
            console.print(
                f"{one.name}, refusing: AUROC {refusal.auroc:.3f}; refused {refusal.right_refusals:.1%} of "
                f"{refusal.unanswerable} unanswerable and {refusal.false_refusals:.1%} of {refusal.answerable} "
                "answerable questions",
                highlight=False,
            )


def main() -> None:
    """Score as the command line says and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.reader", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--beir", type=Path, action="append", required=True, help="a set; may be given again")
    parser.add_argument("--limit", type=int, help="questions of each set and kind, drawn the same way every time")
    parser.add_argument("--home", type=Path, help="the folder of an index for each set, made where missing")
    parser.add_argument("--weights", type=Path, help="a reader's weights, instead of the shipped ones")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
            settings = read_settings(home=arguments.home or Path(name))
            embedder, reader = build_embedder(settings), open_reader(settings, arguments.weights)
            if reader is None:
                raise ConfigurationError("This copy of Lectern holds no reader.", "Name its weights with --weights.")
            sets = [
                measure_reading(folder, settings, embedder, reader, limit=arguments.limit) for folder in arguments.beir
            ]
    except LecternError as error:
        sys.exit(str(error))
    if arguments.json:
        json.dump([one.as_json() for one in sets], sys.stdout, indent=2)
    else:
        print_reading(sets, Console())


if __name__ == "__main__":
    main()
