"""Who changed what and who tried to get in: JSON lines in `audit.log`. Is never given tokens, questions or bodies."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal

AUDIT_FILE = "audit.log"

ROTATED_BYTES = 10_000_000
KEPT_FILES = 5
"""The newest four rotated files stay beside the one written to: 50 MB at most, some 250,000 events."""

MAX_PATH = 500
"""Characters of a path; whoever fills the log must send as much."""

Event = Literal["login", "refused", "write"]

log = logging.getLogger(__name__)


class AuditLog:
    """Appends events; rotates the file when it is full. Readable by its owner only."""

    def __init__(self, file: Path, *, rotated_bytes: int = ROTATED_BYTES) -> None:
        self._file = file
        self._rotated_bytes = rotated_bytes
        self._lock = Lock()

    def record(
        self,
        event: Event,
        *,
        identity: str,
        method: str,
        path: str,
        status: int | None,
        address: str,
    ) -> None:
        """Write one line. A disk that fails is reported to the program's log and stops nobody."""
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                "identity": identity,
                "method": method,
                "path": path[:MAX_PATH],
                "status": status,
                "address": address,
            }
        )
        try:
            with self._lock:
                self._rotate(len(line) + 1)
                with open(self._file, "a", encoding="utf-8", opener=_open_private) as file:
                    file.write(line + "\n")
        except OSError as error:
            log.error("The audit log %s cannot be written: %s", self._file, error)

    def _rotate(self, coming: int) -> None:
        if not self._file.exists() or self._file.stat().st_size + coming <= self._rotated_bytes:
            return
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self._file.with_name(f"{self._file.name}.{number - 1}") if number > 1 else self._file
            if older.exists():
                older.replace(self._file.with_name(f"{self._file.name}.{number}"))


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
