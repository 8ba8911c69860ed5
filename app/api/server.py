"""Runs the server: owns the index, listens, and ends within seconds when told to."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from types import FrameType

import uvicorn

from app.api.app import create_app
from app.api.connections import BoundedProtocol, limit_connections
from app.api.metrics import Metrics
from app.api.security.policy import AccessPolicy
from app.service.build_index import open_lectern
from app.service.build_service import build_service
from app.service.build_stores import open_folder_store, open_token_store
from app.service.lock import announce_address
from app.settings import Settings
from app.telemetry.observing import observing
from ingest.sandbox.socket_folder import remove_socket_folders
from rag.errors import ConfigurationError

FINISH_SECONDS = 2
"""For answers that are under way when the server is told to end."""

ABANDON_SECONDS = 1.5
"""For a sync to let go of the file it is at."""

EXIT_SECONDS = 4.5
"""Whatever hangs then is left behind: a crash at any moment is what the index is made for."""

BACKLOG = 2048


def serve(settings: Settings, host: str, port: int, *, on_listening: Callable[[str], None]) -> None:
    """Answer over HTTP until SIGTERM or Ctrl-C; `on_listening` is told the address.

    Raises IndexLockedError, StoreError, ConfigurationError. Threads that wait for an LLM may outlive it: whoever calls
    it has to end the process without Python's own clean-up.
    """
    with (
        observing(settings) as telemetry,
        # First of what is opened: it finishes a restore that was cut off, which brings tokens and folders of its own.
        open_lectern(settings, "serve", wait_seconds=0) as lectern,
        closing(open_token_store(settings)) as tokens,
        closing(open_folder_store(settings)) as folders,
    ):
        access = AccessPolicy.of(settings, tokens, host=host)
        with _listen(host, port) as listener:
            address = _address_of(listener)
            announce_address(settings.home, address)
            metrics = Metrics()
            if telemetry is not None:
                telemetry.watch(metrics)
            service = build_service(lectern, folders, on_sync=metrics.count_sync)
            server = _Server(configuration(create_app(service, access=access, metrics=metrics)))
            # Before anybody is told: uvicorn takes signals only while it runs, and hands them on when it ends.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, server.handle_exit)
            service.start()
            on_listening(address)
            server.run(sockets=[listener])
            if not service.close(ABANDON_SECONDS):
                leave()


def leave() -> None:
    """End the process now, with success."""
    sys.stdout.flush()
    sys.stderr.flush()
    remove_socket_folders()
    os._exit(0)


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to shut down, and make sure that it ends in time."""
        timer = threading.Timer(EXIT_SECONDS, leave)
        timer.daemon = True
        timer.start()
        super().handle_exit(sig, frame)


def configuration(app: object) -> uvicorn.Config:
    """Configure uvicorn: bounded connections, no web sockets, no name of the server, no trust in headers of proxies."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=partial(BoundedProtocol, max_connections=limit_connections()),  # type: ignore[arg-type]
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(
            f"Lectern cannot listen at {host}, port {port}: {reason}.", "Choose another one with --host and --port."
        ) from error


def _address_of(listener: socket.socket) -> str:
    """Return the address by which others on this machine reach the server."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # Everywhere, so also here.
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
