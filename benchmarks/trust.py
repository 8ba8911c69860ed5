"""Measures whether a check mark can be trusted: false claims that the check of claims finds, true ones it doubts.

    python -m benchmarks.trust --beir DIR --tables DIR [--limit N] [--without-reader] [--json]

Each sentence of a passage is checked against it as it is, shortened, and with one thing swapped: a number, a name, a
date, a "not", a word, the value of the row below. `--beir` names a set of texts with questions, `--tables` one whose
passages hold tables (as LaTeX). Every part of the measurement is a function of its own; `main` runs them in one go.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.settings import read_settings
from benchmarks.beir import read_beir
from benchmarks.models import open_reader
from benchmarks.swaps import MadeClaim, make_claims
from rag.citations.checker import check_citations
from rag.errors import LecternError
from rag.types import DocumentInfo, Source, Span

Read = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class KindScore:
    """Of claims made in one way: how many there were, and how many of them the check did not support."""

    kind: str
    is_true: bool
    claims: int
    doubted: int

    @property
    def share(self) -> float:
        """Return the share that was not supported: detected where they are false, false alarms where they are true."""
        return self.doubted / self.claims if self.claims else 0.0


def score_swaps(claims: Sequence[MadeClaim], read: Read | None) -> list[KindScore]:
    """Check each claim against its own passage and count those that are not supported, by how they were made."""
    doubted = {claim: not _is_supported(claim, read) for claim in claims}
    kinds = dict.fromkeys((claim.kind, claim.is_true) for claim in claims)
    scores = []
    for kind, is_true in kinds:
        found = [is_doubted for claim, is_doubted in doubted.items() if claim.kind == kind]
        scores.append(KindScore(kind, is_true, len(found), sum(found)))
    return scores


def source_of(claim: MadeClaim) -> Source:
    """Return the passage of a claim as the source [1] of an answer."""
    passage = claim.passage
    document = DocumentInfo(1, "passage.txt", "", passage.title, "txt", "indexed")
    return Source(1, document, "", passage.text, (Span(0, 0, len(passage.text)),), 1.0)


def print_swaps(scores: Sequence[KindScore], console: Console) -> None:
    """Print a row for each way of making claims."""
    table = Table("claims", "how made", title="Check of claims")
    table.add_column("number", justify="right")
    table.add_column("not supported", justify="right")
    for score in scores:
        table.add_row("true" if score.is_true else "false", score.kind, str(score.claims), f"{score.share:.1%}")
    for is_true, name in ((False, "all detected"), (True, "all false alarms")):
        of_them = [score for score in scores if score.is_true is is_true]
        claims, doubted = sum(score.claims for score in of_them), sum(score.doubted for score in of_them)
        table.add_row("true" if is_true else "false", name, str(claims), f"{doubted / max(claims, 1):.1%}")
    console.print(table)


def _is_supported(claim: MadeClaim, read: Read | None) -> bool:
    # The marker goes before the full stop, so that a text that ends like an abbreviation is one sentence.
    said = f"{claim.text.rstrip('.')} [1]."
    checked = check_citations(said, [source_of(claim)], rectangles=lambda source, spans: (), read=read)
    return bool(checked.citations) and all(citation.supported for citation in checked.citations)


def main() -> None:
    """Measure as the command line says and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.trust", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--beir", type=Path, required=True, help="a set of texts with questions")
    parser.add_argument("--tables", type=Path, required=True, help="a set whose passages hold tables")
    parser.add_argument("--limit", type=int, default=150, help="claims made in each way")
    parser.add_argument("--without-reader", action="store_true", help="judge by words alone")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        reader = None if arguments.without_reader else open_reader(read_settings(), None)
        claims = make_claims(read_beir(arguments.beir), read_beir(arguments.tables), limit=arguments.limit)
        scores = score_swaps(claims, reader.score if reader else None)
    except LecternError as error:
        sys.exit(str(error))
    if arguments.json:
        json.dump([{**asdict(score), "share": score.share} for score in scores], sys.stdout, indent=2)
    else:
        print_swaps(scores, Console())


if __name__ == "__main__":
    main()
