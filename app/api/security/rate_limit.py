"""Limits how often a caller may send requests, by token buckets in memory or shared with other servers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic
from typing import Protocol

MAX_BUCKETS = 10_000
"""More callers than this are not told apart by history: those longest unseen begin anew. Bounds the memory."""

SECONDS_PER_MINUTE = 60.0


class RateLimit(Protocol):
    """Lets each key through so often a minute."""

    def wait_seconds(self, key: str) -> float:
        """Take a turn and return 0; else how long until there is one. Raises StoreError."""
        ...


class Throttle:
    """Lets each key through `per_minute` times a minute, also all at once; 0 means any number. For any thread."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._capacity = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_seconds(self, key: str) -> float:
        """Take one from the key's bucket and return 0; else how long until there is one."""
        if not self._capacity:
            return 0.0
        with self._lock:
            return self._take(key)

    def _take(self, key: str) -> float:
        now = self._clock()
        level, filled_at = self._buckets.pop(key, (self._capacity, now))
        per_second = self._capacity / SECONDS_PER_MINUTE
        level = min(self._capacity, level + (now - filled_at) * per_second)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, now)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - level) / per_second


class SharedThrottle:
    """The same for several servers together, which draw turns from one place, each a second's worth at a time."""

    def __init__(self, name: str, per_minute: int, draw: Callable[[str, int, int], tuple[int, float]]) -> None:
        """`draw` takes a key, how many turns its bucket gets each minute and how many are wanted; it returns how many
        were there, and else in how many seconds there is one.
        """
        self._name = name
        self._per_minute = per_minute
        self._share = max(1, per_minute // int(SECONDS_PER_MINUTE))
        self._draw = draw
        self._drawn: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def wait_seconds(self, key: str) -> float:
        """Take a turn of the key's and return 0; else how long until there is one. Raises StoreError."""
        if not self._per_minute:
            return 0.0
        with self._lock:
            if left := self._drawn.get(key, 0):
                self._drawn[key] = left - 1
                return 0.0
        granted, wait = self._draw(f"{self._name} {key}", self._per_minute, self._share)
        if not granted:
            return wait
        with self._lock:
            self._drawn[key] = self._drawn.pop(key, 0) + granted - 1
            if len(self._drawn) > MAX_BUCKETS:
                self._drawn.popitem(last=False)
        return 0.0


def network_of(address: str) -> str:
    """Return the key of an address: an IPv6 subscriber owns 2^64 of them, so those count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
