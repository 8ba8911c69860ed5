"""Receives a request's body within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NoReturn

from app.api.problem_details import Problem, Send

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

PATIENCE_SECONDS = 30.0
SLOWEST_BYTES_PER_SECOND = 1_000
"""A body may keep us waiting for the patience, and as long again as this rate takes for what has come. Slower than any
line in use; a client that sends a byte now and then holds its place for half a minute."""

CLOSE = ("connection", "close")


class BodyRefusedError(Exception):
    """The body is too long or too slow; for the server's machinery only, which may take it for a broken request."""


class BodyLimit:
    """One request and its answer: counts the body as it comes, and answers in the application's place if it must.

    The application learns by BodyRefusedError when it reads on; whatever it makes of that is not sent.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        path: str = "/",
        max_bytes: int,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._receive = receive
        self._send = send
        self._path = path
        self._max_bytes = max_bytes
        self._patience = patience_seconds
        self._received = 0
        self._waited = 0.0
        self._complete = False
        self._started = False
        self._refusal: Problem | None = None

    async def run(self, application: Callable[[Receive, Send], Awaitable[None]]) -> None:
        """Let the application answer; a refused body is answered here."""
        try:
            await application(self.receive, self.send)
        except Exception:
            # Only ours is swallowed, in whatever form frameworks pass it on. A begun answer can only be cut off.
            if self._refusal is None or self._started:
                raise
        if self._refusal is not None and not self._started:
            self._started = True
            await self._refusal.answer(self._send, self._path)

    async def receive(self) -> MutableMapping[str, Any]:
        """Return the next event. Raises BodyRefusedError."""
        if self._refusal is not None:
            raise BodyRefusedError
        if self._complete:
            return await self._receive()
        message = await self._receive_in_time()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._received > self._max_bytes:
                self._refuse(too_large(self._max_bytes))
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Pass an event of the answer on, unless the body was refused before the answer began."""
        if self._refusal is None or self._started:
            self._started = True
            await self._send(message)

    async def _receive_in_time(self) -> MutableMapping[str, Any]:
        clock = asyncio.get_running_loop().time
        began = clock()
        allowed = self._patience + self._received / SLOWEST_BYTES_PER_SECOND
        try:
            async with asyncio.timeout(allowed - self._waited):
                return await self._receive()
        except TimeoutError:
            self._refuse(
                Problem(408, "The request came too slowly or stopped half way.", "Send it again, in one go.", (CLOSE,))
            )
        finally:
            self._waited += clock() - began

    def _refuse(self, problem: Problem) -> NoReturn:
        self._refusal = problem
        raise BodyRefusedError


def too_large(max_bytes: int) -> Problem:
    """Return the answer to a body over the limit."""
    return Problem(
        413,
        f"The request is larger than {max_bytes >> 20} MB.",
        "Send less at once, or put the files into a synced folder; `max_request_megabytes` is the limit for uploads.",
    )
