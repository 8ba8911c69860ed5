"""Lets one process own a catalogue on PostgreSQL, by an advisory lock that ends with its connection."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, event, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from rag.errors import IndexLockedError, StoreError
from rag.storage.catalogue.dialects.postgresql_database import open_engine
from rag.storage.catalogue.dialects.postgresql_errors import described, translated_errors
from rag.storage.catalogue.dialects.postgresql_schema import OWNER_LOCK, catalogue_owner

PAUSE_SECONDS = 0.2
"""Between two tries to become the owner."""

LOOKS_EACH_SECONDS = 2.0
"""How often an owner looks whether its lock is still there: it ends with a restart of the server."""

FIRST_CHANCE_SECONDS = 10.0
"""After its connection was cut, as by a restart of the server, a process leaves the lock so long to the former owner,
which then goes on with what it was doing."""

TRY_LOCK = text(f"SELECT pg_try_advisory_lock({OWNER_LOCK})")

# By the numbers of the lock as the server lists them: unsigned, and 2 for a lock of two numbers.
IS_LOCKED = text(
    """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND CAST(classid AS bigint) = (CAST(hashtext('lectern') AS bigint) & 4294967295)
      AND CAST(objid AS bigint) = (CAST(hashtext(current_schema()) AS bigint) & 4294967295)
    """
)


@contextmanager
def own_database(
    engine: Engine, url: URL, command: str, *, wait_seconds: float, may_follow: bool = False
) -> Iterator[DatabaseOwnership]:
    """Own the catalogue of an engine while the block runs; or, with `may_follow`, until then leave it to its owner.

    What the engine writes is refused while another process owns the catalogue, which can take over when this one loses
    its connection. Raises IndexLockedError, which names the owner, when another process does not let go within
    `wait_seconds` and this one may not follow it; StoreError when the server cannot be reached.
    """
    ownership = DatabaseOwnership(url, command)
    try:
        with translated_errors(url):
            ownership.take(wait_seconds, may_follow=may_follow)
        event.listen(engine, "begin", ownership.refuse_unless_held)
        yield ownership
    finally:
        ownership.close()


def find_owner(engine: Engine, url: URL) -> str:
    """Name the process that owns the catalogue now, in words; "" where none does. Raises StoreError."""
    reading = engine.execution_options(postgresql_readonly=True)
    with translated_errors(url), reading.connect() as connection:
        return _described(_signed(connection)) if connection.execute(IS_LOCKED).scalar_one() else ""


def describe_owner(connection: Connection) -> str:
    """Name the owner that signed last, in words."""
    return _described(_signed(connection))


def _signed(connection: Connection) -> Row[*tuple[Any, ...]] | None:
    mine = catalogue_owner.c
    return connection.execute(select(mine.number, mine.command, mine.process, mine.host, mine.since)).one_or_none()


def _described(row: Row[*tuple[Any, ...]] | None) -> str:
    if row is None:
        return "another process"
    return f"`lectern {row.command}` (process {row.process} on {row.host}, since {row.since})"


class DatabaseOwnership:
    """`Ownership` by an advisory lock, taken again where the server was restarted and nobody has signed meanwhile.

    The server alone decides who has the lock: no clock of any machine is asked.
    """

    is_shared = True

    def __init__(self, url: URL, command: str) -> None:
        self.owner = self.owner_host = ""
        self._url = url
        self._command = command
        self._engine = open_engine(url, is_brief=True).execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._number: int | None = None
        """What this process signed with; None while it does not own the catalogue."""
        self._is_lost = False
        self._not_before = 0.0
        self._is_closed = threading.Event()
        self._loss_acts: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether this process is the owner, as far as it knows."""
        return self._number is not None

    def take(self, wait_seconds: float, *, may_follow: bool) -> None:
        """Become the owner, or know who is. Raises IndexLockedError."""
        until = time.monotonic() + wait_seconds
        self._connection = self._engine.connect()
        while not self._take_now(self._connection):
            if time.monotonic() > until:
                if may_follow:
                    return
                raise IndexLockedError(
                    f"The catalogue in {described(self._url)} is in use by {self.owner}.",
                    "Wait for it to finish, or stop it.",
                )
            time.sleep(PAUSE_SECONDS)

    def try_to_take(self) -> bool:
        """Become the owner where there is none; a server that is away is asked again by the next call."""
        if self.is_held or self._is_lost or time.monotonic() < self._not_before:
            return self.is_held
        try:
            self._connection = self._connection or self._engine.connect()
            return self._take_now(self._connection)
        except SQLAlchemyError:
            self._disconnect()
            self._not_before = time.monotonic() + FIRST_CHANCE_SECONDS
            return False

    def on_loss(self, act: Callable[[], None]) -> None:
        """Have something done, in another thread, once another process has taken over from this one."""
        self._loss_acts.append(act)

    def refuse_unless_held(self, connection: Connection) -> None:
        """Refuse a transaction that may write, when it begins, unless this process is the owner."""
        if connection.get_execution_options().get("postgresql_readonly"):
            return
        if self._number is None and not self._is_lost:
            raise IndexLockedError(
                f"The catalogue in {described(self._url)} is changed by its owner alone: {self.owner}.",
                "Ask again in a moment.",
            )
        # Kept until the transaction ends: a successor signs only then.
        mine = select(catalogue_owner.c.number).where(catalogue_owner.c.number == self._number)
        if self._number is None or connection.execute(mine.with_for_update(read=True)).scalar() is None:
            raise StoreError(
                f"Another process owns the catalogue in {described(self._url)} since the connection was lost: "
                f"{describe_owner(connection)}.",
                "What was committed is kept. Stop this process; the other one does its work.",
            )

    def close(self) -> None:
        """Let go of the lock."""
        self._is_closed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._disconnect()
        self._engine.dispose()

    def _take_now(self, connection: Connection) -> bool:
        if not connection.execute(TRY_LOCK).scalar_one():
            row = _signed(connection)
            self.owner, self.owner_host = _described(row), row.host if row else ""
            return False
        signed = {
            "number": catalogue_owner.c.number + 1,
            "command": self._command,
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(" ", "seconds"),
        }
        signing = update(catalogue_owner).values(signed).returning(catalogue_owner.c.number)
        self._number = int(connection.execute(signing).scalar_one())
        self.owner = self.owner_host = ""
        self._thread = threading.Thread(target=self._keep, name="catalogue owner", daemon=True)
        self._thread.start()
        return True

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # The lock has ended with the connection.
                self._connection.close()
            self._connection = None

    # --- in the thread ---

    def _keep(self) -> None:
        while not self._is_closed.wait(LOOKS_EACH_SECONDS):
            try:
                if not self._holds_on():
                    break
            except SQLAlchemyError:
                # While the server is away there is no lock to take.
                self._disconnect()
        else:
            return
        self._disconnect()
        self._number, self._is_lost = None, True
        for act in self._loss_acts:
            act()

    def _holds_on(self) -> bool:
        """Tell whether nobody else has signed; the lock is taken again where it ended with the connection."""
        if self._connection is None:
            connection = self._engine.connect()
            # Whoever has the lock may not have signed yet: that is seen by the next look.
            if connection.execute(TRY_LOCK).scalar_one():
                self._connection = connection
            row = _signed(connection)
            if self._connection is None:
                connection.close()
        else:
            row = _signed(self._connection)
        if row is None or row.number == self._number:
            return True
        self.owner, self.owner_host = _described(row), row.host
        return False
