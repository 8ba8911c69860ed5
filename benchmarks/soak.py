"""Asks a server everything from several clients, kills it half way, and looks whether what it promised is there.

    python -m benchmarks.soak [--requests 10000] [--clients 8] [--kills 1]

Searches, answers of a scripted LLM, lists, pages, uploads of new and changed files, removals. A kill is SIGKILL and a
start on the same home. Prints a table; ends with 1 when something was lost, doubled, answered wrongly, or found by
`lectern verify`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load import QUESTIONS, percentile
from benchmarks.served import LECTERN, LOOK_SECONDS, Server, serving
from tests.e2e.running import free_port
from tests.llm_servers import openai_server

NOTES = (
    "The lamp of the Brennick lighthouse flashes three times every twenty seconds.",
    "On Sundays the ferry sails at nine and at four; a return ticket for a child costs six crowns.",
    "In 2023 the wardens counted 412 storm petrels on the north cliff.",
    "The harbour is four metres deep at low water, and the harbour master is Edda Falk.",
)
"""Texts of the documents that are asked about."""

PAPERS, LETTERS = "papers", "letters"
"""Collections: the one that is only asked, the one into which files are uploaded."""

KINDS = {"search": 40, "ask": 12, "documents": 8, "page": 18, "upload": 14, "delete": 5, "runs": 3}
"""Share of each kind of request, in a hundred."""

END_SECONDS = 10
"""Time for a server to end once it was told to."""


@dataclass(slots=True)
class Tally:
    """Counts of what happened, for any thread."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    refused: Counter[str] = field(default_factory=Counter)
    """503: come again later."""
    cut_off: Counter[str] = field(default_factory=Counter)
    """No answer, as the server was killed."""
    wrong: list[str] = field(default_factory=list)
    """Answers that should have been others, with the reason."""


@dataclass(slots=True)
class Promises:
    """The promises of the server about one client's own files."""

    words: dict[str, str] = field(default_factory=dict)
    """The word that each file holds, by its name."""
    open: set[str] = field(default_factory=set)
    """Files of which a change was asked for and not answered: either is right."""


class Client:
    """Sends requests of all kinds, one at a time, and keeps account."""

    def __init__(self, number: int, url: str, tally: Tally) -> None:
        self._number = number
        self._http = httpx.Client(base_url=url, timeout=None, trust_env=False)
        self._tally = tally
        self._chance = random.Random(number)
        self._files = 0
        self.promises = Promises()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def send(self) -> None:
        """Send one request of some kind."""
        (kind,) = self._chance.choices(list(KINDS), weights=list(KINDS.values()))
        started = time.perf_counter()
        try:
            complaint = getattr(self, f"_{kind}")()
        except httpx.TransportError:
            self._tally.cut_off[kind] += 1
            time.sleep(LOOK_SECONDS)
            return
        if complaint:
            self._tally.wrong.append(f"{kind}: {complaint}")
        self._tally.seconds[kind].append(time.perf_counter() - started)

    def _search(self) -> str:
        found = self._request("POST", "/search", json={"question": self._question(), "collection": PAPERS})
        return "" if found is None or found["hits"] else "no hits"

    def _ask(self) -> str:
        answer = self._request("POST", "/ask", json={"question": self._question(), "collection": PAPERS})
        return "" if answer is None or not answer["error"] else str(answer["error"])

    def _documents(self) -> str:
        listed = self._request("GET", f"/collections/{PAPERS}/documents")
        return "" if listed is None or listed["documents"] else "no documents"

    def _page(self) -> str:
        listed = self._request("GET", f"/collections/{PAPERS}/documents")
        if listed is None:
            return ""
        document = self._chance.choice([entry for entry in listed["documents"] if entry["pages"]])
        page = self._request("GET", f"/collections/{PAPERS}/documents/{document['id']}/pages/0")
        return "" if page is None or page["number"] == 0 else "another page"

    def _upload(self) -> str:
        """Return a new file, or every third time another content for one of its own."""
        names = sorted(set(self.promises.words) - self.promises.open)
        if names and self._chance.random() < 1 / 3:
            name = self._chance.choice(names)
        else:
            self._files += 1
            name = f"letter-{self._number}-{self._files}.txt"
        word = f"word{self._number}x{self._chance.getrandbits(64)}"
        self.promises.open.add(name)
        content = f"A letter of client {self._number}.\n\nIts word is {word}.\n".encode()
        if self._request("POST", f"/collections/{LETTERS}/documents", files={"file": (name, content)}) is not None:
            self.promises.words[name] = word
            self.promises.open.discard(name)
        return ""

    def _delete(self) -> str:
        listed = self._request("GET", f"/collections/{LETTERS}/documents", missing_is_fine=True)
        if not listed:
            return ""
        certain = set(self.promises.words) - self.promises.open
        mine = [entry for entry in listed["documents"] if entry["document"] in certain and entry["state"] == "indexed"]
        if not mine:
            return ""
        chosen = self._chance.choice(mine)
        self.promises.open.add(chosen["document"])
        if self._request("DELETE", f"/collections/{LETTERS}/documents/{chosen['id']}") is not None:
            del self.promises.words[chosen["document"]]
            self.promises.open.discard(chosen["document"])
        return ""

    def _runs(self) -> str:
        self._request("GET", "/runs")
        return ""

    def _question(self) -> str:
        return self._chance.choice(QUESTIONS)

    def _request(self, method: str, path: str, *, missing_is_fine: bool = False, **content: Any) -> Any:
        """Return the JSON of a good answer, {} where there is none; None for any other, which is counted."""
        response = self._http.request(method, path, **content)
        if response.is_success:
            return response.json() if response.content else {}
        if response.status_code == 503:
            self._tally.refused[path.split("/")[-1]] += 1
        elif not (missing_is_fine and response.status_code == 404):
            self._tally.wrong.append(f"{method} {path}: {response.status_code} {response.text[:200]}")
        return None


