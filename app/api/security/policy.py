"""Decides who may ask this server, how often and how much."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from app.api.problem_details import Problem
from app.api.security.audit import AUDIT_FILE, AuditLog, Event
from app.api.security.body_limit import PATIENCE_SECONDS, too_large
from app.api.security.headers import RefusedError, RequestHeaders
from app.api.security.hosts import AllowedHosts, check_origins, is_loopback
from app.api.security.rate_limit import RateLimit, SharedThrottle, Throttle, network_of
from app.settings import Settings
from app.state.rates import RateStore
from app.state.tokens import ANONYMOUS, Identity, Role, TokenInfo, TokenStore
from rag.errors import ConfigurationError
from rag.work_context import current_request_id

UPLOAD_PATHS = ("/documents",)
"""Paths that end so may receive whole files; everything else is JSON that is read into memory."""

MAX_JSON_BYTES = 8 << 20
"""Ample for the longest chat history an LLM can take, and sixteen at once still fit any machine."""

ASK_PATHS = ("/ask", "/v1/chat/completions", "/v1/responses")
"""Questions, which may carry images."""

MAX_ASK_BYTES = 16 << 20
"""Room for the images of one question in base64 (13.4 MiB), with a chat history beside them."""

WRONG_TOKENS_PER_MINUTE = 10
"""Wrong tokens from one address before it is told to wait; more than a person mistypes."""

MAX_KNOWN_LOGINS = 10_000
"""Pairs of token and address that are remembered as seen. Bounds the memory."""


def check_bind(host: str, store: TokenStore) -> None:
    """Refuse to listen for other machines while there is no token. Raises ConfigurationError."""
    if not is_loopback(host) and not store.has_valid():
        raise ConfigurationError(
            f"Listening on {host or 'all addresses'} would let other machines connect, and there is no valid token.",
            "Make one: `lectern tokens add NAME --role admin`, or listen on 127.0.0.1.",
        )


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Decides on each request, with the memory that takes; one for each server."""

    store: TokenStore
    audit: AuditLog
    hosts: AllowedHosts
    origins: frozenset[str]
    is_local: bool
    max_upload_bytes: int
    callers: RateLimit
    wrong_tokens: RateLimit
    patience_seconds: float = PATIENCE_SECONDS
    known_logins: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings, store: TokenStore, *, host: str, rates: RateStore | None = None) -> AccessPolicy:
        """Return the policy of a server that listens on `host`; with `rates`, callers are counted together with those
        of other servers. Raises ConfigurationError, also as check_bind does.
        """
        check_bind(host, store)

        def limit(name: str, per_minute: int) -> RateLimit:
            return Throttle(per_minute) if rates is None else SharedThrottle(name, per_minute, rates.draw)

        return cls(
            store=store,
            audit=AuditLog(settings.home / AUDIT_FILE),
            hosts=AllowedHosts.of(host, settings.allowed_hosts),
            origins=check_origins(settings.allowed_origins),
            is_local=is_loopback(host),
            max_upload_bytes=settings.max_request_megabytes << 20,
            callers=limit("caller", settings.rate_per_minute),
            wrong_tokens=limit("wrong token", WRONG_TOKENS_PER_MINUTE),
        )

    def admit(self, request: RequestHeaders) -> tuple[Identity, TokenInfo | None]:
        """Find out who asks, by which token, and let them in. Raises RefusedError, also for a caller who comes too
        often, and StoreError.
        """
        identity, token = self.identify(request)
        self.check_rate(request, identity)
        return identity, token

    def identify(self, request: RequestHeaders) -> tuple[Identity, TokenInfo | None]:
        """Find out who asks, and by which token. Raises RefusedError, StoreError.

        While there are no tokens, requests from this machine need none. A right token always counts, whatever came
        before it from its address: guessing 256 bits is hopeless at any speed, and refusing the right one would let
        anybody lock out those who share an address, such as a proxy's.
        """
        if self.is_local and request.is_from_here and self.store.is_empty():
            return Identity(ANONYMOUS, Role.ADMIN), None
        network = network_of(request.address)
        secret = _shown_secret(request)
        if secret is None:
            _take_turn(self.callers, network)
            raise RefusedError(_unauthorized("This server asks for a token."))
        token = self.store.find(secret)
        if token is None or token.state != "valid":
            _take_turn(self.wrong_tokens, network)
            what = f"The token {token.name!r} is {token.state}." if token else "This token is not valid here."
            raise RefusedError(_unauthorized(what, error="invalid_token"), identity=token.name if token else "")
        return token.identity, token

    def check_rate(self, request: RequestHeaders, identity: Identity) -> None:
        """Raises RefusedError for a caller who comes too often."""
        key = network_of(request.address) if identity.name == ANONYMOUS else f"token {identity.name}"
        _take_turn(self.callers, key)

    def check_length(self, request: RequestHeaders) -> int:
        """Return the number of bytes that the body may have. Raises RefusedError when it is said to have more."""
        limit = self._max_bytes(request.path.rstrip("/"))
        length = request.header(b"content-length") or "0"
        if not (length.isascii() and length.isdigit()):
            raise RefusedError(Problem(400, "Content-Length is not a number.", "Send the length of the body in bytes."))
        # Compared by digits first: Python does not read numbers of thousands of them.
        if len(length) > len(str(limit)) or int(length) > limit:
            raise RefusedError(too_large(limit))
        return limit

    def _max_bytes(self, path: str) -> int:
        if path.endswith(UPLOAD_PATHS):
            return self.max_upload_bytes
        return min(MAX_ASK_BYTES if path in ASK_PATHS else MAX_JSON_BYTES, self.max_upload_bytes)

    def is_first_login(self, request: RequestHeaders, identity: Identity) -> bool:
        """Tell whether a token is seen from an address for the first time since the server started."""
        login = (identity.name, request.address)
        if login in self.known_logins:
            return False
        if len(self.known_logins) >= MAX_KNOWN_LOGINS:
            self.known_logins.clear()
        self.known_logins.add(login)
        return True

    def record(self, event: Event, request: RequestHeaders, identity: str, status: int | None) -> None:
        """Write into the audit log; the path without its query, which may hold a question."""
        self.audit.record(
            event,
            identity=identity,
            method=request.method,
            path=request.path,
            status=status,
            address=request.address,
            request=current_request_id(),
        )


def _shown_secret(request: RequestHeaders) -> str | None:
    """Return the token of a request; None for none, or for two that differ: a proxy may have checked the other one."""
    pairs = [value.partition(" ") for value in request.headers(b"authorization")]
    bearers = [secret.strip() for scheme, _, secret in pairs if scheme.lower() == "bearer"]
    shown = {*bearers, *request.headers(b"x-api-key")}
    return shown.pop() or None if len(shown) == 1 else None


def _take_turn(limit: RateLimit, key: str) -> None:
    if seconds := math.ceil(limit.wait_seconds(key)):
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
