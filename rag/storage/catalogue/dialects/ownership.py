"""Declares who may write a catalogue: one process, which others may succeed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Ownership(Protocol):
    """The right of this process to write a catalogue. Methods may be called from any thread."""

    @property
    def is_shared(self) -> bool:
        """Tell whether other processes may open the catalogue beside its owner, and leave work to it."""
        ...

    @property
    def is_held(self) -> bool:
        """Tell whether this process is the owner."""
        ...

    @property
    def owner(self) -> str:
        """Name the owner in words, as it was known a moment ago; "" where that is this process."""
        ...

    @property
    def owner_host(self) -> str:
        """Return the machine of the owner, as it was known a moment ago; "" where that is this process."""
        ...

    def try_to_take(self) -> bool:
        """Become the owner where there is none; tells whether this process is the owner now."""
        ...

    def on_loss(self, act: Callable[[], None]) -> None:
        """Have something done, in another thread, once another process has taken over from this one."""
        ...


class SoleOwnership:
    """The ownership of a catalogue in a home, which no other process can open meanwhile."""

    is_shared = False
    is_held = True
    owner = owner_host = ""

    def try_to_take(self) -> bool:
        """Tell that this process is the owner."""
        return True

    def on_loss(self, act: Callable[[], None]) -> None:
        """Do nothing: it cannot be lost."""
