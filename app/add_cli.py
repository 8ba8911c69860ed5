"""The command that adds documents by their addresses: reads arguments, calls one part, prints."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from app import printing
from app.build import open_lectern, open_sandbox
from app.commands import EXIT_FAILED_FILES, Collection, Home, Json, print_json, reported
from app.fetching import Fetcher
from app.links import Links
from app.pictures import Sandbox
from app.settings import read_settings
from app.uploads import UPLOADS, Uploads
from ingest.naming import check_collection_name
from rag.errors import ConfigurationError, FetchError, ParseError


def add(
    urls: Annotated[list[str] | None, typer.Argument(help="Addresses, https or http, of single documents.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Fetch all that was added to the collection again.")] = False,
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Fetch documents from the open internet and index them; an address added again replaces what it gave before."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        if bool(urls) == again:
            raise ConfigurationError("There is nothing to fetch.", "Name addresses, or say --again.")
        check_collection_name(settings.collection)
        failed: list[dict[str, str]] = []
        added: list[str] = []
        with (
            open_lectern(settings, "add", wait_seconds=0) as lectern,
            closing(Sandbox(lambda: open_sandbox(settings))) as sandbox,
        ):
            fetcher = Fetcher(max_bytes=settings.max_file_megabytes << 20, seconds=settings.seconds_per_file)
            links = Links(settings.collection, Uploads(settings.home / UPLOADS, sandbox), fetcher, sandbox)
            for url in links.urls() if again else urls or ():
                try:
                    added.append(links.add(url))
                except (FetchError, ParseError) as error:
                    failed.append({"reason": error.reason, "remedy": error.remedy})
            report = lectern.ingest.sync(links.folder, collection=settings.collection) if added else None
        if as_json:
            print_json({"added": added, "failed": failed, "sync": report.to_json() if report else None})
        else:
            for name in added:
                printing.output.print(f"Added {printing.clean(name)}.")
            for failure in failed:
                printing.messages.print(printing.clean(f"{failure['reason']} {failure['remedy']}"), style="red")
            if report:
                printing.print_sync(report)
        if failed or (report and report.failed):
            raise typer.Exit(EXIT_FAILED_FILES)
