"""The page that proves an answer in a real browser: turned by number, zoomed, searched, selected, opened as it is."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from app.web import texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage
from tests.e2e.drawing import wait_until_drawn
from tests.e2e.test_ask_page import ISLAND, ask, finished

expect.set_options(timeout=PATIENCE)

WORDS = texts.PROOF_WORDS


def open_proof(open_page: OpenPage, **how: int) -> tuple[Page, Locator]:
    """A page with the proof of an answer on it, and the proof."""
    page = open_page(ISLAND, **how)
    finished(ask(page, world.ASK_KEEPER)).locator(".chip").first.click()
    proof = page.locator(".proof")
    expect(proof.locator("img.page")).to_be_visible()
    expect(proof.locator(".layer span").first).to_be_attached()
    return page, proof


def field(proof: Locator, name: str) -> Locator:
    return proof.locator(f"input[aria-label='{name}']")


def test_the_words_lie_over_their_picture_and_are_selected_and_copied(open_page: OpenPage) -> None:
    _, proof = open_proof(open_page)
    # Measured at one moment: what is above may still be drawn, and move both.
    lamp = proof.locator(".layer span", has_text="lamp").first
    top, bottom, width = lamp.evaluate(
        """span => {
          const page = span.closest(".sheet").querySelector("img").getBoundingClientRect();
          const word = span.getBoundingClientRect();
          return [word.top - page.top, word.bottom - page.top, page.width];
        }"""
    )
    scale = width / 420
    _, expected_top, _, expected_bottom = world.lamp_rectangle()
    assert abs(top - expected_top * scale) < 5 * scale
    assert abs(bottom - expected_bottom * scale) < 5 * scale
    assert "The lamp of the lighthouse flashes" in proof.locator(".layer").inner_text().replace("\n", " ")


def test_a_page_is_turned_to_by_its_number_and_words_are_found_on_whatever_page_they_are(open_page: OpenPage) -> None:
    _, proof = open_proof(open_page)
    number = field(proof, WORDS["page"])
    number.fill("2")
    number.press("Enter")
    expect(proof.locator(".place")).to_contain_text("page 2 of 2")
    sought = field(proof, WORDS["find"])
    sought.fill("White granite")
    sought.press("Enter")
    expect(proof.locator(".place")).to_contain_text("page 1 of 2")
    expect(proof.locator(".layer .found")).to_have_text(["white", "granite."])
    sought.fill("submarine")
    sought.press("Enter")
    expect(proof.get_by_role("status")).to_have_text(WORDS["found_none"])


def test_the_quote_is_zoomed_to_and_its_page_found_again_among_small_pictures(open_page: OpenPage) -> None:
    page, proof = open_proof(open_page)
    frame = proof.locator(".frame")
    width = "frame => frame.querySelector('.sheet').clientWidth / frame.clientWidth"
    assert frame.evaluate(width) <= 1
    proof.get_by_role("button", name=WORDS["zoom_quote"]).click()
    assert 1 < frame.evaluate(width) < 3
    proof.get_by_role("button", name=WORDS["fit"]).click()
    assert frame.evaluate(width) <= 1
    wait_until_drawn(page)
    proof.get_by_role("button", name=WORDS["thumbnails"]).click()
    expect(proof.locator(".thumbnails img")).to_have_count(2)
    expect(proof.locator(".thumbnails [aria-current]")).to_have_text("1")
    proof.locator(".thumbnails button").nth(1).click()
    expect(proof.locator(".place")).to_contain_text("page 2 of 2")


def test_the_proof_fills_the_screen_and_its_share_of_the_room_is_moved_by_keys(open_page: OpenPage) -> None:
    page, proof = open_proof(open_page)
    proof.get_by_role("button", name=WORDS["full_screen"]).click()
    page.wait_for_function("document.fullscreenElement !== null")
    field(proof, WORDS["page"]).fill("2")
    field(proof, WORDS["page"]).press("Enter")
    expect(proof.locator(".place")).to_contain_text("page 2 of 2")
    # It fills the screen through the turning of a page, too.
    assert page.evaluate("document.fullscreenElement !== null")
    proof.get_by_role("button", name=WORDS["full_screen"]).click()
    page.wait_for_function("document.fullscreenElement === null")
    narrow = proof.bounding_box()
    divider = proof.get_by_role("separator")
    divider.focus()
    for _ in range(3):
        divider.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "65")
    wide = proof.bounding_box()
    assert narrow is not None
    assert wide is not None
    assert wide["width"] > narrow["width"] * 1.15


def test_the_pdf_itself_is_opened_at_the_page_and_by_nobody_who_guesses(open_page: OpenPage) -> None:
    page, proof = open_proof(open_page)
    link = proof.get_by_role("link", name=WORDS["original"])
    address = link.evaluate("link => link.href")
    assert address.endswith("/lighthouse.pdf#page=1")
    assert link.get_attribute("rel") == "noopener noreferrer"
    answer = page.request.get(address)
    assert answer.body().startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    ticket = address.split("/original/")[1].split("/")[0]
    assert page.request.get(address.replace(ticket, "A" * len(ticket))).status == 404
