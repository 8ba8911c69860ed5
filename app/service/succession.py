"""Has a server that answers beside the owner of an index take over from it, and see what other servers change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from rag.errors import LecternError
from rag.storage.catalogue.dialects.choice import Ownership

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often is looked whether the owner is gone, and what others have changed."""


def role_of(ownership: Ownership) -> str:
    """Say in a few words what a server is: the owner of its index, or a replica of the machine that owns it."""
    if ownership.is_held:
        return "owner"
    return f"replica of {ownership.owner_host}" if ownership.owner_host else "replica"


class Succession:
    """Works in a thread of its own, where an index may be opened by several servers."""

    def __init__(
        self,
        ownership: Ownership,
        *,
        take_over: Callable[[], None],
        look: Callable[[], None],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """`take_over` begins with the work of the owner, and is called again after an error; `look` takes note of what
        other servers have changed.
        """
        self._ownership = ownership
        self._take_over = take_over
        self._look = look
        self._look_seconds = look_seconds
        self._has_begun = ownership.is_held
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="succession", daemon=True)

    def start(self) -> None:
        """Begin, where there is anybody to succeed."""
        if self._ownership.is_shared:
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """End, and wait so long for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _work(self) -> None:
        while not self._stop.wait(self._look_seconds):
            try:
                self._succeed()
                self._look()
            except LecternError as error:
                log.warning("%s", error)
            except Exception:  # Whatever it is may pass, and this thread must not end.
                log.exception("What other servers do could not be followed.")

    def _succeed(self) -> None:
        if self._has_begun or not self._ownership.try_to_take():
            return
        log.warning("The former owner of the index is gone: this server takes over its syncs and schedule.")
        self._take_over()
        self._has_begun = True
