"""`lectern tokens`: makes, lists and revokes tokens. Needs only `service.sqlite`, also while another process owns the
index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli import output
from app.cli.common import Home, Json, print_json, reported
from app.service.build_stores import open_token_store
from app.settings import read_settings
from app.state.tokens import MAX_DAYS, Role, TokenInfo, TokenStore

tokens = typer.Typer(help="Who may use the server: make, list and revoke tokens.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Who or what the token is for, such as `laptop`.")]


@tokens.command("add")
def add_token(
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What it may do; each role may do what the ones before may.")] = (
        Role.READ
    ),
    collection: Annotated[
        list[str] | None, typer.Option("--collection", "-c", help="A collection it may use, repeatable; default: all.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=MAX_DAYS, help="How long it lasts; default: for ever.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a token and show it, this once."""
    with reported(as_json), _open_store(home) as store:
        secret = store.add(name, role=role, collections=collection or None, days=days)
        [made] = [token for token in store.list_tokens() if token.name == name]
        if as_json:
            print_json({"token": secret, **asdict(made)})
        else:
            output.messages.print("Keep it now: only its hash is stored, and it is not shown again.")
            output.output.print(secret, markup=False)


@tokens.command("list")
def list_tokens(home: Home = None, as_json: Json = False) -> None:
    """List the tokens, those that are over among them."""
    with reported(as_json), _open_store(home) as store:
        listed = store.list_tokens()
        if as_json:
            print_json({"tokens": [asdict(token) for token in listed]})
        else:
            _print(listed)


@tokens.command("revoke")
def revoke_token(
    name: Name,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget", help="Delete its record as well; while there is none, a server on localhost asks for no token."
        ),
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """End a token at once, also on a server that runs."""
    with reported(as_json), _open_store(home) as store:
        store.revoke(name, forget=forget)
        if as_json:
            print_json({"revoked": [name]})
        else:
            output.output.print(f"{output.clean(name)} is revoked and no longer gives access.")


@contextmanager
def _open_store(home: Path | None) -> Iterator[TokenStore]:
    store = open_token_store(read_settings(home=home))
    try:
        yield store
    finally:
        store.close()


def _print(listed: Sequence[TokenInfo]) -> None:
    table = Table("Token", "Role", "Collections", "State", "Made", "Ends", "Last used")
    for token in listed:
        collections = "all" if token.collections is None else ", ".join(token.collections)
        ends, used = token.expires_at or "never", token.last_used_at or "never"
        table.add_row(
            token.name, token.role.value, output.clean(collections), token.state, token.created_at, ends, used
        )
    output.output.print(table if listed else "There is no token. Make one: `lectern tokens add NAME`.")
