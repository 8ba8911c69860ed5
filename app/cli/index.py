"""The commands that fill an index and look at it: they read arguments, call one part, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.api.schemas.documents import CollectionResponse, DocumentResponse
from app.api.schemas.syncs import RunResponse
from app.cli import output
from app.cli.common import EXIT_FAILED_FILES, LOCK_WAIT_SECONDS, Collection, Home, Json, print_json, reported
from app.client.connect import connect
from app.settings import read_settings
from rag.errors import NotFoundError


def sync(
    folder: Annotated[Path, typer.Argument(help="The folder to index, with all below it.")],
    collection: Collection = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Parsing processes; a running server has its own.")
    ] = None,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="An empty folder empties the index.")] = False,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="End when all files can be found by their words.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Bring the index in step with a folder: new, changed, renamed and removed files.

    They can be found by their words first. Then they are embedded, to be found by what they mean.
    """
    with reported(as_json):
        settings = read_settings(home=home, collection=collection, workers=workers)
        with connect(settings, f"sync {folder}", reads=not dry_run) as client:
            if dry_run:
                report = client.preview_sync(folder, collection=settings.collection, allow_empty=allow_empty)
            else:
                with output.sync_progress(show=not as_json) as bar:
                    report = client.sync(
                        folder,
                        collection=settings.collection,
                        allow_empty=allow_empty,
                        words_only=words_only,
                        on_progress=bar,
                    )
        if as_json:
            print_json(report.to_json())
        else:
            output.print_sync(report)
        if report.failed:
            raise typer.Exit(EXIT_FAILED_FILES)


def documents(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that could not be read.")] = False,
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the documents of a collection, and what is wrong with which."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        with connect(settings, "documents") as client:
            listed = client.list_documents(settings.collection)
        if failed:
            listed = [document for document in listed if document.has_failed]
        if as_json:
            print_json({"documents": [DocumentResponse.from_domain(document) for document in listed]})
        else:
            output.print_documents(listed)


def remove(
    document: Annotated[str, typer.Argument(help="The document's path as `lectern documents` shows it.")],
    undo: Annotated[bool, typer.Option("--undo", help="Let the next sync index it again.")] = False,
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take a document out of the index and keep it out; its file stays, unless it was uploaded or added by address."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        with connect(settings, "remove", wait_seconds=LOCK_WAIT_SECONDS) as client:
            listed = client.list_documents(settings.collection)
            removable = [entry for entry in listed if entry.is_removed == undo]
            # A name with control characters is shown without them, and can be given as it is shown.
            named = [entry for entry in removable if entry.path == document] or [
                entry for entry in removable if output.printable(entry.path) == document
            ]
            ids = [entry.id for entry in named]
            if not ids:
                state = "removed document" if undo else "document"
                raise NotFoundError(
                    f"There is no {state} {document!r} in the collection {settings.collection!r}.",
                    "`lectern documents` lists them.",
                )
            if undo:
                client.restore_documents(settings.collection, ids)
            else:
                client.remove_documents(settings.collection, ids)
        if as_json:
            print_json({"removed": [] if undo else [document], "restored": [document] if undo else []})
        elif undo:
            output.output.print(f"The next sync indexes {output.clean(document)} again.")
        else:
            output.output.print(f"{output.clean(document)} is out of the index, and later syncs leave it out.")


def collections(home: Home = None, as_json: Json = False) -> None:
    """List the collections."""
    with reported(as_json):
        with connect(read_settings(home=home), "collections") as client:
            listed = client.list_collections()
        if as_json:
            print_json({"collections": [CollectionResponse.from_domain(collection) for collection in listed]})
        else:
            output.print_collections(listed)


def status(home: Home = None, as_json: Json = False) -> None:
    """Show what is indexed and how the last syncs went."""
    with reported(as_json):
        settings = read_settings(home=home)
        with connect(settings, "status") as client:
            listed, runs = client.list_collections(), client.list_runs(limit=5)
        if as_json:
            print_json(
                {
                    "home": str(settings.home),
                    "collections": [CollectionResponse.from_domain(collection) for collection in listed],
                    "runs": [RunResponse.from_domain(run) for run in runs],
                }
            )
        else:
            output.output.print(f"The index is in {output.clean(str(settings.home))}")
            output.print_collections(listed)
            output.print_runs(runs)
