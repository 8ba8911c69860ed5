"""Waits for what runs in another thread without holding up the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TypeVar

from rag.errors import OverloadedError

T = TypeVar("T")


async def result_of(future: Future[T]) -> T:
    """Return the future's result. Raises what it raises; OverloadedError when it was dropped as the server closes."""
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        if future.cancelled() and not _is_cancelled():
            raise OverloadedError("Lectern is shutting down.", "Try again later.") from None
        raise


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
