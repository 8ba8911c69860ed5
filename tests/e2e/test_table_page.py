"""The page Table in a real browser: columns, a fill, the proof of a cell, a correction that stays, an export."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, expect

from app.web.tables import texts
from tests.e2e.conftest import PATIENCE, OpenPage, Product
from tests.e2e.drawing import wait_until_drawn
from tests.e2e.grid import TICKED

expect.set_options(timeout=PATIENCE)

COLLECTION = "bills"
BILLS = {
    "one.txt": "Invoice No: INV-1\n\nSupplier: Harlow Tools Ltd\n\nTotal: EUR 100.00\n\nDue date: 2 May 2024\n",
    "two.txt": "Invoice No: INV-2\n\nSupplier: Gull Bakery\n\nTotal: EUR 20.50\n\nDue date: 3 June 2024\n",
}
DOCUMENT_PIXELS, ROW_PIXELS = 200, 35


def click_cell(page: Page, row: int, shown: str) -> None:
    """Click the first column behind the document of a row until what it shows is there; a click may be lost."""
    grid = page.get_by_test_id("stDataFrame").last
    while not page.get_by_text(shown).is_visible():
        wait_until_drawn(page)
        grid.scroll_into_view_if_needed()
        grid.click(position={"x": DOCUMENT_PIXELS + 40, "y": ROW_PIXELS * (row + 1) + ROW_PIXELS // 2})
        with suppress(AssertionError):
            expect(page.get_by_text(shown)).to_be_visible(timeout=TICKED)


def test_a_table_is_made_filled_proven_corrected_and_saved(
    open_page: OpenPage, product: Product, tmp_path: Path
) -> None:
    folder = tmp_path / "bills"
    folder.mkdir()
    for name, text in BILLS.items():
        (folder / name).write_text(text)
    job = product.service.post("/sync", json={"folder": str(folder), "collection": COLLECTION}).json()["id"]
    product.wait_for_job(job)

    page = open_page(f"table?collection={COLLECTION}")
    expect(page.get_by_role("heading", name=texts.TABLE, exact=True)).to_be_visible()
    page.get_by_role("button", name=texts.MAKE).click()
    expect(page.get_by_text("120.5 EUR")).to_be_visible()
    wait_until_drawn(page)

    click_cell(page, 0, "Read: INV-1")
    expect(page.get_by_text("Invoice No: INV-1").first).to_be_visible()
    field = page.get_by_label(texts.CORRECT, exact=True)
    field.fill("INV-1001")
    page.get_by_role("button", name=texts.SAVE, exact=True).click()
    # In the grid it is drawn, so its cell for screen readers is what is there.
    expect(page.get_by_text("INV-1001").first).to_be_attached()

    page.get_by_role("button", name=texts.FILL, exact=True).click()
    wait_until_drawn(page)
    page.reload()
    wait_until_drawn(page)
    with page.expect_download() as saving:
        page.get_by_role("button", name=texts.EXPORT.format(format="CSV")).click()
    saved = saving.value.path().read_text("utf-8-sig")
    assert "one.txt,INV-1001" in saved, "a correction outlives another fill"
    assert "two.txt,INV-2" in saved
