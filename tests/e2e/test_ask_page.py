"""The page Ask in a real browser: from a question to the words on the page that prove the answer."""

from __future__ import annotations

import base64
import io
import json
import os
import signal

import numpy as np
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from app.service.lock import OWNER_FILE
from app.web import texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn
from tests.pictures import picture

expect.set_options(timeout=PATIENCE)

MARKED = [255, 225, 102]

ISLAND = f"?collection={world.COLLECTION}"


def ask(page: Page, question: str) -> Locator:
    """Ask, and return the turn as it is drawn."""
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    return page.locator(".turn", has_text=question)


def finished(turn: Locator) -> Locator:
    """The turn once its answer is whole."""
    expect(turn.locator(".footer")).to_be_visible()
    return turn


def download(page: Page, button: str) -> Download:
    """What a button saves, once the page is drawn to its end: each drawing gives the file another address."""
    wait_until_drawn(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name=button).click()
    return saved.value


def marked_area(page: Page) -> tuple[tuple[int, int, int, int], tuple[int, int]]:
    """Left, top, right, bottom of what is marked on the picture of the page, and the picture's size."""
    source = page.locator("img.page").get_attribute("src")
    assert source is not None
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))
    rows, columns = np.nonzero((picture == MARKED).all(axis=2))
    area = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    return area, (picture.shape[1], picture.shape[0])


def test_an_answer_streams_after_its_sources_and_its_citation_shows_the_quoted_words(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    turn = ask(page, world.ASK_LAMP)
    expect(turn.locator(".source").first).to_contain_text("The lighthouse, page 1")
    expect(turn.locator(".doing")).to_contain_text("Reading the sources")
    world.first_word.set()
    finished(turn)
    expect(turn.locator(".text strong")).to_have_text("three times every twenty seconds")
    expect(turn.locator(".unsupported")).to_contain_text("Norwegian pirates")
    expect(turn.locator(".made summary")).to_contain_text("openai:gpt-4o · 11 + 7 tokens")
    turn.locator(".chip").first.click()
    expect(page.locator(".proof blockquote")).to_have_text(world.LAMP)
    expect(page.locator("img.page")).to_be_visible()
    area, (width, height) = marked_area(page)
    scale = width / 420
    assert height == round(world.PAGE_HEIGHT * scale)
    assert np.abs(np.subtract(area, [edge * scale for edge in world.lamp_rectangle()])).max() <= 4 * scale
    turn.locator(".chip").nth(1).click()
    expect(page.locator(".proof .quote.wrong")).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".proof .place")).to_contain_text("page 2 of 2")
    # The quote stands on the other page.
    expect(page.locator(".proof .quote")).to_have_count(0)
    page.get_by_role("button", name="Back to the quote").click()
    expect(page.locator(".proof .quote")).to_be_visible()
    assert download(page, "Original file").suggested_filename == "lighthouse.pdf"
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".proof")).to_have_count(0)


def test_the_proof_is_in_view_however_long_the_conversation_is(open_page: OpenPage) -> None:
    page = open_page(ISLAND, height=480)
    for count in range(1, 5):
        turns = ask(page, world.ASK_KEEPER)
        expect(turns).to_have_count(count)
        finished(turns.last)
    turns.last.locator(".chip").first.click()
    expect(page.locator(".proof blockquote")).to_be_in_viewport()
    expect(page.locator(".proof .head button").last).to_be_in_viewport()


