"""Keeps the files of uploads in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from ingest.scan import Unreadable
from rag.errors import StoreError


class UploadFolder:
    """A folder on a disk, which all servers of an index see. Paths that are given lie below `root`.

    One that mirrors a bucket is an `ingest.sources.bucket_folder.BucketFolder`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def holds(self, path: Path) -> bool:
        """Return whether a file or folder lies below it."""
        return self.root in path.parents

    def describe(self) -> str:
        """Return in words where uploads are. Raises StoreError where that cannot be used."""
        return str(self.root)

    def refresh(self, folder: Path) -> Sequence[Unreadable]:
        """Bring what is here of a folder up to date; what could not be fetched is returned. Raises StoreError."""
        return ()

    def fetch(self, file: Path) -> None:
        """Bring one file up to date, so that it can be read. Raises StoreError."""

    def forget(self, find_listed: Callable[[Path, Collection[bytes]], Collection[bytes]]) -> None:
        """Delete what is here only to be read, of all files that are not indexed any more.

        `find_listed` returns those of the paths in a folder that still are.
        """

    def list_names(self, folder: Path) -> Collection[str]:
        """Return the names of the files in a folder. Raises StoreError."""
        try:
            return {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else ()
        except OSError as error:
            raise StoreError(
                f"The uploads in {folder} cannot be listed: {error.strerror}.", "Check the disk."
            ) from error

    def put(self, files: Sequence[Path], folder: Path) -> None:
        """Move files into a folder. Raises StoreError."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                file.replace(folder / file.name)
        except OSError as error:
            raise cannot_keep(folder, error) from error

    def remove(self, file: Path) -> None:
        """Delete a file. Raises StoreError."""
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"The upload {file} cannot be deleted: {error.strerror}.", "Check the permissions of its folder."
            ) from error

    def move(self, folder: Path, target: Path) -> None:
        """Give a folder another name. Raises StoreError."""
        try:
            if folder.is_dir():
                folder.rename(target)
        except OSError as error:
            raise StoreError(
                f"The uploads in {folder} cannot be moved to {target}: {error.strerror or error}.",
                "Nothing was renamed: check their permissions, and try again.",
            ) from error

    def delete(self, folder: Path) -> None:
        """Delete a folder with all that is in it. Raises StoreError where a bucket is away."""
        shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, prefix: str) -> None:
        """Delete what was coming in, in folders whose names begin so, when a process was killed."""
        for cut_off in self.root.glob(f"{prefix}*"):
            shutil.rmtree(cut_off, ignore_errors=True)


def cannot_keep(folder: Path, error: OSError) -> StoreError:
    """Return the error for a disk that does not take a file."""
    return StoreError(
        f"The upload could not be kept in {folder}: {error.strerror or error}.", "Check the disk and its permissions."
    )
