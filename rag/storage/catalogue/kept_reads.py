"""Keeps what was read of the catalogue until any process changes it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.sql.expression import TextClause

T = TypeVar("T")

MAX_KEPT = 64
"""Results kept at once, of all collections; the one that was read first goes first."""


class KeptReads:
    """Gives the same object for the same name until the catalogue changes; may be used from any thread."""

    def __init__(self, state_of_changes: TextClause) -> None:
        self._state_of_changes = state_of_changes
        self._values: dict[str, object] = {}
        self._lock = threading.Lock()

    def read(self, connection: Connection, name: str, load: Callable[[], T]) -> T:
        """Return what `load` returned before, if nothing was committed since then; else load it and keep it.

        States compare on one connection only, so each remembers in which one it read a value; where
        another connection has read an equal value, that object is used.
        """
        # Asked before loading: a commit between the two costs one more load and hides nothing.
        state = tuple(connection.execute(self._state_of_changes).one())
        seen: dict[str, tuple[tuple[object, ...], object]] = connection.info.setdefault("kept reads", {})
        kept = seen.get(name)
        if kept is not None and kept[0] == state:
            return cast(T, kept[1])
        value = self._share(name, load())
        while len(seen) >= MAX_KEPT:
            del seen[next(iter(seen))]
        seen[name] = (state, value)
        return value

    def _share(self, name: str, value: T) -> T:
        with self._lock:
            known = self._values.get(name)
            if known == value:
                return known
            while len(self._values) >= MAX_KEPT:
                del self._values[next(iter(self._values))]
            self._values[name] = value
            return value
