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

from app.evaluation.metrics import auroc, percentile
from app.settings import read_settings
from benchmarks.beir import read_beir
from benchmarks.models import open_reader
from benchmarks.swaps import MadeClaim, make_claims
from rag.citations.checker import check_citations
from rag.errors import LecternError
from rag.types import DocumentInfo, Source, Span, Verdict

Read = Callable[[str, Sequence[str]], Sequence[float]]


FALSE_ALARMS = 0.05
"""Share of true claims that a threshold on the verdict's probability may doubt, for the second count."""


@dataclass(frozen=True, slots=True)
class KindScore:
    """Of claims made in one way: how many there were, and how many of them the check did not support.

    `below` is how many had a probability below the one that doubts FALSE_ALARMS of all true claims.
    """

    kind: str
    is_true: bool
    claims: int
    doubted: int
    below: int

    @property
    def share(self) -> float:
        """Return the share that was not supported: detected where they are false, false alarms where they are true."""
        return self.doubted / self.claims if self.claims else 0.0


@dataclass(frozen=True, slots=True)
class ClaimScores:
    """The scores of each way of making claims, and the AUROC of the probability between true claims and false ones."""

    kinds: tuple[KindScore, ...]
    auroc: float


def score_swaps(claims: Sequence[MadeClaim], read: Read | None) -> ClaimScores:
    """Check each claim against its own passage and count those that are not supported, by how they were made."""
    judged = [(claim, *_judge(claim, read)) for claim in claims]
    true = [probability for claim, _, probability in judged if claim.is_true]
    false = [probability for claim, _, probability in judged if not claim.is_true]
    threshold = percentile(true, FALSE_ALARMS)
    scores = []
    for kind, is_true in dict.fromkeys((claim.kind, claim.is_true) for claim in claims):
        of_kind = [(supported, probability) for claim, supported, probability in judged if claim.kind == kind]
        doubted = sum(not supported for supported, _ in of_kind)
        below = sum(probability < threshold for _, probability in of_kind)
        scores.append(KindScore(kind, is_true, len(of_kind), doubted, below))
    return ClaimScores(tuple(scores), auroc(true, false))


def source_of(claim: MadeClaim) -> Source:
    """Return the passage of a claim as the source [1] of an answer."""
    passage = claim.passage
    document = DocumentInfo(1, "passage.txt", "", passage.title, "txt", "indexed")
    return Source(1, document, "", passage.text, (Span(0, 0, len(passage.text)),), 1.0)


def print_swaps(scores: ClaimScores, console: Console) -> None:
    """Print a row for each way of making claims."""
    table = Table("claims", "how made", title="Check of claims")
    for name in ("number", "not supported", f"below, at {FALSE_ALARMS:.0%} false alarms"):
        table.add_column(name, justify="right")
    totals = [
        KindScore(
            "all",
            is_true,
            *(sum(getattr(kind, name) for kind in scores.kinds if kind.is_true is is_true) for name in _COUNTED),
        )
        for is_true in (False, True)
    ]
    for kind in (*scores.kinds, *totals):
        below = f"{kind.below / max(kind.claims, 1):.1%}"
        table.add_row("true" if kind.is_true else "false", kind.kind, str(kind.claims), f"{kind.share:.1%}", below)
    console.print(table)
    console.print(f"AUROC of the probability between true and false claims: {scores.auroc:.3f}", highlight=False)


_COUNTED = ("claims", "doubted", "below")


def _judge(claim: MadeClaim, read: Read | None) -> tuple[bool, float]:
    """Return whether a claim is supported, and the probability behind it."""
    # The marker goes before the full stop, so that a text that ends like an abbreviation is one sentence.
    said = f"{claim.text.rstrip('.')} [1]."
    checked = check_citations(said, [source_of(claim)], rectangles=lambda source, spans: (), read=read)
    return checked.verdict is Verdict.SUPPORTED, checked.probability


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
        kinds = [{**asdict(kind), "share": kind.share} for kind in scores.kinds]
        json.dump({"kinds": kinds, "auroc": scores.auroc}, sys.stdout, indent=2)
    else:
        print_swaps(scores, Console())


if __name__ == "__main__":
    main()
