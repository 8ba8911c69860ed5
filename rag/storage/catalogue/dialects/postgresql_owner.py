"""Lets one process own a catalogue on PostgreSQL, by an advisory lock that ends with its connection."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, Engine, event, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from rag.errors import IndexLockedError, StoreError
from rag.storage.catalogue.dialects.postgresql_database import described, open_engine, translated_errors
from rag.storage.catalogue.dialects.postgresql_schema import catalogue_owner

PAUSE_SECONDS = 0.2
"""Between two tries to become the owner."""

LOOKS_EACH_SECONDS = 5.0
"""How often an owner looks whether its lock is still there: it ends with a restart of the server."""

# One catalogue for each schema of a database; advisory locks are for the whole database.
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('lectern'), hashtext(current_schema()))")

# After these seconds the server gives up the connection of a machine that is gone, and the lock with it.
NOTICE_LOSS = text(
    "SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)


@contextmanager
def own_database(engine: Engine, url: URL, command: str, *, wait_seconds: float) -> Iterator[None]:
    """Own the catalogue of an engine while the block runs.

    What the engine writes is refused once another process has taken over, which it can when this one loses its
    connection. Raises IndexLockedError, which names the owner, when another process does not let go within
    `wait_seconds`; StoreError when the server cannot be reached.
    """
    keeper = _Keeper(url)
    try:
        with translated_errors(url):
            number = keeper.take(command, wait_seconds)

        @event.listens_for(engine, "begin")
        def _refuse_after_loss(connection: Connection) -> None:
            if connection.get_execution_options().get("postgresql_readonly"):
                return
            # Kept until the transaction ends: a successor signs only then.
            mine = select(catalogue_owner.c.number).where(catalogue_owner.c.number == number)
            if connection.execute(mine.with_for_update(read=True)).scalar() is None:
                raise StoreError(
                    f"Another process owns the catalogue in {described(url)} since the connection was lost: "
                    f"{describe_owner(connection)}.",
                    "What was committed is kept. Stop this process; the other one does its work.",
                )

        keeper.start()
        yield
    finally:
        keeper.close()


def describe_owner(connection: Connection) -> str:
    """Name the owner that signed last, in words."""
    row = connection.execute(select(catalogue_owner)).one_or_none()
    if row is None:
        return "another process"
    return f"`lectern {row.command}` (process {row.process} on {row.host}, since {row.since})"


class _Keeper:
    """Holds the lock, and takes it again where the server was restarted and nobody else has signed meanwhile."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine = open_engine(url, is_brief=True).execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="catalogue owner", daemon=True)

    def take(self, command: str, wait_seconds: float) -> int:
        """Become the owner; returns the number that later owners do not have. Raises IndexLockedError."""
        until = time.monotonic() + wait_seconds
        self._connection = connection = self._engine.connect()
        while not self._try_lock(connection):
            if time.monotonic() > until:
                raise IndexLockedError(
                    f"The catalogue in {described(self._url)} is in use by {describe_owner(connection)}.",
                    "Wait for it to finish, or stop it.",
                )
            time.sleep(PAUSE_SECONDS)
        signed = {
            "number": catalogue_owner.c.number + 1,
            "command": command,
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(" ", "seconds"),
        }
        signing = update(catalogue_owner).values(signed).returning(catalogue_owner.c.number)
        return int(connection.execute(signing).scalar_one())

    def start(self) -> None:
        """Look after the lock from now on."""
        self._thread.start()

    def close(self) -> None:
        """Let go of the lock."""
        self._is_closed.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # The lock has ended with the connection.
                self._connection.close()
        self._engine.dispose()

    def _keep(self) -> None:
        while not self._is_closed.wait(LOOKS_EACH_SECONDS):
            assert self._connection is not None
            try:
                self._connection.execute(text("SELECT 1"))
            except SQLAlchemyError:
                with suppress(SQLAlchemyError):
                    self._connection.close()
                # While the server is away there is no lock to take; whoever has it then, has signed, and writes of
                # this process are refused.
                with suppress(SQLAlchemyError):
                    self._connection = self._engine.connect()
                    self._try_lock(self._connection)

    def _try_lock(self, connection: Connection) -> bool:
        connection.execute(NOTICE_LOSS)
        return bool(connection.execute(TRY_LOCK).scalar_one())
