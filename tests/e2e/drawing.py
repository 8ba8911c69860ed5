"""Waits until a page of the product is drawn. Knows Streamlit's marks of it, and no test."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Locator, Page

from tests.e2e.conftest import PATIENCE

BODY = "[data-testid=stMain], [data-testid=stAppScrollToBottomContainer]"
"""The second where a page has a field at its foot."""


def wait_until_drawn(page: Page) -> None:
    """Until the page's script has ended and nothing stands in for what is still to come."""
    page.locator(BODY).wait_for(state="attached")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")


def wait_until_true(locator: Locator, condition: str, argument: Any = None) -> None:
    """Until a function in JavaScript is true of the element, which may be drawn anew meanwhile, and the argument."""
    end = time.monotonic() + PATIENCE / 1000
    while not locator.evaluate(condition, argument):
        assert time.monotonic() < end, f"This did not come true: {condition}"
        locator.page.wait_for_timeout(50)
