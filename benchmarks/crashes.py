"""Cuts work on an index off at random points and counts what that cost: `python -m benchmarks.crashes --trials 40`.

Prints one row for each kind of work and fault; the last column must be empty and all losses 0.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

# Imported before the first fork, so that no child has to.
import chromadb.api.rust  # noqa: F401
import snowballstemmer  # noqa: F401

import ingest.parsers.encodings
import ingest.parsers.text
import ingest.preloaded  # noqa: F401
from tests.integration.killing import FAULTS, Losses, try_all

SEED = 20261125


def main() -> int:
    """Try, print the table, and return 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40, help="for each work and fault")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        losses = try_all(Path(base), trials=options.trials, seed=options.seed, faults=FAULTS)
    print("| work, fault | tried | cut off | lost | duplicated | mixed | not finished by the next run |")
    print("|---|---|---|---|---|---|---|")
    for name, row in losses.items():
        print(_row(name, row))
    total = Losses()
    for row in losses.values():
        total.tried += row.tried
        total.cut_off += row.cut_off
        total.lost += row.lost
        total.duplicated += row.duplicated
        total.mixed += row.mixed
        total.unfinished += row.unfinished
    print(_row("all", total))
    print("\n".join(dict.fromkeys(total.unfinished)))
    return 0 if total.nothing else 1


def _row(name: str, row: Losses) -> str:
    cells = (name, row.tried, row.cut_off, row.lost, row.duplicated, row.mixed, len(row.unfinished))
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
