"""Fetches one document by its URL, from the open internet only.

A name is resolved once for each connection, every address it has must be public, and the connection goes to the very
address that was checked: a name that points elsewhere a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpx

from rag.errors import AddressError, FetchError
from rag.urls import is_public, is_usable, without_secrets

MAX_REDIRECTS = 5

SILENCE_SECONDS = 20.0
"""Longest wait for a next byte; the time for the whole is limited too."""

USER_AGENT = "Lectern"

HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
"""Nothing packed is asked for or taken: a few bytes could unpack to any number."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched document: the address that sent it in the end, the type it states, and the file that holds it."""

    url: str
    media_type: str
    file: Path


class Fetcher:
    """Fetches by http and https."""

    def __init__(
        self,
        *,
        max_bytes: int,
        seconds: float,
        resolve: Resolve | None = None,
        allows: Callable[[str], bool] = is_public,
        tls: SSLContext | None = None,
    ) -> None:
        """Take `resolve`, which gives the addresses of a name, and `allows`, which permits a connection to one."""
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._resolve = resolve or resolve_name
        self._allows = allows
        self._tls = tls

    def fetch(self, url: str, file: Path) -> Fetched:
        """Write what is at `url` into `file`. Raises FetchError, also for an address that is refused."""
        current = _parse(url)
        with (
            _open_client(self._tls) as client,
            _Deadline(self._seconds) as deadline,
            _translated_errors(url, deadline),
        ):
            for _ in range(MAX_REDIRECTS + 1):
                with self._open(client, current, deadline) as response:
                    if response.status_code not in _REDIRECTS:
                        self._save(response, current, file)
                        if deadline.passed:  # A body without a length ends where the connection was cut.
                            raise _too_slow(url)
                        return Fetched(str(current), response.headers.get("content-type", ""), file)
                    current = _follow(current, response.headers.get("location", ""))
        raise FetchError(
            f"{without_secrets(url)} redirects too many times.", "Give the address at the end of the redirects."
        )

    @contextmanager
    def _open(self, client: httpx.Client, url: httpx.URL, deadline: _Deadline) -> Iterator[httpx.Response]:
        """Give the response of one hop, its body not read yet."""
        addresses = self._checked_addresses(url)
        for address in addresses:
            request = client.build_request(
                "GET",
                url.copy_with(host=address),
                headers={**HEADERS, "Host": url.netloc.decode("ascii")},
                # The certificate is that of the name, though the connection goes to the address.
                extensions={"sni_hostname": url.raw_host.decode("ascii"), "trace": deadline.trace},
            )
            try:
                response = client.send(request, stream=True)
                break
            except httpx.ConnectError:
                if address == addresses[-1] or deadline.passed:
                    raise
        try:
            yield response
        finally:
            response.close()

    def _checked_addresses(self, url: httpx.URL) -> list[str]:
        port = url.port or _DEFAULT_PORTS[url.scheme]
        try:
            addresses = list(dict.fromkeys(self._resolve(url.host, port)))
        except (OSError, UnicodeError) as error:
            raise FetchError(f"There is no server {url.host}.", "Check the address and the connection.") from error
        if not addresses or not all(map(self._allows, addresses)):
            raise AddressError(
                f"{url.host} is not a server of the open internet.",
                "Lectern fetches nothing from this machine and its network: save the file and sync its folder.",
            )
        return addresses

    def _save(self, response: httpx.Response, url: httpx.URL, file: Path) -> None:
        shown = without_secrets(str(url))
        if response.status_code != httpx.codes.OK:
            raise FetchError(f"{shown} answers with status {response.status_code}.", "Check the address.")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchError(f"{shown} sends nothing but packed content.", "Save the file and sync its folder.")
        size = 0
        with file.open("wb") as kept:
            for piece in response.iter_raw():
                size += len(piece)
                if size > self._max_bytes:
                    raise FetchError(
                        f"{shown} is larger than {self._max_bytes >> 20} MB.", "Raise `max_file_megabytes`."
                    )
                kept.write(piece)


class _Deadline:
    """Cuts a connection off when the time is up, also one that sends a byte now and then."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.passed = False

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._watch(None)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore as it goes along."""
        if event == "connection.connect_tcp.complete":
            # A second handle, which stays when the first is wrapped into TLS.
            self._watch(info["return_value"].get_extra_info("socket").dup())

    def _watch(self, opened: socket.socket | None) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = opened
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


def _open_client(tls: SSLContext | None) -> httpx.Client:
    return httpx.Client(
        # Proxies and passwords of the environment would lead around the check of the address.
        trust_env=False,
        verify=tls or True,
        timeout=SILENCE_SECONDS,
        # A kept connection would be used for another name at the same address, whose certificate was not checked.
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def _too_slow(url: str) -> FetchError:
    return FetchError(f"{without_secrets(url)} took too long.", "Try again later, or raise `seconds_per_file`.")


def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system would connect to them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        parsed = httpx.URL("")
    if not is_usable(url.strip()) or not is_usable(str(parsed)):
        raise AddressError(f"{without_secrets(url)} is not an address of a document.", "Begin it with https://.")
    if parsed.userinfo:
        raise AddressError(
            f"The address of {parsed.host} holds a user name or password.", "Save the file and sync its folder."
        )
    return parsed.copy_with(fragment=None)


def _follow(url: httpx.URL, location: str) -> httpx.URL:
    try:
        target = str(url.join(location)) if location else ""
    except (httpx.InvalidURL, ValueError):
        target = ""
    following = _parse(target)
    if url.scheme == "https" and following.scheme != "https":
        raise AddressError(
            f"{without_secrets(str(url))} leads to an address without encryption.",
            "Give that address itself, if you trust it.",
        )
    return following


@contextmanager
def _translated_errors(url: str, deadline: _Deadline) -> Iterator[None]:
    shown = without_secrets(url)
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        if deadline.passed or isinstance(error, httpx.TimeoutException):
            raise _too_slow(url) from error
        # The catalogue's words may quote the whole address.
        raise FetchError(f"{shown} cannot be fetched ({type(error).__name__}).", "Check the address.") from error
