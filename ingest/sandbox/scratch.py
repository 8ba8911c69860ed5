"""Makes scratch folders that vanish with their process, at the latest when the next one starts."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "lectern-parse-"


class ScratchFolder:
    """A folder in the system's temporary folder, held by a lock that the kernel drops however the process ends.

    The lock also keeps systemd's cleaner of old temporary files away.
    """

    def __init__(self) -> None:
        sweep_scratch()
        self.path, self._descriptor = _make_locked()

    def remove(self) -> None:
        """Delete the folder and what is in it. Safe to call twice."""
        if self._descriptor >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._descriptor)
            self._descriptor = -1


def sweep_scratch() -> None:
    """Delete the folders that killed processes have left behind; those in use and those of other users stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # somebody works in it
        finally:
            os.close(descriptor)


def _make_locked() -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # swept between the two steps
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.is_dir():
            return path, descriptor
        os.close(descriptor)
