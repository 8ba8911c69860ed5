"""Connections to a server on a real socket: events however they are cut, errors as they are meant, interrupts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.api.schemas.admin import Health
from app.client.connection import Connection, Interrupt
from app.client.errors import UnreachableError
from rag.errors import LecternError, ModelError, NotFoundError, SignInError

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer, *, seconds: float | None = None) -> Iterator[Connection]:
    """A server that answers every request so, and a connection that waits so long for an answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with closing(Connection(f"http://127.0.0.1:{server.server_port}", seconds=seconds)) as connection:
                yield connection
        finally:
            server.shutdown()
            thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, media_type: str = "application/json") -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_events_are_whole_however_the_body_is_cut_and_whatever_line_ends_they_hold() -> None:
    body = 'event: token\ndata: {"text": "a\u2028b\x85: c"}\n\nevent: answer\ndata: {"answer": ""}\n\n'.encode()

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for byte in body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()

    with answering(cut) as connection, connection.events("/ask", {}) as events:
        assert list(events) == [("token", {"text": "a\u2028b\x85: c"}), ("answer", {"answer": ""})]


def test_events_are_waited_for_longer_than_other_answers() -> None:
    def pause(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.6)
        with suppress(OSError):  # Where it is waited for no more.
            send(handler, 200, b"event: token\ndata: {}\n\n", "text/event-stream")

    with answering(pause, seconds=0.2) as connection:
        with connection.events("/ask", {}) as events:
            assert list(events) == [("token", {})]
        with pytest.raises(UnreachableError, match="takes too long"):
            connection.get(Health, "/healthz")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, SignInError), (404, NotFoundError), (502, ModelError), (418, ModelError)]
)
def test_a_problem_keeps_its_remedy_and_is_the_error_that_its_status_says(
    status: int, kind: type[LecternError]
) -> None:
    problem = f'{{"type": "about:blank", "title": "", "status": {status}, "detail": "It is so.", "remedy": "Do it."}}'
    with (
        answering(lambda handler: send(handler, status, problem.encode())) as connection,
        pytest.raises(kind) as raised,
    ):
        connection.get(Health, "/healthz")
    assert (raised.value.reason, raised.value.remedy) == ("It is so.", "Do it.")


@pytest.mark.parametrize("odd", [b"<html>", b"[]", b"null", b'{"title": "x"}'])
def test_what_is_no_problem_is_told_by_its_status(odd: bytes) -> None:
    with (
        answering(lambda handler: send(handler, 502, odd)) as connection,
        pytest.raises(ModelError, match="answered with status 502"),
    ):
        connection.get(Health, "/healthz")


@pytest.mark.parametrize("first", [b"", b"event: token\ndata: {}\n\n"], ids=["answer", "next event"])
def test_an_interrupt_ends_the_wait_and_hangs_up(first: bytes) -> None:
    asked, hung_up = threading.Event(), threading.Event()
    interrupt = Interrupt()
    raised: list[LecternError] = []

    def wait(handler: BaseHTTPRequestHandler) -> None:
        if first:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/event-stream")
            handler.end_headers()
            handler.wfile.write(first)
        asked.set()
        assert handler.connection.recv(1) == b""  # Ends when the client hangs up.
        hung_up.set()

    def ask(connection: Connection) -> None:
        try:
            with connection.events("/ask", {}, interrupt) as events:
                list(events)
        except UnreachableError as error:
            raised.append(error)

    with answering(wait) as connection:
        thread = threading.Thread(target=ask, args=(connection,))
        thread.start()
        assert asked.wait(30)
        interrupt.set()
        thread.join(30)
        assert not thread.is_alive()
        assert len(raised) == 1
        assert hung_up.wait(30)


def test_an_interrupt_that_comes_first_breaks_the_request_off() -> None:
    interrupt = Interrupt()
    interrupt.set()
    with (
        answering(lambda handler: send(handler, 200, b"", "text/event-stream")) as connection,
        pytest.raises(UnreachableError),
        connection.events("/ask", {}, interrupt) as events,
    ):
        list(events)


def test_what_cannot_be_a_token_is_refused_without_repeating_it() -> None:
    with pytest.raises(SignInError) as raised:
        Connection("http://127.0.0.1:9", "lt_wr\u00f6ng")
    assert "wr" not in str(raised.value)
