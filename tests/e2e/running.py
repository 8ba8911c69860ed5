"""`lectern web` in a process over a folder that it has read, and where Chromium is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from app.service.lock import owner_address
from tests.llm_servers import ModelServer

CHECKOUT = Path(__file__).resolve().parents[2]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Product:
    """A running product: where its page is, its service, and the LLM it asks."""

    url: str
    service: httpx.Client
    llm: ModelServer
    home: Path

    def wait_for_job(self, job: int | str) -> None:
        """Wait until a sync has ended."""
        while not self.service.get(f"/jobs/{job}").json()["finished_at"]:
            time.sleep(0.1)


@contextmanager
def web_page(place: Path, **settings: str) -> Iterator[tuple[str, Path, Callable[[Callable[[], bool]], None]]]:
    """`lectern web` in `place` with an index of its own, `settings` being more of the environment. Ends with the block.

    Yields the page's address, the home, and what waits for a condition for as long as the process lives.
    """
    home, port = place / "home", free_port()
    command = [sys.executable, "-m", "app.cli", "web", "--no-browser", "--port", str(port), "--home", str(home)]
    # What processes leave that are killed is removed with the test's own folder.
    (place / "temporary").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(place / "temporary"), **settings}
    with (place / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=place, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until = partial(_wait_until, process=process, log=place / "log")
        wait_until(lambda: httpx.get(f"{url}/_stcore/health").is_success)
        yield url, home, wait_until
    finally:
        process.terminate()
        ended = process.wait(60)
    assert ended == 0, (place / "log").read_text()


@contextmanager
def running(place: Path, folder: Path, collection: str, llm: ModelServer, **settings: str) -> Iterator[Product]:
    """Over `folder`, kept in `place`; `settings` are more of the environment. Ends with the block."""
    environment = {
        "LECTERN_LLM": "openai:gpt-4o",
        "LECTERN_LLM_BASE_URL": llm.url,
        "LECTERN_WORKERS": "1",
        "OPENAI_API_KEY": "none",
        **settings,
    }
    with (
        web_page(place, **environment) as (url, home, wait_until),
        httpx.Client(base_url=owner_address(home), timeout=300) as service,
    ):
        run = service.post("/sync", json={"folder": str(folder), "collection": collection}).json()["id"]
        wait_until(lambda: bool(service.get(f"/jobs/{run}").json()["finished_at"]))
        wait_until(lambda: service.get("/readyz").is_success)
        yield Product(url, service, llm, home)


def _wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        assert process.poll() is None, log.read_text()
        try:
            if condition():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
