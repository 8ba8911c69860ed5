"""Waits until a page of the product is drawn. Knows Streamlit's marks of it, and no test."""

from __future__ import annotations

from playwright.sync_api import Page

BODY = "[data-testid=stMain], [data-testid=stAppScrollToBottomContainer]"
"""The second where a page has a field at its foot."""


def wait_until_drawn(page: Page) -> None:
    """Until the page's script has ended and nothing stands in for what is still to come."""
    page.locator(BODY).wait_for(state="attached")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
