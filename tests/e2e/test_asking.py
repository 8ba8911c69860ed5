"""Asks chosen documents, other LLMs and the same again in a real browser, and takes answers away as files."""

from __future__ import annotations

import re
from pathlib import Path

import docx
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from app.web import admin_texts, texts
from app.web.search import texts as search_texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn, wait_until_true
from tests.e2e.grid import choose_row, wait_for_rows
from tests.e2e.test_ask_page import ISLAND, ask, finished, marked_area

expect.set_options(timeout=PATIENCE)


def test_documents_that_are_ticked_are_the_only_ones_asked_until_their_chip_is_taken_away(
    open_page: OpenPage, product: Product
) -> None:
    # Another collection has more documents: it is the one that is looked at where none is chosen.
    notes = [("file", (f"note{number}.txt", f"Note number {number}.".encode())) for number in range(9)]
    taken = product.service.post("/collections/fuller/documents", files=notes)
    product.wait_for_job(taken.json()["job"])
    page = open_page(f"documents{ISLAND}")
    find = page.get_by_label(admin_texts.DOCUMENTS_FIND)
    find.fill("tariffs")
    find.press("Enter")
    wait_for_rows(page, [world.HOSTILE_NAME])
    choose_row(page, world.HOSTILE_NAME)
    page.get_by_role("button", name=admin_texts.ASK_ABOUT_ONE).click()
    chip = page.locator(".chips .chip")
    expect(chip).to_have_count(1)
    expect(chip).to_contain_text(world.HOSTILE_NAME)
    # The lighthouse is in another document.
    turn = finished(ask(page, world.ASK_KEEPER))
    expect(turn.locator(".answer.refused")).to_be_visible()
    expect(turn.locator(".scope")).to_contain_text(world.HOSTILE_NAME)
    (kept,) = [
        one
        for one in product.service.get("/conversations").json()["conversations"]
        if world.HOSTILE_NAME in one["settings"]["filters"].get("place", "")
    ]
    # Another browser that opens the conversation asks the same documents.
    other = open_page(f"{ISLAND}&chat={kept['id']}")
    expect(other.locator(".chips .chip")).to_contain_text(world.HOSTILE_NAME)
    wait_until_drawn(page)
    chip.click()
    expect(chip).to_have_count(0)
    turns = ask(page, world.ASK_KEEPER)
    expect(turns).to_have_count(2)
    expect(finished(turns.last).locator(".text")).to_contain_text("nine shillings")
    expect(turns.last.locator(".scope")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_while_one_waits_it_is_said_what_is_done_for_how_long_and_how_the_question_was_understood(
    open_page: OpenPage,
) -> None:
    page = open_page(ISLAND)
    turn = ask(page, world.ASK_VISITORS)
    expect(turn.locator(".doing")).to_contain_text("Reading the sources")
    expect(turn.locator(".source").first).to_contain_text("The lighthouse")
    expect(turn.locator(".elapsed")).to_contain_text("s")
    seconds = turn.locator(".elapsed").inner_text()
    expect(turn.locator(".elapsed")).not_to_have_text(seconds)
    expect(page.get_by_role("button", name=texts.ASK_STOP)).to_be_in_viewport()
    world.visitors.set()
    finished(turn)
    expect(turn.locator(".doing")).to_have_count(0)
    # The answer is first, and below it the source that it cites.
    wait_until_true(
        turn,
        """turn => {
          const [text, source] = [".text", ".source"].map((part) => turn.querySelector(part).getBoundingClientRect());
          return text.bottom <= source.top;
        }""",
    )
    leaning = finished(ask(page, world.ASK_LEANING))
    expect(leaning.locator(".asked-as")).to_have_text(f"Understood as: {world.ASK_KEEPER}")
    expect(leaning.locator(".text")).to_contain_text("nine shillings")
    page.reload()
    expect(leaning.locator(".asked-as")).to_contain_text(world.ASK_KEEPER)


def test_a_filter_that_stands_in_a_question_is_shown_and_a_click_asks_again_without_it(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    turns = page.locator(".turn")
    first = finished(ask(page, f"In PDFs: {world.ASK_KEEPER}"))
    expect(first.locator(".text")).to_contain_text("nine shillings")
    understood = first.locator(".filters .filter")
    expect(understood).to_have_text("file type PDF ✕")
    understood.click()
    expect(turns).to_have_count(2)
    expect(finished(turns.last).locator(".text")).to_contain_text("nine shillings")
    expect(turns.last.locator(".filters .filter")).to_have_count(0)


def test_a_question_is_mended_and_asked_again_and_another_llm_answers_once(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(ISLAND)
    turns = page.locator(".turn")
    first = finished(ask(page, world.ASK_HOSTILE))
    first.get_by_role("button", name="Edit the question").click()
    field = first.get_by_role("textbox", name="Edit the question")
    expect(field).to_be_focused()
    field.fill(world.ASK_KEEPER)
    field.press("Control+Enter")
    expect(turns).to_have_count(2)
    expect(finished(turns.last).locator(".question")).to_have_text(world.ASK_KEEPER)
    # Asked as if the first had not been: the LLM is told nothing of it.
    assert world.ASK_HOSTILE not in str(product.llm.chats[-1].body)
    turns.last.get_by_role("combobox", name="Ask again with").select_option(texts.ASK_LLM_QUOTES)
    expect(turns).to_have_count(3)
    expect(finished(turns.last).locator(".made summary")).to_contain_text(texts.ANSWER_QUOTED)
    wait_until_drawn(page)
    # The next question is asked of the LLM that stands beside it, which may be another one.
    choice = page.get_by_role("combobox", name=texts.ASK_LLM)
    choice.fill("openai:another")
    choice.press("Enter")
    wait_until_drawn(page)
    ask(page, world.ASK_KEEPER)
    expect(turns).to_have_count(4)
    expect(finished(turns.last).locator(".made summary")).to_contain_text("openai:another")
    assert product.llm.chats[-1].body["model"] == "another"


def test_what_takes_many_calls_is_read_by_the_llm_once_the_button_agrees_to_its_cost(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(ISLAND)
    turns = page.locator(".turn")
    chats = len(product.llm.chats)
    # Other tests may have left documents of their own.
    documents = product.service.get(f"/collections/{world.COLLECTION}/documents", params={"state": "indexed"})
    calls = documents.json()["total"]
    finished(ask(page, world.ASK_EACH))
    assert len(product.llm.chats) == chats
    button = page.get_by_role("button", name=re.compile(f"{texts.ASK_AGREE.partition(':')[0]}: {calls} calls"))
    wait_until_drawn(page)
    button.click()
    expect(turns).to_have_count(2)
    finished(turns.last)
    assert len(product.llm.chats) == chats + calls
    # What was agreed to is read, and nothing more is offered.
    expect(turns.last.get_by_text("No LLM has read this")).to_have_count(0)


def test_the_quote_stands_in_a_card_beside_its_number_and_a_note_stays_with_the_answer(open_page: OpenPage) -> None:
    page = open_page(ISLAND)
    turn = finished(ask(page, world.ASK_KEEPER))
    card = page.locator(".card")
    turn.locator(".chip").first.hover()
    expect(card.locator("blockquote")).to_have_text("A keeper was paid nine shillings a week and given a cow.")
    page.keyboard.press("Tab")
    turn.locator(".chip").first.focus()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    turn.get_by_role("button", name="Note", exact=True).click()
    turn.get_by_role("textbox", name="Note").fill("A cow as well, <b>says</b> Ann.")
    turn.get_by_role("button", name="Keep").click()
    expect(turn.locator(".noted")).to_contain_text("<b>says</b> Ann")
    wait_until_drawn(page)
    page.reload()
    expect(page.locator(".noted")).to_contain_text("<b>says</b> Ann")


def test_an_answer_is_shared_as_one_page_with_its_proofs_that_opens_without_lectern(
    open_page: OpenPage, browser: Browser, tmp_path: Path
) -> None:
    def shared(question: str, *labels: str) -> list[Path]:
        page = open_page(ISLAND)
        turn = finished(ask(page, question))
        wait_until_drawn(page)
        turn.get_by_role("button", name="Share").click()
        files = []
        for label in labels:
            wait_until_drawn(page)
            with page.expect_download() as saved:
                page.get_by_role("dialog").get_by_role("button", name=label).click()
            files.append(tmp_path / saved.value.suggested_filename)
            saved.value.save_as(files[-1])
        return files

    (hostile,) = shared(world.ASK_HOSTILE, texts.SHARE_PAGE)
    opened = browser.new_page()
    opened.goto(hostile.as_uri())
    # Nothing of what a hostile document or LLM wrote is more than text.
    expect(opened.locator(".answer")).to_contain_text("script>window.hacked=1<")
    expect(opened.locator("script, .answer img, .answer a[href^=http]")).to_have_count(0)
    assert opened.evaluate("window.hacked") is None
    keeper, word, pdf = shared(world.ASK_KEEPER, texts.SHARE_PAGE, texts.SHARE_WORD, texts.SHARE_PDF)
    opened.goto(keeper.as_uri())
    expect(opened.locator("h1")).to_have_text(world.ASK_KEEPER)
    opened.get_by_role("link", name="[1]").click()
    expect(opened.locator("blockquote")).to_contain_text("nine shillings a week")
    assert opened.locator("section img").evaluate("image => image.naturalWidth") > 400
    document = docx.Document(str(word))
    assert document.paragraphs[0].text == world.ASK_KEEPER
    assert any("nine shillings" in paragraph.text for paragraph in document.paragraphs)
    assert len(document.inline_shapes) == 1
    printed = PdfReader(pdf)
    assert "nine shillings" in "".join(one.extract_text() for one in printed.pages)
    assert sum(len(one.images) for one in printed.pages) == 1


def test_files_are_added_where_one_asks_and_what_was_asked_stays(open_page: OpenPage, product: Product) -> None:
    page = open_page(ISLAND)
    finished(ask(page, world.ASK_KEEPER))
    page.get_by_role("button", name=texts.ASK_ADD).click()
    files = page.get_by_role("dialog").locator("input[type=file]:not([webkitdirectory])")
    ferry = b"The ferry to Harsk costs 4 marks."
    files.set_input_files({"name": "ferry.txt", "mimeType": "text/plain", "buffer": ferry})
    expect(page.get_by_text(admin_texts.ADD_SUMMARY.format(indexed=1, unchanged=0, failed=0))).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("region", name=world.ASK_KEEPER)).to_contain_text("nine shillings")
    wait_until_drawn(page)
    page.get_by_role("button", name=admin_texts.ADD_CLEAR).click()  # Other tests count theirs.
    expect(page.get_by_text(admin_texts.ADD_SUMMARY.format(indexed=1, unchanged=0, failed=0))).to_have_count(0)
    documents = product.service.get(f"/collections/{world.COLLECTION}/documents").json()["documents"]
    (added,) = [one["id"] for one in documents if one["document"].endswith("ferry.txt")]
    product.service.delete(f"/collections/{world.COLLECTION}/documents/{added}").raise_for_status()


def test_passages_are_searched_without_an_answer_and_shown_marked_on_their_page(open_page: OpenPage) -> None:
    page = open_page(f"search{ISLAND}")
    field = page.get_by_label(search_texts.SEARCH_WORDS)
    field.fill("keeper shillings")
    field.press("Enter")
    first = page.locator(".st-key-passage-1")
    expect(first).to_contain_text("nine shillings a week")
    expect(first.get_by_role("heading")).to_contain_text("The lighthouse, page 1")
    first.get_by_role("button", name=search_texts.SEARCH_PAGE).click()
    expect(page.locator("img.page")).to_be_visible()
    marked_area(page)
    wait_until_drawn(page)
    page.get_by_role("button", name=search_texts.SEARCH_ASK).click()
    expect(page.locator(".turn .question")).to_have_text("keeper shillings")
