"""Starts a Chroma server of the tests' own on a free port, and stops and starts it again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.starting import wait_until_it_answers

PATIENCE_SECONDS = 60.0


class Server:
    """`chroma run`, which comes with chromadb, on one port and one folder."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = ["run", "--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [self._program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until_it_answers(lambda: httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5), "Chroma", PATIENCE_SECONDS)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def delete_collections(url: str, beginning: str) -> None:
    """Delete the collections of a server whose names begin so, as if they had been lost."""
    address = f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections"
    for collection in httpx.get(address, params={"limit": 1000}).raise_for_status().json():
        if collection["name"].startswith(beginning):
            httpx.delete(f"{address}/{collection['name']}").raise_for_status()


@contextmanager
def running_chroma(folder: Path) -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    program = Path(sys.executable).with_name("chroma")
    found = str(program) if program.exists() else shutil.which("chroma")
    if found is None:
        pytest.skip("the program chroma is not installed")
    server = Server(found, folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
