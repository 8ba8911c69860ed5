"""Takes the pictures of docs/images from a running page: every page in light and dark and at a phone's width.

lectern web --no-browser &
python -m tools.screenshots http://127.0.0.1:8501 --collection sample
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path("docs/images")

LOOKS: dict[str, tuple[str, int, int]] = {
    "light": ("light", 1280, 800),
    "dark": ("dark", 1280, 800),
    "phone": ("light", 360, 740),
}
"""Colour scheme, width and height."""

QUESTION = "How often does the lamp of the Brennick lighthouse flash?"
REFUSED = "Which team won the football world cup in Brazil?"

PATIENCE = 120_000
"""Milliseconds for anything to be seen."""

OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    page.locator(".turn", has_text=question).locator(".footer").wait_for()


def show_welcome(page: Page) -> None:
    """The page Ask before the first question."""
    page.locator(".st-key-suggestions button").first.wait_for()


def show_proof(page: Page) -> None:
    """An answer with the page that proves it."""
    ask(page, QUESTION)
    page.locator(".chip").first.click()
    page.locator("img.page").wait_for()


def show_refusal(page: Page) -> None:
    """A question that the documents do not answer."""
    ask(page, REFUSED)


def show_page(page: Page) -> None:
    """A page as it opens."""
    page.get_by_role("heading").first.wait_for()


VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "welcome": ("", show_welcome),
    "ask": ("", show_proof),
    "refused": ("", show_refusal),
    "documents": ("documents", show_page),
    "folders": ("folders", show_page),
    "models": ("models", show_page),
    "quality": ("quality", show_page),
}


def take(browser: Browser, url: str, name: str, look: str, images: Path, collection: str) -> None:
    """One picture."""
    scheme, width, height = LOOKS[look]
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=height), color_scheme="dark" if scheme == "dark" else "light"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    address, show = VIEWS[name]
    page.goto(f"{url}/{address}?collection={collection}")
    show(page)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(1_500)  # Tables and plots are drawn a moment after their data came.
    page.screenshot(path=images / f"{name}-{look}.png")
    context.close()


def main() -> None:
    """Take all that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--collection", default="sample")
    parser.add_argument("--images", type=Path, default=IMAGES)
    parser.add_argument("--only", nargs="*", choices=VIEWS, default=list(VIEWS))
    given = parser.parse_args()
    given.images.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        for name in given.only:
            for look in LOOKS:
                take(browser, given.url.rstrip("/"), name, look, given.images, given.collection)
        browser.close()


if __name__ == "__main__":
    main()
