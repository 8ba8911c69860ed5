"""Passes what only the owner of the index may do on to it, through the database that all servers share.

So no server needs the address of another one, and what is asked while an owner is succeeded is answered by the next.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from app.api.problem_details import Problem
from app.api.security.headers import SAFE_METHODS
from app.state.passed_requests import PassedAnswer, PassedRequest, PassedRequestStore
from rag.errors import IndexLockedError, OverloadedError, StoreError
from rag.storage.catalogue.dialects.choice import Ownership

log = logging.getLogger(__name__)

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

TAKEN_WITHIN_SECONDS = 45.0
"""Longer than a succession takes."""

ANSWERED_WITHIN_SECONDS = 600.0
"""Verifying a large index takes minutes."""

POLL_SECONDS = 0.1
"""Between two looks for an answer, and for requests."""

AT_ONCE = 4

WRITING_TRIES = 60
"""A second apart: so long an answer is kept while the database is away."""

_for_owner: set[Callable[..., Any]] = set()
_at_owner: set[Callable[..., Any]] = set()


def for_owner(endpoint: Endpoint) -> Endpoint:
    """Mark the function of a route that only the owner of the index may do: other servers pass it on."""
    _for_owner.add(endpoint)
    return endpoint


def at_owner(endpoint: Endpoint) -> Endpoint:
    """Mark the function of a route for what stays in the owner's home, such as secrets: other servers refuse it."""
    _at_owner.add(endpoint)
    return endpoint


class OwnersRoute(APIRoute):
    """Has requests for functions that are `for_owner` answered by the owner of the index, or refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request to this route."""
        answer = super().get_route_handler()
        if self.endpoint not in _for_owner | _at_owner:
            return answer

        async def answer_or_pass_on(request: Request) -> Response:
            passing: PassingOn | None = getattr(request.app.state, "passing_on", None)
            if passing is None or passing.ownership.is_held:
                return await answer(request)
            if self.endpoint in _at_owner:
                raise IndexLockedError(
                    f"Passwords of files are kept in the home of the server that reads the files: "
                    f"{passing.ownership.owner}.",
                    "Ask that server, or give all servers the same setting `passwords`.",
                )
            return await passing.pass_on(request)

        return answer_or_pass_on


class PassingOn:
    """Has the owner of the index answer requests to this server."""

    def __init__(self, store: PassedRequestStore, ownership: Ownership) -> None:
        self._store = store
        self.ownership = ownership

    async def pass_on(self, request: Request) -> Response:
        """Return the owner's answer to a request that was let in. Raises OverloadedError, StoreError."""
        if request.method not in SAFE_METHODS:
            request.state.is_write = True
        passed = PassedRequest(
            request.method,
            request.scope["path"],
            request.scope["query_string"],
            request.headers.get("content-type", ""),
            await request.body(),
            request.state.identity,
        )
        id_ = await asyncio.to_thread(self._store.add, passed)
        try:
            answer = await self._wait_for(id_)
        finally:
            # Also where the client is gone and this task is cancelled.
            await asyncio.shield(asyncio.to_thread(self._remove, id_))
        response = Response(answer.body, answer.status)
        response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        return response

    async def _wait_for(self, id_: str) -> PassedAnswer:
        began = time.monotonic()
        while True:
            answer = await asyncio.to_thread(self._store.answer_to, id_)
            if answer.state == "answered":
                return answer
            owner = self.ownership.owner or "the server that has just taken over"
            if answer.state == "lost":
                raise OverloadedError(
                    f"The owner of the index ended while it did this; now it is {owner}.",
                    "Look whether it was done, and ask again if not.",
                )
            waited = time.monotonic() - began
            if waited > TAKEN_WITHIN_SECONDS and answer.state == "waiting":
                if await asyncio.to_thread(self._store.withdraw, id_):
                    raise OverloadedError(
                        f"Only the owner of the index may do this, and it does not answer: {owner}.",
                        "Nothing was changed. Ask again in a moment.",
                    )
            elif waited > ANSWERED_WITHIN_SECONDS:
                raise OverloadedError(f"{owner} is still busy with this.", "Look later whether it was done.")
            await asyncio.sleep(POLL_SECONDS)

    def _remove(self, id_: str) -> None:
        with suppress(StoreError):  # The next owner deletes it.
            self._store.remove(id_)


class PassedRequests:
    """Answers, in threads of its own, what other servers have passed on, while this process owns the index."""

    def __init__(self, store: PassedRequestStore, app: ASGIApp, ownership: Ownership) -> None:
        """`app` has the routes without the rules of access: who passes a request on has let it in."""
        self._store = store
        self._app = app
        self._ownership = ownership
        self._has_begun = False
        self._stop = threading.Event()
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passed on")
        self._thread = threading.Thread(target=self._work, name="passed requests", daemon=True)

    def start(self) -> None:
        """Begin to look for requests."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more; what is being answered is not waited for."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            if not self._ownership.is_held:
                continue
            try:
                if not self._has_begun:
                    self._store.forget_taken()
                    self._has_begun = True
                for passed in self._store.take():
                    self._workers.submit(self._answer, passed)
            except StoreError as error:
                log.warning("What other servers pass on cannot be read: %s", error)
                self._stop.wait(1.0)

    def _answer(self, passed: PassedRequest) -> None:
        try:
            answer = asyncio.run(_ask(self._app, passed))
        except Exception:
            log.exception("%s %s, which another server passed on, failed.", passed.method, passed.path)
            problem = Problem(500, "Lectern failed unexpectedly.", "See the log of the server that owns the index.")
            media_type, content = problem.form_for(passed.path)
            response = JSONResponse(content, 500, media_type=media_type)
            answer = PassedAnswer("answered", 500, _decoded(response.raw_headers), bytes(response.body))
        for _ in range(WRITING_TRIES):
            try:
                self._store.answer(passed.id, answer)
                return
            except StoreError as error:
                log.warning("An answer for another server could not be written down yet: %s", error)
                if self._stop.wait(1.0):
                    return


async def _ask(app: ASGIApp, passed: PassedRequest) -> PassedAnswer:
    """Ask an application as its server would."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": passed.method,
        "scheme": "http",
        "path": passed.path,
        "raw_path": None,
        "root_path": "",
        "query_string": passed.query,
        "headers": [
            (b"content-type", passed.media_type.encode("latin-1")),
            (b"content-length", str(len(passed.body)).encode()),
        ],
        "client": None,
        "server": None,
        "state": {"identity": passed.identity},
    }
    status, headers, body = 500, [], bytearray()

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": passed.body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", ()))
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return PassedAnswer("answered", status, _decoded(headers), bytes(body))


def _decoded(headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
