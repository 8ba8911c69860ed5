"""The middleware on a real socket: requests that are too long, too slow, cut off, or meant to trick the server."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from typer.testing import CliRunner

from app.api.security.middleware import AccessMiddleware, require
from app.api.security.policy import AccessPolicy
from app.cli.main import cli
from app.settings import read_settings
from app.state.tokens import Role, TokenStore
from tests.integration.opening import state_place
from tests.starting import wait_until

MEGABYTE = 1 << 20

DEADLINE_SECONDS = 30
"""For what a test waits for; only a defect takes so long."""


@dataclass
class Seen:
    """What the application behind the middleware went through."""

    bodies: list[int] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)


@dataclass
class Running:
    """A server that listens, and what came through to its application."""

    port: int
    seen: Seen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, *pieces: bytes) -> socket.socket:
        """A connection on which these bytes were sent and nothing more."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_SECONDS)
        for piece in pieces:
            connection.sendall(piece)
        return connection


def application(seen: Seen) -> Starlette:
    async def upload(request: Request) -> Response:
        require(request, Role.READ)
        try:
            seen.bodies.append(len(await request.body()))
        except ClientDisconnect:
            seen.ends.append("left while sending")
            raise
        return JSONResponse({})

    async def count_for_ever(request: Request) -> Response:
        require(request, Role.READ)

        async def numbers() -> Any:
            try:
                number = 0
                while True:
                    yield f"data: {number}\n\n"
                    number += 1
                    await asyncio.sleep(0.025)
            finally:
                seen.ends.append("left while listening")

        return StreamingResponse(numbers(), media_type="text/event-stream")

    async def who(request: Request) -> Response:
        return JSONResponse({"name": require(request, Role.READ).name})

    return Starlette(
        routes=[
            Route("/documents", upload, methods=["POST"]),
            Route("/events", count_for_ever),
            Route("/who", who),
        ]
    )


@pytest.fixture
def store(home: Path) -> Iterator[TokenStore]:
    store = TokenStore(state_place(home))
    yield store
    store.close()


@pytest.fixture(params=["h11", "httptools"])
def server(request: pytest.FixtureRequest, home: Path, store: TokenStore) -> Iterator[Running]:
    """Listens on a free port, takes 1 MB, and loses patience after a second; with each of uvicorn's two parsers."""
    seen = Seen()
    settings = read_settings(home=home, max_request_megabytes=1)
    policy = replace(AccessPolicy.of(settings, store, host="127.0.0.1"), patience_seconds=1.0)
    with listening(AccessMiddleware(application(seen), policy), request.param) as port:
        yield Running(port, seen)


