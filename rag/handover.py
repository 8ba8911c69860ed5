"""Hands items from a producer in another thread to a consumer that waits for them and may be stopped."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

POLL_SECONDS = 0.1
"""How often a waiting side checks whether it should stop."""


@dataclass(frozen=True, slots=True)
class End:
    """Put after the last item; `error` says why where the producer failed."""

    error: BaseException | None = None


class Handover(Generic[Item]):
    """A queue from one producer to one consumer; `buffer` items may wait in it, any number for 0."""

    def __init__(self, buffer: int = 0) -> None:
        self._items: queue.Queue[Item | End] = queue.Queue(buffer)

    def put(self, item: Item | End, *, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """Hand over an item as soon as there is room, unless `is_stopped` while waiting for it."""
        while not is_stopped():
            try:
                self._items.put(item, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return

    def take(self, check: Callable[[], None]) -> Iterator[Item]:
        """Yield the items to the end. Raises the producer's error, and what `check` raises, which is called between
        items."""
        while True:
            check()
            try:
                item = self._items.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if not isinstance(item, End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