def run_soak(
    place: Path, *, requests: int, clients: int, kills: int, program: Sequence[str] = LECTERN
) -> tuple[Tally, list[str]]:
    """Send that many requests below `place`, killing the server at even distances; what happened, what is amiss."""
    tally = Tally()
    port = free_port()
    with openai_server(answer="Three times every twenty seconds [1].", model="scripted") as llm:
        settings = {
            "LECTERN_LLM": "openai:scripted",
            "LECTERN_LLM_BASE_URL": llm.url,
            "LECTERN_RERANKER": "off",  # Which is for speed: what is lost or doubled does not depend on it.
            "LECTERN_WORKERS": "1",
        }
        askers = [Client(number, f"http://127.0.0.1:{port}", tally) for number in range(clients)]
        each = requests // clients // (kills + 1)
        for round_ in range(kills + 1):
            with serving(place / "home", settings, port=port, program=program) as server:
                if round_ == 0:
                    server.follow(server.sync(_write_notes(place / "notes"), PAPERS))
                threads = [threading.Thread(target=_send_many, args=(asker, each)) for asker in askers]
                for thread in threads:
                    thread.start()
                if round_ < kills:
                    # The other clients have requests under way; what is left of theirs meets no server.
                    threads[0].join()
                    server.process.kill()
                    server.process.wait()
                for thread in threads:
                    thread.join()
                if round_ == kills:
                    amiss = _wait_and_compare(server, [asker.promises for asker in askers])
                    server.process.send_signal(signal.SIGTERM)
                    with suppress(subprocess.TimeoutExpired):
                        server.process.wait(END_SECONDS)
        for asker in askers:
            asker.close()
    return tally, [*amiss, *tally.wrong, *_verify(place / "home", program)]


def print_table(tally: Tally, seconds: float) -> None:
    """Print the counts of what was sent, as a table in Markdown."""
    print("| | answered | p50 ms | p95 ms | 503 | cut off by a kill |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind, took in tally.seconds.items():
        p50, p95 = (percentile(took, share) * 1e3 for share in (0.5, 0.95))
        print(f"| {kind} | {len(took)} | {p50:.0f} | {p95:.0f} | {tally.refused[kind]} | {tally.cut_off[kind]} |")
    sent = sum(map(len, tally.seconds.values())) + tally.cut_off.total()
    print(f"\n{sent} requests in {seconds:.0f} s.")


def main() -> None:
    """Run it, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--kills", type=int, default=1)
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="lectern-soak-"))
    started = time.perf_counter()
    tally, amiss = run_soak(place, requests=options.requests, clients=options.clients, kills=options.kills)
    print_table(tally, time.perf_counter() - started)
    if amiss:
        print(f"{len(amiss)} things amiss, left in {place}:", *amiss[:20], sep="\n")
        sys.exit(1)
    print("Nothing was lost, doubled or answered wrongly, and `lectern verify` found nothing.")
    shutil.rmtree(place)


def _write_notes(folder: Path) -> Path:
    folder.mkdir()
    for number, note in enumerate(NOTES):
        (folder / f"note-{number}.txt").write_text(note)
    return folder


def _send_many(client: Client, count: int) -> None:
    for _ in range(count):
        client.send()


def _wait_and_compare(server: Server, promises: Sequence[Promises]) -> list[str]:
    """Wait until all syncs are done; what is there and was not promised, and the other way round."""
    with server.client() as client:
        while client.get("/runs", params={"limit": 1}).json()["queue"]:
            time.sleep(LOOK_SECONDS)
        listed = client.get(f"/collections/{LETTERS}/documents").json()["documents"]
        found = Counter(entry["document"] for entry in listed)
        words = {name: word for promise in promises for name, word in promise.words.items()}
        open_ = {name for promise in promises for name in promise.open}
        amiss = [f"{name} is there {count} times" for name, count in found.items() if count > 1]
        amiss += [f"{name} is there and was removed" for name in found if name not in words and name not in open_]
        amiss += [f"{name} is lost" for name in words if name not in found and name not in open_]
        for entry in listed:
            name = entry["document"]
            if name in words and name not in open_:
                page = client.get(f"/collections/{LETTERS}/documents/{entry['id']}/pages/0").json()
                if entry["state"] != "indexed" or words[name] not in page.get("text", ""):
                    amiss.append(f"{name} is {entry['state']} and holds {page}")
    return amiss


def _verify(home: Path, program: Sequence[str]) -> list[str]:
    """Return the findings of `lectern verify` in a home that no process owns."""
    command = [*program, "verify", "--json", "--home", str(home)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: Mapping[str, Any] = json.loads(ended.stdout)
        return [f"verify: {problem}" for problem in found["problems"]]
    except (ValueError, KeyError):
        return [f"verify ended with {ended.returncode}: {ended.stdout}{ended.stderr}"]


if __name__ == "__main__":
    main()
