"""Judges the addresses of servers: usable, on this machine, fit to be shown."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_CARRY_IPV4 = tuple(
    map(
        ipaddress.IPv6Network,
        ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
    )
)
"""Compatible, mapped, translated, NAT64, Teredo and 6to4 addresses: an IPv4 address, perhaps a private one, in IPv6."""

_ISATAP = re.compile(rb"\A.{8}[\x00\x02]\x00\x5e\xfe", re.DOTALL)
"""RFC 5214: an IPv4 address in the last four bytes."""


def is_usable(url: str) -> bool:
    """Return whether a URL is one for HTTP, with a host and, if any, a possible port."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Return whether a URL's host is this machine by its loopback address or name."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the open internet: no private, local, reserved or disguised one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and (
        parsed.scope_id or _ISATAP.search(parsed.packed) or any(parsed in network for network in _CARRY_IPV4)
    ):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def without_secrets(url: str) -> str:
    """Return the URL as it may be written into a log: scheme, host and path only."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return "an address that is none"


def without_credentials(url: str) -> str:
    """Return the URL as it may be shown: without a user name or password in it."""
    return re.sub(r"(^|//)[^/]*@", r"\1", url)
