"""Strangers who connect and ask nothing, or never read, over real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from app.api import connections
from app.api.connections import BoundedProtocol
from app.api.server import configuration

PLACES = 40
HALF = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = b"x" * 1_000_000


async def application(scope: dict[str, object], receive: object, send: object) -> None:
    """Answers at once: a megabyte at /large, else one word."""
    body = LARGE if scope["path"] == "/large" else b"ok"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": body})  # type: ignore[operator]


class Served:
    """A server for `PLACES` connections."""

    def __init__(self, server: uvicorn.Server, url: str) -> None:
        self.server = server
        self.url = url

    def connect(self) -> socket.socket:
        place = urlsplit(self.url)
        return socket.create_connection((place.hostname or "", place.port or 0), timeout=20)

    @property
    def connected(self) -> int:
        return len(self.server.server_state.connections)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.5)
    told = configuration(application)
    told.http = partial(BoundedProtocol, max_connections=PLACES)  # type: ignore[assignment]
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        server = uvicorn.Server(told)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Served(server, f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join()


def all_of(connection: socket.socket) -> bytes:
    """Everything until the other side ends."""
    told = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            told += piece
    return told


def test_headers_that_never_end_are_given_up(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(HALF)
        told = all_of(connection)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert told.endswith(b"did not arrive within 10 seconds.")


def test_headers_that_trickle_in_get_no_more_time(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(HALF)
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(100):
                connection.sendall(b"a")
                time.sleep(0.02)
        assert served.connected == 0


def test_a_connection_that_says_nothing_is_ended_without_a_word(served: Served) -> None:
    with served.connect() as connection:
        assert all_of(connection) == b""
    with served.connect() as connection:
        connection.sendall(b"\r\n")
        assert all_of(connection) == b""


def test_half_sent_headers_keep_nobody_from_asking(served: Served) -> None:
    with ExitStack() as held:
        for _ in range(PLACES * 2):
            held.enter_context(served.connect()).sendall(HALF)
        assert httpx.get(f"{served.url}/healthz").text == "ok"
        assert served.connected <= PLACES
    assert httpx.get(f"{served.url}/healthz").text == "ok"


def test_requests_on_one_connection_go_on_as_before(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        for _ in range(6):
            assert client.get("/healthz").text == "ok"
            time.sleep(0.15)
    with served.connect() as connection:
        connection.sendall(WHOLE * 3)
        assert all_of(connection).count(b"ok") == 3


def test_an_answer_that_nobody_reads_is_given_up(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        time.sleep(0.1)
        assert served.connected == 1
        until = time.monotonic() + 20
        while served.connected:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert len(all_of(connection)) < 50 * len(LARGE)


def test_a_request_for_a_web_socket_is_answered_without_one_and_fills_no_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    for _ in range(3):
        answer = httpx.get(f"{served.url}/healthz", headers=asked)
        assert (answer.status_code, answer.text) == (200, "ok")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []
