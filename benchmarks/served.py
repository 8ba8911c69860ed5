"""Runs `lectern serve` as a process for benchmarks, on an address that it tells."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.processes import OFFLINE

LECTERN = (sys.executable, "-m", "app.cli")

LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    url: str

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of its own, for one thread, that waits as long as it takes."""
        return httpx.Client(base_url=self.url, **{"timeout": None, "trust_env": False, **options})

    def wait_until_ready(self) -> None:
        """Wait until the models are loaded."""
        with self.client() as client:
            while client.get("/readyz").status_code != 200:
                time.sleep(LOOK_SECONDS)

    def follow(self, job_id: str) -> dict[str, Any]:
        """Return a sync once it has ended."""
        with self.client() as client:
            while not (job := client.get(f"/jobs/{job_id}").json())["finished_at"]:
                time.sleep(LOOK_SECONDS)
        return dict(job)

    def sync(self, folder: Path, collection: str) -> str:
        """Ask for a sync; its id."""
        with self.client() as client:
            asked = client.post("/sync", json={"folder": str(folder.resolve()), "collection": collection})
        asked.raise_for_status()
        return str(asked.json()["id"])


@contextmanager
def serving(
    home: Path, settings: Mapping[str, str] | None = None, *, port: int = 0, program: Sequence[str] = LECTERN
) -> Iterator[Server]:
    """Give a server with its index in `home`, killed at the end; `settings` are environment variables."""
    environment = {**os.environ, **OFFLINE, "LECTERN_RATE_PER_MINUTE": "0", **(settings or {})}
    command = [*program, "serve", "--port", str(port), "--home", str(home)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield Server(process, _address_of(process))
    finally:
        process.kill()
        process.communicate()


def _address_of(process: subprocess.Popen[str]) -> str:
    """Return what the server says on its way up. Exits with it where that is no address."""
    assert process.stderr is not None
    told = ""
    while not (found := re.search(r"http://\S+:\d+", told)):
        line = process.stderr.readline()
        if not line:
            sys.exit(f"lectern serve ended: {told}")
        told += line
    return found.group()
