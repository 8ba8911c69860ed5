"""Puts the index of a backup into place, all or nothing."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.backup.archive import (
    BLOCK,
    DATABASE_NAME,
    FILE_FOLDERS,
    Manifest,
    damaged,
    file_errors,
    open_backup,
    read_manifest,
    sync_folder,
    unpack,
)
from app.settings import CATALOGUE_FILE
from rag.errors import ConfigurationError
from rag.storage.catalogue.snapshot import check_database, check_schema, count_rows

DERIVED = ("chroma", "chroma-server.json")
"""Built anew from the restored catalogue; the second has the name of the vectors in a Chroma server, where those of the
replaced index are not the restored one's."""

LEFT_ALONE = ("lock", "owner.json", "models", "lost+found")
"""The lock, the converted models and what a file system puts on a volume belong to the machine, not to the index."""

MOVING_OUT, MOVED_OUT, REPLACED = "restore-moving-out", "restore-moved-out", "replaced-by-restore"
"""Where a restore keeps what it replaces: one folder, whose name says how far it was when it was cut off."""


def restore(file: Path, home: Path, *, force: bool, complete: Callable[[Path, Manifest], None]) -> Manifest:
    """Put the index of a backup into `home`, which the caller owns; everything is verified before `home` changes.

    `complete` is called with a folder that holds the verified index, and the manifest, to make the vectors there. With
    `force` an index that is there is replaced; it is deleted when the new one is in place. Raises StoreError when the
    backup is damaged or newer, ConfigurationError when `home` is not empty.
    """
    finish_cut_off_restore(home)
    occupied = _foreign_entries(home)
    if occupied and not force:
        raise ConfigurationError(
            f"{home} is not empty: it holds {', '.join(occupied[:5])}.",
            "Name another folder with --home, or replace the index that is there with --force.",
        )
    with file_errors(home), tempfile.TemporaryDirectory(dir=home, prefix=".restoring-") as scratch:
        staged = Path(scratch)
        with open_backup(file) as (archive, stream):
            manifest = read_manifest(archive)
            unpack(archive, manifest, staged)
            while stream.read(BLOCK):  # To the end, where gzip keeps a checksum of the whole.
                pass
        _verify_databases(staged, manifest)
        complete(staged, manifest)
        _swap(staged, home)
    return manifest


def _verify_databases(staged: Path, manifest: Manifest) -> None:
    for database in staged.glob("*.sqlite"):
        if damage := check_database(database):
            raise damaged(f"{database.name} in it is damaged ({damage[0]})")
    check_schema(staged / CATALOGUE_FILE)
    if count_rows(staged / CATALOGUE_FILE) != manifest.counts:
        raise damaged("its catalogue does not match the manifest")


def _foreign_entries(home: Path) -> list[str]:
    """List the entries of a home that a restore would replace or mix with."""
    return sorted(entry.name for entry in home.iterdir() if entry.name not in LEFT_ALONE) if home.exists() else []


def _index_entries(home: Path) -> list[Path]:
    """Return the files and folders that make up the index in `home`."""
    folders = (*DERIVED, *FILE_FOLDERS)
    return [
        entry
        for entry in sorted(home.iterdir())
        if entry.name in folders or DATABASE_NAME.fullmatch(re.sub("-(wal|shm|journal)$", "", entry.name))
    ]


def _swap(staged: Path, home: Path) -> None:
    """Exchange the index in `home`, entry by entry: the home itself may be a mount point, which cannot be renamed."""
    try:
        (home / MOVING_OUT).mkdir()
        for entry in _index_entries(home):
            entry.rename(home / MOVING_OUT / entry.name)
        (home / MOVING_OUT).rename(home / MOVED_OUT)
        sync_folder(home)
        for entry in _index_entries(staged):
            entry.rename(home / entry.name)
        sync_folder(home)
    except BaseException:
        finish_cut_off_restore(home)
        raise
    # From here on the new index is the one: a restore cut off now no longer puts the old one back.
    (home / MOVED_OUT).rename(home / REPLACED)
    sync_folder(home)
    shutil.rmtree(home / REPLACED)


def is_cut_off(home: Path) -> bool:
    """Tell whether a restore was killed, or is at work, while the index was being exchanged."""
    return (home / MOVING_OUT).is_dir() or (home / MOVED_OUT).is_dir()


def finish_cut_off_restore(home: Path) -> None:
    """Put the old index back after a restore that was killed, unless the new one was whole. The caller owns `home`."""
    if (home / MOVED_OUT).is_dir():
        for entry in _index_entries(home):
            _delete(entry)
        (home / MOVED_OUT).rename(home / MOVING_OUT)
    if (home / MOVING_OUT).is_dir():
        for entry in sorted((home / MOVING_OUT).iterdir()):
            entry.rename(home / entry.name)
        (home / MOVING_OUT).rmdir()
    if (home / REPLACED).is_dir():
        shutil.rmtree(home / REPLACED)
    for scratch in home.glob(".restoring-*"):
        shutil.rmtree(scratch)


def _delete(entry: Path) -> None:
    if entry.is_dir():
        shutil.rmtree(entry)
    else:
        entry.unlink()
