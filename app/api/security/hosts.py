"""Decides which host names a request may be addressed to, and from which origins it may come, by names alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from rag.errors import ConfigurationError

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
"""The Host header (RFC 9110, section 7.2) without the forms nobody sends."""

NAME_PATTERN = re.compile(r"(\*\.)?[A-Za-z0-9._-]+")
"""An entry of the setting allowed_hosts that is no IPv6 address."""

UNSPECIFIED = {"", "0.0.0.0", "::"}
"""Addresses to listen on that are nobody's name."""

DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Tell whether a name or address is known to be reached from this machine only."""
    address = _address(host)
    if address is None:
        return _plain(host) == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def host_name(header: str) -> str | None:
    """Return the name or address in a Host header, in lower case, without brackets and port; None when malformed."""
    match = HOST.fullmatch(header)
    return _plain(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The names a request may be addressed to, so that a page whose name is pointed here (DNS rebinding) is refused."""

    names: frozenset[str]
    suffixes: tuple[str, ...]

    @classmethod
    def of(cls, bind: str, configured: Sequence[str]) -> AllowedHosts:
        """Return the loopback names, the address bound to, and those in the settings; `*.name` allows what ends in
        `.name`.
        """
        for entry in configured:
            if not NAME_PATTERN.fullmatch(entry) and _address(entry) is None:
                raise ConfigurationError(
                    f"allowed_hosts: {entry!r} is not a host name.",
                    "Write names without scheme and port, such as search.example.org or *.example.org.",
                )
        exact = [bind, *(entry for entry in configured if not entry.startswith("*."))]
        suffixes = tuple(entry[1:].lower() for entry in configured if entry.startswith("*."))
        return cls(frozenset(_plain(name) for name in exact) - UNSPECIFIED, suffixes)

    def allows(self, name: str) -> bool:
        """Tell whether a request may be addressed to this name."""
        return is_loopback(name) or name in self.names or name.endswith(self.suffixes)


def check_origins(origins: Collection[str]) -> frozenset[str]:
    """Return origins as browsers send them. Raises ConfigurationError for others, `*` among them."""
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(parts.netloc) or parts.path or parts.query:
            raise ConfigurationError(
                f"allowed_origins: {origin!r} is not an origin.",
                "Write scheme, name and port of each page, such as https://search.example.org; there is no wildcard.",
            )
    return frozenset(origin.lower() for origin in origins)


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether a page of this origin was served under the same name and port as the request is addressed to.

    Schemes are not compared: behind a proxy that speaks TLS they differ.
    """
    parts = urlsplit(origin)
    port = DEFAULT_PORTS.get(parts.scheme)
    if port is None or not parts.netloc:
        return False
    return parts.netloc.lower().removesuffix(f":{port}") == host.lower().removesuffix(f":{port}")


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(_plain(host))
    except ValueError:
        return None
