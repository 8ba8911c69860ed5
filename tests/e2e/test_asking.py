"""Asks chosen documents, other LLMs and the same again in a real browser, and takes answers away as files."""

from __future__ import annotations

from playwright.sync_api import expect

from app.web import admin_texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn
from tests.e2e.test_ask_page import ISLAND, ask, finished
from tests.e2e.test_pages import choose_row, tables

expect.set_options(timeout=PATIENCE)


def test_documents_that_are_ticked_are_the_only_ones_asked_until_their_chip_is_taken_away(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(f"documents{ISLAND}")
    find = page.get_by_label(admin_texts.DOCUMENTS_FIND)
    find.fill("tariffs")
    find.press("Enter")
    expect(tables(page).first).not_to_contain_text("broken.pdf")
    expect(tables(page)).to_have_count(1)
    wait_until_drawn(page)
    choose_row(tables(page), 0)
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
