"""Times `lectern search` as a process that starts from nothing, warm disk cache, no server.

`python -m benchmarks.cold_search HOME "A question?" [--collection NAME] [--rounds 9] [--checkout DIR]...`; with another
checkout both take turns.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.processes import OFFLINE

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Times:
    """Seconds of each round."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def main() -> None:
    """Search in turns and print medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("question")
    parser.add_argument("--collection", default="default")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--checkout", type=Path, action="append", default=[], help="another copy of Lectern")
    options = parser.parse_args()
    command = [sys.executable, "-m", "app.cli", "search", options.question]
    command += ["--home", str(options.home.resolve()), "--collection", options.collection]
    times = {checkout.resolve(): Times() for checkout in (CHECKOUT, *options.checkout)}
    for checkout in times:
        search(command, checkout)  # Converts the models where they never were, and fills the disk's cache.
    for _ in range(options.rounds):
        for checkout, taken in times.items():
            started, before = time.perf_counter(), _processor_seconds()
            search(command, checkout)
            taken.wall.append(time.perf_counter() - started)
            taken.processor.append(_processor_seconds() - before)
    for checkout, taken in times.items():
        print(
            f"{checkout}: {median(taken.wall):.2f} s, best {min(taken.wall):.2f} s, worst {max(taken.wall):.2f} s; "
            f"processor {median(taken.processor):.2f} s"
        )


def search(command: list[str], checkout: Path) -> None:
    """Run it to its end. Raises CalledProcessError."""
    environment = {**os.environ, **OFFLINE, "PYTHONPATH": str(checkout)}
    subprocess.run(command, cwd=checkout, env=environment, check=True, stdout=subprocess.DEVNULL)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
