"""Cuts syncs of two servers off and counts what that cost: `python -m benchmarks.replica_crashes --trials 6`.

Two servers answer from one PostgreSQL and one Chroma server, all on this machine. In each trial a folder is synced,
changed and synced again, asked for at the one that does not own the index; after a random part of that the owner is
killed, Chroma is killed and started again, or PostgreSQL is stopped at once and started again. A client asks all the
time. Prints one row for each fault; all losses must be 0.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.replicas import running_servers, settings_of
from benchmarks.served import Server, serving
from tests.integration import killing

SEED = 20261130

DOCUMENTS = 12

LINES = 80
"""In each document: some five chunks."""

PAUSE_SECONDS, ASKING_SECONDS = 0.05, 0.3
"""Between two looks, and between two questions."""

SETTINGS = {"LECTERN_RERANKER": "off", "LECTERN_WORKERS": "1"}
"""What is tried is not the ranking, nor how fast files are read."""

FINISHED_WITHIN_SECONDS = 300.0

KILLED, CHROMA, POSTGRESQL = "owner killed", "Chroma restarted", "PostgreSQL restarted"

EARLY = 0.5
"""Share of the first sync's time in which the fault comes: the later ones are faster, and are to be met."""

AWAY_SECONDS = 2.0
"""So long a server that is restarted is away."""


@dataclass
class Losses(killing.Losses):
    """What the trials of one fault came to."""

    asked: int = 0
    not_answered: int = 0
    """By a server that was running; one that was killed is asked again when it is back."""
    taken_over_after: list[float] = field(default_factory=list)
    """Seconds from the end of the owner until the other server was it."""


class Pair:
    """Two servers; one that is killed comes back as the other's replica."""

    def __init__(self, place: Path, settings: dict[str, str]) -> None:
        self._place, self._settings = place, settings
        self._stacks = [ExitStack(), ExitStack()]
        self.servers = [self._start(number) for number in range(2)]
        self.is_running = [True, True]

    def _start(self, number: int) -> Server:
        server = self._stacks[number].enter_context(serving(self._place / f"home-{number}", self._settings))
        server.wait_until_ready()
        return server

    def owner(self) -> int:
        """Return the number of the owner, once there is one."""
        while True:
            for number, server in enumerate(self.servers):
                if _get(server, "/healthz").get("role") == "owner":
                    return number
            time.sleep(PAUSE_SECONDS)

    def kill(self, number: int) -> None:
        self.is_running[number] = False
        self._stacks[number].close()

    def start(self, number: int) -> None:
        self.servers[number] = self._start(number)
        self.is_running[number] = True

    def close(self) -> None:
        for stack in self._stacks:
            stack.close()


