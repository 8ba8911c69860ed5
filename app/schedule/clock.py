"""Notices when the machine's clock does not go on as time does: set, corrected, or asleep in the meantime."""

from __future__ import annotations

import time
from collections.abc import Callable

TOLERANCE_SECONDS = 30.0
"""What a clock may run off between two looks, or lie ahead of what was noted, before it counts as set."""


class Clock:
    """Seconds since 1970, and whether they jumped. On Linux the time for which a machine slept is a jump as well."""

    def __init__(self, now: Callable[[], float] = time.time, passed: Callable[[], float] = time.monotonic) -> None:
        """`now` may be set by anyone; `passed` only goes on, from wherever it began."""
        self.now = now
        self._passed = passed
        self._offset = now() - passed()

    def jumped(self) -> float:
        """By how many seconds the clock was set since the last call, back if below 0; 0 for what is no jump."""
        offset = self.now() - self._passed()
        jump = offset - self._offset
        if abs(jump) <= TOLERANCE_SECONDS:
            return 0.0
        self._offset = offset
        return jump
