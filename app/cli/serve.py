"""Runs `lectern serve`: reads its options and starts the server."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import output
from app.cli.common import Home, reported
from app.settings import read_settings

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8765


def serve(
    host: Annotated[str, typer.Option("--host", help="Where to listen; beyond this machine only with tokens.")] = (
        DEFAULT_HOST
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = DEFAULT_PORT,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no address: `lectern web` prints its own.")] = False,
    home: Home = None,
) -> None:
    """Own the index and answer over HTTP, until Ctrl-C or SIGTERM."""
    with reported(as_json=False):
        # Imported here: the other commands need not wait for a web framework.
        from app.api import server

        server.serve(read_settings(home=home), host, port, on_listening=_say_nothing if quiet else _tell)
        # Everything is closed by now, but a thread may still wait for an LLM, which an ordinary exit would wait for.
        server.leave()


def _tell(address: str) -> None:
    output.messages.print(f"Lectern answers at {address}. Ctrl-C ends it.")


def _say_nothing(address: str) -> None:
    pass
