"""The page in German, in a browser that says so, and in a language that is chosen on it."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn

expect.set_options(timeout=PATIENCE)


def test_a_german_browser_shows_a_german_page_with_its_own_times_until_another_language_is_chosen(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(f"folders?collection={world.COLLECTION}", locale="de-DE", timezone_id="Asia/Tokyo")
    expect(page.get_by_role("heading", name="Bisherige Abgleiche")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_title(re.compile("^Ordner · "))
    page.get_by_role("link", name="Sammlung", exact=True).click()
    known = product.service.get("/collections").json()
    synced = next(one["last_synced_at"] for one in known["collections"] if one["name"] == world.COLLECTION)
    there = datetime.fromisoformat(synced).astimezone(ZoneInfo("Asia/Tokyo"))
    expect(page.get_by_text(f"{there:%d.%m.%Y, %H:%M}")).to_be_visible()
    page.get_by_role("link", name="Fragen", exact=True).click()
    field = page.get_by_test_id("stChatInputTextArea")
    expect(field).to_have_attribute("placeholder", "Fragen Sie Ihre Dokumente")
    field.fill(world.ASK_KEEPER)
    field.press("Enter")
    answer = page.get_by_role("region", name=f"Antwort: {world.ASK_KEEPER}")
    expect(answer.get_by_role("button", name="Kopieren")).to_be_visible()
    expect(answer.locator(".sources").first).to_contain_text("The lighthouse, Seite 1")
    wait_until_drawn(page)
    choice = page.get_by_role("combobox", name="Sprache der Seite")
    choice.click()
    choice.press_sequentially("Fran")
    choice.press("Enter")
    expect(field).to_have_attribute("placeholder", "Interrogez vos documents")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    # A cookie keeps it.
    page.reload()
    expect(field).to_have_attribute("placeholder", "Interrogez vos documents")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
