"""Makes the folder of the fork server's socket, and removes it where a process ends without Python's own clean-up."""

from __future__ import annotations

import os
import shutil
import tempfile
from multiprocessing.util import get_temp_dir

MAX_FOLDER_BYTES = 64
"""Of the folder for temporary files: a socket's path has room for 107, and Python's own names take 35 of them."""

SHORT_FOLDER = "/tmp"

_folders: set[str] = set()


def make_socket_folder() -> None:
    """Make the folder, unless it is there: below /tmp where the folder for temporary files has too long a path."""
    before = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > MAX_FOLDER_BYTES and os.access(SHORT_FOLDER, os.W_OK):
        tempfile.tempdir = SHORT_FOLDER
    try:
        _folders.add(get_temp_dir())
    finally:
        tempfile.tempdir = before


def remove_socket_folders() -> None:
    """Remove what was made. No worker can be started after it: for the last moment of a process."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
