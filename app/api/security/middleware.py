"""Lets the requests that the policy allows through to the routes, with the identity of the caller."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection

from app.api.problem_details import Problem, Send
from app.api.security.body_limit import BodyLimit, Receive
from app.api.security.headers import SAFE_METHODS, SECURITY_HEADERS, RefusedError, RequestHeaders, Scope
from app.api.security.policy import AccessPolicy
from app.state.tokens import Identity, Role, TokenInfo
from rag.errors import ForbiddenError, NotFoundError, StoreError

OPEN_PATHS = ("/", "/healthz", "/readyz")
"""Tell what this is and whether it lives, and nothing else; probes carry no token and address it as they like."""

PREFLIGHT_SECONDS = 600
"""A browser may remember for so long what an allowed origin may send."""

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)


def require(request: HTTPConnection, role: Role, collection: str | None = None) -> Identity:
    """Return the identity of a request that may act as `role` on the collection, or on what belongs to none.

    Every route calls this first, for each collection it touches. What needs more than reading goes into the audit
    log. Raises NotFoundError for a collection the identity has no right to, ForbiddenError for too low a role.
    """
    identity: Identity | None = getattr(request.state, "identity", None)
    if role is not Role.READ:
        request.state.is_write = True
    if identity is None:
        raise ForbiddenError("This request needs a token.", "Send a token.")
    if collection is not None and not identity.sees(collection):
        raise unknown_collection(collection)
    if not identity.may(role, collection):
        where = "" if collection is not None or identity.collections is None else " for all collections"
        raise ForbiddenError(
            f"The token {identity.name!r} may not do this: it needs the role {role.value!r}{where}.",
            "Ask the administrator of this server for a token with that role.",
        )
    return identity


def unknown_collection(name: str) -> NotFoundError:
    """Return the error for a collection that does not exist, and for one that the identity has no right to."""
    return NotFoundError(f"There is no collection {name!r}.", "`GET /collections` lists those that you may use.")


class AccessMiddleware:
    """Wraps the application: checks the host and the origin of a request, then CORS, then the token."""

    def __init__(self, app: Application, policy: AccessPolicy) -> None:
        self._app = app
        self._policy = policy
        self._inner: Application = _TokenMiddleware(app, policy)
        if policy.origins:
            self._inner = CORSMiddleware(
                self._inner,
                allow_origins=policy.origins,
                allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
                allow_headers=("Authorization", "Content-Type", "X-API-Key"),
                max_age=PREFLIGHT_SECONDS,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI). Lectern has no web sockets and refuses them."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def seal(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [(bytes(name).lower(), value) for name, value in message.get("headers", ())]
                brought = {name for name, _ in headers}
                message = {**message, "headers": [*headers, *(h for h in SECURITY_HEADERS if h[0] not in brought)]}
            await send(message)

        request = RequestHeaders(scope)
        if is_open(request):
            await self._app(scope, receive, seal)
            return
        try:
            request.check_addressee(self._policy.hosts)
            request.check_origin(self._policy.origins)
        except RefusedError as refused:
            await refused.problem.answer(seal, request.path)
            return
        await self._inner(scope, receive, seal)


def is_open(request: RequestHeaders) -> bool:
    """Tell whether the route answers without a token."""
    return request.path in OPEN_PATHS and request.method in SAFE_METHODS


class _TokenMiddleware:
    """Lets a request with a valid token, or that needs none, through, with `request.state.identity` set."""

    def __init__(self, app: Application, policy: AccessPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = RequestHeaders(scope)
        status: int | None = None

        async def note_status(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            # It reads the tokens' file, which other processes write to: a wait for them must not hold up all others.
            identity, token = await asyncio.to_thread(self._policy.admit, request)
            max_bytes = self._policy.check_length(request)
        except RefusedError as refused:
            await refused.problem.answer(note_status, request.path)
            if refused.identity is not None:
                self._policy.record("refused", request, refused.identity, status)
            return
        except StoreError as error:
            log.error("No request can be let in, as the tokens cannot be read: %s", error)
            problem = Problem(503, "The tokens cannot be read.", "Ask the administrator of this server.")
            await problem.answer(note_status, request.path)
            return
        await self._note_use(token)
        state = scope.setdefault("state", {})
        state["identity"] = identity
        limited = BodyLimit(
            receive,
            note_status,
            path=request.path,
            max_bytes=max_bytes,
            patience_seconds=self._policy.patience_seconds,
        )
        try:
            await limited.run(lambda receive, send: self._app(scope, receive, send))
        finally:
            if token is not None and self._policy.is_first_login(request, identity):
                self._policy.record("login", request, identity.name, status)
            if state.get("is_write"):
                self._policy.record("write", request, identity.name, status)

    async def _note_use(self, token: TokenInfo | None) -> None:
        if token is not None:
            # A full disk or another's long write is no reason to turn somebody away.
            with suppress(StoreError):
                await asyncio.to_thread(self._policy.store.note_use, token)
