"""Finds rows in the tables of the pages and ticks them.

The grid is drawn on a canvas; within it lies a table for those who hear the page, which tells what is drawn where.
"""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from tests.e2e.drawing import wait_until_drawn

ROW_PIXELS = 35
"""Of a table, its head as well."""

TICKED = 5_000
"""Milliseconds in which a click is drawn, before it is made again."""


def tables(page: Page) -> Locator:
    """Return the tables of a page; while it is drawn anew, one of before may stand beside the one of now."""
    return page.get_by_test_id("stDataFrame")


def rows(page: Page) -> Locator:
    """Return the rows of the page's tables, without their heads."""
    return tables(page).locator("[role=grid] tbody [role=row]")


def wait_for_rows(page: Page, texts: Sequence[str]) -> None:
    """Wait until the page has a table of these rows alone, each with its text."""
    expect(rows(page)).to_contain_text(list(texts))
    expect(rows(page)).to_have_count(len(texts))
    wait_until_drawn(page)


def choose_row(page: Page, text: str) -> None:
    """Tick the box before the row with a text, and see that it is ticked."""
    row = rows(page).filter(has_text=text)
    expect(row).to_have_count(1)
    while True:
        wait_until_drawn(page)
        if row.get_attribute("aria-selected") == "true":
            return
        # The head is the first row.
        above = int(row.get_attribute("aria-rowindex") or 0) - 1
        row.locator("xpath=ancestor::*[@data-testid='stDataFrame']").click(
            position={"x": 16, "y": ROW_PIXELS * above + ROW_PIXELS // 2}
        )
        try:
            expect(row).to_have_attribute("aria-selected", "true", timeout=TICKED)
        except AssertionError:
            continue
