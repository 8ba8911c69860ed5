"""The product as people use it: `lectern web` in a process, its service behind it, and Chromium before it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from app.lock import owner_address
from tests.e2e import world
from tests.llm_servers import ModelServer, openai_server

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

PATIENCE = 90_000
"""Milliseconds for anything to be seen: a busy machine is no failure."""

OURS = ("http://127.0.0.1:", "http://localhost:", "ws://127.0.0.1:", "ws://localhost:", "data:", "blob:", "about:")


@dataclass(frozen=True)
class Product:
    """A running product: where its page is, its service, and the LLM it asks."""

    url: str
    service: httpx.Client
    llm: ModelServer


@pytest.fixture(scope="session")
def llm() -> Iterator[ModelServer]:
    with openai_server(replies=world.REPLIES, answer="I could not find this in the documents.") as server:
        yield server


@pytest.fixture(scope="session")
def product(llm: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed: `make browser` installs it.")
    place = tmp_path_factory.mktemp("product")
    home, folder = place / "home", place / "documents"
    world.write_documents(folder)
    port = _free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        "LECTERN_LLM": "openai:gpt-4o",
        "LECTERN_LLM_BASE_URL": llm.url,
        "LECTERN_WORKERS": "1",
        "LECTERN_OCR": "false",
        "OPENAI_API_KEY": "none",
    }
    command = [sys.executable, "-m", "app.cli", "web", "--no-browser", "--port", str(port), "--home", str(home)]
    with (place / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=place, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until(lambda: httpx.get(f"{url}/_stcore/health").is_success, process, place / "log")
        with httpx.Client(base_url=owner_address(home), timeout=300) as service:
            run = service.post("/sync", json={"folder": str(folder), "collection": world.COLLECTION}).json()["id"]
            _wait_until(lambda: bool(service.get(f"/runs/{run}").json()["finished_at"]), process, place / "log")
            _wait_until(lambda: service.get("/readyz").is_success, process, place / "log")
            yield Product(url, service, llm)
    finally:
        for reply in world.REPLIES:
            if reply.hold:
                reply.hold.set()
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed: `make browser` installs it.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(product: Product, browser: Browser) -> Iterator[OpenPage]:
    """`open_page()` opens it in a browser of its own. Nothing may be asked of other machines, and no script fail."""
    faults: list[str] = []

    def open_it(address: str = "", *, width: int = 1280, height: int = 800, **how: Any) -> Page:
        context = browser.new_context(viewport=ViewportSize(width=width, height=height), **how)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(OURS) else faults.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.goto(f"{product.url}/{address}")
        return page

    yield open_it
    for context in browser.contexts:
        context.close()
    assert faults == []


def _wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        assert process.poll() is None, log.read_text()
        try:
            if condition():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
