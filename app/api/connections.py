"""Bounds what a connection may take without asking anything: time for its headers, a place, and unread answers."""

from __future__ import annotations

import asyncio
import logging
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = logging.getLogger(__name__)

HEADER_SECONDS = 10.0
"""For the headers of a request, from the connection or from the end of the last answer; trickling gives no more."""

UNREAD_SECONDS = 60.0
"""For a client to take more of an answer. One that takes nothing would hold an LLM, and the answer in memory."""

MAX_CONNECTIONS = 2_000

FILES_KEPT = 256
"""Open files that are no connections: index, models' files, workers, and the connections to LLMs."""


def _answer(status: str, text: str) -> bytes:
    """Return a whole answer to a client that no route has heard of."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(text)}\r\n"
    return f"{head}connection: close\r\n\r\n{text}".encode("ascii")


TIMED_OUT = _answer("408 Request Timeout", f"The headers did not arrive within {HEADER_SECONDS:g} seconds.")
FULL = _answer("503 Service Unavailable", "All connections are taken. Try again in a moment.")


def limit_connections() -> int:
    """Let this process open as many files as it may, and return how many connections these are enough for."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return MAX_CONNECTIONS
    wanted = MAX_CONNECTIONS + FILES_KEPT
    soft, hard = (
        wanted if limit == resource.RLIM_INFINITY else limit for limit in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    if soft < wanted and soft < hard:
        soft = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return min(MAX_CONNECTIONS, max(soft - FILES_KEPT, soft // 2))


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, with limits for those who never ask. A body has its own, in `security/body_limit.py`."""

    def __init__(self, *arguments: Any, max_connections: int, **named: Any) -> None:
        """Take what uvicorn gives, and how many connections the whole server may have."""
        super().__init__(*arguments, **named)
        self._max_connections = max_connections
        self._asking: TimerHandle | None = None
        """Ends a connection that asks nothing."""
        self._unread: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; where all places are taken, the one that has asked nothing for longest gives up its own.

        Without one, the new connection is refused.
        """
        super().connection_made(transport)
        self._await_request()
        if len(self.connections) <= self._max_connections:
            return
        idle = [one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self and one._asking]
        oldest = min(idle, key=lambda one: one._asking.when() if one._asking else 0.0, default=None)
        (oldest or self)._end(b"" if oldest else FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._stop_waiting()
        self._stop_counting_unread()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._stop_waiting()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, if it has not come already."""
        has_next = bool(self.pipeline)
        super().on_response_complete()
        if not has_next and not self.transport.is_closing():
            self._await_request()

    def pause_writing(self) -> None:
        """Wait until the client has taken more of an answer."""
        super().pause_writing()
        self._stop_counting_unread()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._give_up_unread)

    def resume_writing(self) -> None:
        """Go on with an answer."""
        self._stop_counting_unread()
        super().resume_writing()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: a request to speak web sockets is answered as one that does not ask for that."""

    def _await_request(self) -> None:
        self._stop_waiting()
        self._asking = self.loop.call_later(HEADER_SECONDS, self._give_up_asking)

    def _stop_waiting(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _stop_counting_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up_asking(self) -> None:
        # Who has sent nothing at all opened it to have it ready, as browsers do, and expects no answer.
        self._end(TIMED_OUT if self.headers else b"")

    def _give_up_unread(self) -> None:
        log.info("A client took nothing of its answer for %g seconds.", UNREAD_SECONDS)
        self.transport.abort()

    def _end(self, said: bytes) -> None:
        self._stop_waiting()
        if said:
            self.transport.write(said)
        self.transport.close()
