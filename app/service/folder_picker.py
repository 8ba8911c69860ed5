"""Lists the folders of this machine, for those who choose one to be kept in step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.state.folders import is_within
from rag.errors import ConfigurationError
from rag.types import printable_path

MAX_FOLDERS = 1_000
"""Listed of one folder; nobody looks through more, and a part of the name finds the others."""


@dataclass(frozen=True, slots=True)
class FolderListing:
    """A folder with the folders in it, by name; `path` is "" above those that are allowed, `parent` "" at the top."""

    path: str
    parent: str
    folders: tuple[str, ...]
    """Whole paths."""
    is_cut: bool
    """More are there than are listed."""


class FolderPicker:
    """Shows only folders that may be registered, none that are hidden, and no files."""

    def __init__(self, roots: Sequence[Path]) -> None:
        """Take the folders in which all must lie; none for any."""
        self._roots = [Path(os.path.realpath(root)) for root in roots]

    def list_folders(self, path: str, *, containing: str = "") -> FolderListing:
        """Return the folders in one, those whose names contain a text in upper or lower case.

        "" stands for where to begin. Raises ConfigurationError.
        """
        sought = containing.strip().casefold()
        if not path:
            if self._roots:
                roots = [shown for shown in map(printable_path, self._roots) if sought in shown.casefold()]
                return FolderListing("", "", tuple(roots), False)
            path = str(Path.home())
        folder = Path(os.path.realpath(path))
        if "\0" in path or not Path(path).is_absolute() or (self._roots and not is_within(folder, self._roots)):
            raise ConfigurationError(f"{path!r} is not a folder that may be looked into.", "Choose another one.")
        try:
            with os.scandir(folder) as entries:
                names = sorted(
                    (entry.name for entry in entries if not entry.name.startswith(".") and _is_folder(entry)),
                    key=str.casefold,
                )
        except OSError as error:
            raise ConfigurationError(
                f"{printable_path(folder)} cannot be looked into: {error.strerror}.", "Choose another folder."
            ) from error
        # A name that is not text cannot be sent back; its folder can be registered by the command line.
        shown = [name for name in names if name.isprintable() and sought in name.casefold()]
        inside = tuple(str(folder / name) for name in shown[:MAX_FOLDERS])
        return FolderListing(printable_path(folder), self._parent_of(folder), inside, len(shown) > MAX_FOLDERS)

    def _parent_of(self, folder: Path) -> str:
        parent = folder.parent
        return "" if parent == folder or (self._roots and not is_within(parent, self._roots)) else str(parent)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
