"""Keeps secrets in a JSON file that nobody but its owner can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from rag.errors import StoreError

OWNER_ONLY = 0o600

LOCK_WAIT_SECONDS = 10.0
"""A change takes milliseconds."""


class PrivateFile:
    """Names with a secret each. Every method is for any thread and process, and raises StoreError."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> dict[str, str]:
        """Return all names with their secrets, in the order in which they came."""
        try:
            kept = json.loads(self.file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            why = (error.strerror or "it cannot be opened") if isinstance(error, OSError) else "it is damaged"
            raise StoreError(
                f"{self.file} cannot be read: {why}.", "Check its permissions, or delete it and give what it held anew."
            ) from None  # What was read may be in the error.
        return {str(name): str(secret) for name, secret in kept.items()} if isinstance(kept, Mapping) else {}

    def keep(self, name: str, secret: str) -> None:
        """Keep a secret under a name, in the place of an older one."""
        self._change(name, secret)

    def forget(self, name: str) -> bool:
        """Delete the secret of a name; returns whether there was one."""
        return self._change(name, None)

    def _change(self, name: str, secret: str | None) -> bool:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.file}.lock", timeout=LOCK_WAIT_SECONDS):
                kept = self.read()
                was_there = kept.pop(name, None) is not None
                if secret is not None:
                    kept[name] = secret
                self._write(kept)
        except OSError as error:
            raise StoreError(
                f"{self.file} cannot be written: {error.strerror or 'it is in use'}.",
                "Check the permissions of its folder and the room on its disk.",
            ) from None
        return was_there

    def _write(self, kept: Mapping[str, str]) -> None:
        scratch = self.file.with_name(f"{self.file.name}.new")
        scratch.unlink(missing_ok=True)
        # Made so that it is never open to others, not even for a moment.
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            json.dump(kept, new, ensure_ascii=False)
            new.flush()
            os.fsync(new.fileno())
        scratch.replace(self.file)
