"""Reads asynchronous streams for callers in threads, so that one that hangs can be ended. Knows no provider."""

from __future__ import annotations

import asyncio
import functools
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")

POLL_SECONDS = 0.1
"""How often a caller that waits looks whether it should stop."""


class StreamStoppedError(Exception):
    """The caller was told to stop."""


@dataclass(frozen=True, slots=True)
class _End:
    """Nothing more comes; `error` says why where the stream failed."""

    error: Exception | None = None


def read_stream(
    open_stream: Callable[[], AsyncIterator[Item]], *, timeout_seconds: float, stop: threading.Event
) -> Iterator[Item]:
    """The items of a stream, each waited for at most `timeout_seconds`. Raises what the stream raises.

    Once `stop` is set, or the iterator closed, the stream is cancelled where it waits, and with it its connection ends.
    Raises StreamStoppedError then, TimeoutError when the stream is silent for too long.
    """
    items: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()

    async def pump() -> None:
        end = _End()
        try:
            stream = open_stream()
            while True:
                async with asyncio.timeout(timeout_seconds):
                    item = await anext(stream)
                items.put(item)
        except StopAsyncIteration:
            pass
        except Exception as error:
            end = _End(error)
        finally:
            items.put(end)

    pumping = asyncio.run_coroutine_threadsafe(pump(), _event_loop())
    try:
        while not stop.is_set():
            try:
                item = items.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
        raise StreamStoppedError
    finally:
        pumping.cancel()


@functools.cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """The one loop of all streams: connections that are kept belong to the loop they were made in."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="LLM streams", daemon=True).start()
    return loop
