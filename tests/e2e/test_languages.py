"""The page in German, in a browser that says so."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product

expect.set_options(timeout=PATIENCE)


def test_a_german_browser_shows_a_german_page_with_its_own_times(open_page: OpenPage, product: Product) -> None:
    page = open_page(f"folders?collection={world.COLLECTION}", locale="de-DE", timezone_id="Asia/Tokyo")
    expect(page.get_by_role("heading", name="Bisherige Abgleiche")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_title(re.compile("^Ordner · "))
    page.get_by_role("link", name="Sammlung", exact=True).click()
    known = product.service.get("/collections").json()
    synced = next(one["last_synced_at"] for one in known["collections"] if one["name"] == world.COLLECTION)
    there = datetime.fromisoformat(synced).astimezone(ZoneInfo("Asia/Tokyo"))
    expect(page.get_by_text(f"{there:%d.%m.%Y, %H:%M}")).to_be_visible()
    expect(page.get_by_role("link", name="Fragen", exact=True)).to_be_visible()
    page = open_page(f"?collection={world.COLLECTION}", locale="de-DE", timezone_id="Asia/Tokyo")
    field = page.get_by_test_id("stChatInputTextArea")
    expect(field).to_have_attribute("placeholder", "Fragen Sie Ihre Dokumente")
    field.fill(world.ASK_KEEPER)
    field.press("Enter")
    answer = page.get_by_role("region", name=f"Antwort: {world.ASK_KEEPER}")
    expect(answer.get_by_role("button", name="Kopieren")).to_be_visible()
    expect(answer.locator(".sources").first).to_contain_text("The lighthouse, Seite 1")
