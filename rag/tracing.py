"""Tells a tracer, where one is set, which steps are done and how long they take; never what is asked or found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

Attribute = str | int | float | bool
"""A size, a count, an id or a name that code chose: no text of a question or a document, no name of either."""


@dataclass(slots=True)
class Step:
    """A step that is being done; whoever does it may rename it, add to it, and name the kind of its error."""

    name: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    error: str = ""


class Tracer(Protocol):
    """Takes steps as they are done, each as a part of the step in which it is done."""

    def step(self, name: str, attributes: Mapping[str, Attribute], *, parent: str = "") -> AbstractContextManager[Step]:
        """Take a step from the beginning to the end of the block; what is done in it is a part of it.

        `parent` is the `traceparent` (W3C Trace Context) of a caller elsewhere.
        """
        ...

    def record(self, name: str, attributes: Mapping[str, Attribute], *, seconds: float, error: str = "") -> None:
        """Take a step that ended now and took so long."""
        ...


_tracer: Tracer | None = None


@contextmanager
def tracing_to(tracer: Tracer) -> Iterator[None]:
    """Have the steps of this process told to a tracer within the block."""
    global _tracer
    _tracer = tracer
    try:
        yield
    finally:
        _tracer = None


def traced_step(name: str, *, parent: str = "", **attributes: Attribute) -> AbstractContextManager[Step]:
    """Return a block that is a step, for code that begins and ends it in one thread or task.

    An error that leaves the block is named by its class alone.
    """
    if _tracer is None:
        return nullcontext(Step(name))
    return _tracer.step(name, attributes, parent=parent)


def record_step(name: str, *, seconds: float, error: str = "", **attributes: Attribute) -> None:
    """Tell of a step that ended now and took so long: a stage, or what a generator or another process did."""
    if _tracer is not None:
        _tracer.record(name, attributes, seconds=seconds, error=error)
