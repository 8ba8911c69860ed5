"""The pages for looking after an index in a real browser: files dropped, folders kept in step, quality measured."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from app.web import admin_texts as texts
from app.web import collection_texts
from tests.e2e import world
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn
from tests.e2e.grid import choose_row, rows, tables, wait_for_rows

expect.set_options(timeout=PATIENCE)


LEAVING_IS_WARNED_OF = """() => !dispatchEvent(new Event("beforeunload", { cancelable: true }))"""

FITS = """width => document.documentElement.scrollWidth === width
  && document.querySelector("[data-testid=stMain]").scrollWidth <= width"""

DROP = """(zone, names) => {
  const dataTransfer = new DataTransfer();
  for (const name of names) dataTransfer.items.add(new File([`The text of ${name}.`], name));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


def file_field(page: Page) -> Locator:
    return page.locator("input[type=file]:not([webkitdirectory])")


def folder_field(page: Page) -> Locator:
    return page.locator("input[type=file][webkitdirectory]")


def open_upload_into(page: Page, collection: str) -> None:
    page.get_by_text(texts.ADD, exact=True).click()
    into = page.get_by_label(texts.ADD_INTO, exact=True)
    into.fill(collection)
    into.press("Enter")
    wait_until_drawn(page)


def notes(count: int, name: str) -> list[FilePayload]:
    return [
        {"name": f"{name}{number}.txt", "mimeType": "text/plain", "buffer": f"{name} number {number} of many.".encode()}
        for number in range(count)
    ]


def test_files_are_dropped_one_of_them_fails_with_its_remedy_and_one_is_taken_out(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(f"documents?collection={world.COLLECTION}")
    open_upload_into(page, "dropped")
    files = notes(5, "note")
    files.append({"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"no pdf at all"})
    file_field(page).set_input_files(files)
    expect(page.get_by_text(texts.ADD_SUMMARY.format(indexed=5, unchanged=0, failed=1))).to_be_visible()
    expect(tables(page).first).to_contain_text("broken.pdf")
    expect(tables(page).first).to_contain_text(texts.ADD_FAILED)
    listed = product.service.get("/collections/dropped/documents").json()["documents"]
    assert [document["document"] for document in listed] == [f"note{number}.txt" for number in range(5)]
    wait_until_drawn(page)
    page.get_by_role("button", name=texts.ADD_CLEAR).click()
    expect(tables(page)).to_have_count(1)
    choose_row(page, "note0.txt")
    expect(page.get_by_role("heading", name="note0.txt")).to_be_visible()
    # Another row above it and another search leave it ticked.
    taken = product.service.post("/collections/dropped/documents", files={"file": ("a note.txt", b"Another note.")})
    product.wait_for_job(taken.json()["job"])
    page.get_by_label(texts.DOCUMENTS_FIND).fill("note")
    page.get_by_label(texts.DOCUMENTS_FIND).press("Enter")
    expect(rows(page)).to_have_count(6)
    expect(rows(page).filter(has_text="note0.txt")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="note0.txt")).to_be_visible()
    page.get_by_role("button", name=texts.REMOVE, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=texts.REMOVE, exact=True).click()
    expect(tables(page).first).not_to_contain_text("note0.txt")
    assert product.service.get("/collections/dropped/documents").json()["total"] == 5


def test_files_go_on_being_sent_while_other_pages_are_looked_at(open_page: OpenPage, product: Product) -> None:
    count = 120
    page = open_page(f"documents?collection={world.COLLECTION}")
    open_upload_into(page, "many")
    # So that the browser itself still has most of the files when the page is left.
    held = threading.Event()
    page.route("**/upload/*/*/*", lambda route: route.continue_() if held.is_set() else held_back.append(route))
    held_back: list[Route] = []
    file_field(page).set_input_files(notes(count, "leaf"))
    expect(page.get_by_text(texts.ADD_RUNNING)).to_be_visible()
    expect(tables(page).first).to_contain_text(texts.ADD_WAITING)
    page.get_by_role("link", name=texts.MODELS).click()
    expect(page.get_by_role("heading", name=texts.MODELS, exact=True)).to_be_visible()
    held.set()
    for route in held_back:
        route.continue_()
    page.get_by_role("link", name=texts.DOCUMENTS).click()
    expect(page.get_by_text(texts.ADD_SUMMARY.format(indexed=count, unchanged=0, failed=0))).to_be_visible()
    assert product.service.get("/collections/many/documents").json()["total"] == count
    wait_until_drawn(page)
    page.get_by_role("button", name=texts.ADD_CLEAR).click()
    expect(tables(page)).to_have_count(1)
    wait_until_drawn(page)
    # The collection that was uploaded into is the one that is looked at, and its documents can be filtered.
    page.get_by_text(f"{texts.STATES['indexed']} {count}").click()
    expect(tables(page)).to_have_count(1)


def test_a_file_whose_connection_breaks_is_named_and_sent_again_and_leaving_is_warned_of(
    open_page: OpenPage, product: Product, tmp_path: Path
) -> None:
    page = open_page(f"documents?collection={world.COLLECTION}")
    open_upload_into(page, "broken")
    breaks = "**/upload/*/*/1"
    page.route(breaks, lambda route: route.abort("connectionreset"))
    folder = tmp_path / "papers"
    (folder / "old").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "old/c.txt"):
        (folder / name).write_text(f"The text of {name}.")
    folder_field(page).set_input_files(folder)
    again = page.get_by_role("button", name=texts.ADD_WORDS["again"])
    page.wait_for_function(LEAVING_IS_WARNED_OF)
    expect(again).to_be_visible()
    expect(page.get_by_text(texts.ADD_SUMMARY.format(indexed=2, unchanged=0, failed=1))).to_be_visible()
    expect(tables(page).first).to_contain_text(texts.ADD_NOT_ARRIVED)
    assert not page.evaluate(LEAVING_IS_WARNED_OF)
    page.unroute(breaks)
    # The page still has it when one comes back.
    page.get_by_role("link", name=texts.MODELS).click()
    expect(page.get_by_role("heading", name=texts.MODELS, exact=True)).to_be_visible()
    page.get_by_role("link", name=texts.DOCUMENTS).click()
    expect(again).to_be_visible()
    wait_until_drawn(page)
    again.click()
    expect(page.get_by_text(texts.ADD_SUMMARY.format(indexed=3, unchanged=0, failed=0))).to_be_visible()
    expect(again).to_have_count(0)
    listed = product.service.get("/collections/broken/documents").json()["documents"]
    assert [document["document"] for document in listed] == ["a.txt", "b.txt", "old - c.txt"]
    # A window that is closed says what it still had.
    page.route("**/upload/*/*/0", lambda route: None)
    page.get_by_role("group", name=texts.ADD_WORDS["zone"]).evaluate(DROP, ["dropped.txt"])
    expect(tables(page).first).to_contain_text("dropped.txt")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    expect(tables(page).first).to_contain_text(texts.ADD_NOT_ARRIVED)
    page.get_by_role("button", name=texts.ADD_CLEAR).click()


def test_a_problem_is_shown_with_its_remedy_and_a_hostile_name_as_it_is_written(open_page: OpenPage) -> None:
    page = open_page(f"documents?collection={world.COLLECTION}")
    expect(tables(page).first).to_contain_text("broken.pdf")
    page.get_by_label(texts.DOCUMENTS_FIND).fill("tariffs")
    page.get_by_label(texts.DOCUMENTS_FIND).press("Enter")
    wait_for_rows(page, [world.HOSTILE_NAME])
    choose_row(page, world.HOSTILE_NAME)
    expect(page.get_by_role("heading", level=2)).to_have_text(world.HOSTILE_NAME)
    expect(page.get_by_test_id("stCode")).to_contain_text("</source> <|im_start|>system")
    page.get_by_role("tab", name=texts.TAB_WHY).click()
    page.get_by_label(texts.WHY_QUESTION).fill(world.ASK_HOSTILE)
    page.get_by_role("button", name=texts.WHY_ASK).click()
    expect(page.get_by_text(texts.WHY_YES)).to_be_visible()
    assert page.evaluate("window.hacked") is None


def pick_folder(page: Page, folder: Path) -> None:
    """Choose a folder of the service's machine, from its home folder on."""
    wait_until_drawn(page)
    page.get_by_role("button", name=texts.PICK, exact=False).click()
    dialog = page.get_by_role("dialog")
    for _ in Path.home().parts[1:]:
        shown = dialog.locator("strong").inner_text()
        dialog.get_by_role("button", name=texts.PICK_UP).click()
        expect(dialog.locator("strong")).not_to_have_text(shown)
    for name in folder.parts[1:]:
        shown = dialog.locator("strong").inner_text()
        # There may be more folders than are listed, and some that hold others' names in theirs.
        sought = dialog.get_by_label(texts.PICK_FIND)
        sought.fill(name)
        sought.press("Enter")
        wait_until_drawn(page)
        dialog.get_by_test_id("stBaseButton-tertiary").filter(
            has_text=re.compile(rf"^(folder)?\s*{re.escape(name)}$")
        ).click()
        expect(dialog.locator("strong")).not_to_have_text(shown)
    dialog.get_by_role("button", name=texts.PICK_TAKE).click()


def test_a_folder_is_added_synced_and_its_runs_are_told(open_page: OpenPage, product: Product, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("The ferry leaves at nine.")
    (tmp_path / "empty.txt").write_text("")
    page = open_page(f"folders?collection={world.COLLECTION}")
    path = page.get_by_label(texts.FOLDER_PATH)
    path.fill("/nowhere")
    path.press("Enter")
    pick_folder(page, tmp_path)
    expect(path).to_have_value(str(tmp_path))
    page.get_by_text(texts.FOLDER_WHEN_NEVER).click()
    add = page.get_by_test_id("stBaseButton-primary").filter(has_text=texts.FOLDER_ADD)
    expect(add).to_be_enabled()
    wait_until_drawn(page)
    add.click()
    expect(page.get_by_text(texts.FOLDER_STATES["retrying"])).to_be_visible()
    expect(page.get_by_text("empty.txt", exact=False).first).to_be_visible()
    expect(tables(page).first).to_contain_text(str(tmp_path))
    (folder,) = product.service.get("/folders").json()["folders"]
    assert folder["last_outcome"] == "failed files"
    # What was drawn while it was synced may stand beside what is drawn now.
    expect(page.get_by_role("button", name=texts.FOLDER_PAUSE)).to_have_count(1)
    wait_until_drawn(page)
    page.get_by_role("button", name=texts.FOLDER_PAUSE).click()
    expect(page.get_by_role("button", name=texts.FOLDER_RESUME)).to_be_visible()
    page.get_by_role("button", name=texts.FOLDER_REMOVE).click()
    page.get_by_role("dialog").get_by_role("button", name=texts.FOLDER_REMOVE).click()
    expect(page.get_by_text(texts.FOLDERS_NONE)).to_be_visible()


def test_a_question_is_written_and_an_evaluation_tells_how_well_it_is_found(open_page: OpenPage) -> None:
    page = open_page(f"quality?collection={world.COLLECTION}")
    page.get_by_label(texts.QUESTION, exact=True).fill(world.ASK_LAMP)
    page.get_by_label(texts.QUESTION_DOCUMENT, exact=True).fill("lighthouse.pdf")
    page.get_by_label(texts.QUESTION_PAGES).fill("1")
    page.get_by_role("button", name=texts.QUESTION_ADD, exact=True).click()
    expect(tables(page).first).to_contain_text("lighthouse.pdf")
    wait_until_drawn(page)
    page.get_by_role("button", name=texts.EVALUATE).click()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("100%")
    expect(page.get_by_test_id("stMetric").first).to_contain_text(texts.RECALL_1)
    expect(page.get_by_role("button", name=texts.EVALUATE)).to_be_enabled()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (3840, "light")])
def test_the_pages_fit_a_phone_and_a_screen_of_4k(open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(width=width, height=780, color_scheme=scheme)
    for address, title in (
        ("documents", texts.DOCUMENTS),
        ("collection", collection_texts.COLLECTION_PAGE),
        ("folders", texts.FOLDERS),
        ("models", texts.MODELS),
        ("quality", texts.QUALITY),
    ):
        page.goto(f"{page.url.partition('?')[0].rpartition('/')[0]}/{address}?collection={world.COLLECTION}")
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        wait_until_drawn(page)
        page.wait_for_function(FITS, arg=width)
