"""Finds the files of a folder and tells which are new, changed, renamed, gone."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch, translate
from functools import lru_cache
from pathlib import Path

from rag.errors import ConfigurationError
from rag.types import ANOTHER_NAME, FileState, KnownFile, printable_path

JUNK = (".*", "~$*", "Thumbs.db", "desktop.ini", "ehthumbs.db", "Icon\r", "*.tmp", "*.part", "*.crdownload", "__MACOSX")
"""Names that systems and programs leave behind; nobody asks about them. The setting `ignore` adds others, and takes
some back in."""

HASH_BLOCK = 1 << 20

MAX_LATE = 3
"""Syncs that try to read a file which took too long, each giving it twice the time of the one before."""

LATE_MARK = ".late"
"""In what is remembered of a failed attempt: how often it ran out of time."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder entry that could not even be listed; whatever was indexed below it stays."""

    path: str
    path_bytes: bytes
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """A file or folder that is left alone: its name fits a pattern, or (ANOTHER_NAME) it is read by another one."""

    path: str
    pattern: str


@dataclass(frozen=True, slots=True)
class FolderScan:
    """A folder as it is now."""

    files: tuple[FileState, ...]
    unreadable: tuple[Unreadable, ...] = ()
    skipped: tuple[SkippedEntry, ...] = ()


@dataclass(slots=True)
class FolderChanges:
    """The changes that a sync has to take in; paths in bytes are relative to the folder."""

    to_read: list[FileState] = field(default_factory=list)
    renamed: list[tuple[KnownFile, FileState]] = field(default_factory=list)
    removed: list[KnownFile] = field(default_factory=list)
    unchanged: list[KnownFile] = field(default_factory=list)
    still_failed: list[KnownFile] = field(default_factory=list)
    kept_out: list[KnownFile] = field(default_factory=list)


def scan_folder(root: Path, *, ignore: Sequence[str] = ()) -> FolderScan:
    """List a folder and all below it, following symbolic links but never in a circle.

    Raises ConfigurationError when the folder itself is missing or cannot be read.
    """
    _check_root(root)
    walk = _Walk(os.fsencode(root), (*JUNK, *ignore))
    walk.enter(b"")
    files, aliases = _drop_aliases(walk.files, walk.identities)
    return FolderScan(files, tuple(walk.unreadable), (*walk.skipped, *aliases))


def _drop_aliases(
    files: Sequence[FileState], identities: Mapping[bytes, tuple[bool, int, int]]
) -> tuple[tuple[FileState, ...], list[SkippedEntry]]:
    """Return the files in order, each once: of several links to one file the name that it has itself, else the
    first."""
    kept: dict[tuple[int, int], FileState] = {}
    aliases = []
    for file in sorted(files, key=lambda file: (identities[file.path_bytes][0], file.path_bytes)):
        _, device, number = identities[file.path_bytes]
        first = kept.setdefault((device, number), file) if number else file
        if first is not file:
            aliases.append(SkippedEntry(file.path, f"{ANOTHER_NAME}{first.path}"))
    skipped = {entry.path for entry in aliases}
    found = sorted((file for file in files if file.path not in skipped), key=lambda file: file.path_bytes)
    return tuple(found), aliases


def _check_root(root: Path) -> None:
    try:
        is_folder = root.is_dir()
        if is_folder:
            with os.scandir(root) as entries:
                next(entries, None)
    except PermissionError as error:
        raise ConfigurationError(
            f"The folder {root} may not be read.", "Give this user the right to read it, and sync again."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"The folder {root} cannot be read: {error.strerror}.", "Check the disk.") from error
    if not is_folder:
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise ConfigurationError(
            f"{root} {what}.", "Check the path, and that its disk is mounted. Nothing was removed from the index."
        )


class _Walk:
    """Collects files and what could not be listed, by paths in bytes: names need not be UTF-8."""

    def __init__(self, root: bytes, ignore: Sequence[str]) -> None:
        self._root = root
        self._ignore = ignore
        self._trail: list[tuple[int, int]] = []
        self._links = 0
        """Of the folders that are being listed, how many were reached by a link."""
        self.identities: dict[bytes, tuple[bool, int, int]] = {}
        """Path -> whether a link leads there, device and number of the file."""
        self.files: list[FileState] = []
        self.unreadable: list[Unreadable] = []
        self.skipped: list[SkippedEntry] = []

    def enter(self, folder: bytes) -> None:
        try:
            status = os.stat(os.path.join(self._root, folder))  # noqa: PTH116, PTH118
            identity = (status.st_dev, status.st_ino)
            if identity in self._trail:
                return  # A link to a folder that we are in.
            with os.scandir(os.path.join(self._root, folder)) as listing:  # noqa: PTH118
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._cannot_read(folder, error)
            return
        self._trail.append(identity)
        for entry in entries:
            path = os.path.join(folder, entry.name)  # noqa: PTH118
            if pattern := self._fitting_pattern(path, entry.name):
                self.skipped.append(SkippedEntry(printable_path(path), pattern))
            else:
                self._take(path, entry)
        self._trail.pop()

    def _take(self, path: bytes, entry: os.DirEntry[bytes]) -> None:
        try:
            is_link = entry.is_symlink()
            if entry.is_dir():
                self._links += is_link
                self.enter(path)
                self._links -= is_link
            elif entry.is_file():
                status = entry.stat()
                state = FileState(
                    printable_path(path), path, status.st_size, status.st_mtime_ns, ctime_ns=status.st_ctime_ns
                )
                self.files.append(state)
                self.identities[path] = is_link or self._links > 0, status.st_dev, status.st_ino
            elif entry.is_symlink():
                entry.stat()  # Raises: the link leads nowhere or in a circle.
        except OSError as error:
            self._cannot_read(path, error)

    def _fitting_pattern(self, path: bytes, name: bytes) -> str:
        return fitting_pattern(printable_path(path), printable_path(name), self._ignore)

    def _cannot_read(self, path: bytes, error: OSError) -> None:
        reason, remedy = explain_os_error(error)
        self.unreadable.append(Unreadable(printable_path(path), path, reason, remedy))


