"""Takes the pictures of docs/images: every page in light and dark, at a phone's width, on a wide screen and in German,
over the sample documents. The LLM is a script: its words are in here.

python -m tools.screenshots                                            # starts the page itself
python -m tools.screenshots --url http://127.0.0.1:8501 --only models  # of a page that runs
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from app.web import admin_texts, language
from app.web.search import texts as search_texts
from tests.e2e.drawing import wait_until_drawn
from tests.e2e.running import CHECKOUT, CHROMIUM, CHROMIUM_OPTIONS, Product, running
from tests.llm_servers import Reply, ollama_server, openai_server

IMAGES = Path("docs/images")

SAMPLE = CHECKOUT / "data" / "sample"
SAMPLE_SOURCE = CHECKOUT / "data" / "sample_source"

LOOKS: dict[str, tuple[str, int, int, str]] = {
    "light": ("light", 1280, 800, "en-GB"),
    "dark": ("dark", 1280, 800, "en-GB"),
    "phone": ("light", 390, 844, "en-GB"),
    "wide": ("light", 2560, 1440, "en-GB"),
    "german": ("light", 1280, 800, "de-DE"),
    "german-phone": ("light", 390, 844, "de-DE"),
    "french": ("light", 1280, 800, "fr-FR"),
    "spanish": ("light", 1280, 800, "es-ES"),
}
"""Colour scheme, width, height and the browser's language."""

OF_EVERY_VIEW = ("light", "dark", "phone", "wide", "german")

OF_SOME = ("answer", "documents")
"""The views that are taken in the other looks, too."""

QUESTION = "How often does the lamp of the Brennick lighthouse flash?"
ANSWER = "The lamp flashes **three times every 20 seconds** [1]."
RUNS = 2
"""Evaluations, so that there is something to compare."""

OLLAMA_MODELS = [
    {"name": name, "model": name, "modified_at": "2026-01-01T00:00:00Z", "size": size}
    for name, size in (("llama3.2:3b", 2_019_393_189), ("qwen3:4b", 2_497_293_931))
]

REFUSED = "Which team won the football world cup in Brazil?"

PATIENCE = 120_000
"""Milliseconds for anything to be seen."""

DRAWING = 1_500
"""Milliseconds: tables and plots are drawn a moment after their data came."""

COLOURS = 128
"""Of a picture: a page has few, and the file is a third of the size."""


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    page.locator(".turn", has_text=question).locator(".footer").wait_for()


def show_welcome(page: Page) -> None:
    """Show the page Ask before the first question."""
    page.locator(".st-key-suggestions button").first.wait_for()


def show_answer(page: Page) -> None:
    """Show an answer, with its sources."""
    ask(page, QUESTION)


def show_proof(page: Page) -> None:
    """Show an answer with the page that proves it."""
    ask(page, QUESTION)
    page.locator(".chip").first.click()
    page.locator("img.page").wait_for()


def show_refusal(page: Page) -> None:
    """Show a question that the documents do not answer."""
    ask(page, REFUSED)


def show_page(page: Page) -> None:
    """Show a page as it opens."""
    page.get_by_role("heading").first.wait_for()


def show_search(page: Page) -> None:
    """Show the passages that fit some words, and the page of the first."""
    field = page.get_by_label(search_texts.SEARCH_WORDS)
    field.fill(QUESTION)
    field.press("Enter")
    first = page.locator(".st-key-passage-1")
    first.wait_for()
    wait_until_drawn(page)
    first.get_by_role("button", name=search_texts.SEARCH_PAGE).click()
    page.locator("img.page").wait_for()


def show_table(page: Page) -> None:
    """Show the table over the documents."""
    page.get_by_test_id("stDataFrame").last.wait_for()


def show_adding(page: Page) -> None:
    """Show what takes files in."""
    page.get_by_text(admin_texts.ADD, exact=True).click()
    page.get_by_role("group", name=admin_texts.ADD_WORDS["zone"]).wait_for()


VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "welcome": ("", show_welcome),
    "answer": ("", show_answer),
    "proof": ("", show_proof),
    "refused": ("", show_refusal),
    "search": ("search", show_search),
    "table": ("table", show_table),
    "documents": ("documents", show_page),
    "adding": ("documents", show_adding),
    "collection": ("collection", show_page),
    "folders": ("folders", show_page),
    "models": ("models", show_page),
    "quality": ("quality", show_page),
}


def take(browser: Browser, url: str, name: str, look: str, images: Path, collection: str) -> None:
    """Take one picture."""
    scheme, width, height, locale = LOOKS[look]
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=height),
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
        timezone_id="UTC" if locale == "en-GB" else "Europe/Berlin",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    address, show = VIEWS[name]
    page.goto(f"{url}/{address}?collection={collection}")
    with language.speaking(locale[:2]):
        show(page)
    wait_until_drawn(page)
    page.wait_for_timeout(DRAWING)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(images / f"{name}-{look}.png", optimize=True)


def fill(product: Product, folder: Path, collection: str) -> None:
    """Have the folder kept in step, and the questions about it asked: pages that are in use show more."""
    service, at = product.service, f"/collections/{collection}"
    questions = (SAMPLE_SOURCE / "questions.jsonl").read_bytes()
    service.post(f"{at}/evaluation-questions/file", files={"file": ("questions.jsonl", questions)}).raise_for_status()
    for _ in range(RUNS):
        run = service.post(f"{at}/evaluations").raise_for_status().json()["id"]
        while service.get(f"{at}/evaluations/{run}").json()["state"] == "running":
            time.sleep(0.5)
    columns = service.get(f"{at}/suggested-columns").json()["columns"]
    wanted = {"name": "documents", "columns": columns, "use_llm": False}
    table = service.post(f"{at}/tables", json=wanted).raise_for_status().json()["id"]
    service.post(f"{at}/tables/{table}/fill", json={}).raise_for_status()
    while service.get(f"{at}/tables/{table}").json()["table"]["state"] in ("waiting", "filling"):
        time.sleep(0.5)
    service.post("/folders", json={"path": str(folder), "collection": collection, "every": "2h"}).raise_for_status()


@contextmanager
def page_at(given: str, collection: str) -> Iterator[str]:
    """Give the address that was given, else that of a page over the sample documents, which ends with the block."""
    if given:
        yield given.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="lectern-") as made:
        # A copy: pictures must not show the path of the checkout.
        place, folder = Path(made), Path(made) / "island"
        shutil.copytree(SAMPLE, folder)
        with (
            openai_server(replies=[Reply(QUESTION, ANSWER)], max_model_len=32_768) as llm,
            ollama_server(models=OLLAMA_MODELS) as ollama,
            running(place, folder, collection, llm, LECTERN_OLLAMA_URL=ollama.url) as product,
        ):
            fill(product, folder, collection)
            yield product.url


def main() -> None:
    """Take all that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="", help="of a page that runs; else one is started")
    parser.add_argument("--collection", default="sample")
    parser.add_argument("--images", type=Path, default=IMAGES)
    parser.add_argument("--only", nargs="*", choices=VIEWS, default=list(VIEWS))
    parser.add_argument("--looks", nargs="*", choices=LOOKS, default=list(LOOKS))
    given = parser.parse_args()
    given.images.mkdir(parents=True, exist_ok=True)
    with page_at(given.url, given.collection) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        for name in given.only:
            for look in given.looks:
                if look in OF_EVERY_VIEW or name in OF_SOME:
                    take(browser, url, name, look, given.images, given.collection)
        browser.close()


if __name__ == "__main__":
    main()
