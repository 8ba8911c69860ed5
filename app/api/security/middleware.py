"""Decides who may use the service and how much, before any route is reached. Knows no route and reads no index."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from app.api.problem_details import Problem, Send
from app.api.security.audit import AUDIT_FILE, AuditLog, Event
from app.api.security.body_limit import PATIENCE_SECONDS, BodyLimit, Receive, too_large
from app.api.security.headers import SAFE_METHODS, RefusedError, RequestHeaders, Scope
from app.api.security.hosts import AllowedHosts, check_origins, is_loopback
from app.api.security.rate_limit import Throttle, network_of
from app.settings import Settings
from app.state.tokens import ANONYMOUS, Identity, Role, TokenInfo, TokenStore
from rag.errors import ConfigurationError, ForbiddenError, NotFoundError, StoreError

OPEN_PATHS = ("/healthz", "/readyz")
"""Tell whether the service lives, and nothing else; probes carry no token and address it as they like."""

UPLOAD_PATHS = ("/documents",)
"""Paths that end so may receive whole files; everything else is JSON that is read into memory."""

MAX_JSON_BYTES = 8 << 20
"""Ample for the longest chat history an LLM can take, and sixteen at once still fit any machine."""

ASK_PATHS = ("/ask", "/v1/chat/completions")
"""Questions, which may carry images."""

MAX_ASK_BYTES = 16 << 20
"""What the images of one question take in base64 (13.4 MiB), with a chat history beside them."""

WRONG_TOKENS_PER_MINUTE = 10
"""Wrong tokens from one address before it is told to wait; more than a person mistypes."""

MAX_KNOWN_LOGINS = 10_000
"""Pairs of token and address that are remembered as seen. Bounds the memory."""

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)


def check_bind(host: str, store: TokenStore) -> None:
    """Refuse to listen where others can connect while there is no token to ask them for. Raises ConfigurationError."""
    if not is_loopback(host) and not store.has_valid():
        raise ConfigurationError(
            f"Listening on {host or 'all addresses'} would let others in, and there is no valid token to ask them for.",
            "Make one: `lectern tokens add NAME --role admin`, or listen on 127.0.0.1.",
        )


def require(request: HTTPConnection, role: Role, collection: str | None = None) -> Identity:
    """The identity of a request that may act as `role` on the collection, or on what belongs to none.

    Every route calls this first, for each collection it touches. What needs more than reading goes into the audit
    log. Raises NotFoundError for a collection the identity has no right to, ForbiddenError for too low a role.
    """
    identity: Identity | None = getattr(request.state, "identity", None)
    if role is not Role.READ:
        request.state.is_write = True
    if identity is None:
        raise ForbiddenError("Nobody is known to ask this.", "Show a token.")
    if collection is not None and not identity.sees(collection):
        raise unknown_collection(collection)
    if not identity.may(role, collection):
        where = "" if collection is not None or identity.collections is None else " for all collections"
        raise ForbiddenError(
            f"The token {identity.name!r} may not do this: it needs the role {role.value!r}{where}.",
            "Ask whoever runs this server for a token with that role.",
        )
    return identity


def unknown_collection(name: str) -> NotFoundError:
    """What is said of a collection that does not exist, and of one that the identity has no right to."""
    return NotFoundError(f"There is no collection {name!r}.", "`GET /collections` lists those there are for you.")


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """What is decided for each request, and the memory it takes; one for each server."""

    store: TokenStore
    audit: AuditLog
    hosts: AllowedHosts
    origins: frozenset[str]
    is_local: bool
    most_upload_bytes: int
    callers: Throttle
    wrong_tokens: Throttle
    patience_seconds: float = PATIENCE_SECONDS
    known_logins: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings, store: TokenStore, *, host: str) -> AccessPolicy:
        """The policy of a server that listens on `host`. Raises ConfigurationError, also as check_bind does."""
        check_bind(host, store)
        return cls(
            store=store,
            audit=AuditLog(settings.home / AUDIT_FILE),
            hosts=AllowedHosts.of(host, settings.allowed_hosts),
            origins=check_origins(settings.allowed_origins),
            is_local=is_loopback(host),
            most_upload_bytes=settings.max_request_megabytes << 20,
            callers=Throttle(settings.rate_per_minute),
            wrong_tokens=Throttle(WRONG_TOKENS_PER_MINUTE),
        )

    def identify(self, envelope: RequestHeaders) -> tuple[Identity, TokenInfo | None]:
        """Who asks, and by which token; nobody needs one here while there are none. Raises RefusedError, StoreError.

        A right token always counts, whatever came before it from its address: guessing 256 bits is hopeless at any
        speed, and refusing the right one would let anybody lock out those who share an address, such as a proxy's.
        """
        if self.is_local and envelope.is_from_here and self.store.is_empty():
            return Identity(ANONYMOUS, Role.ADMIN), None
        network = network_of(envelope.address)
        secret = _shown_secret(envelope)
        if secret is None:
            _take_turn(self.callers, network)
            raise RefusedError(_unauthorized("This server asks for a token."))
        token = self.store.find(secret)
        if token is None or token.state != "valid":
            _take_turn(self.wrong_tokens, network)
            what = f"The token {token.name!r} is {token.state}." if token else "This token is not known here."
            raise RefusedError(_unauthorized(what, error="invalid_token"), identity=token.name if token else "")
        return token.identity, token

    def check_rate(self, envelope: RequestHeaders, identity: Identity) -> None:
        """Raises RefusedError for who comes too often."""
        key = network_of(envelope.address) if identity.name == ANONYMOUS else f"token {identity.name}"
        _take_turn(self.callers, key)

    def check_length(self, envelope: RequestHeaders) -> int:
        """How many bytes the body may have. Raises RefusedError when it is said to have more."""
        most = self._most_bytes(envelope.path.rstrip("/"))
        length = envelope.header(b"content-length") or "0"
        if not (length.isascii() and length.isdigit()):
            raise RefusedError(Problem(400, "Content-Length is no number.", "Send the length of the body in bytes."))
        # Compared by digits first: Python does not read numbers of thousands of them.
        if len(length) > len(str(most)) or int(length) > most:
            raise RefusedError(too_large(most))
        return most

    def _most_bytes(self, path: str) -> int:
        if path.endswith(UPLOAD_PATHS):
            return self.most_upload_bytes
        return min(MAX_ASK_BYTES if path in ASK_PATHS else MAX_JSON_BYTES, self.most_upload_bytes)

    def is_first_login(self, envelope: RequestHeaders, identity: Identity) -> bool:
        """Whether a token is seen from an address for the first time since the server started."""
        login = (identity.name, envelope.address)
        if login in self.known_logins:
            return False
        if len(self.known_logins) >= MAX_KNOWN_LOGINS:
            self.known_logins.clear()
        self.known_logins.add(login)
        return True

    def record(self, event: Event, envelope: RequestHeaders, identity: str) -> None:
        """Into the audit log; the path without its query, which may hold a question."""
        self.audit.record(
            event,
            identity=identity,
            method=envelope.method,
            path=envelope.path,
            status=envelope.status,
            address=envelope.address,
        )


class AccessMiddleware:
    """Lets through what the policy allows, with `request.state.identity` set. Goes around the whole application."""

    def __init__(self, app: Application, policy: AccessPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. There are no web sockets here, so none is let in."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        envelope = RequestHeaders(scope, send, hosts=self._policy.hosts, origins=self._policy.origins)
        if envelope.path in OPEN_PATHS and envelope.method in SAFE_METHODS:
            await self._app(scope, receive, envelope.send)
            return
        try:
            envelope.check_addressee()
            envelope.check_origin()
            if envelope.is_preflight:
                await envelope.answer_preflight()
                return
            # It reads the tokens' file, which other processes write to: a wait for them must not hold up all others.
            identity, token = await asyncio.to_thread(self._policy.identify, envelope)
            self._policy.check_rate(envelope, identity)
            most_bytes = self._policy.check_length(envelope)
        except RefusedError as refused:
            await refused.problem.answer(envelope.send, envelope.path)
            if refused.identity is not None:
                self._policy.record("refused", envelope, refused.identity)
        except StoreError as error:
            log.error("Nobody can be let in: %s", error)
            problem = Problem(503, "The tokens cannot be read.", "Ask whoever runs this server.")
            await problem.answer(envelope.send, envelope.path)
        else:
            exchange = BodyLimit(
                receive,
                envelope.send,
                path=envelope.path,
                most_bytes=most_bytes,
                patience_seconds=self._policy.patience_seconds,
            )
            await self._serve(envelope, exchange, identity, token)

    async def _serve(
        self, envelope: RequestHeaders, exchange: BodyLimit, identity: Identity, token: TokenInfo | None
    ) -> None:
        if token is not None:
            # A full disk or another's long write is no reason to turn somebody away.
            with suppress(StoreError):
                await asyncio.to_thread(self._policy.store.note_use, token)
        state = envelope.scope.setdefault("state", {})
        state["identity"] = identity
        try:
            await exchange.run(lambda receive, send: self._app(envelope.scope, receive, send))
        finally:
            if token is not None and self._policy.is_first_login(envelope, identity):
                self._policy.record("login", envelope, identity.name)
            if state.get("is_write"):
                self._policy.record("write", envelope, identity.name)


def _shown_secret(envelope: RequestHeaders) -> str | None:
    """The token shown; None where none is, or two that differ: somebody before us may have checked the other one."""
    pairs = [value.partition(" ") for value in envelope.headers(b"authorization")]
    bearers = [secret.strip() for scheme, _, secret in pairs if scheme.lower() == "bearer"]
    shown = {*bearers, *envelope.headers(b"x-api-key")}
    return shown.pop() or None if len(shown) == 1 else None


def _take_turn(throttle: Throttle, key: str) -> None:
    if seconds := math.ceil(throttle.wait_seconds(key)):
        raise RefusedError(
            Problem(429, "Too many requests.", f"Try again in {seconds} s.", headers=(("retry-after", str(seconds)),))
        )


def _unauthorized(detail: str, *, error: str = "") -> Problem:
    challenge = 'Bearer realm="lectern"' + (f', error="{error}"' if error else "")
    return Problem(
        401,
        detail,
        "Send `Authorization: Bearer TOKEN`; `lectern tokens add NAME` makes one.",
        (("www-authenticate", challenge),),
    )