def test_a_question_the_documents_do_not_answer_is_refused_with_the_nearest_passages(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    turn = finished(ask(page, world.ASK_NOTHING))
    expect(turn.locator(".answer.refused .verdict")).to_have_text("Not found in the documents")
    nearest = turn.locator(".source").first
    expect(nearest.locator(".excerpt")).to_be_visible()
    nearest.click()
    expect(page.locator(".proof blockquote")).to_have_text(nearest.locator(".excerpt").inner_text())


def test_what_a_hostile_document_and_a_hostile_llm_write_stays_text(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    turn = finished(ask(page, world.ASK_HOSTILE))
    text = turn.locator(".text")
    # The service has parted the tags and links of what the LLM wrote; the page reads no HTML either way.
    for written in ("script>window.hacked=1<", "img src=x onerror=window.hacked=1>", "(javascript:window.hacked=1)"):
        expect(text).to_contain_text(written)
    expect(text.locator("img, script, a")).to_have_count(0)
    turn.locator(".chip").first.click()
    expect(page.locator(".proof .paper")).to_contain_text("<script>window.hacked=1</script>")
    expect(page.locator(".proof img, .proof script")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_a_reload_in_mid_answer_finds_the_answer_and_its_end(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    expect(ask(page, world.ASK_SLOWLY).locator(".text")).to_have_text(world.SLOW_START)
    page.reload()
    turn = page.locator(".turn", has_text=world.ASK_SLOWLY)
    expect(turn.locator(".text")).to_have_text(world.SLOW_START)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    world.slow.set()
    expect(finished(turn).locator(".text")).to_contain_text("metres tall")
    page.reload()
    expect(page.locator(".turn .text")).to_contain_text("metres tall")


def test_stop_leaves_what_was_written_and_stops_the_llm(open_page: OpenPage, product: Product) -> None:
    page = open_page(ISLAND)
    turn = ask(page, world.ASK_STOPPED)
    expect(turn.locator(".text")).to_have_text("It was built")
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".note.bad")).to_have_text("Stopped.")
    expect(turn.locator(".text")).to_have_text("It was built")
    assert product.llm.hung_up.wait(PATIENCE / 1000)


def test_two_browsers_see_their_own_conversation_only(open_page: OpenPage) -> None:
    world.first_word.set()
    one, other = open_page(ISLAND), open_page(ISLAND)
    lamp, keeper = ask(one, world.ASK_LAMP), ask(other, world.ASK_KEEPER)
    expect(finished(lamp).locator(".text")).to_contain_text("twenty seconds")
    expect(finished(keeper).locator(".text")).to_contain_text("nine shillings")
    expect(one.locator(".turn")).to_have_count(1)
    expect(other.locator(".turn")).to_have_count(1)


def test_on_a_phone_and_by_keyboard_the_proof_opens_over_the_answer_and_a_thumb_is_kept(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(ISLAND, width=360, height=740, color_scheme="dark")
    turn = finished(ask(page, world.ASK_KEEPER))
    turn.locator(".chip").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("img.page")).to_be_visible()
    page.wait_for_function(
        """() => {
          const box = document.querySelector(".st-key-proof").getBoundingClientRect();
          const fills = box.x === 0 && box.y === 0 && box.width === 360;
          return fills && document.scrollingElement.scrollWidth <= 360;
        }"""
    )
    page.keyboard.press("Escape")
    expect(page.locator(".proof")).to_have_count(0)
    turn.locator(".source").first.click()
    expect(page.locator(".proof .quote")).to_be_visible()
    page.go_back()
    expect(page.locator(".proof")).to_have_count(0)
    expect(turn).to_be_visible()
    for name in ("Good answer", "Bad answer"):
        turn.get_by_role("button", name=name).click()
        expect(turn.get_by_role("button", name=name, pressed=True)).to_be_visible()
    # The second thought counts, and is the only one.
    (kept,) = product.service.get(f"/collections/{world.COLLECTION}/feedback").json()["feedback"]
    assert (kept["question"], kept["rating"]) == (world.ASK_KEEPER, "down")


def test_a_service_that_dies_is_started_again_and_what_is_on_screen_stays(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(ISLAND)
    finished(ask(page, world.ASK_KEEPER))
    service = json.loads((product.home / OWNER_FILE).read_text())["process"]
    os.kill(service, signal.SIGKILL)
    page.reload()
    expect(page.get_by_text(texts.SERVICE_RESTARTED)).to_be_visible()
    expect(page.locator(".turn")).to_contain_text("nine shillings")
    expect(page.get_by_text(texts.SERVICE_RESTARTED)).to_have_count(0)
    # What was drawn before may stand beside what is drawn now.
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_count(1)
    wait_until_drawn(page)
    finished(ask(page, world.ASK_HOSTILE))
    expect(page.locator(".turn")).to_have_count(2)


def test_a_question_that_is_too_long_is_given_back_and_back_leaves_the_page_at_once(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill("lamp " * 2_000)
    field.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("9,999")
    expect(field).to_have_value("lamp " * 1_999 + "lamp")
    turn = finished(ask(page, world.ASK_KEEPER))
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    # Arabic and Hebrew run from the right, by their first letters.
    expect(turn.locator(".text p")).to_have_attribute("dir", "auto")
    wait_until_drawn(page)
    page.go_back()
    assert page.url == "about:blank"


def test_a_conversation_is_exported_with_its_quotes_and_can_be_begun_anew(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    finished(ask(page, world.ASK_KEEPER))
    wait_until_drawn(page)
    page.get_by_role("button", name=texts.CONVERSATION_MENU).click()
    exported = download(page, "Export as Markdown").path().read_text("utf-8")
    assert f"## {world.ASK_KEEPER}" in exported
    assert "- [1] The lighthouse, page 1 (lighthouse.pdf): “A keeper was paid nine shillings a week" in exported
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_conversation_is_opened_from_another_browser_and_deleted(open_page: OpenPage) -> None:
    one, other = open_page(ISLAND), open_page(ISLAND)
    finished(ask(one, world.ASK_KEEPER))
    other.reload()
    other.locator(".st-key-conversations").get_by_role("button", name=world.ASK_KEEPER).first.click()
    expect(other.locator(".turn .text")).to_contain_text("nine shillings")
    wait_until_drawn(other)
    other.get_by_role("button", name=texts.CONVERSATION_MENU).click()
    other.get_by_role("button", name=texts.CONVERSATION_DELETE, exact=True).click()
    other.get_by_role("button", name=texts.CONVERSATION_DELETE_YES).click()
    expect(other.locator(".turn")).to_have_count(0)


def test_an_image_is_attached_shown_above_its_question_and_seen_by_the_llm(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(ISLAND)
    sign = {"name": "sign.png", "mimeType": "image/png", "buffer": picture()}
    page.get_by_test_id("stChatInput").locator("input[type=file]").set_input_files([sign])  # type: ignore[list-item]
    expect(page.get_by_test_id("stChatInput")).to_contain_text("sign.png")
    finished(ask(page, world.ASK_KEEPER))
    expect(page.get_by_test_id("stImageCaption")).to_have_text("sign.png")
    shown = page.get_by_test_id("stImage").locator("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 40
    assert "data:image/png;base64," in str(product.llm.chats[-1].body)
