"""Sends requests to a running server and reads its answers, events and errors."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, TypeVar

import httpx
from httpx_sse import EventSource
from pydantic import BaseModel

from app.client.errors import UnreachableError, error_in
from rag.errors import ConfigurationError, SignInError
from rag.urls import without_credentials

SchemaT = TypeVar("SchemaT", bound=BaseModel)

CONNECT_SECONDS = 5.0
"""A server on this machine takes a connection at once, whatever else it does."""

HEALTH_SECONDS = 15.0
"""A server that starts listens a few seconds before it answers."""

MAX_SILENCE_SECONDS = 600.0
"""Between two events of a server for whose other answers there is a limit: it gives up on a silent LLM by itself."""

START_IT = "Start it: `lectern serve`, then try again."

_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Interrupt:
    """Breaks off a request while another thread waits for its answer."""

    def __init__(self) -> None:
        self.is_set = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def set(self) -> None:
        """Break off the request that is under way, or the next one."""
        with self._lock:
            self.is_set = True
            self._shut_down()

    def trace(self, step: str, values: Mapping[str, Any]) -> None:
        """Note the socket of a request; httpx calls this at each step of one."""
        if step in _CONNECTED:
            with self._lock:
                self._socket = values["return_value"].get_extra_info("socket")
                if self.is_set:
                    self._shut_down()

    def _shut_down(self) -> None:
        # Closing a socket does not wake the thread that reads from it, shutting it down does.
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class Connection:
    """Requests to one server, from any thread. Each method raises LecternError."""

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        seconds: float | None = None,
        trust_env: bool = False,
        unreachable_remedy: str = START_IT,
        token_remedy: str = "",
    ) -> None:
        """Prepare requests. An answer may take `seconds`, None for as long as the server works; events may take longer.

        A proxy of the environment is not used for this machine itself: `trust_env` is for other servers.
        `unreachable_remedy` and `token_remedy` say what to do where no server answers, and where it wants another
        token; without the latter, the server's own words say so. Raises SignInError for what cannot be a token.
        """
        if not (token.isascii() and token.isprintable()):
            raise SignInError("The text given is not a token.", token_remedy or "Copy it as it was printed.")
        self.address = address.rstrip("/")
        self.token = token
        self._shown = without_credentials(self.address)
        self._seconds = seconds
        self._unreachable_remedy = unreachable_remedy
        self._token_remedy = token_remedy
        self._options: dict[str, Any] = {
            "base_url": self.address,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "timeout": httpx.Timeout(seconds, connect=CONNECT_SECONDS),
            "trust_env": trust_env,
            "verify": _certificates(),
        }
        self._client = httpx.Client(**self._options)

    def close(self) -> None:
        """Let go of the server."""
        self._client.close()

    def is_alive(self) -> bool:
        """Say whether a Lectern answers at the address."""
        try:
            answer = self._client.get("/healthz", timeout=httpx.Timeout(HEALTH_SECONDS, connect=CONNECT_SECONDS))
            return bool(answer.is_success and answer.json()["status"] == "ok")
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False

    def get(self, schema: type[SchemaT], path: str, **query: Any) -> SchemaT:
        """Read what `GET path` answers."""
        return self.send(schema, "GET", path, params=query)

    def post(self, schema: type[SchemaT], path: str, body: Mapping[str, Any] | BaseModel) -> SchemaT:
        """Read what `POST path` answers."""
        return self.send(schema, "POST", path, json=_plain(body))

    def send(self, schema: type[SchemaT], method: str, path: str, **options: Any) -> SchemaT:
        """Read what any request answers; `options` are httpx's."""
        return self._understand(schema, self.call(method, path, **options).content)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Return the answer to any request; `options` are httpx's."""
        with self._translated():
            response = self._client.request(method, path, **options)
            self._check(response)
        return response

    @contextmanager
    def events(
        self, path: str, body: Mapping[str, Any] | BaseModel, interrupt: Interrupt | None = None
    ) -> Iterator[Iterator[tuple[str, Any]]]:
        """Give server-sent events as (name, data); the server stops its work when the block is left.

        `interrupt` breaks them off from another thread, which this one is told of by an UnreachableError.
        """
        extensions = {} if interrupt is None else {"trace": interrupt.trace}
        silence = None if self._seconds is None else max(self._seconds, MAX_SILENCE_SECONDS)
        with (
            self._translated(),
            # A client of its own, whose connection is new: an interrupt sees it made.
            httpx.Client(**{**self._options, "timeout": httpx.Timeout(silence, connect=CONNECT_SECONDS)}) as client,
            client.stream("POST", path, json=_plain(body), extensions=extensions) as response,
        ):
            if not response.is_success:
                response.read()
            self._check(response)
            yield self._read_events(response, interrupt)

    def _read_events(self, response: httpx.Response, interrupt: Interrupt | None) -> Iterator[tuple[str, Any]]:
        with self._translated():
            for event in EventSource(response).iter_sse():
                try:
                    data = json.loads(event.data)
                except ValueError as error:
                    raise self.misunderstood() from error
                yield event.event, data
        if interrupt is not None and interrupt.is_set:
            raise UnreachableError("The answer was interrupted.", "Ask again.")

    def _understand(self, schema: type[SchemaT], content: bytes) -> SchemaT:
        try:
            return schema.model_validate_json(content)
        except ValueError as error:
            raise self.misunderstood() from error

    def misunderstood(self) -> UnreachableError:
        """Return the error for an answer that does not fit this version of Lectern."""
        return UnreachableError(
            f"The server at {self._shown} gives answers that this version of Lectern does not understand.",
            "If it is one of another version, restart it.",
        )

    def _check(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        error = error_in(response)
        if isinstance(error, SignInError) and self._token_remedy:
            told = f"refuses the token: {error.reason}" if self.token else "asks for a token."
            raise SignInError(f"The server at {self._shown} {told}", self._token_remedy)
        raise error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise UnreachableError(
                f"The server at {self._shown} takes too long to answer.", "Try again in a while."
            ) from error
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"The server at {self._shown} has ended, or does not answer ({error or type(error).__name__}).",
                self._unreachable_remedy,
            ) from error
        except UnicodeEncodeError:
            raise ConfigurationError(
                "The text given is not UTF-8 and cannot be sent to the server.",
                "Stop `lectern serve`, and run the command again.",
            ) from None


def _plain(body: Mapping[str, Any] | BaseModel) -> Mapping[str, Any]:
    return body.model_dump() if isinstance(body, BaseModel) else body


@cache
def _certificates() -> ssl.SSLContext:
    """Return the certificates, read once: reading them takes longer than most requests."""
    return httpx.create_ssl_context()
