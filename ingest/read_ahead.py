"""Runs an iterator ahead in a thread, so that the stages of a pipeline overlap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from rag.handover import End, Handover

Item = TypeVar("Item")

INTERRUPTED_SECONDS = 1.0
"""A producer is waited for this long after Ctrl-C: it may be loading a model. Code that catches the interrupt has to
end the process without Python's own clean-up.
"""


@contextmanager
def run_ahead(
    produce: Callable[[threading.Event], Iterator[Item]], *, buffer: int, interrupt: threading.Event | None = None
) -> Iterator[Iterator[Item]]:
    """Run `produce(stop)` in a thread, at most `buffer` items ahead of the consumer.

    `produce` is handed an event that is set when the consumer leaves, and should end soon after. Its error is raised
    where the consumer takes the next item, as is KeyboardInterrupt once `interrupt` is set.
    """
    items = Handover[Item](buffer)
    stop = threading.Event()

    def work() -> None:
        end = End()
        try:
            for item in produce(stop):
                items.put(item, is_stopped=stop.is_set)
                if stop.is_set():
                    return
        except BaseException as error:
            end = End(error)
        items.put(end, is_stopped=stop.is_set)

    def check() -> None:
        # As by Ctrl-C, which reaches the main thread only.
        if interrupt is not None and interrupt.is_set():
            raise KeyboardInterrupt

    # With the context of the consumer, so that the log names its run.
    thread = threading.Thread(target=copy_context().run, args=(work,), daemon=True)
    thread.start()
    patience = None
    try:
        yield items.take(check)
    except KeyboardInterrupt:
        patience = INTERRUPTED_SECONDS
        raise
    finally:
        stop.set()
        # Waited for to its end: a thread inside a native library when Python exits brings the process down.
        thread.join(patience)
