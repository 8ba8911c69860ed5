"""The command that moves an index between its home and servers. Reads arguments, calls one part, prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli import output
from app.cli.common import Home, Json, print_json, reported
from app.settings import read_settings


def migrate(
    to: Annotated[
        list[str],
        typer.Option(
            "--to",
            help="postgresql+psycopg://... for the catalogue, http(s)://... of a Chroma server for the vectors (both "
            'may be given), or "home" for both.',
        ),
    ],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Copy the index that the settings name to another place, without reading a file anew; it stays as it is."""
    with reported(as_json):
        from app.service.build_migration import migrate as copy_index

        shown: dict[str, int] = {}

        def show(what: str, done: int, total: int) -> None:
            share = done * 10 // total if total else 10
            if not as_json and shown.get(what) != share:
                shown[what] = share
                output.messages.print(f"{what}: {done:,} of {total:,}")

        done = copy_index(read_settings(home=home), to, show)
        if as_json:
            print_json(asdict(done))
            return
        rows = done.rows
        if done.has_moved_catalogue:
            output.output.print(
                f"{rows['documents']:,} documents with {rows['pages']:,} pages and {rows['chunks']:,} chunks were "
                f"copied and compared; so were {done.state:,} rows of what the service remembers."
            )
        output.output.print(f"{done.vectors:,} vectors were copied and compared.")
        output.output.print(
            "Now let the settings `catalogue_url` and `chroma_url` say where the index is (empty: in the home). What "
            "was copied from is as it was: delete it once all is well."
        )
