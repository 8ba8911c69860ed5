"""Chooses the client for a command: the server that owns the index while one runs, else this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from app.service.lock import owner_address
from app.settings import CATALOGUE_FILE, Settings
from app.telemetry.observing import observing

if TYPE_CHECKING:
    from app.client.base import Client
    from app.service.build_models import Models

RUN_AGAIN = "Run the command again; without a server it does the work itself."

SET_TOKEN = "Set LECTERN_TOKEN to one that is valid; `lectern tokens add NAME` makes one."


@contextmanager
def connect(
    settings: Settings,
    command: str,
    *,
    wait_seconds: float = 0.0,
    asks: bool = False,
    reads: bool = False,
    models: Models | None = None,
) -> Iterator[Client]:
    """Open the client that does a command's work; without a server, one that waits so long for the index to be free.

    For a command that `asks`, the models are loaded at once; for one that `reads` files, workers are made ready beside
    it. `models` that are there already are used as they are.
    Raises ConfigurationError, SignInError.
    """
    # Imported where it is known what is needed: an HTTP client, or models and all that opens an index beside them.
    if address := owner_address(settings.home):
        from app.client.connection import Connection
        from app.client.http import HttpClient

        token = settings.token.get_secret_value() if settings.token else ""
        # An answer may take as long as an LLM or a sync does: the server decides, and Ctrl-C ends it.
        connection = Connection(address, token, unreachable_remedy=RUN_AGAIN, token_remedy=SET_TOKEN)
        with closing(connection):
            if connection.is_alive():
                yield HttpClient(connection)
                return
    with ExitStack() as stack:
        stack.enter_context(observing(settings))
        if asks and models is None and (settings.catalogue_url or (settings.home / CATALOGUE_FILE).exists()):
            from app.service.build_models import build_models

            models = build_models(settings)
            stack.enter_context(models.loading())
        if reads:
            from ingest.sandbox.workers import start_fork_server

            start_fork_server()
        from app.client.local import LocalClient

        yield stack.enter_context(LocalClient(settings, command, wait_seconds=wait_seconds, models=models))
