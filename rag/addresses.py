"""Judges the addresses of servers: usable, on this machine, fit to be shown. Knows no protocol and no server."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit


def is_usable(url: str) -> bool:
    """Whether a URL is one for HTTP, with a host and, if any, a possible port."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine by its loopback address or name."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_credentials(url: str) -> str:
    """The URL as it may be shown: without a user name or password in it."""
    return re.sub(r"//[^/]*@", "//", url)
