"""The page in German, in a browser that says so, and in a language that is chosen on it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage
from tests.e2e.drawing import wait_until_drawn

expect.set_options(timeout=PATIENCE)


def test_a_german_browser_shows_a_german_page_with_its_own_times_until_another_language_is_chosen(
    open_page: OpenPage,
) -> None:
    page = open_page(f"folders?collection={world.COLLECTION}", locale="de-DE", timezone_id="Asia/Tokyo")
    expect(page.get_by_role("heading", name="Bisherige Abgleiche")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_title(re.compile("^Ordner · "))
    page.get_by_role("link", name="Dokumente", exact=True).click()
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_contain_text("Zuletzt indexiert")
    expect(table).to_contain_text(re.compile(r"\d\d\.\d\d\.\d{4}, \d\d:\d\d"))
    page.get_by_role("link", name="Fragen", exact=True).click()
    field = page.get_by_test_id("stChatInputTextArea")
    expect(field).to_have_attribute("placeholder", "Fragen Sie Ihre Dokumente")
    field.fill(world.ASK_KEEPER)
    field.press("Enter")
    answer = page.get_by_role("region", name=f"Antwort: {world.ASK_KEEPER}")
    expect(answer.get_by_role("button", name="Kopieren")).to_be_visible()
    expect(answer.locator(".sources").first).to_contain_text("The lighthouse, Seite 1")
    wait_until_drawn(page)
    page.get_by_role("combobox", name="Sprache der Seite").click()
    page.get_by_role("option", name="Français").click()
    expect(field).to_have_attribute("placeholder", "Interrogez vos documents")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.reload()
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_attribute("placeholder", "Interrogez vos documents")
