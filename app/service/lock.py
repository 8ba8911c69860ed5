"""Lets one process own an index at a time, by a lock file that names it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexLockedError, StoreError

LOCK_FILE = "lock"
OWNER_FILE = "owner.json"

ASKED_SECONDS = 0.3
"""Whoever asks whether an index is owned holds its lock for an instant: that long nobody takes them for an owner."""


@contextmanager
def own_index(home: Path, command: str, *, wait_seconds: float) -> Iterator[None]:
    """Own the index in `home` while the block runs.

    Raises IndexLockedError, which names the owner, when another process does not let go within `wait_seconds`;
    StoreError when the folder cannot be written.
    """
    owner_file = home / OWNER_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / LOCK_FILE)
        lock.acquire(timeout=max(wait_seconds, ASKED_SECONDS))
    except Timeout:
        raise IndexLockedError(
            f"The index in {home} is in use by {describe_owner(home) or 'another process'}.",
            "Wait for it to finish, or stop it.",
        ) from None
    except OSError as error:
        raise StoreError(
            f"The index folder {home} cannot be written: {error.strerror or error}.",
            "Check its permissions and the disk, or name another folder with --home.",
        ) from error
    try:
        with suppress(OSError):  # Only for the message to others; a full disk is reported where it matters.
            owner_file.unlink(missing_ok=True)  # What a killed process has left must not speak for this one.
            since = datetime.now().isoformat(" ", "seconds")
            _write_owner(owner_file, {"process": os.getpid(), "command": command, "since": since, "address": ""})
        yield
    finally:
        with suppress(OSError):
            owner_file.unlink()
        lock.release()


def announce_address(home: Path, address: str) -> None:
    """Tell others where the owner of the index, which is this process, answers over HTTP. Raises StoreError."""
    file = home / OWNER_FILE
    try:
        _write_owner(file, {**json.loads(file.read_text()), "address": address})
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{file} cannot be written: {error}. Other commands would not find this server.",
            "Check the permissions and the room on its disk.",
        ) from error


def describe_owner(home: Path) -> str:
    """Name the owner of the index in `home` in words; "" when it is not known."""
    try:
        owner = json.loads((home / OWNER_FILE).read_text())
        return f"`lectern {owner['command']}` (process {owner['process']}, since {owner['since']})"
    except (OSError, ValueError, KeyError):
        return ""


def owner_address(home: Path) -> str:
    """Return the address at which the owner of the index in `home` answers over HTTP; "" where none does any more."""
    try:
        address = str(json.loads((home / OWNER_FILE).read_text()).get("address", ""))
    except (OSError, ValueError, AttributeError):
        return ""
    return address if address and is_owned(home) else ""


def is_owned(home: Path) -> bool:
    """Tell whether some process owns the index: one that was killed has left its file, and not the lock."""
    try:
        # Shared, so that one process that asks does not take another one that asks for the owner.
        with (home / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _write_owner(file: Path, owner: Mapping[str, str | int]) -> None:
    # In one step: a process that reads half of it would not find the server.
    new = file.with_suffix(".new")
    new.write_text(json.dumps(owner))
    new.replace(file)
