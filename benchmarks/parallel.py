"""Scores retrieval in eight languages, on passages and questions that say the same in each.

    LECTERN_EMBEDDER=NAME python -m benchmarks.parallel [--json]

The 24 passages (`benchmarks/parallel_passages.json`) are invented, four on each of six subjects, and were written for
this; each is the answer to one question. Scored are dense search alone and the final order. The last lines put
questions in other languages to the English passages.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.service.build_index import Lectern, open_lectern
from app.settings import read_settings
from rag.errors import LecternError
from rag.retrieval import DENSE
from rag.types import Hit

PASSAGES = Path(__file__).with_name("parallel_passages.json")

ENGLISH = "en"
ACROSS = ("de", "ru", "zh", "th", "ar")
"""Languages of questions that are also put to the English passages."""

CUTOFF = 10


@dataclass(frozen=True, slots=True)
class ParallelScores:
    """Mean reciprocal ranks at CUTOFF of one language's questions on one language's passages."""

    questions: str
    passages: str
    dense: float
    final: float


def measure(folder: Path) -> Iterator[ParallelScores]:
    """Index the passages below a folder, a collection for each language, and put the questions. Raises LecternError."""
    items: list[dict[str, tuple[str, str]]] = json.loads(PASSAGES.read_text(encoding="utf-8"))
    languages = list(items[0])
    with open_lectern(read_settings(home=folder / "home", workers=1), "benchmark", wait_seconds=0) as lectern:
        for language in languages:
            place = folder / language
            place.mkdir()
            for number, item in enumerate(items):
                (place / f"{number}.txt").write_text(item[language][0], encoding="utf-8")
            lectern.ingest.sync(place, collection=language)
        for language in languages:
            yield _score(lectern, items, language, language)
        for language in ACROSS:
            yield _score(lectern, items, language, ENGLISH)


def _score(
    lectern: Lectern, items: Sequence[dict[str, tuple[str, str]]], asked: str, collection: str
) -> ParallelScores:
    dense, final = [], []
    for number, item in enumerate(items):
        hits = lectern.retriever.retrieve(item[asked][1], collection=collection).hits
        by_vectors = sorted((hit for hit in hits if DENSE in hit.stages), key=lambda hit: hit.stages[DENSE].rank)
        dense.append(_reciprocal_rank(by_vectors, f"{number}.txt"))
        final.append(_reciprocal_rank(hits, f"{number}.txt"))
    return ParallelScores(asked, collection, sum(dense) / len(dense), sum(final) / len(final))


def _reciprocal_rank(hits: Sequence[Hit], path: str) -> float:
    rank = next((rank for rank, hit in enumerate(hits[:CUTOFF], start=1) if hit.document.path == path), 0)
    return 1 / rank if rank else 0.0


def main() -> int:
    """Print a table or JSON; the exit status is 2 where it cannot be made."""
    parser = argparse.ArgumentParser(prog="benchmarks.parallel", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as folder:
        try:
            rows = list(measure(Path(folder)))
        except LecternError as error:
            sys.stderr.write(f"{error.reason} {error.remedy}\n")
            return 2
    if as_json:
        json.dump([asdict(row) for row in rows], sys.stdout, indent=2)
        return 0
    table = Table("questions", "passages", title=f"MRR@{CUTOFF}")
    for name in ("dense", "final"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row.questions, row.passages, f"{row.dense:.3f}", f"{row.final:.3f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
