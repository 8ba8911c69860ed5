"""Records changes and failed logins, with who made them, as JSON lines in `audit.log`.

It is never given tokens, questions or bodies.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal, cast

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
        self._handler = _PrivateFile(file, rotated_bytes)

    def record(
        self,
        event: Event,
        *,
        identity: str,
        method: str,
        path: str,
        status: int | None,
        address: str,
        request: str,
    ) -> None:
        """Write one line. A failing disk is reported in the program's log; the request goes on."""
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                "identity": identity,
                "method": method,
                "path": path[:MAX_PATH],
                "status": status,
                "address": address,
                "request": request,
            }
        )
        self._handler.handle(logging.makeLogRecord({"msg": line}))


class _PrivateFile(RotatingFileHandler):
    def __init__(self, file: Path, rotated_bytes: int) -> None:
        super().__init__(file, maxBytes=rotated_bytes, backupCount=KEPT_FILES - 1, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        # Not kept open: once the file is moved away or deleted, the next event goes into a new one.
        self.close()

    def _open(self) -> TextIOWrapper:
        return cast("TextIOWrapper", open(self.baseFilename, self.mode, encoding=self.encoding, opener=_open_private))

    def handleError(self, record: logging.LogRecord) -> None:
        log.error("The audit log %s cannot be written: %s", self.baseFilename, sys.exception())


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
