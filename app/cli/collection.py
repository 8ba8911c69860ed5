"""`lectern collection`: makes, renames, describes and deletes one, and has its figures described."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.api.schemas.documents import CollectionResponse
from app.api.schemas.figures import FigureStatusResponse
from app.cli import output
from app.cli.common import LOCK_WAIT_SECONDS, Home, Json, print_json, reported
from app.client.connect import connect
from app.settings import read_settings

if TYPE_CHECKING:
    from app.client.base import Client
    from app.service.figures import FigureEstimate, FigureStatus
    from rag.types import CollectionInfo

collection = typer.Typer(
    help="Collections: make, rename, describe and delete one, and have its figures described.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The collection; `lectern collections` lists them.")]


@collection.command("create")
def create_collection(
    name: Annotated[str, typer.Argument(help="At most 64 letters, digits, spaces, dots, hyphens and underscores.")],
    description: Annotated[str, typer.Option("--description", "-d", help="What it will hold.")] = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make an empty collection."""
    with _client(home, "collection create", as_json) as client:
        made = client.create_collection(name, description)
        _print(
            made,
            f"There is a collection {output.clean(made.name)} now. Fill it: `lectern sync FOLDER -c NAME`.",
            as_json,
        )


@collection.command("rename")
def rename_collection(
    name: Name,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Give a collection, with all that is kept of it, another name; nothing is indexed anew."""
    with _client(home, "collection rename", as_json) as client:
        renamed = client.rename_collection(name, new)
        _print(renamed, f"{output.clean(name)} is called {output.clean(renamed.name)} now.", as_json)


@collection.command("describe")
def describe_collection(
    name: Name,
    description: Annotated[str, typer.Argument(help="What it holds; an empty text takes the description away.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Keep what a collection holds, in your words."""
    with _client(home, "collection describe", as_json) as client:
        described = client.describe_collection(name, description)
        _print(described, f"The description of {output.clean(name)} is kept.", as_json)


@collection.command("delete")
def delete_collection(
    name: Name,
    is_agreed: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Delete a collection: its index, conversations, tables and what was uploaded into it.

    Files of synced folders are not touched.
    """
    if not is_agreed:
        typer.confirm(
            f"Delete the collection {output.printable(name)} and what was uploaded into it?", abort=True, err=True
        )
    with _client(home, "collection delete", as_json) as client:
        client.remove_collection(name)
        if as_json:
            print_json({"deleted": name})
        else:
            output.output.print(
                f"The collection {output.clean(name)} is deleted. Files of synced folders are still there."
            )


@collection.command("figures")
def describe_figures(
    name: Name,
    llm: Annotated[
        str, typer.Option("--by", help="The LLM that describes them, as PROVIDER:MODEL; it must see images.")
    ] = "",
    is_off: Annotated[bool, typer.Option("--off", help="Take all descriptions away.")] = False,
    is_agreed: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Have an LLM that sees describe pictures, charts and scans of a collection, or say how far that is.

    What it says is searched and cited as its words, never as those of the document.
    """
    with _client(home, "collection figures", as_json) as client:
        if llm and not is_off:
            estimate = client.estimate_figures(name, llm)
            if not as_json:
                output.output.print(_estimated(estimate))
            if not is_agreed:
                typer.confirm("Have them described?", abort=True, err=True)
        if llm or is_off:
            with output.fill_progress(show=not as_json) as on_progress:
                status = client.describe_figures(name, "" if is_off else llm, on_progress=on_progress)
        else:
            status = client.figures(name)
        if as_json:
            print_json(FigureStatusResponse.from_domain(status).to_json())
        else:
            output.output.print(_described(status))


def _estimated(estimate: FigureEstimate) -> str:
    place = "on this machine" if estimate.is_local else "not on this machine: the pictures are sent there"
    cost = "an unknown price" if estimate.cost_usd is None else f"{estimate.cost_usd:.2f} USD"
    return (
        f"{estimate.pictures:,} figures in {estimate.documents:,} documents: about {estimate.tokens:,} tokens, {cost}. "
        f"{output.clean(estimate.llm)} runs {place}."
    )


def _described(status: FigureStatus) -> str:
    left = f" {status.documents_left:,} documents are still to be done." if status.documents_left else ""
    if not status.llm:
        return f"No figures are described.{left}"
    cost = "" if not status.cost_usd else f", {status.cost_usd:.2f} USD"
    problem = f" {output.clean(status.problem)}" if status.problem else ""
    return (
        f"{output.clean(status.llm)} looked at {status.pictures:,} figures and described {status.described:,} "
        f"({status.prompt_tokens + status.completion_tokens:,} tokens{cost}).{left}{problem}"
    )


@contextmanager
def _client(home: Path | None, command: str, as_json: bool) -> Iterator[Client]:
    with reported(as_json), connect(read_settings(home=home), command, wait_seconds=LOCK_WAIT_SECONDS) as client:
        yield client


def _print(changed: CollectionInfo, said: str, as_json: bool) -> None:
    if as_json:
        print_json(CollectionResponse.from_domain(changed).to_json())
    else:
        output.output.print(said)
