"""Each request has an id, in its answer and in all that is logged for it, whichever thread logs it."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.api.request_ids import HEADER, IdentifyRequests
from app.service.executors import BoundedExecutor
from app.telemetry.log_lines import TextFormatter
from rag.work_context import current_request_id

log = logging.getLogger("lectern.tested")


async def answer_and_log(scope: Scope, receive: Receive, send: Send) -> None:
    """Log in the task, in a thread of asyncio's and in one of an executor that lives on; answer with the id."""
    executor = BoundedExecutor("work", threads=1, waiting=0)
    log.warning("task")
    await asyncio.to_thread(log.warning, "thread")
    await asyncio.wrap_future(executor.submit(log.warning, "executor"))
    executor.close()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": current_request_id().encode()})


def ask(headers: dict[str, str] | None = None) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(IdentifyRequests(answer_and_log))
        async with httpx.AsyncClient(transport=transport, base_url="http://lectern") as client:
            return await client.get("/", headers=headers)

    return asyncio.run(get())


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextFormatter())
    log.addHandler(handler)
    log.propagate = False
    yield stream
    log.removeHandler(handler)
    log.propagate = True


def test_an_id_is_made_for_each_request_and_one_that_is_brought_is_kept() -> None:
    one, other = ask(), ask()
    assert one.headers[HEADER] == one.text != ""
    assert one.text != other.text
    assert ask({HEADER: "proxy-1.a_b"}).headers[HEADER] == "proxy-1.a_b"


@pytest.mark.parametrize("forged", ["two words", "x" * 65, "", "ünïcode"])
def test_what_would_forge_a_line_of_the_log_is_no_id(forged: str) -> None:
    answered = ask({HEADER: forged.encode("latin-1")})  # type: ignore[dict-item]
    assert answered.headers[HEADER] == answered.text not in ("", forged)


def test_whatever_thread_logs_for_a_request_tells_its_id(logged: io.StringIO) -> None:
    request_id = ask().headers[HEADER]
    log.warning("outside")
    expected = [f"{name} [request {request_id}]" for name in ("task", "thread", "executor")]
    assert logged.getvalue().splitlines() == [*expected, "outside"]
