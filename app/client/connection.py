"""Sends requests to a running server and reads its answers and errors. Knows no routes and no command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr

from app.client.errors import error_of
from rag.errors import ConfigurationError, StoreError

T = TypeVar("T")

CONNECT_SECONDS = 5.0
"""A server on this machine takes a connection at once, whatever else it does."""

HEALTH_SECONDS = 15.0
"""A server that starts listens a few seconds before it answers."""

TOKEN_REMEDY = "Set LECTERN_TOKEN to one that is valid; `lectern tokens add NAME` makes one."

Read = Callable[[Any], T]
"""Makes of JSON what it stands for; raises KeyError, TypeError, ValueError or AttributeError where it is not that."""


class Connection:
    """Requests to one server, one at a time. Each method raises LecternError."""

    def __init__(self, address: str, token: SecretStr | None = None) -> None:
        self._address = address
        self._token = token.get_secret_value() if token else ""
        if not (self._token.isascii() and self._token.isprintable()):
            raise ConfigurationError("The setting `token` is no token.", TOKEN_REMEDY)
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {self._token}"} if self._token else {},
            # An answer may take as long as an LLM or a sync does: the server decides, and Ctrl-C ends it.
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            # A proxy of the environment has no business on the way to this machine itself.
            trust_env=False,
        )

    def close(self) -> None:
        """Let go of the server."""
        self._client.close()

    def is_alive(self) -> bool:
        """Whether a Lectern answers at the address."""
        try:
            answer = self._client.get("/healthz", timeout=httpx.Timeout(HEALTH_SECONDS, connect=CONNECT_SECONDS))
            return bool(answer.is_success and answer.json()["status"] == "ok")
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False

    def get(self, path: str, read: Read[T], query: Mapping[str, str | int] | None = None) -> T:
        """What `read` makes of the answer."""
        with self._translated():
            response = self._client.get(path, params=query)
        return self._read(response, read)

    def post(self, path: str, read: Read[T], body: Mapping[str, Any]) -> T:
        """What `read` makes of the answer."""
        with self._translated():
            response = self._client.post(path, json=body)
        return self._read(response, read)

    def change(self, method: str, path: str) -> None:
        """A request that is answered with nothing."""
        with self._translated():
            self._check(self._client.request(method, path))

    @contextmanager
    def events(self, path: str, body: Mapping[str, Any]) -> Iterator[Iterator[tuple[str, Any]]]:
        """Server-sent events as (name, data); the server stops its work when the block is left."""
        with self._translated(), self._client.stream("POST", path, json=body) as response:
            if not response.is_success:
                response.read()
            self._check(response)
            yield self._read_events(response)

    def understand(self, values: Any, read: Read[T]) -> T:
        """What `read` makes of something that the server has said."""
        try:
            return read(values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"The server at {self._address} does not answer as this Lectern does ({error!r}).",
                "If it is one of another version, restart it.",
            ) from error

    def _read(self, response: httpx.Response, read: Read[T]) -> T:
        self._check(response)
        return self.understand(response, lambda answer: read(answer.json()))

    def _read_events(self, response: httpx.Response) -> Iterator[tuple[str, Any]]:
        # Not by httpx's lines, which also end at characters that JSON leaves as they are.
        rest, name = b"", ""
        with self._translated():
            for piece in response.iter_bytes():
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    field, _, value = line.partition(b": ")
                    if field == b"event":
                        name = value.decode()
                    elif field == b"data":
                        yield name, json.loads(value)

    def _check(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        error = error_of(response)
        if response.status_code != 401:
            raise error
        if not self._token:
            raise ConfigurationError(f"The server at {self._address} asks for a token.", TOKEN_REMEDY)
        raise ConfigurationError(f"The server at {self._address} refuses the token: {error.reason}", TOKEN_REMEDY)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise StoreError(
                f"The server at {self._address} has ended, or does not answer ({error or type(error).__name__}).",
                "Run the command again; without a server it does the work itself.",
            ) from error
        except UnicodeEncodeError:
            raise ConfigurationError(
                "What was given is not UTF-8 text, and cannot be sent to the server.",
                "Stop `lectern serve`, and run the command again.",
            ) from None
