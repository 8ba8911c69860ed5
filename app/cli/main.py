"""The command line: finds the command that is named and loads it, and none of the others.

Exit codes: 0 done, 1 done with failed files, 2 could not run, 130 stopped.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import UserDict
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app import __version__
from ingest.sandbox.socket_folder import remove_socket_folders

COMMANDS = {
    "sync": "app.cli.index:sync",
    "search": "app.cli.ask:search",
    "ask": "app.cli.ask:ask",
    "extract": "app.cli.extract:extract",
    "documents": "app.cli.index:documents",
    "remove": "app.cli.index:remove",
    "collections": "app.cli.index:collections",
    "collection": "app.cli.collection:collection",
    "status": "app.cli.index:status",
    "doctor": "app.cli.doctor:doctor",
    "eval": "app.cli.evaluate:evaluate_questions",
    "add": "app.cli.add:add",
    "backup": "app.cli.backup:backup",
    "restore": "app.cli.backup:restore",
    "verify": "app.cli.backup:verify",
    "migrate": "app.cli.migrate:migrate",
    "mcp": "app.cli.mcp:mcp",
    "runs": "app.cli.folders:runs",
    "serve": "app.cli.serve:serve",
    "web": "app.cli.web:web",
    "tokens": "app.cli.tokens:tokens",
    "folders": "app.cli.folders:folders",
    "models": "app.cli.models:models",
    "passwords": "app.cli.passwords:passwords",
}
"""MODULE:NAME of a function or of a group of commands."""

GARBAGE_THRESHOLD = 50_000
"""Objects made between two looks for unreachable ones. Imports make hundreds of thousands and leave none behind; at
Python's 700 a tenth of the time to start went into looking."""


class _LoadedAtUse(UserDict[str, Any]):
    """Commands by name."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self.data[name].partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command(name)(found)
            found = single
        command = typer.main.get_command(found)
        command.name = name
        return command


class _CommandGroup(TyperGroup):
    """All commands of `COMMANDS`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _LoadedAtUse(COMMANDS)


cli = typer.Typer(
    cls=_CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},  # Handed down to every command.
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lectern {__version__}")
        raise typer.Exit


@cli.callback()
def _describe(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Answers questions from a folder of documents, and shows the page that proves the answer."""


def main() -> None:
    """Run the command line; every expected error ends as a message and exit code 2."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        cli()
    except SystemExit as done:
        _leave(done.code)


def _leave(code: str | int | None) -> None:
    """End the process without Python's own clean-up, which takes a third of a second and has nothing left to do."""
    if not isinstance(code, int | None):
        raise SystemExit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):  # The reader of our output has closed it.
            stream.flush()
    remove_socket_folders()
    os._exit(code or 0)


if __name__ == "__main__":
    main()
