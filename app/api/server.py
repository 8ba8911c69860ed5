"""Runs the server: owns the index, or answers beside its owner, listens, and ends within seconds when told to."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from types import FrameType

import uvicorn

from app.api.app import create_app, create_inner_app
from app.api.connections import BoundedProtocol, limit_connections
from app.api.metrics import Metrics
from app.api.passing_on import PassedRequests, PassingOn
from app.api.security.policy import AccessPolicy
from app.service.build_index import Lectern, open_lectern
from app.service.build_service import build_service
from app.service.build_stores import open_folder_store, open_passed_requests, open_rate_store, open_token_store
from app.service.lock import announce_address
from app.service.succession import Succession
from app.settings import Settings
from app.state.folders import FolderStore
from app.telemetry.observing import observing
from ingest.sandbox.socket_folder import remove_socket_folders
from rag.errors import ConfigurationError

log = logging.getLogger(__name__)

FINISH_SECONDS = 2
"""For answers that are under way when the server is told to end."""

HAND_OVER_SECONDS = 60
"""For answers that are under way when another server has taken over."""

ABANDON_SECONDS = 1.5
"""For a sync to let go of the file it is at."""

EXIT_SECONDS = 4.5
"""Whatever hangs then is left behind: a crash at any moment is what the index is made for."""

BACKLOG = 2048


def serve(settings: Settings, host: str, port: int, *, on_listening: Callable[[str], None]) -> None:
    """Answer over HTTP until SIGTERM or Ctrl-C; `on_listening` is told the address.

    An index that is on servers is answered from beside its owner, until that one is gone; an owner that is succeeded
    while it lives, as after it lost its connection, begins anew as one of the others.
    Raises IndexLockedError, StoreError, ConfigurationError. Threads that wait for an LLM may outlive it: whoever calls
    it has to end the process without Python's own clean-up.
    """
    with observing(settings) as telemetry, ExitStack() as listening:
        metrics = Metrics()
        listener: socket.socket | None = None
        if telemetry is not None:
            telemetry.watch(metrics)
        while True:
            with (
                # First: it finishes a restore that was cut off, which brings tokens and folders of its own.
                open_lectern(settings, "serve", wait_seconds=0, may_follow=True) as lectern,
                closing(open_token_store(settings)) as tokens,
                closing(open_folder_store(settings)) as folders,
                ExitStack() as opened,
            ):
                rates = open_rate_store(settings)
                if rates is not None:
                    opened.enter_context(closing(rates))
                access = AccessPolicy.of(settings, tokens, host=host, rates=rates)
                listener = listener or listening.enter_context(_listen(host, port))
                announce_address(settings.home, _address_of(listener))
                if not _answer(lectern, folders, access, metrics, listener, on_listening):
                    return
            on_listening = _tell_nobody


def _answer(
    lectern: Lectern,
    folders: FolderStore,
    access: AccessPolicy,
    metrics: Metrics,
    listener: socket.socket,
    on_listening: Callable[[str], None],
) -> bool:
    """Answer with an opened index until the end, or until another server has taken over: then True."""
    service = build_service(lectern, folders, on_sync=metrics.count_sync)
    with ExitStack() as stack:
        passing_on = None
        if lectern.ownership.is_shared:
            passed = stack.enter_context(closing(open_passed_requests(lectern.settings)))
            passing_on = PassingOn(passed, lectern.ownership)
            answering = PassedRequests(passed, create_inner_app(service, metrics=metrics), lectern.ownership)
            stack.callback(answering.stop)
            answering.start()
        app = create_app(service, access=access, metrics=metrics, passing_on=passing_on)
        server = _Server(configuration(app))
        # Before anybody is told: uvicorn takes signals only while it runs, and hands them on when it ends.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.handle_exit)
        lectern.ownership.on_loss(server.hand_over)
        service.start()
        succession = Succession(lectern.ownership, take_over=service.take_over, look=service.look)
        succession.start()
        on_listening(_address_of(listener))
        # The socket is closed when the server ends; who asks meanwhile waits for the next one.
        server.run(sockets=[listener.dup()])
        succession.stop(ABANDON_SECONDS)
        if not service.close(ABANDON_SECONDS):
            leave(int(server.is_succeeded))
        return server.is_succeeded


def leave(status: int = 0) -> None:
    """End the process now, with success unless another status is given."""
    sys.stdout.flush()
    sys.stderr.flush()
    remove_socket_folders()
    os._exit(status)


def _tell_nobody(address: str) -> None:
    """Say nothing: who was told the address once is not told again."""


class _Server(uvicorn.Server):
    is_succeeded = False
    """Whether another server has taken the index over from this one."""

    def hand_over(self) -> None:
        """End once what is being answered is answered."""
        log.warning("Another server owns the index now: this one begins anew, and answers beside it.")
        self.config.timeout_graceful_shutdown = HAND_OVER_SECONDS
        self.is_succeeded = self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to shut down, and make sure that it ends in time."""
        timer = threading.Timer(EXIT_SECONDS, leave)
        timer.daemon = True
        timer.start()
        self.is_succeeded = False
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
