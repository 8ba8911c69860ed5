"""Mirrors a bucket in a folder of this machine, from which files are read; the bucket is the truth."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ingest.scan import Unreadable, explain_os_error
from ingest.sources.bucket import Bucket, ObjectState
from ingest.sources.upload_folder import UploadFolder, cannot_keep
from rag.errors import UploadsAwayError
from rag.types import printable_path

log = logging.getLogger(__name__)

FETCHING = ".fetching-"
"""Begins the name of a file that is on its way; syncs pass over such names."""

FETCHED_AT_ONCE = 8


class BucketFolder(UploadFolder):
    """Methods may be called from any thread of the one process that has this mirror."""

    def __init__(self, root: Path, bucket: Bucket, *, max_file_bytes: int) -> None:
        """Larger objects than `max_file_bytes` are not fetched, as no sync would read them."""
        super().__init__(root)
        self._bucket = bucket
        self._max_file_bytes = max_file_bytes

    def describe(self) -> str:
        """Ask the bucket for a list, and return its address. Raises StoreError."""
        self._bucket.list_folders()
        return self._bucket.url

    def refresh(self, folder: Path) -> Sequence[Unreadable]:
        """Get what is new or changed, and delete what is gone; nothing is touched where the bucket cannot be listed."""
        if not self.holds(folder):
            return ()
        listed = self._bucket.list(self._key(folder))
        # An object that others lie below is the mark of an empty folder, which consoles of stores leave.
        folders = {str(parent) for key in listed for parent in PurePosixPath(key).parents} | {self._key(folder)}
        files = {self.root / key: state for key, state in listed.items() if key not in folders}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._drop_all_but(files, folder)
        except OSError as error:
            raise cannot_keep(folder, error) from error
        stale = [file for file, state in files.items() if _state_here(file) != state]
        with ThreadPoolExecutor(FETCHED_AT_ONCE) as threads:
            taken = [threads.submit(self._take, file, files[file], folder) for file in stale]
            try:
                return [refused for one in taken if (refused := one.result())]
            finally:
                threads.shutdown(cancel_futures=True)

    def fetch(self, file: Path) -> None:
        """Get one file where it is not here as it is in the bucket; while that is away, what is here is used."""
        if not self.holds(file):
            return
        try:
            state = self._bucket.find(self._key(file))
            if state is None:
                file.unlink(missing_ok=True)
            elif state != _state_here(file):
                self._get(file)
        except UploadsAwayError as error:
            if not file.is_file():
                raise
            log.warning("A file is shown as it was fetched before: %s", error)
        except OSError as error:
            raise cannot_keep(file.parent, error) from error

    def forget(self, find_listed: Callable[[Path, Collection[bytes]], Collection[bytes]]) -> None:
        """Delete copies of files that are not indexed any more: what is removed is removed on every server."""
        with suppress(FileNotFoundError):
            for folder in [path for path in self.root.iterdir() if path.is_dir() and path.name[0] != "."]:
                here = {os.fsencode(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
                for gone in here.keys() - set(find_listed(folder, here.keys()) if here else ()):
                    here[gone].unlink(missing_ok=True)

    def list_names(self, folder: Path) -> Collection[str]:
        """Return the names of the objects right below a folder."""
        key = PurePosixPath(self._key(folder))
        return {path.name for path in map(PurePosixPath, self._bucket.list(str(key))) if path.parent == key}

    def put(self, files: Sequence[Path], folder: Path) -> None:
        """Put files, which lie below the root, into the bucket, all or none; the mirror follows at the next sync."""
        keys = {self._key(file): self._key(folder / file.name) for file in files}
        if len(files) == 1:
            self._bucket.put(files[0], *keys.values())
            return
        before = self._bucket.list(self._key(folder))
        try:
            # The long way first, under names that nobody reads.
            for file in files:
                self._bucket.put(file, self._key(file))
            self._bucket.copy(keys)
        except UploadsAwayError:
            self._try_to_delete([key for key in keys.values() if key not in before])
            raise
        finally:
            self._try_to_delete(list(keys))

    def remove(self, file: Path) -> None:
        """Delete a file here and in the bucket."""
        self._bucket.delete([self._key(file)])
        super().remove(file)

    def move(self, folder: Path, target: Path) -> None:
        """Copy all objects of a folder, then delete the old ones; the mirror is fetched anew by the next sync."""
        source = PurePosixPath(self._key(folder))
        moved = {
            key: str(PurePosixPath(self._key(target), PurePosixPath(key).relative_to(source)))
            for key in self._bucket.list(str(source))
            if key != str(source)
        }
        try:
            self._bucket.copy(moved)
        except UploadsAwayError:
            self._try_to_delete(list(moved.values()))
            raise
        self._bucket.delete(list(moved))
        super().delete(folder)

    def delete(self, folder: Path) -> None:
        """Delete all objects of a folder, and what is here of them."""
        self._bucket.delete(list(self._bucket.list(self._key(folder))))
        super().delete(folder)

    def sweep(self, prefix: str) -> None:
        """Delete what was coming in, here and in the bucket; where that is away, at a later start."""
        super().sweep(prefix)
        for cut_off in self.root.glob(f"{FETCHING}*"):
            cut_off.unlink(missing_ok=True)
        try:
            for folder in self._bucket.list_folders():
                if folder.startswith(prefix):
                    self._bucket.delete(list(self._bucket.list(folder)))
        except UploadsAwayError as error:
            log.error("%s %s", error.reason, error.remedy)

    def _key(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _try_to_delete(self, keys: Sequence[str]) -> None:
        with suppress(UploadsAwayError):  # What is left of them is swept at the next start.
            self._bucket.delete(keys)

    def _drop_all_but(self, files: Collection[Path], folder: Path) -> None:
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir():
                with suppress(OSError):  # It is not empty.
                    path.rmdir()
            elif path not in files:
                path.unlink(missing_ok=True)

    def _take(self, file: Path, state: ObjectState, folder: Path) -> Unreadable | None:
        """Get a file of a folder; returns why it was not. Raises UploadsAwayError."""
        reason, remedy = "", ""
        try:
            if state.size > self._max_file_bytes:
                file.unlink(missing_ok=True)
                reason = (
                    f"It has {state.size >> 20:,} MB, more than the {self._max_file_bytes >> 20:,} MB that are read."
                )
                remedy = "Raise `max_file_megabytes`, or split the file."
            else:
                self._get(file)
        except OSError as error:
            reason, remedy = explain_os_error(error)
        path = os.fsencode(file.relative_to(folder))
        return Unreadable(printable_path(path), path, reason, remedy) if reason else None

    def _get(self, file: Path) -> None:
        """Write an object whole beside the mirror, then put it in its place. Raises OSError, UploadsAwayError."""
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=FETCHING, dir=self.root)
        try:
            with os.fdopen(handle, "wb") as stream:
                state = self._bucket.get(self._key(file), stream)
            if state is None:
                file.unlink(missing_ok=True)
            else:
                os.utime(made, ns=(state.mtime_ns, state.mtime_ns))
                Path(made).replace(file)
        finally:
            Path(made).unlink(missing_ok=True)


def _state_here(file: Path) -> ObjectState | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return ObjectState(status.st_size, status.st_mtime_ns)
