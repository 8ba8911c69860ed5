"""Notices when the machine's clock does not go on as time does: set, corrected, or asleep in the meantime."""

from __future__ import annotations

import time
from collections.abc import Callable

TOLERANCE_SECONDS = 30.0
"""A clock counts as set once it is off by more than this between two looks, or ahead of a time that was noted."""


class Clock:
    """Seconds since 1970, and whether they jumped. On Linux the time for which a machine slept is a jump as well."""

    def __init__(self, now: Callable[[], float] = time.time, passed: Callable[[], float] = time.monotonic) -> None:
        """Take two clocks: `now`, which may be set, and `passed`, which only goes on, from wherever it began."""
        self.now = now
        self._passed = passed
        self._offset = now() - passed()

    def jumped(self) -> float:
        """Return by how many seconds the clock was set since the last call, back if below 0; 0 if it was not."""
        offset = self.now() - self._passed()
        jump = offset - self._offset
        if abs(jump) <= TOLERANCE_SECONDS:
            return 0.0
        self._offset = offset
        return jump
