"""Remembers the folder of the fork server's socket, for a process that ends without Python's own clean-up."""

from __future__ import annotations

import shutil

_folders: set[str] = set()


def note_socket_folder(folder: str) -> None:
    """Remember a folder that the fork server of this process has made."""
    _folders.add(folder)


def remove_socket_folders() -> None:
    """Remove what was noted. No worker can be started after it: for the last moment of a process."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