@contextmanager
def listening(app: Any, parser: Any) -> Iterator[int]:
    config = uvicorn.Config(app, port=0, http=parser, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        wait_until(lambda: running.started)
        yield running.servers[0].sockets[0].getsockname()[1]
    finally:
        running.should_exit = True
        thread.join()


def read_answer(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of an answer after which the server closes the connection."""
    received = b""
    while block := connection.recv(65536):
        received += block
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def head(*lines: str, path: str = "/documents", method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


# --- too long ---


def test_a_body_that_is_too_long_is_answered_and_the_connection_goes_on(server: Running) -> None:
    with httpx.Client(base_url=server.url) as client:
        refused = client.post("/documents", content=b"x" * (3 * MEGABYTE))
        assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json")
        assert client.post("/documents", content=b"x" * MEGABYTE).status_code == 200
    assert server.seen.bodies == [MEGABYTE]


def test_a_stream_that_turns_out_too_long_is_answered_and_the_connection_goes_on(server: Running) -> None:
    def stream(blocks: int) -> Iterator[bytes]:
        for _ in range(blocks):
            yield b"x" * (MEGABYTE // 4)

    with httpx.Client(base_url=server.url) as client:
        assert client.post("/documents", content=stream(12)).status_code == 413
        assert client.post("/documents", content=stream(4)).status_code == 200
    assert server.seen.bodies == [MEGABYTE]


def test_a_stream_without_end_is_answered_while_it_goes_on(server: Running) -> None:
    block = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with closing(server.send(head("Transfer-Encoding: chunked"), *[block] * 17)) as connection:
        assert connection.recv(12) == b"HTTP/1.1 413"
    assert server.seen.bodies == []


def test_a_refused_client_that_asks_first_need_not_send_its_body(server: Running, store: TokenStore) -> None:
    store.add("laptop")
    asking = head("Content-Length: 1000", "Expect: 100-continue", "Connection: close")
    with closing(server.send(asking)) as connection:
        status, problem = read_answer(connection)
    assert (status, problem["status"]) == (401, 401)
    assert server.seen.bodies == []


# --- too slow, cut off ---


def test_a_request_that_stops_half_way_is_answered_and_closed(server: Running) -> None:
    with closing(server.send(head("Content-Length: 100"), b"half")) as connection:
        status, problem = read_answer(connection)
    assert (status, problem["title"]) == (408, "Request Timeout")
    assert server.seen.bodies == []


def test_a_request_that_trickles_is_answered_and_closed(server: Running) -> None:
    with closing(server.send(head("Content-Length: 100000"))) as connection:
        answered = threading.Event()

        def trickle() -> None:
            while not answered.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        answer = connection.recv(12)
        answered.set()
        thread.join()
    assert answer == b"HTTP/1.1 408"


def test_a_client_that_leaves_half_way_leaves_nothing_behind(server: Running) -> None:
    server.send(head("Content-Length: 100"), b"half").close()
    wait_until(lambda: server.seen.ends == ["left while sending"])
    assert server.seen.bodies == []
    assert httpx.get(f"{server.url}/who").status_code == 200


def test_many_that_stop_half_way_keep_nobody_else_waiting(server: Running) -> None:
    stuck = [server.send(head("Content-Length: 100"), b"half") for _ in range(50)]
    assert httpx.post(f"{server.url}/documents", content=b"whole").status_code == 200
    for connection in stuck:
        assert read_answer(connection)[0] == 408
        connection.close()
    assert server.seen.bodies == [5]


# --- streamed answers ---


def test_an_answer_arrives_in_pieces_for_longer_than_a_body_may_take_and_ends_when_the_client_leaves(
    server: Running,
) -> None:
    with httpx.stream("GET", f"{server.url}/events") as answer:
        assert answer.headers["cache-control"] == "no-store"
        lines = (line for line in answer.iter_lines() if line)
        assert [next(lines) for _ in range(50)] == [f"data: {number}" for number in range(50)]
    wait_until(lambda: server.seen.ends == ["left while listening"])


# --- who gets in ---


def test_a_token_ends_on_a_running_server_when_it_is_revoked_by_the_command(server: Running, home: Path) -> None:
    made = CliRunner().invoke(cli, ["tokens", "add", "laptop", "--home", str(home)])
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    assert httpx.get(f"{server.url}/who").status_code == 401
    assert httpx.get(f"{server.url}/who", headers=headers).json() == {"name": "laptop"}
    assert CliRunner().invoke(cli, ["tokens", "revoke", "laptop", "--home", str(home)]).exit_code == 0
    answer = httpx.get(f"{server.url}/who", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, "The token 'laptop' is revoked.")


def test_a_page_under_a_name_made_to_mean_this_machine_gets_nothing(server: Running) -> None:
    answer = httpx.get(f"{server.url}/who", headers={"Host": f"evil.example:{server.port}"})
    assert answer.status_code == 421
    assert "anonymous" not in answer.text


@pytest.mark.parametrize(
    "lines", [("Host: evil.example",), ("Host : localhost",), ("Content-Length: 5", "Content-Length: 6")]
)
def test_headers_that_contradict_each_other_get_nothing(server: Running, lines: tuple[str, ...]) -> None:
    with closing(server.send(head(*lines, "Connection: close", path="/who", method="GET"))) as connection:
        assert connection.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 421")


def test_a_request_line_with_a_whole_address_does_not_get_around_the_host(server: Running) -> None:
    asking = head("Connection: close", path="http://evil.example/who", method="GET").replace(
        b"localhost", b"evil.example"
    )
    with closing(server.send(asking)) as connection:
        assert connection.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 421")
