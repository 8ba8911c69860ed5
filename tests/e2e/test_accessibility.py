"""Each page for those who see little, hear the page, or have no mouse: axe finds nothing, the keyboard reaches all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from app.web import admin_texts, collection_texts, texts
from app.web.search import texts as search_texts
from app.web.tables import texts as table_texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn
from tests.e2e.grid import choose_row, rows, tables
from tests.e2e.test_ask_page import ISLAND, ask, finished

expect.set_options(timeout=PATIENCE)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
"""Those of axe for WCAG 2.2 AA, and what its authors hold to be good beyond that: landmarks, the order of headings."""

DEVICES: Mapping[str, Mapping[str, Any]] = {
    "screen": {"width": 1280, "height": 800, "color_scheme": "light"},
    "phone": {"width": 390, "height": 844, "is_mobile": True, "has_touch": True, "color_scheme": "dark"},
}

ZOOMED = ViewportSize(width=640, height=400)
"""What is left of the screen where everything is shown twice as large."""

HAS_SCHEME = """dark => {
  const background = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  return (Math.max(...background.match(/[0-9]+/g).slice(0, 3).map(Number)) < 128) === dark;
}"""
"""The page has taken a scheme of colours."""

FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  const style = getComputedStyle(focused);
  const name = focused.getAttribute("aria-label") || focused.innerText || focused.tagName;
  return [focused.tagName, name, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""
"""What has the focus: its element, its name, and whether a ring shows it."""

SETTLED = """() => document.getAnimations().every(
  (animation) => animation.playState !== "running" || animation.effect.getComputedTiming().endTime === Infinity
)"""
"""What opens is open: a field that is half there is too small to be hit."""

RINGED = {"A", "BUTTON", "SUMMARY"}
"""Elements that nothing but a ring shows to be focused; a field has a border that changes, and a caret."""


def check_with_axe(page: Page, name: str, *, dark: bool) -> list[str]:
    """What axe finds on a page, a line each."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe is in the dev extra.")
    page.emulate_media(color_scheme="dark" if dark else "light")
    wait_until_drawn(page)
    page.wait_for_function(HAS_SCHEME, arg=dark)
    page.wait_for_function(SETTLED)
    page.evaluate(axe.AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    assert len(found["passes"]) > 20, "axe has looked at next to nothing"
    return [
        f"{name}: {violation['id']}: {node['target']} {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def open_ask(page: Page) -> None:
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()


def open_answer(page: Page) -> None:
    finished(ask(page, world.ASK_KEEPER))


def open_proof(page: Page) -> None:
    open_answer(page)
    page.locator(".turn .chip").first.click()
    expect(page.locator("img.page")).to_be_visible()


def open_document(page: Page) -> None:
    """With what takes files in."""
    page.get_by_text(admin_texts.ADD, exact=True).click()
    expect(page.get_by_role("group", name=admin_texts.ADD_WORDS["zone"])).to_be_visible()
    choose_row(page, "broken.pdf")
    expect(page.get_by_role("heading", level=2)).to_have_text("broken.pdf")


def open_search(page: Page) -> None:
    """With passages, and one of them on its page."""
    field = page.get_by_label(search_texts.SEARCH_WORDS)
    field.fill("keeper shillings")
    field.press("Enter")
    expect(page.locator(".st-key-passage-1")).to_contain_text("nine shillings a week")
    wait_until_drawn(page)
    page.locator(".st-key-passage-1").get_by_role("button", name=search_texts.SEARCH_PAGE).click()
    expect(page.locator("img.page")).to_be_visible()


def open_collection(page: Page) -> None:
    expect(page.get_by_test_id("stMetric").first).to_contain_text(collection_texts.DOCUMENTS)
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    wait_until_drawn(page)
    page.get_by_text(collection_texts.MANAGE, exact=True).click()


def open_folders(page: Page) -> None:
    """With the form for a folder, and that for its times."""
    expect(page.get_by_text(admin_texts.HISTORY, exact=True)).to_be_visible()
    wait_until_drawn(page)
    page.get_by_text(admin_texts.FOLDER_ADD, exact=True).first.click()
    page.wait_for_function(SETTLED)
    page.get_by_text(admin_texts.FOLDER_WHEN_DAILY, exact=True).click()
    expect(page.get_by_test_id("stTimeInput")).to_be_visible()
    page.get_by_text(collection_texts.PASSWORDS, exact=True).click()


def heading(title: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


VIEWS: tuple[tuple[str, Callable[[Page], None]], ...] = (
    ("", open_ask),
    ("", open_answer),
    ("", open_proof),
    ("search", open_search),
    ("table", heading(table_texts.TABLE)),
    ("documents", open_document),
    ("collection", open_collection),
    ("folders", open_folders),
    ("models", heading(admin_texts.MODELS)),
    ("quality", heading(admin_texts.QUALITY)),
)


@pytest.mark.parametrize("device", DEVICES)
def test_axe_finds_nothing_on_any_page_light_or_dark_or_at_200_percent(
    open_page: OpenPage, product: Product, tmp_path: Path, device: str
) -> None:
    folder = product.service.post("/folders", json={"path": str(tmp_path), "collection": world.COLLECTION}).json()
    page = open_page(ISLAND, **DEVICES[device])
    found = []
    for address, show in VIEWS:
        page.goto(f"{product.url}/{address}{ISLAND}")
        show(page)
        name = f"{device}, {address or 'ask'} ({show.__name__})"
        found += check_with_axe(page, f"{name}, dark", dark=True)
        if device == "screen":
            found += check_with_axe(page, name, dark=False)
            page.set_viewport_size(ZOOMED)
            found += check_with_axe(page, f"{name}, at 200 %", dark=False)
            page.set_viewport_size(ViewportSize(width=DEVICES[device]["width"], height=DEVICES[device]["height"]))
    product.service.delete(f"/folders/{folder['id']}")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", "documents"])
def test_the_keyboard_reaches_the_page_and_a_ring_shows_where_it_is(
    open_page: OpenPage, address: str, scheme: str
) -> None:
    page = open_page(address + ISLAND, color_scheme=scheme)
    expect(page.get_by_test_id("stMainBlockContainer").get_by_role("heading").first).to_be_visible()
    wait_until_drawn(page)
    seen = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        element, name, has_ring = page.evaluate(FOCUSED)
        assert has_ring or element not in RINGED, f"Nothing shows the focus on {name}"
        seen.add(name.split("\n")[-1])
    assert {texts.ASK, admin_texts.DOCUMENTS, admin_texts.FOLDERS, admin_texts.MODELS} <= seen


def test_the_focus_is_on_the_question_at_first_and_again_when_the_proof_is_closed(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    field = page.get_by_test_id("stChatInputTextArea")
    expect(field).to_be_focused()
    turn = finished(ask(page, world.ASK_KEEPER))
    turn.locator(".chip").first.click()
    expect(page.locator(".proof .frame")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".proof")).to_have_count(0)
    expect(field).to_be_focused()


def test_an_answer_is_drawn_on_in_place_can_be_stopped_anywhere_and_is_announced_once(open_page: OpenPage) -> None:
    page = open_page(ISLAND, height=420)
    turn = ask(page, world.ASK_WATCHED)
    expect(turn.locator(".text")).to_contain_text("Visitors climb the")
    turn.evaluate("node => { for (const drawn of [node, ...node.querySelectorAll('*')]) drawn.isOld = true; }")
    stop = page.get_by_role("button", name=texts.ASK_STOP)
    expect(stop).to_be_in_viewport(ratio=1)
    page.evaluate(
        """() => { window.said = [];
        const live = document.getElementById("lectern-live");
        new MutationObserver(() => window.said.push(live.textContent)).observe(live, { childList: true }); }"""
    )
    world.watched.set()
    finished(turn)
    expect(stop).to_have_count(0)
    for kept in (".question", ".source", ".text p"):
        assert turn.locator(kept).first.evaluate("node => node.isOld"), f"{kept} was drawn anew"
    assert page.evaluate("window.said") == [f"{texts.ANSWER_WORDS['answered']} {world.ASK_WATCHED}"]


def test_the_documents_are_walked_and_opened_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(f"documents{ISLAND}")
    # Within the canvas, where it is for those who hear the page.
    expect(rows(page)).to_have_count(3)
    expect(rows(page).nth(1).locator("[role=gridcell]").first).to_have_text("broken.pdf")
    wait_until_drawn(page)
    tables(page).first.get_by_test_id("data-grid-canvas").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_role("heading", level=2)).to_have_text("broken.pdf")
