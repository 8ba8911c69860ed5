"""Packs and unpacks the file of a backup: a gzipped tar with a manifest first."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from app.settings import CATALOGUE_FILE
from rag.errors import ConfigurationError, StoreError

FORMAT = 1
"""Raised when an older Lectern could no longer read a backup."""

MANIFEST = "manifest.json"

MAX_MANIFEST_BYTES = 64 << 20
"""Half a million files; more is no manifest of ours."""

DATABASE_NAME = re.compile(r"[a-z][a-z0-9_-]*\.sqlite")

FILE_FOLDERS = ("uploads",)
"""Folders of a home with files that are nowhere else."""

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup: its name relative to the home, its size and its hash."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a backup and the time when it was made."""

    format: int
    lectern: str
    created_at: str
    home: str
    counts: Mapping[str, int]
    members: tuple[Member, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values."""
        return asdict(self)


def pack(packed: Path, manifest: Manifest, copies: Path) -> None:
    """Write a backup of the members, which lie under `copies`, into the new file `packed`."""
    # The texts of the documents are in it: only its owner may read it.
    descriptor = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as archive:
            described = json.dumps(manifest.to_json(), indent=1).encode()
            archive.addfile(_entry(MANIFEST, len(described)), BytesIO(described))
            for member in manifest.members:
                with (copies / member.name).open("rb") as content:
                    archive.addfile(_entry(member.name, member.size), content)
        stream.flush()
        os.fsync(stream.fileno())


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


@contextmanager
def open_backup(file: Path) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    """Give the archive and the unpacked stream beneath it. Raises StoreError for a file that is not a backup."""
    try:
        packed = file.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    try:
        with packed, gzip.open(packed) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            yield archive, cast("IO[bytes]", stream)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged(str(error)) from error


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    """Return the manifest, which is the first thing in the archive. Raises StoreError when it is newer or not ours."""
    entry = archive.next()
    if entry is None or entry.name != MANIFEST or not entry.isreg() or entry.size > MAX_MANIFEST_BYTES:
        raise damaged("it does not begin with a manifest")
    content = archive.extractfile(entry)
    assert content is not None
    try:
        read = json.loads(content.read())
        if read["format"] > FORMAT:
            raise StoreError(
                f"The backup was written by a newer Lectern ({read['lectern']}, format {read['format']}; this one "
                f"knows {FORMAT}).",
                "Install that version.",
            )
        members = tuple(Member(str(item["name"]), int(item["size"]), str(item["sha256"])) for item in read["members"])
        counts = {str(name): int(count) for name, count in read["counts"].items()}
        manifest = Manifest(
            int(read["format"]), str(read["lectern"]), str(read["created_at"]), str(read["home"]), counts, members
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged("its manifest cannot be read") from error
    for member in members:
        if not _is_ours(member.name):
            raise damaged(f"its manifest names {member.name!r}, which is not a file of an index")
    if CATALOGUE_FILE not in {member.name for member in members}:
        raise damaged("it holds no catalogue")
    return manifest


def _is_ours(name: str) -> bool:
    """Tell whether a name stays inside the home and is of a kind that a backup holds."""
    path = PurePosixPath(name)
    if str(path) != name or "\\" in name or "\0" in name or ".." in path.parts or path.is_absolute():
        return False
    is_database = len(path.parts) == 1 and DATABASE_NAME.fullmatch(name) is not None
    return is_database or (len(path.parts) > 1 and path.parts[0] in FILE_FOLDERS)


def unpack(archive: tarfile.TarFile, manifest: Manifest, staged: Path) -> None:
    """Write the members under `staged`; what is no plain file or is not in the manifest is refused, never written."""
    expected = {member.name: member for member in manifest.members}
    needed = sum(member.size for member in manifest.members)
    if needed > shutil.disk_usage(staged).free:
        raise StoreError(f"The backup needs {needed / 1e6:,.0f} MB; the disk has less free.", "Make room.")
    while (entry := archive.next()) is not None:
        member = expected.pop(entry.name, None)
        if member is None or not entry.isreg() or entry.size != member.size:
            raise damaged(f"{entry.name!r} in it does not match the manifest")
        content = archive.extractfile(entry)
        assert content is not None
        target = staged / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if write_new_file(content, target) != member.sha256:
            raise damaged(f"{member.name} in it has changed since it was written")
    if expected:
        raise damaged(f"{next(iter(expected))} is missing from it")


def write_new_file(content: IO[bytes], target: Path) -> str:
    """Copy to a new file that is on the disk afterwards; returns the SHA-256."""
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        while block := content.read(BLOCK):
            digest.update(block)
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def damaged(why: str) -> StoreError:
    """Return the error for a file that cannot be restored."""
    return StoreError(f"The file cannot be restored:  {why}. Nothing was changed.", "Use another backup.")


@contextmanager
def file_errors(place: Path) -> Iterator[None]:
    """Raise what the disk refuses as StoreError; for work that leaves `place` as it was when it fails."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{place}: {error.strerror or error}. What was there is as it was.",
            "Check the folder, its permissions and the free space.",
        ) from error


def sync_folder(folder: Path) -> None:
    """Have renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
