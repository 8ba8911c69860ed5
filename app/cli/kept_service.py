"""Keeps a service running for as long as the page does: finds it, or starts it, and starts it again when it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from app.cli import output
from app.client.connection import Connection
from app.service.lock import owner_address
from app.settings import Settings
from rag.errors import ConfigurationError

POLL_SECONDS = 0.1

STOP_SECONDS = 8.0
"""The service itself is gone five seconds after it is told."""

PAUSE_SECONDS = 5.0
"""Between two starts: a service that ends at once is not started all the time."""

FAILED = "The service did not start; the output above says why."


class KeptService:
    """The service at `address`; one that is not `given` is started where none runs, and again where it has ended."""

    def __init__(self, settings: Settings, given: str) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self.is_kept = not given.strip()
        self.address = given.rstrip("/")

    def __enter__(self) -> Self:
        """Find the service or start it, and wait until it answers. Raises ConfigurationError."""
        if not self.is_kept:
            return self
        self.address = _running_service(self._settings)
        if not self.address:
            self._start(port=0)
            while not (address := _running_service(self._settings)):
                if self._process is None or self._process.poll() is not None:
                    raise ConfigurationError(FAILED, "`lectern doctor` looks further.")
                time.sleep(POLL_SECONDS)
            self.address = address
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            stop(self._process)

    def look_after(self) -> None:
        """Start the service again, at the same address, if it has ended."""
        if not self.is_kept or time.monotonic() - self._started_at < PAUSE_SECONDS:
            return
        if self._process is not None:
            has_ended = self._process.poll() is not None
        else:
            has_ended = not owner_address(self._settings.home)
        if has_ended:
            output.messages.print("The service has ended. It is started again.")
            self._start(port=urlsplit(self.address).port or 0)

    def _start(self, port: int) -> None:
        self._started_at = time.monotonic()
        command = [sys.executable, "-m", "app.cli", "serve", "--quiet", "--port", str(port)]
        self._process = start([*command, "--home", str(self._settings.home)])


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own: Ctrl-C reaches this process, which ends the others in order."""
    return subprocess.Popen(command, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process by SIGTERM, and in the end by force."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _running_service(settings: Settings) -> str:
    """Return the address of the server that owns the index; "" where none runs, even if a killed one left its own."""
    address = owner_address(settings.home)
    if not address:
        return ""
    with closing(Connection(address)) as service:
        return address if service.is_alive() else ""