def main() -> int:
    """Try, print the table, and return 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=6, help="of each fault")
    parser.add_argument(
        "--faults", nargs="+", choices=(KILLED, CHROMA, POSTGRESQL), default=[KILLED, CHROMA, POSTGRESQL]
    )
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    losses = {fault: Losses() for fault in options.faults}
    with tempfile.TemporaryDirectory(prefix="lectern-crashes-") as temporary:
        place = Path(temporary)
        with running_servers(place) as (postgresql, chroma):
            pair = Pair(place, {**settings_of(postgresql, chroma, place), **SETTINGS})

            def kill_owner() -> None:
                number = pair.owner()
                pair.kill(number)
                killed = time.monotonic()
                survivor = pair.servers[1 - number]
                while _get(survivor, "/healthz").get("role") != "owner":
                    time.sleep(PAUSE_SECONDS)
                losses[KILLED].taken_over_after.append(time.monotonic() - killed)
                pair.start(number)

            def restart_chroma() -> None:
                chroma.kill()
                time.sleep(AWAY_SECONDS)
                chroma.start()

            def restart_postgresql() -> None:
                postgresql.stop()
                time.sleep(AWAY_SECONDS)
                postgresql.start()

            faults = {KILLED: kill_owner, CHROMA: restart_chroma, POSTGRESQL: restart_postgresql}
            try:
                seconds = _try_once(pair, place / "undisturbed", Losses(), lambda: None, 0.0)
                for number in range(options.trials):
                    for fault in options.faults:
                        folder = place / f"{number} {fault}"
                        _try_once(pair, folder, losses[fault], faults[fault], draw.uniform(0, EARLY) * seconds)
                        print(fault, losses[fault], file=sys.stderr)
            finally:
                pair.close()
    print(
        "| fault | tried | cut off | lost | doubled | mixed | not finished | questions | not answered | taken over s |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for fault, row in losses.items():
        cells = (row.tried, row.cut_off, row.lost, row.duplicated, row.mixed, len(row.unfinished), row.asked,
                 row.not_answered, ", ".join(f"{seconds:.0f}" for seconds in row.taken_over_after))  # fmt: skip
        print(f"| {fault} | {' | '.join(map(str, cells))} |")
    print("\n".join(problem for row in losses.values() for problem in row.unfinished))
    return int(not all(row.nothing for row in losses.values()))


def _try_once(pair: Pair, folder: Path, losses: Losses, fault: Callable[[], None], after: float) -> float:
    """Cut one sync off; returns the seconds that it took."""
    losses.tried += 1
    collection = folder.name.replace(" ", "-")
    folder.mkdir()
    expected = dict.fromkeys(range(DOCUMENTS), 1)
    _write(folder, expected)
    server = pair.servers[1 - pair.owner()]
    _follow(pair, server.sync(folder, collection))
    # A third is changed, a few are removed and as many are new.
    expected = {number: 2 if number % 3 == 0 else 1 for number in range(4, DOCUMENTS + 4)}
    for number in range(4):
        (folder / f"{number}.txt").unlink()
    _write(folder, expected)
    with _asking(pair, collection, losses):
        began = time.monotonic()
        job_id = server.sync(folder, collection)
        time.sleep(after)
        losses.cut_off += not _get(server, f"/jobs/{job_id}").get("finished_at")
        fault()
        job = _follow(pair, job_id)
        if job["state"] != "done":
            # What failed as a server was away says so, and is done by the next sync.
            job = _follow(pair, pair.servers[pair.owner()].sync(folder, collection))
        seconds = time.monotonic() - began
    _examine(pair, collection, expected, losses, job)
    return seconds


def _write(folder: Path, versions: dict[int, int]) -> None:
    for number, version in versions.items():
        lines = (f"Line {line} of document {number} in version {version} speaks of herring." for line in range(LINES))
        text = "\n".join(lines)
        file = folder / f"{number}.txt"
        if not file.exists() or file.read_text() != text:
            file.write_text(text)


@contextmanager
def _asking(pair: Pair, collection: str, losses: Losses) -> Iterator[None]:
    """Ask both servers all the time, and look for documents that answer with two versions."""
    stop = threading.Event()

    def ask() -> None:
        number = 0
        while not stop.wait(ASKING_SECONDS):
            number += 1
            question = {"question": f"document {number % DOCUMENTS} version line herring", "collection": collection}
            which = number % 2
            if not pair.is_running[which]:
                continue
            found = _post(pair.servers[which], "/search", {**question, "limit": 30})
            losses.asked += 1
            if "hits" not in found:
                losses.not_answered += pair.is_running[which]
                continue
            versions: dict[str, set[str]] = {}
            for hit in found["hits"]:
                versions.setdefault(hit["document"], set()).update(
                    word for before, word in itertools.pairwise(hit["text"].split()) if before == "version"
                )
            losses.mixed += sum(len(seen) > 1 for seen in versions.values())

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _examine(pair: Pair, collection: str, expected: dict[int, int], losses: Losses, job: dict[str, Any]) -> None:
    """Compare what both servers hold with what the folder does."""
    if job["state"] != "done":
        losses.unfinished.append(f"{collection}: the sync ended as {job['state']}: {job['error']}")
    for server in pair.servers:
        listed = _get(server, f"/collections/{collection}/documents")["documents"]
        counts = Counter(document["document"] for document in listed if document["state"] == "indexed")
        wanted = {f"{number}.txt" for number in expected}
        losses.lost += len(wanted - set(counts))
        losses.duplicated += sum(count - 1 for count in counts.values()) + len(set(counts) - wanted)
        for document in listed:
            page = _get(server, f"/collections/{collection}/documents/{document['id']}/pages/0")
            version = expected.get(int(document["document"].removesuffix(".txt")))
            losses.mixed += f"in version {version} " not in page["text"]
    problems = _post(pair.servers[0], "/verify", {"repair": False}).get("problems")
    if problems != []:
        losses.unfinished.append(f"{collection}: {problems}")


def _follow(pair: Pair, job_id: str) -> dict[str, Any]:
    """Return a sync once it has ended, whichever server tells of it."""
    until = time.monotonic() + FINISHED_WITHIN_SECONDS
    while time.monotonic() < until:
        for server in pair.servers:
            job = _get(server, f"/jobs/{job_id}")
            if job.get("finished_at"):
                return job
        time.sleep(PAUSE_SECONDS)
    raise SystemExit(f"The sync {job_id} did not end within {FINISHED_WITHIN_SECONDS:.0f} s.")


def _get(server: Server, path: str) -> dict[str, Any]:
    """Return what a server says; nothing where it does not."""
    return _said(lambda: httpx.get(f"{server.url}{path}", timeout=60, trust_env=False))


def _post(server: Server, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return _said(lambda: httpx.post(f"{server.url}{path}", json=body, timeout=120, trust_env=False))


def _said(ask: Callable[[], httpx.Response]) -> dict[str, Any]:
    try:
        response = ask()
    except httpx.HTTPError:
        return {}
    return dict(response.json()) if response.is_success else {}


if __name__ == "__main__":
    sys.exit(main())
