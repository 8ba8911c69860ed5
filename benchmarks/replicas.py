"""Times searches and answers of many clients at one server and at two, on one PostgreSQL and one Chroma server.

    python -m benchmarks.replicas [--folder FOLDER] [--clients 16] [--seconds 30] [--rounds 3]

PostgreSQL and Chroma are started for it, on this machine, as are the servers: what it shows is what a second server
costs and brings on the processors at hand. The clients ask without a pause, half of them at each server where there are
two; every fourth question is answered with quotes, the others are searches. Prints a table of medians over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.load import ASKED, SAMPLE, Seen, asking, percentile
from benchmarks.served import Server, serving
from tests.chroma import Server as ChromaServer
from tests.chroma import running_chroma
from tests.postgresql import Server as PostgresqlServer
from tests.postgresql import running_server


def settings_of(postgresql: PostgresqlServer, chroma: ChromaServer, place: Path) -> dict[str, str]:
    """Return the settings of all servers of a new index on these two, without an LLM."""
    return {
        "LECTERN_CATALOGUE_URL": postgresql.new_schema().render_as_string(hide_password=False),
        "LECTERN_CHROMA_URL": chroma.url,
        "LECTERN_UPLOADS_URL": str(place / "uploads"),
        "LECTERN_LLM": "off",
    }


@contextmanager
def running_servers(place: Path) -> Iterator[tuple[PostgresqlServer, ChromaServer]]:
    """Run PostgreSQL and Chroma for as long as the block lasts."""
    with running_server() as postgresql, running_chroma(place / "chroma") as chroma:
        yield postgresql, chroma


def measure(servers: Sequence[Server], *, clients: int, seconds: float, seed: int) -> list[Seen]:
    """Return what the clients of each server saw."""
    with ExitStack() as stack:
        seen = [
            stack.enter_context(asking(server, clients=clients // len(servers), pause=0.0, seed=seed + number))
            for number, server in enumerate(servers)
        ]
        time.sleep(seconds)
    return seen


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SAMPLE)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lectern-replicas-") as temporary:
        place = Path(temporary)
        with running_servers(place) as (postgresql, chroma):
            settings = settings_of(postgresql, chroma, place)
            with serving(place / "first", settings) as first, serving(place / "second", settings) as second:
                first.follow(first.sync(options.folder, ASKED))
                first.wait_until_ready()
                second.wait_until_ready()
                one, two = [], []
                for seed in range(options.rounds):
                    one.append(measure([first], clients=options.clients, seconds=options.seconds, seed=seed))
                    two.append(measure([first, second], clients=options.clients, seconds=options.seconds, seed=seed))
    print("| | questions a second | search p50 ms | search p95 ms | answer p95 ms | 503 | errors |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, rounds in ((f"one server, {options.clients} clients", one), ("two servers", two)):
        print(_row(name, rounds, options.seconds))


def _row(name: str, rounds: Sequence[Sequence[Seen]], seconds: float) -> str:
    searches = [[time for seen in entry for time in seen.searches] for entry in rounds]
    answers = [[time for seen in entry for time in seen.answers] for entry in rounds]
    rate = statistics.median(
        (len(asked) + len(answered)) / seconds for asked, answered in zip(searches, answers, strict=True)
    )
    p50, p95 = (1e3 * statistics.median(percentile(times, share) for times in searches) for share in (0.5, 0.95))
    answer = 1e3 * statistics.median(percentile(times, 0.95) for times in answers)
    refused, errors = (sum(getattr(seen, what) for entry in rounds for seen in entry) for what in ("refused", "errors"))
    return f"| {name} | {rate:.1f} | {p50:.0f} | {p95:.0f} | {answer:.0f} | {refused} | {errors} |"


if __name__ == "__main__":
    main()
