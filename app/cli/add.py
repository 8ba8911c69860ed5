"""The command that adds documents by their addresses: reads arguments, calls one part, prints."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import output
from app.cli.common import EXIT_FAILED_FILES, Collection, Home, Json, print_json, reported
from app.client.connect import connect
from app.settings import read_settings
from ingest.collection_names import check_collection_name
from rag.errors import ConfigurationError


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
            raise ConfigurationError("There is nothing to fetch.", "Give addresses, or use --again.")
        check_collection_name(settings.collection)
        with connect(settings, "add") as client:
            came = client.add_addresses([] if again else urls or [], collection=settings.collection)
        failed = [{"reason": error.reason, "remedy": error.remedy} for error in came.failures]
        report = came.report
        if as_json:
            print_json({"added": came.names, "failed": failed, "sync": report.to_json() if report else None})
        else:
            for name in came.names:
                output.output.print(f"Added {output.clean(name)}.")
            for failure in failed:
                output.messages.print(output.clean(f"{failure['reason']} {failure['remedy']}"), style="red")
            if report:
                output.print_sync(report)
        if failed or (report and report.failed):
            raise typer.Exit(EXIT_FAILED_FILES)
