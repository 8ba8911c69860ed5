"""Reads asynchronous streams for callers in threads, so that one that hangs can be ended."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from rag.handover import End, Handover

Item = TypeVar("Item")


class StreamStoppedError(Exception):
    """The caller was told to stop."""


def read_stream(
    open_stream: Callable[[], AsyncIterator[Item]], *, timeout_seconds: float, stop: threading.Event
) -> Iterator[Item]:
    """Yield the items of a stream, each waited for at most `timeout_seconds`. Raises what the stream raises.

    Once `stop` is set, or the iterator closed, the stream is cancelled where it waits, and with it its connection ends.
    Raises StreamStoppedError then, TimeoutError when the stream is silent for too long.
    """
    items = Handover[Item]()

    async def pump() -> None:
        end = End()
        try:
            stream = open_stream()
            while True:
                async with asyncio.timeout(timeout_seconds):
                    item = await anext(stream)
                items.put(item)
        except StopAsyncIteration:
            pass
        except Exception as error:
            end = End(error)
        finally:
            items.put(end)

    def check() -> None:
        if stop.is_set():
            raise StreamStoppedError

    pumping = asyncio.run_coroutine_threadsafe(pump(), _event_loop())
    try:
        yield from items.take(check)
    finally:
        pumping.cancel()


@functools.cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """Return the one loop of all streams: connections that are kept belong to the loop they were made in."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="LLM streams", daemon=True).start()
    return loop
