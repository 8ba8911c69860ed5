"""Waits for servers that tests start."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx


def wait_until_it_answers(ask: Callable[[], httpx.Response], what: str, seconds: float) -> None:
    """Return once a server answers well."""
    until = time.monotonic() + seconds
    while True:
        try:
            ask().raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < until, f"{what} does not start"
            time.sleep(0.05)
        else:
            return
