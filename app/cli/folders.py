"""The commands on registered folders and past runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.api.schemas.syncs import FolderResponse, RunResponse
from app.cli import folders_output, output
from app.cli.common import EXIT_COULD_NOT, EXIT_FAILED_FILES, Collection, Home, Json, print_json, reported
from app.client.base import Client
from app.client.connect import connect
from app.service.build_places import has_service
from app.service.build_stores import open_folder_store
from app.service.lock import describe_owner
from app.settings import Settings, read_settings
from app.state.folders import FolderStore, RegisteredFolder
from ingest.report import SyncReport
from rag.errors import IndexLockedError, LecternError, NotFoundError

folders = typer.Typer(
    help="Register folders that `lectern serve` keeps in step, by schedule or as their files change.",
    no_args_is_help=True,
)

Named = Annotated[str, typer.Argument(metavar="FOLDER", help="Its path, or its id as `lectern folders list` shows it.")]


@folders.command()
def add(
    path: Annotated[Path, typer.Argument(help="The folder to keep in step, with all below it.")],
    collection: Collection = None,
    schedule: Annotated[
        str, typer.Option("--schedule", help="Such as 'every night at 2', or cron: '30 2 * * *'.")
    ] = "",
    every: Annotated[str, typer.Option("--every", help="Interval, such as 30m, 2h or 1d.")] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Sync soon after files change.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Register a folder."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        with _opened(settings, make=True) as folder_store:
            added = folder_store.add(path, settings.collection, schedule=schedule, every=every, watch=watch)
        if as_json:
            print_json(FolderResponse.from_domain(added))
        else:
            folders_output.print_added(added)


@folders.command("list")
def list_(collection: Collection = None, home: Home = None, as_json: Json = False) -> None:
    """List the registered folders: when each was synced last, how that went, and when it is next."""
    with reported(as_json):
        settings = read_settings(home=home)
        listed: list[RegisteredFolder] = []
        if has_service(settings):  # Looking makes nothing.
            with _opened(settings) as folder_store:
                listed = folder_store.list_folders(collection=collection)
        if as_json:
            print_json({"folders": [FolderResponse.from_domain(folder) for folder in listed]})
        else:
            folders_output.print_folders(listed)


@folders.command()
def remove(folder: Named, collection: Collection = None, home: Home = None, as_json: Json = False) -> None:
    """Stop keeping a folder in step; what is indexed of it stays."""
    with reported(as_json), _opened(read_settings(home=home)) as folder_store:
        found = folder_store.find(folder, collection=collection)
        folder_store.remove(found.id)
        if as_json:
            print_json({"removed": FolderResponse.from_domain(found)})
        else:
            output.output.print(
                f"{output.clean(found.name)} is no longer kept in step. What is indexed of it stays in the collection "
                f"{output.clean(found.collection)}."
            )


@folders.command()
def pause(folder: Named, collection: Collection = None, home: Home = None, as_json: Json = False) -> None:
    """Stop syncing a folder until it is resumed."""
    with reported(as_json), _opened(read_settings(home=home)) as folder_store:
        paused = folder_store.pause(folder_store.find(folder, collection=collection).id)
        _tell(paused, "is paused: `lectern folders resume` goes on with it.", as_json)


@folders.command()
def resume(folder: Named, collection: Collection = None, home: Home = None, as_json: Json = False) -> None:
    """Go on with a paused folder."""
    with reported(as_json), _opened(read_settings(home=home)) as folder_store:
        resumed = folder_store.resume(folder_store.find(folder, collection=collection).id)
        _tell(resumed, "is kept in step again.", as_json)


@folders.command()
def run(
    folder: Annotated[
        str | None, typer.Argument(help="Its path or id; without it, every folder that is not paused.")
    ] = None,
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Sync a folder now: here, or in the process that has the index."""
    with reported(as_json), ExitStack() as stack:
        settings = read_settings(home=home)
        folder_store = stack.enter_context(_opened(settings))
        if folder is None:
            chosen = [entry for entry in folder_store.list_folders(collection=collection) if not entry.paused]
        else:
            chosen = [folder_store.find(folder, collection=collection)]
        if not chosen:
            raise NotFoundError(
                "There is no registered folder that is not paused.", "Name one: `lectern folders list` shows all."
            )
        client = stack.enter_context(connect(settings, "folders run"))
        try:
            reports = _sync_each(client, folder_store, chosen, as_json)
        except IndexLockedError:
            asked = [folder_store.ask_for_run(entry.id) for entry in chosen]
            if as_json:
                print_json({"runs": [], "asked_for": [FolderResponse.from_domain(entry) for entry in asked]})
            else:
                folders_output.print_asked(asked, describe_owner(settings.home))
            return
        if as_json:
            print_json({"runs": [report.to_json() for report in reports], "asked_for": []})
        if any(report.reason for report in reports):
            raise typer.Exit(EXIT_COULD_NOT)
        if any(report.failed for report in reports):
            raise typer.Exit(EXIT_FAILED_FILES)


def runs(
    collection: Collection = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="Only runs of this folder.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many.")] = 20,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show past syncs, the newest first: what changed, what failed and why, how long it took."""
    with reported(as_json):
        resolved = None if folder is None else folder.expanduser().resolve()
        with connect(read_settings(home=home), "runs") as client:
            listed = client.list_runs(limit=limit, collection=collection, folder=resolved)
        if as_json:
            print_json({"runs": [RunResponse.from_domain(record) for record in listed]})
        else:
            folders_output.print_runs_in_full(listed)


@contextmanager
def _opened(settings: Settings, *, make: bool = False) -> Iterator[FolderStore]:
    """Give the folder store; only where a folder is registered it is made."""
    if not make and not has_service(settings):
        raise NotFoundError(
            f"No folder is registered in {settings.home}.", "Register one: `lectern folders add PATH --watch`."
        )
    folder_store = open_folder_store(settings)
    try:
        yield folder_store
    finally:
        folder_store.close()


def _sync_each(
    client: Client, folder_store: FolderStore, chosen: Sequence[RegisteredFolder], as_json: bool
) -> list[SyncReport]:
    """Sync one folder after the other; one that fails is reported, the rest goes on. Raises IndexLockedError."""
    reports = []
    for entry in chosen:
        try:
            with output.sync_progress(show=not as_json) as bar:
                report = client.sync_registered(entry, folder_store, on_progress=bar)
            if not as_json:
                output.print_sync(report)
        except IndexLockedError:
            raise
        except LecternError as error:
            report = SyncReport(entry.name, entry.collection, reason=error.reason, remedy=error.remedy)
            if not as_json:
                output.print_error(error)
        reports.append(report)
    return reports


def _tell(folder: RegisteredFolder, what: str, as_json: bool) -> None:
    if as_json:
        print_json(FolderResponse.from_domain(folder))
    else:
        output.output.print(f"{output.clean(folder.name)} {what}")