def fitting_pattern(path: str, name: str, patterns: Sequence[str]) -> str:
    """Return the first pattern that a path or its last name fits, "" for none.

    A pattern behind "!" takes back in what fits it, whatever else it fits: "!.*" the names that begin with a dot.
    """
    if not (any_fits := _compile_any(tuple(patterns)))(name) and not any_fits(path):
        return ""
    fitting = [pattern for pattern in patterns if _fits(path, name, pattern.removeprefix("!"))]
    return "" if any(pattern.startswith("!") for pattern in fitting) else next(iter(fitting), "")


@lru_cache(maxsize=16)
def _compile_any(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """Return what finds out in one step that a name fits none of some patterns, as nearly all do."""
    either = "|".join(translate(os.path.normcase(pattern.removeprefix("!"))) for pattern in patterns)
    match = re.compile(either or r"(?!)").match
    return lambda name: match(os.path.normcase(name))


def _fits(path: str, name: str, pattern: str) -> bool:
    return fnmatch(name, pattern) or fnmatch(path, pattern)


def explain_os_error(error: OSError) -> tuple[str, str]:
    """Return reason and remedy for a file or folder that the operating system would not give us."""
    if isinstance(error, FileNotFoundError):
        return "The file is gone, or is a link that leads nowhere.", "Restore it or remove the link."
    if isinstance(error, PermissionError):
        return "This user may not read it.", "Give this user the right to read it, and sync again."
    if error.errno == errno.ELOOP:
        return "It is a symbolic link that leads in a circle.", "Remove the link."
    if error.errno == errno.ENAMETOOLONG:
        return "Its path is too long for the system.", "Shorten the names of its folders."
    return f"It cannot be read: {error.strerror}.", "Check the disk, and sync again."


def compare(
    scan: FolderScan,
    known: Mapping[bytes, KnownFile],
    *,
    index_id: int,
    attempt_of: Callable[[FileState], str],
    hash_file: Callable[[FileState], str],
    changed_since_ns: int = 0,
) -> FolderChanges:
    """Return which files a sync has to read, by size and time; a rename is proved by SHA-256.

    What looks unchanged but was written to since `changed_since_ns` (nanoseconds since 1970) is compared by SHA-256:
    a program may put back the time of a file that it changed.
    `attempt_of` names a file state together with the parse settings: what failed so once is not tried again; what ran
    out of time is, MAX_LATE times.
    """
    changes = FolderChanges()
    seen = {file.path_bytes for file in scan.files}
    gone = [file for path, file in known.items() if path not in seen and not _lies_below(path, scan.unreadable)]
    fresh: list[FileState] = []
    for file in scan.files:
        record = known.get(file.path_bytes)
        if record is None:
            fresh.append(file)
        elif record.state == "removed":
            changes.kept_out.append(record)
        elif record.failed_attempt and record.failed_attempt in _final_attempts(attempt_of(file)):
            changes.still_failed.append(record)
        elif not record.sha256 and record.state == "failed":
            fresh.append(file)
        elif record.state == "indexed" and _is_same(record, file) and record.version_index == index_id:
            is_settled = not file.ctime_ns or file.ctime_ns < changed_since_ns
            if is_settled or hash_file(file) == record.sha256:
                changes.unchanged.append(record)
            else:
                changes.to_read.append(file)
        else:
            changes.to_read.append(file)
    _match_renames(changes, gone, fresh, index_id, hash_file)
    changes.to_read.sort(key=lambda file: file.path_bytes)
    return changes


def late_attempt(attempt: str, tries: int) -> str:
    """Name an attempt that ran out of time for the `tries`-th time in a row."""
    return f"{attempt}{LATE_MARK}{tries}"


def count_late(failed_attempt: str, attempt: str) -> int:
    """Return how often an attempt has run out of time until now; 0 for another attempt."""
    before, mark, tries = failed_attempt.rpartition(LATE_MARK)
    return int(tries) if mark and before == attempt else 0


def _final_attempts(attempt: str) -> tuple[str, str]:
    return attempt, late_attempt(attempt, MAX_LATE)


def _match_renames(
    changes: FolderChanges,
    gone: Sequence[KnownFile],
    fresh: Sequence[FileState],
    index_id: int,
    hash_file: Callable[[FileState], str],
) -> None:
    """Sort the files that are gone and those that are new into renamed, removed and to be read."""
    movable: dict[tuple[int, str], list[KnownFile]] = {}
    for record in gone:
        if record.sha256:
            movable.setdefault((record.size, record.sha256), []).append(record)
    sizes = {size for size, _ in movable}
    moved = set()
    for file in fresh:
        candidates = movable.get((file.size, hash_file(file)), []) if file.size in sizes else []
        if candidates:
            record = candidates.pop()
            moved.add(record.document_id)
            changes.renamed.append((record, file))
            if record.version_index != index_id:  # It answers by another index, under its new name too.
                changes.to_read.append(file)
        else:
            changes.to_read.append(file)
    changes.removed.extend(record for record in gone if record.document_id not in moved)


def _is_same(record: KnownFile, file: FileState) -> bool:
    return record.size == file.size and record.mtime_ns == file.mtime_ns


def _lies_below(path: bytes, unreadable: Collection[Unreadable]) -> bool:
    return any(path == entry.path_bytes or path.startswith(entry.path_bytes + b"/") for entry in unreadable)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; "" when it cannot be read (reading it next reports why)."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(HASH_BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
