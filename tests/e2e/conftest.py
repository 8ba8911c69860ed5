"""The product as people use it: `lectern web` in a process, its service behind it, and Chromium before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.e2e import world
from tests.e2e.running import CHROMIUM, CHROMIUM_OPTIONS, Product, running
from tests.llm_servers import ModelServer, openai_server

PATIENCE = 90_000
"""Milliseconds for anything to be seen: a busy machine is no failure."""

OURS = ("http://127.0.0.1:", "http://localhost:", "ws://127.0.0.1:", "ws://localhost:", "data:", "blob:", "about:")


@pytest.fixture(scope="session")
def llm() -> Iterator[ModelServer]:
    with openai_server(replies=world.REPLIES, answer="I could not find this in the documents.") as server:
        yield server


@pytest.fixture(scope="session")
def product(llm: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed: `make browser` installs it.")
    place = tmp_path_factory.mktemp("product")
    folder = place / "documents"
    world.write_documents(folder)
    with running(
        place,
        folder,
        world.COLLECTION,
        llm,
        LECTERN_OCR="false",
        LECTERN_LLM_SEES_IMAGES="true",
        LECTERN_MOST_CALLS_UNASKED="1",
    ) as started:
        yield started
        for reply in world.REPLIES:
            if reply.hold:
                reply.hold.set()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed: `make browser` installs it.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


BOXES = "[data-testid=stException], [data-testid=stSkillsNudge]"
"""Streamlit's own boxes, for defects and for advertisements: no person may ever see one."""

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(product: Product, browser: Browser) -> Iterator[OpenPage]:
    """`open_page()` opens it in a browser of its own. Nothing may be asked of other machines, and nothing fail."""
    faults: list[str] = []

    def open_it(address: str = "", *, width: int = 1280, height: int = 800, **how: Any) -> Page:
        context = browser.new_context(viewport=ViewportSize(width=width, height=height), **how)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(OURS) else faults.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("response", lambda response: faults.append(response.url) if response.status == 404 else None)
        page.goto(f"{product.url}/{address}")
        return page

    yield open_it
    for context in browser.contexts:
        faults += [f"{page.url}: {box}" for page in context.pages for box in page.locator(BOXES).all_inner_texts()]
        context.close()
    assert faults == []
