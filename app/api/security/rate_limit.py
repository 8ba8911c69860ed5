"""Limits how often a caller may send requests, by token buckets in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic

MAX_BUCKETS = 10_000
"""More callers than this are not told apart by history: those longest unseen begin anew. Bounds the memory."""

SECONDS_PER_MINUTE = 60.0


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
