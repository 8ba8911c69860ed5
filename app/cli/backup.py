"""The commands that keep an index safe: backup, restore and verify. Reads arguments, calls one part, prints."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.backup.archive import FILE_FOLDERS, Manifest
from app.backup.create import write_backup
from app.backup.restore import restore as restore_backup
from app.cli import output
from app.cli.common import Home, Json, print_json, reported
from app.client.connect import connect
from app.service.build_index import open_lectern
from app.service.build_models import build_models
from app.service.lock import own_index
from app.service.verify import Disagreement
from app.settings import Settings, read_settings
from rag.errors import ConfigurationError
from rag.protocols import Embedder

EXIT_PROBLEMS = 1

SHOWN_OF_A_KIND = 20
"""Problems of one kind that are listed for people; JSON has them all."""


def backup(
    file: Annotated[
        Path, typer.Argument(help="The file to write; an older one is replaced when the new one is whole.")
    ],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write the whole index into one file; also while `lectern serve` or a sync is at work."""
    with reported(as_json):
        settings = read_settings(home=home)
        _refuse_on_postgresql(settings)
        manifest = write_backup(settings.home, file)
        if as_json:
            print_json({"file": str(file), "bytes": file.stat().st_size, **manifest.to_json()})
        else:
            size = f"{file.stat().st_size / 1e6:,.1f} MB"
            output.output.print(f"{output.clean(str(file))} ({size}) holds {_describe(manifest)}.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `lectern backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the index that is there.")] = False,
    moved: Annotated[
        list[str] | None, typer.Option("--moved", help="OLD=NEW: the documents below OLD are now below NEW.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Put the index of a backup into place; nothing changes unless all of it is sound."""
    with reported(as_json):
        settings = read_settings(home=home)
        _refuse_on_postgresql(settings)
        moves = [_parse_move(move) for move in moved or []]
        complete = partial(complete_index, settings, moves=moves, quiet=as_json)
        with own_index(settings.home, f"restore {file}", wait_seconds=0):
            manifest = restore_backup(file, settings.home, force=force, complete=complete)
        if as_json:
            print_json({**manifest.to_json(), "home": str(settings.home)})
        else:
            where = output.clean(str(settings.home))
            output.output.print(f"{where} holds {_describe(manifest)}, as of {output.clean(manifest.created_at)}.")


def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what follows from the catalogue.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Compare catalogue, full-text index, vectors and folders. Exit code 1: something was found (or was repaired)."""
    with reported(as_json):
        settings = read_settings(home=home)
        with connect(settings, "verify") as client:
            problems = client.verify(repair=repair)
        if as_json:
            repaired = sum(problem.repaired for problem in problems)
            print_json(
                {"problems": [asdict(problem) for problem in problems], "found": len(problems), "repaired": repaired}
            )
        else:
            _print_problems(problems)
        if problems:
            raise typer.Exit(EXIT_PROBLEMS)


def _refuse_on_postgresql(settings: Settings) -> None:
    if settings.catalogue_url is not None:
        raise ConfigurationError(
            "The catalogue is on PostgreSQL, and not in the home.",
            "Back it up and restore it with pg_dump and pg_restore: docs/scale.md says how.",
        )


def complete_index(
    settings: Settings,
    home: Path,
    manifest: Manifest,
    *,
    moves: Sequence[tuple[Path, Path]] = (),
    quiet: bool = True,
    embedder: Embedder | None = None,
) -> None:
    """Make what a backup in `home` does not hold: folders where they are now, and the vectors of all chunks.

    An index whose embedder is not here is left as it is: words are searched until a sync has built it anew.
    """
    models = build_models(settings, embedder=embedder)
    # A Chroma server gets the vectors when the index is in its place, where it has a name in that server.
    there = settings.model_copy(update={"home": home, "chroma_url": ""})
    waiting = nullcontext() if quiet else output.messages.status("Making the vectors anew from the catalogue")
    with waiting, open_lectern(there, "restore", wait_seconds=0, models=models) as lectern:
        now = Path(os.path.realpath(settings.home))
        for folder in FILE_FOLDERS:
            lectern.checks.move_folders(Path(manifest.home, folder), now / folder)
        for old, new in moves:
            if not lectern.checks.move_folders(old, new):
                raise ConfigurationError(
                    f"No folder in the backup is at or below {old}.", "`lectern collections` lists them."
                )
        if not settings.chroma_url:
            lectern.embedding.mark_lost()
            lectern.embedding.run()


def _parse_move(move: str) -> tuple[Path, Path]:
    old, equals, new = move.partition("=")
    if not equals or not Path(old).is_absolute() or not new:
        raise ConfigurationError(f"--moved {move!r} is not OLD=NEW.", "Write both as whole paths: /srv/a=/mnt/b.")
    return Path(old), Path(os.path.realpath(new))


def _describe(manifest: Manifest) -> str:
    counts = manifest.counts
    return (
        f"{counts['documents']:,} documents with {counts['pages']:,} pages and {counts['chunks']:,} chunks in "
        f"{counts['collections']:,} collections"
    )


def _print_problems(problems: Sequence[Disagreement]) -> None:
    seen: Counter[str] = Counter()
    for problem in problems:
        seen[problem.what] += 1
        if seen[problem.what] > SHOWN_OF_A_KIND:
            continue
        mark = "[green]repaired[/]" if problem.repaired else "[red]found[/]"
        output.output.print(f"{mark} {problem.what}, {output.clean(problem.where)}: {output.clean(problem.found)}")
        if not problem.repaired and problem.remedy:
            output.output.print(f"      {output.clean(problem.remedy)}")
    for what, count in seen.items():
        if count > SHOWN_OF_A_KIND:
            output.output.print(f"and {count - SHOWN_OF_A_KIND:,} more: {what}")
    repaired = sum(problem.repaired for problem in problems)
    if problems:
        output.output.print(f"{len(problems):,} problems found, {repaired:,} of them repaired.")
    else:
        output.output.print("Catalogue, full-text index, vectors and folders agree.")
