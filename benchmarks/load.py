"""Times searches of many clients at a running server, with and without a sync beside them, and the sync as well.

    python -m benchmarks.load [--folder FOLDER] [--clients 16] [--pause 20] [--rounds 3]

Each client asks all questions in turn, waits as a person does after each, and begins again; every fourth is answered
with quotes, the others are searches. Prints a table of medians over the rounds. Copies of the folder's texts are
synced, by default of the sample documents, each with a number in every sentence: what was embedded before is not
embedded again.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.served import Server, serving

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"

QUESTIONS = (
    "How often does the lamp of the Brennick lighthouse flash?",
    "When does the ferry sail on Sundays?",
    "Who is the harbour master?",
    "What does a return ticket for a child cost?",
    "How many storm petrels were counted in 2023?",
    "What is the depth of the harbour at low water?",
    "Which rules does the energy cooperative have for new members?",
    "What did the council decide on parking?",
)

TEXTS = (".txt", ".md", ".html")
"""Files that can be changed as text."""

ASKED, SYNCED = "asked", "synced"
"""Collections: the one the clients ask, the one that is synced meanwhile."""

EVERY_NTH_IS_AN_ANSWER = 4

QUIET_SECONDS = 60.0
"""Of clients without a sync, for each round; of the single client a third of it."""


@dataclass(slots=True)
class Seen:
    """The experience of the clients; times in seconds."""

    searches: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    refused: int = 0
    """503: come again later."""
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One round of all measurements."""

    single: Seen
    quiet: Seen
    busy: Seen
    sync_alone: float
    """Pages a second."""
    sync_busy: float


def percentile(seconds: Sequence[float], share: float) -> float:
    """Return the value below which that share lies; 0 where there is none."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@contextmanager
def asking(server: Server, *, clients: int, pause: float, seed: int) -> Iterator[Seen]:
    """Give clients that ask as long as the block runs; their records are complete after it."""
    seen = Seen()
    stop = threading.Event()

    def ask_on(number: int) -> None:
        chance = random.Random(seed * 1_000 + number)
        with server.client() as client:
            stop.wait(chance.uniform(0, pause))
            for turn in itertools.count(number):
                if stop.is_set():
                    return
                # Some questions take twice as long as others: all are asked equally often, as searches and as answers.
                times_round, which = divmod(turn, len(QUESTIONS))
                is_answer = (which + times_round) % EVERY_NTH_IS_AN_ANSWER == 0
                _ask(client, QUESTIONS[which], seen, is_answer=is_answer)
                stop.wait(chance.uniform(0.5, 1.5) * pause)

    threads = [threading.Thread(target=ask_on, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def measure_round(server: Server, copies: Iterator[Path], *, clients: int, pause: float, seed: int) -> Round:
    """Measure each thing once. `copies` gives a folder that was not synced before."""
    with asking(server, clients=1, pause=0.0, seed=seed) as single:
        time.sleep(QUIET_SECONDS / 3)
    with asking(server, clients=clients, pause=pause, seed=seed) as quiet:
        time.sleep(QUIET_SECONDS)
    sync_alone = _sync(server, next(copies))
    with asking(server, clients=clients, pause=pause, seed=seed + 1) as busy:
        sync_busy = _sync(server, next(copies))
    return Round(single, quiet, busy, sync_alone, sync_busy)


def print_table(rounds: Sequence[Round], *, clients: int) -> None:
    """Print the medians over the rounds, as a table in Markdown."""
    rows = [
        ("1 client, no pause", [entry.single for entry in rounds]),
        (f"{clients} clients", [entry.quiet for entry in rounds]),
        (f"{clients} clients, sync", [entry.busy for entry in rounds]),
    ]
    print("| | search p50 ms | search p95 ms | answer p95 ms | requests | 503 | errors |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, seen in rows:
        p50, p95 = (_median_of(share, [entry.searches for entry in seen]) for share in (0.5, 0.95))
        answers = _median_of(0.95, [entry.answers for entry in seen])
        count = sum(len(entry.searches) + len(entry.answers) for entry in seen)
        refused, errors = sum(entry.refused for entry in seen), sum(entry.errors for entry in seen)
        print(f"| {name} | {p50:.0f} | {p95:.0f} | {answers:.0f} | {count} | {refused} | {errors} |")
    alone = statistics.median(entry.sync_alone for entry in rounds)
    busy = statistics.median(entry.sync_busy for entry in rounds)
    print(f"\nSync alone {alone:.2f} pages/s, with {clients} clients {busy:.2f}: {busy / alone:.0%} of its speed.")
    for share in (0.5, 0.95):
        single, quiet, loaded = (_median_of(share, [entry.searches for entry in seen]) for _, seen in rows)
        print(
            f"Search p{round(100 * share)} with the sync: {loaded / quiet:.2f} times that without it, "
            f"{loaded / single:.2f} times that of one client."
        )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SAMPLE, help="what is asked about, and whose texts are copied")
    parser.add_argument("--copies", type=int, default=40, help="of the folder's texts, in each sync")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument(
        "--pause", type=float, default=20.0, help="mean seconds between an answer and the next question"
    )
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lectern-load-") as place, serving(Path(place) / "home") as server:
        copies = copy_anew(options.folder, Path(place), count=options.copies)
        server.follow(server.sync(options.folder, ASKED))
        server.wait_until_ready()
        rounds = [
            measure_round(server, copies, clients=options.clients, pause=options.pause, seed=seed)
            for seed in range(options.rounds)
        ]
    print_table(rounds, clients=options.clients)


def copy_anew(folder: Path, place: Path, *, count: int) -> Iterator[Path]:
    """Yield folders with that many copies of a folder's texts, of which no two share a sentence."""
    texts = [path for path in sorted(folder.rglob("*")) if path.suffix in TEXTS]
    for number in itertools.count():
        target = place / f"copies-{number}"
        target.mkdir()
        for copy, path in itertools.product(range(count), texts):
            text = path.read_text("utf-8", errors="replace")
            (target / f"{copy}-{path.name}").write_text(text.replace(". ", f" ({number}.{copy}). "), encoding="utf-8")
        yield target


def _ask(client: httpx.Client, question: str, seen: Seen, *, is_answer: bool) -> None:
    started = time.perf_counter()
    try:
        if is_answer:
            response = client.post("/ask", json={"question": question, "collection": ASKED, "use_llm": False})
        else:
            response = client.post("/search", json={"question": question, "collection": ASKED})
    except httpx.HTTPError:
        seen.errors += 1
        return
    if response.status_code == 503:
        seen.refused += 1
    elif response.status_code != 200:
        seen.errors += 1
    else:
        (seen.answers if is_answer else seen.searches).append(time.perf_counter() - started)


def _sync(server: Server, folder: Path) -> float:
    """Sync a folder; pages a second."""
    job = server.follow(server.sync(folder, SYNCED))
    return float(job["report"]["pages"] / job["report"]["seconds"])


def _median_of(share: float, runs: Sequence[Sequence[float]]) -> float:
    """Return the median over the rounds of a percentile, in milliseconds."""
    return statistics.median(percentile(seconds, share) for seconds in runs) * 1e3


if __name__ == "__main__":
    main()
