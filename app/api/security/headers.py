"""Reads the headers of a request, and checks the host it is addressed to and the origin it comes from."""

from __future__ import annotations

from collections.abc import Collection, MutableMapping
from typing import Any

from app.api.problem_details import Problem
from app.api.security.hosts import AllowedHosts, host_name, is_loopback, is_same_origin

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

PROXY_HEADERS = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")
"""A request with one of these comes from further away than the loopback address it arrives on."""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""On every answer that does not bring its own: documents are nobody's to render, frame, embed or keep."""

MAX_QUOTED = 100
"""Characters of a header that an error repeats."""

Scope = MutableMapping[str, Any]


class RefusedError(Exception):
    """The request goes no further. `identity` is set, if only to "", where it was a login that failed."""

    def __init__(self, problem: Problem, *, identity: str | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.identity = identity


class RequestHeaders:
    """One request without its content."""

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.address: str = scope["client"][0] if scope.get("client") else ""
        self._headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        self._host = self.header(b"host") or ""
        self._origin = self.header(b"origin")

    def header(self, name: bytes) -> str | None:
        """Return the first header of this name."""
        values = self.headers(name)
        return values[0] if values else None

    def headers(self, name: bytes) -> list[str]:
        """Return all headers of this name, which is given in lower case as ASGI has it."""
        return [value.decode("latin-1") for key, value in self._headers if key == name]

    @property
    def is_from_here(self) -> bool:
        """Tell whether the request comes from this machine, under one of its own names, and through no proxy."""
        return (
            (not self.address or is_loopback(self.address))
            and is_loopback(host_name(self._host) or "")
            and not any(name in PROXY_HEADERS for name, _ in self._headers)
        )

    @property
    def is_preflight(self) -> bool:
        """Tell whether a browser asks what a page of another origin may send."""
        asks = self.header(b"access-control-request-method") is not None
        return self.method == "OPTIONS" and self._origin is not None and asks

    def check_addressee(self, hosts: AllowedHosts) -> None:
        """Raises RefusedError for a name that is not ours: a page may have made it mean this machine."""
        name = host_name(self._host) if len(self.headers(b"host")) == 1 else None
        if name is None or not hosts.allows(name):
            raise RefusedError(
                Problem(
                    421,
                    f"This server does not go by the name {self._host[:MAX_QUOTED]!r}.",
                    "Address it as localhost, or add the name to the setting `allowed_hosts`.",
                )
            )

    def check_origin(self, allowed: Collection[str]) -> None:
        """Raises RefusedError for a page of another site that wants to change something, or asks whether it may."""
        if self.method in SAFE_METHODS and not self.is_preflight:
            return
        if self._origin is None:
            is_foreign = self.header(b"sec-fetch-site") == "cross-site"
        else:
            is_foreign = not (self._origin.lower() in allowed or is_same_origin(self._origin, self._host))
        if is_foreign:
            raise RefusedError(
                Problem(
                    403,
                    f"Pages of {(self._origin or 'another site')[:MAX_QUOTED]!r} may not use this server.",
                    "If that page is yours, add its origin to the setting `allowed_origins`.",
                )
            )
