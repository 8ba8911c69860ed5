"""`lectern passwords`: keeps the passwords of encrypted PDFs. Needs only a file of the home folder, and shows none."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli import output
from app.cli.common import Home, Json, print_json, reported
from app.service.build_ingest import build_passwords
from app.settings import read_settings
from app.state.passwords import PasswordStore

passwords = typer.Typer(help="Passwords of encrypted PDFs: give, list and delete them.", no_args_is_help=True)

Pattern = Annotated[
    str, typer.Argument(help="A file's name or the end of its path, or a pattern such as 'invoices/*.pdf'.")
]


@passwords.command("add")
def add_password(
    pattern: Pattern,
    from_input: Annotated[bool, typer.Option("--stdin", help="Read the password from standard input.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Give the password of a file or pattern; the next sync reads what it opens."""
    with reported(as_json):
        store = _store(home)
        # Never as an argument: other users of the machine see those, and shells keep them.
        password = (
            sys.stdin.readline().rstrip("\r\n") if from_input else typer.prompt("Password", hide_input=True, err=True)
        )
        store.keep(pattern, password)
        if as_json:
            print_json({"kept": pattern})
        else:
            output.output.print(f"Kept for {output.clean(pattern)}. The next sync reads the files that it opens.")


@passwords.command("list")
def list_passwords(home: Home = None, as_json: Json = False) -> None:
    """List the files and patterns that have a password; the passwords themselves are never shown."""
    with reported(as_json):
        listed = _store(home).list_patterns()
        if as_json:
            print_json({"patterns": [asdict(entry) for entry in listed]})
            return
        table = Table("File or pattern", "Given")
        for entry in listed:
            table.add_row(output.clean(entry.pattern), "in the settings" if entry.is_setting else "here")
        output.output.print(table if listed else "No password is kept. Give one: `lectern passwords add PATTERN`.")


@passwords.command("remove")
def remove_password(pattern: Pattern, home: Home = None, as_json: Json = False) -> None:
    """Delete the password of a file or pattern; what it opened stays in the index."""
    with reported(as_json):
        _store(home).forget(pattern)
        if as_json:
            print_json({"removed": pattern})
        else:
            output.output.print(f"The password for {output.clean(pattern)} is deleted.")


def _store(home: Path | None) -> PasswordStore:
    return build_passwords(read_settings(home=home))
