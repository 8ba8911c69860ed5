"""Runs an iterator ahead in a thread, so that the stages of a pipeline overlap. Knows nothing of documents."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

POLL_SECONDS = 0.1
"""How often a waiting stage looks whether it should stop."""

INTERRUPTED_SECONDS = 1.0
"""How long a producer is waited for after Ctrl-C: it may be loading a model. Whoever catches the interrupt has to end
the process without Python's own clean-up."""


class _End:
    """The producer is done, with its error if it failed."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


@contextmanager
def run_ahead(
    produce: Callable[[threading.Event], Iterator[Item]], *, buffer: int, interrupt: threading.Event | None = None
) -> Iterator[Iterator[Item]]:
    """Run `produce(stop)` in a thread, at most `buffer` items ahead of the consumer.

    `produce` is handed an event that is set when the consumer leaves, and should end soon after. Its error is raised
    where the consumer takes the next item, as is KeyboardInterrupt once `interrupt` is set.
    """
    items: queue.Queue[Item | _End] = queue.Queue(buffer)
    stop = threading.Event()

    def put(item: Item | _End) -> None:
        while not stop.is_set():
            try:
                items.put(item, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for item in produce(stop):
                put(item)
                if stop.is_set():
                    return
        except BaseException as error:
            put(_End(error))
        else:
            put(_End())

    def take() -> Iterator[Item]:
        while True:
            # As by Ctrl-C, which reaches the main thread only.
            if interrupt is not None and interrupt.is_set():
                raise KeyboardInterrupt
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

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    patience = None
    try:
        yield take()
    except KeyboardInterrupt:
        patience = INTERRUPTED_SECONDS
        raise
    finally:
        stop.set()
        # Waited for to its end: a thread inside a native library when Python exits brings the process down.
        thread.join(patience)
