"""Defines what a source of metrics tells, for whatever sends them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A metric by its name; a count only grows, other metrics show a state."""

    name: str
    meaning: str
    is_count: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a metric now, for one set of labels."""

    labels: Mapping[str, str]
    value: float


class Readings(Protocol):
    """A source of metrics."""

    @property
    def request_seconds(self) -> tuple[MetricInfo, Sequence[float]]:
        """Return the metric of the times of requests, and the upper bounds of its buckets."""
        ...

    def list_metrics(self) -> Sequence[MetricInfo]:
        """Return all other metrics."""
        ...

    def read(self, name: str) -> Iterable[Reading]:
        """Return what one of these shows now."""
        ...

    def on_request(self, tell: Callable[[str, float], None]) -> None:
        """Have `tell` told the route and the seconds of each request from now on."""
        ...
