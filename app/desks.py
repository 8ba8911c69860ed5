"""Chooses the desk for a command: the server that owns the index while one runs, else this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from app.desk import Desk
from app.local_desk import LocalDesk
from app.lock import owner_address
from app.settings import Settings
from rag.protocols import Embedder


@contextmanager
def open_desk(
    settings: Settings, command: str, *, wait_seconds: float = 0.0, embedder: Embedder | None = None
) -> Iterator[Desk]:
    """The desk that does a command's work; without a server, one that waits so long for others to leave the index.

    An `embedder` that is loaded already is used as it is. Raises ConfigurationError.
    """
    if address := owner_address(settings.home):
        # Imported here: without a server, no command need wait for an HTTP client.
        from app.client.connection import Connection
        from app.client.remote_desk import RemoteDesk

        with closing(Connection(address, settings.token)) as connection:
            if connection.is_alive():
                yield RemoteDesk(connection)
                return
    with LocalDesk(settings, command, wait_seconds=wait_seconds, embedder=embedder) as desk:
        yield desk
