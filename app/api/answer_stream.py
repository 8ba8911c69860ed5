"""Brings an answer that is made in a thread to the event loop, and cancels it when the client is gone."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from app.service.answering import AskProgress
from app.service.service import Service
from rag.errors import OverloadedError
from rag.pipeline import AnswerStream
from rag.types import Answer, AnswerEvent, Question

T = TypeVar("T")

CLIENT_CLOSED_REQUEST = 499
"""Seen in logs and metrics only: nobody is there to read it."""

Event = AskProgress | AnswerStream | AnswerEvent | Answer


async def follow(service: Service, question: Question, *, progress: bool = False) -> AsyncGenerator[Event, None]:
    """Return the stream, whose sources are known, then the steps that are done and the text in pieces, each
    sentence with its verdict behind it, then the whole answer.

    With `progress` the stages before the stream come first. Closing it stops the LLM. Raises what the answer raises.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[AskProgress | AnswerStream | AnswerEvent | Future[Answer | None]] = asyncio.Queue()
    cancelled = threading.Event()

    def deliver(event: AskProgress | AnswerStream | AnswerEvent | Future[Answer | None]) -> None:
        with suppress(RuntimeError):  # The loop may have ended with the server.
            loop.call_soon_threadsafe(events.put_nowait, event)

    service.answers.answer(question, deliver, cancelled).add_done_callback(deliver)
    try:
        while True:
            event = await events.get()
            if isinstance(event, Future):
                yield _answer_of(event)
                return
            if progress or not isinstance(event, AskProgress):
                yield event
    finally:
        cancelled.set()


async def begun(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """Wait for the first event, and return all of them. Raises what the answer raises before it."""
    first = await anext(events)

    async def follow() -> AsyncGenerator[Event, None]:
        try:
            yield first
            async for event in events:
                yield event
        finally:
            await events.aclose()

    return follow()


async def finish(service: Service, question: Question) -> tuple[AnswerStream, Answer]:
    """Return the stream and the whole answer."""
    stream = None
    events = follow(service, question)
    try:
        async for event in events:
            if isinstance(event, AnswerStream):
                stream = event
            elif isinstance(event, Answer):
                assert stream is not None
                return stream, event
    finally:
        await events.aclose()
    raise AssertionError("an answer ends with itself")


async def unless_disconnected(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """Wait for what `work` gives; None, and the work cancelled, when the client disconnects first."""
    task = asyncio.ensure_future(work)
    disconnect = asyncio.ensure_future(_wait_for_disconnect(request))
    try:
        await asyncio.wait({task, disconnect}, return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() else None
    finally:
        task.cancel()
        disconnect.cancel()


class EventStream(EventSourceResponse):
    """Server-sent events from an asynchronous generator, which is closed as soon as the client disconnects."""

    def __init__(self, events: AsyncGenerator[bytes, None], *, status_code: int = 200) -> None:
        # A proxy that gathered the events first would undo the streaming.
        super().__init__(events, status_code, headers={"X-Accel-Buffering": "no"})
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._events.aclose()


def server_sent(data: Any, *, event: str | None = None) -> bytes:
    """Return one event with JSON for its data."""
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=event)


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _answer_of(finished: Future[Answer | None]) -> Answer:
    answer = None if finished.cancelled() else finished.result()
    if answer is None:
        raise OverloadedError("Lectern is shutting down.", "Try again later.")
    return answer
