"""Waits for what tests have begun."""

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


def wait_until(condition: Callable[[], object], what: str = "It did not happen.", seconds: float = 120) -> None:
    """Return once the condition holds; fail with `what` where it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.01)
