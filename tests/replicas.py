"""Servers of ours in processes of their own, which may share one index."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PATIENCE_SECONDS = 60


@dataclass
class Replica:
    """A server process with a home of its own."""

    home: Path
    environment: dict[str, str]
    url: str = ""
    process: subprocess.Popen[str] | None = None
    client: httpx.Client = field(default_factory=httpx.Client)

    def start(self) -> None:
        command = [sys.executable, "-m", "app.cli", "serve", "--port", "0", "--home", str(self.home)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=self.environment)
        assert self.process.stderr is not None
        told = ""
        while not (found := re.search(r"http://\S+:\d+", told)):
            line = self.process.stderr.readline()
            assert line, f"the server ended: {told}"
            told += line
        self.url = found.group()
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False)

    def kill(self) -> None:
        self.client.close()
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    @property
    def role(self) -> str:
        return str(self.client.get("/healthz").json()["role"])

    def follow(self, job: str) -> dict[str, Any]:
        return wait_for(lambda: found if (found := self.client.get(f"/jobs/{job}").json())["finished_at"] else None)

    def documents(self, collection: str = "default") -> dict[str, Any]:
        listed = self.client.get(f"/collections/{collection}/documents").json()
        return {document["document"]: document for document in listed["documents"]}


def wait_for(look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What `look` returns once that is something."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)
    return found
