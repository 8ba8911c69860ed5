"""Goes the way of a first-time user in a real browser and prints how long each step took.

    python -m benchmarks.first_visit FILE QUESTION [--turns N] [--documents N] [--pictures FOLDER]

`lectern web` starts on an empty home, without an LLM; the file is dropped and the question asked. With --turns, the
conversation is made as long, opened again, gone on with and a proof of it opened. With --documents, as many small ones
are added afterwards and the pages timed again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from app.service.lock import owner_address
from app.web import admin_texts as texts
from app.web.address import CHAT
from tests.e2e.drawing import BODY, wait_until_drawn
from tests.e2e.running import CHROMIUM, CHROMIUM_OPTIONS, web_page

PATIENCE_SECONDS = 60
REFUSED = "Which team won the football world cup in Brazil?"
PAGES = ("", "documents", "folders", "models", "quality")
SIZES = ((360, 740), (1280, 800), (3840, 2160))


@dataclass
class Visit:
    """Things seen on a visit, and times."""

    page: Page
    pictures: Path | None
    rows: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Time a step, and take a picture of where it led."""
        started = time.perf_counter()
        yield
        self.rows.append((what, time.perf_counter() - started))
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{len(self.rows):02}.png")


def ask(page: Page, question: str) -> None:
    """Send a question."""
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")


def first_visit(visit: Visit, url: str, file: Path, question: str) -> None:
    """Go from the first look to the proof."""
    page = visit.page
    with visit.step("the page is there"):
        page.goto(url)
        wait_until_drawn(page)
    with visit.step("click: Documents"):
        page.get_by_role("link", name=texts.DOCUMENTS).first.click()
        files = page.locator("input[type=file]:not([webkitdirectory])")
        files.wait_for(state="attached")
    with visit.step(f"drop {file.name}: indexed"):
        files.set_input_files(file)
        page.get_by_text(texts.ADD_SUMMARY.format(indexed=1, unchanged=0, failed=0)).wait_for()
    wait_until_drawn(page)
    with visit.step("click: Ask; suggested questions are there"):
        page.get_by_role("link", name="Ask").first.click()
        page.locator(".st-key-suggestions button").first.wait_for()
    with visit.step("type the question, Enter: the sources are there"):
        ask(page, question)
        page.locator(".source").first.wait_for()
    with visit.step("the answer is whole"):
        page.locator(".footer").first.wait_for()
    wait_until_drawn(page)
    with visit.step("click [1]: the page with the quote marked is there"):
        page.locator(".chip").first.click()
        page.locator("img.page").wait_for()
    wait_until_drawn(page)
    with visit.step("a question that the file does not answer: refused"):
        ask(page, REFUSED)
        page.locator(".answer.refused").wait_for()


def is_answered(turns: Sequence[Mapping[str, Any]], before: int) -> bool:
    """Return whether a conversation of so many turns before has one more, whose answer is whole."""
    return len(turns) > before and turns[-1]["record"]["state"] == "done"


def is_in_view(page: Page) -> bool:
    """Return whether the top of the page that proves an answer is within the window."""
    box, window = page.locator("img.page").bounding_box(), page.viewport_size
    return box is not None and window is not None and 0 <= box["y"] < window["height"]


def long_conversation(visit: Visit, url: str, home: Path, question: str, count: int) -> None:
    """Give the conversation so many turns, open it as one that comes back, ask once more and open a proof."""
    page = visit.page
    with httpx.Client(base_url=owner_address(home), timeout=PATIENCE_SECONDS) as service:
        (kept,) = service.get("/conversations").raise_for_status().json()["conversations"]
        address = f"/conversations/{kept['id']}"
        record = service.get(address).raise_for_status().json()["turns"][0]["record"]
        for position in range(kept["turns"], count):
            service.put(f"{address}/turns/{position}", json=record).raise_for_status()
        with visit.step(f"a conversation of {count:,} turns is opened"):
            page.goto(f"{url}/?{CHAT}={kept['id']}")
            page.locator(".footer").first.wait_for()
        wait_until_drawn(page)
        with visit.step("the next question: the answer is whole"):
            ask(page, question)
            while (turns := service.get(address).json()["turns"])[-1]["record"]["state"] != "done" or len(
                turns
            ) <= count:
                page.wait_for_timeout(100)
            page.locator(".footer").last.wait_for()
        wait_until_drawn(page)
    with visit.step("click [1] of the last answer: its page is in view"):
        page.locator(".chip").last.click()
        page.locator("img.page").wait_for()
        while not is_in_view(page):
            page.wait_for_timeout(50)
    page.keyboard.press("Escape")


def full_house(visit: Visit, url: str, home: Path, count: int) -> None:
    """Visit the pages over many documents."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            (Path(folder) / f"note-{number:05}.txt").write_text(f"Note {number} on harbour dues. Berth {number % 97}.")
        with httpx.Client(base_url=owner_address(home), timeout=PATIENCE_SECONDS) as service:
            job = service.post("/sync", json={"folder": folder, "collection": "many"}).raise_for_status().json()["id"]
            while not service.get(f"/jobs/{job}").json()["finished_at"]:
                time.sleep(0.5)
        for address in PAGES:
            with visit.step(f"{count:,} documents, page {address or 'ask'}"):
                visit.page.goto(f"{url}/{address}?collection=many")
                wait_until_drawn(visit.page)


def check_widths(visit: Visit, url: str) -> list[str]:
    """Return the pages that are wider than the window, at a phone's width, a laptop's and 4K."""
    wide = []
    for width, height in SIZES:
        visit.page.set_viewport_size({"width": width, "height": height})
        for address in PAGES:
            visit.page.goto(f"{url}/{address}")
            wait_until_drawn(visit.page)
            visit.page.wait_for_timeout(500)
            if visit.pictures:
                visit.page.screenshot(path=visit.pictures / f"width-{width}-{address or 'ask'}.png")
            if visit.page.evaluate(f"document.querySelector('{BODY}').scrollWidth > window.innerWidth"):
                wide.append(f"{address or 'ask'} at {width}")
    return wide


def main() -> int:
    """Visit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("question")
    parser.add_argument("--turns", type=int, default=0)
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="lectern-") as place,
        web_page(Path(place), LECTERN_LLM="off") as (url, home, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        visit = Visit(page, given.pictures, [("`lectern web` answers", time.perf_counter() - started)])
        first_visit(visit, url, given.file, given.question)
        if given.turns:
            long_conversation(visit, url, home, given.question, given.turns)
        if given.documents:
            full_house(visit, url, home, given.documents)
        wide = check_widths(visit, url)
        browser.close()
    print("| step | seconds |\n|---|--:|")
    for what, seconds in visit.rows:
        print(f"| {what} | {seconds:.1f} |")
    print(f"Wider than the window: {', '.join(wide) or 'none'} (of {len(PAGES)} pages at {len(SIZES)} widths).")
    return 1 if wide else 0


if __name__ == "__main__":
    sys.exit(main())
