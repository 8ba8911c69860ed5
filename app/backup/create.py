"""Packs an index into one file while others may write it.

Vectors are not in a backup: they follow from the catalogue, and only the owner of an index may open Chroma's files.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from app import __version__
from app.backup.archive import (
    DATABASE_NAME,
    FILE_FOLDERS,
    FORMAT,
    Manifest,
    Member,
    file_errors,
    pack,
    sync_folder,
    write_new_file,
)
from app.settings import CATALOGUE_FILE
from rag.errors import ConfigurationError, StoreError
from rag.storage.catalogue.snapshot import check_database, copy_database, count_rows


def write_backup(home: Path, file: Path) -> Manifest:
    """Write a backup of the index in `home`, also while another process writes it; an older `file` is replaced last.

    Each database is one consistent state. Raises ConfigurationError when there is no index, StoreError when it is
    damaged or the backup cannot be written.
    """
    if not (home / CATALOGUE_FILE).is_file():
        raise ConfigurationError(f"There is no index in {home} yet.", "Make one: `lectern sync FOLDER`.")
    with file_errors(file), tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as scratch:
        copies = Path(scratch) / "home"
        copies.mkdir()
        # The catalogue first: a file that comes or goes meanwhile is then a change that the next sync sees.
        members = (*_copy_databases(home, copies), *_copy_files(home, copies))
        manifest = Manifest(
            format=FORMAT,
            lectern=__version__,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            home=os.path.realpath(home),
            counts=count_rows(copies / CATALOGUE_FILE),
            members=members,
        )
        packed = Path(scratch) / "packed"
        pack(packed, manifest, copies)
        packed.replace(file)
        sync_folder(file.parent)
    return manifest


def _copy_databases(home: Path, copies: Path) -> Iterator[Member]:
    for database in sorted(home.glob("*.sqlite")):
        if not DATABASE_NAME.fullmatch(database.name):
            continue
        copy = copies / database.name
        copy_database(database, copy)
        if damage := check_database(copy):
            raise StoreError(
                f"{database} is damaged ({damage[0]}). No backup was written; an older one is as it was.",
                "Restore the last good backup, or delete the index and sync the folders again.",
            )
        with copy.open("rb") as stream:
            yield Member(database.name, copy.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())


def _copy_files(home: Path, copies: Path) -> Iterator[Member]:
    for folder in FILE_FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            name = path.relative_to(home).as_posix()
            if name.startswith(f"{folder}/."):
                continue  # Still coming in.
            copy = copies / name
            # One that is deleted meanwhile is left out, as if the backup were a moment younger.
            with suppress(FileNotFoundError):
                if path.is_file() and not path.is_symlink():
                    with path.open("rb") as content:
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        sha256 = write_new_file(content, copy)
                    yield Member(name, copy.stat().st_size, sha256)
