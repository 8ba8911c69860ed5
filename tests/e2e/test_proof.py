"""The page that proves an answer in a real browser: turned by number, zoomed, searched, selected, opened as it is."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from app.web import texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage
from tests.e2e.drawing import wait_until_drawn, wait_until_true
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
    _, top, _, bottom = world.lamp_rectangle()
    # Measured at one moment: what is above may still be drawn, and move both.
    wait_until_true(
        proof.locator(".layer span", has_text="lamp").first,
        """(span, [expectedTop, expectedBottom]) => {
          const page = span.closest(".sheet").querySelector("img").getBoundingClientRect();
          const word = span.getBoundingClientRect(), scale = page.width / 420;
          const isAt = (edge, expected) => Math.abs(edge - page.top - expected * scale) < 5 * scale;
          return isAt(word.top, expectedTop) && isAt(word.bottom, expectedBottom);
        }""",
        [top, bottom],
    )
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

    def wait_for_width(least: float, most: float) -> None:
        """Wait until the sheet is so many times as wide as its frame."""
        wait_until_true(
            proof.locator(".frame"),
            """(frame, [least, most]) => {
              const width = frame.querySelector(".sheet").clientWidth / frame.clientWidth;
              return least < width && width <= most;
            }""",
            [least, most],
        )

    wait_for_width(0, 1)
    proof.get_by_role("button", name=WORDS["zoom_quote"]).click()
    wait_for_width(1, 3)
    proof.get_by_role("button", name=WORDS["fit"]).click()
    wait_for_width(0, 1)
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
    # What fills the screen is as wide as it: its share of the room is less.
    wait_until_true(proof, "proof => proof.clientWidth < 0.6 * innerWidth")
    narrow = proof.evaluate("proof => proof.clientWidth")
    divider = proof.get_by_role("separator")
    divider.focus()
    for _ in range(3):
        divider.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "65")
    wait_until_true(proof, "(proof, narrow) => proof.clientWidth > narrow * 1.15", narrow)


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
