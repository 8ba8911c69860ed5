"""Takes files from the browser by requests of their own, so that they go on being sent whatever page is looked at.

    POST upload/TICKET                the names and sizes of files that are to come
    PUT  upload/TICKET/RUN/NUMBER     the bytes of one of them
    POST upload/TICKET/RUN/left       what is still to come will not: the page is being left, or a file cannot be sent

A ticket is an address that nobody can guess; the page gives it to the browser of its visitor alone. A file is written
to the disk as it comes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.web.admin.uploading import UPLOADS, NotExpectedError, Problem, UploadRun

if TYPE_CHECKING:  # It takes longest to load, and the page is to listen before.
    from app.web.admin.calls import Calls

PATH = "upload"

TICKETS_KEPT = 2_000
"""The oldest ones are forgotten first."""

MAX_FILES = 5_000
"""At once; more is what a folder that is kept in step is for."""

MAX_NAME, MAX_COLLECTION = 4_096, 64
"""Characters; the service takes shorter names of files."""

MAX_LIST_BYTES = 8 << 20
"""Of names and sizes."""

MAX_WAITING_FILES = 100
"""On the disk, until the service has them: each is open. Further ones wait in the browser."""

PATIENCE_SECONDS = 30.0
"""Between two pieces of a file."""

HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}

OF_THIS_PAGE = ("", "same-origin", "none")
"""What browsers say of a request that comes from the page itself (Fetch Metadata)."""


Caller = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who may send, and how what is sent into a collection is handed to the service."""

    caller: Caller
    calls: Callable[[str], Calls]


class Tickets:
    """Who may send, by ticket. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._senders: OrderedDict[str, Sender] = OrderedDict()
        self._by_caller: dict[Caller, str] = {}
        self._lock = threading.Lock()

    def give(self, caller: Caller, calls: Callable[[str], Calls]) -> str:
        """Return the ticket of a caller, always the same one; `calls` make the caller's calls for a collection."""
        with self._lock:
            ticket = self._by_caller.setdefault(caller, secrets.token_urlsafe(24))
            self._senders[ticket] = Sender(caller, calls)
            self._senders.move_to_end(ticket)
            while len(self._senders) > TICKETS_KEPT:
                _, dropped = self._senders.popitem(last=False)
                del self._by_caller[dropped.caller]
            return ticket

    def find(self, ticket: str) -> Sender | None:
        """Return who has a ticket."""
        with self._lock:
            return self._senders.get(ticket)


TICKETS = Tickets()
"""Of this process."""

_room = asyncio.Semaphore(MAX_WAITING_FILES)


class Refusal(Exception):
    """A request that is not taken."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Announced:
    """Files that are to come."""

    collection: str
    files: list[tuple[str, int]]

    @classmethod
    def of(cls, body: bytes) -> Announced:
        """Read what a browser says. Raises Refusal."""
        try:
            told: Any = json.loads(body)
            collection, files = told["collection"], [(file["name"], file["size"]) for file in told["files"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refusal(400) from None
        is_right = isinstance(collection, str) and 0 < len(collection.strip()) <= MAX_COLLECTION
        for name, size in files:
            is_right &= isinstance(name, str) and 0 < len(name) <= MAX_NAME and type(size) is int and size >= 0
        if not is_right or not 0 < len(files) <= MAX_FILES:
            raise Refusal(400)
        return cls(collection.strip(), files)


def max_bytes() -> int:
    """Return the size of the largest file that is taken, as the settings say."""
    return int(st.get_option("server.maxUploadSize")) << 20


async def announce(request: Request) -> Response:
    """Take the names and sizes of files, and say which of them are not to be sent."""
    try:
        sender = _sender_of(request)
        announced = Announced.of(await _read_list(request))
    except Refusal as refusal:
        return _answer(refusal.status)
    calls = sender.calls(announced.collection)
    run = UPLOADS.expect(sender.caller, calls, announced.files, max_bytes())
    refused = [number for number, upload in enumerate(run.uploads) if upload.is_done]
    return _answer(201, run=run.id, refused=refused)


async def take_file(request: Request) -> Response:
    """Take a file that was announced, piece by piece."""
    try:
        run = _run_of(request)
        number = request.path_params["number"]
        size, attempt = run.begin_file(number)
    except Refusal as refusal:
        return _answer(refusal.status)
    except NotExpectedError:
        return _answer(409)
    try:
        file = await _keep(request, run, number, attempt, size)
    except _OtherSizeError:
        run.break_off(number, attempt, Problem.CHANGED)
        return _answer(422)
    except (ClientDisconnect, TimeoutError):
        run.break_off(number, attempt)
        return _answer(408)
    except OSError:
        run.break_off(number, attempt, Problem.NO_ROOM)
        return _answer(507)
    except BaseException:
        run.break_off(number, attempt)
        raise
    run.arrive(number, attempt, file, partial(_make_room, asyncio.get_running_loop()))
    return _answer(200)


def _make_room(loop: asyncio.AbstractEventLoop) -> None:
    with suppress(RuntimeError):  # The server has ended.
        loop.call_soon_threadsafe(_room.release)


async def note_left(request: Request) -> Response:
    """Take note that files will not come: all that are still to come, or one of them."""
    try:
        run = _run_of(request)
        body = await _read_list(request)
        told: Any = json.loads(body) if body else {}
        number = told.get("number")
        problem = Problem.CHANGED if told.get("changed") else Problem.NOT_ARRIVED
    except Refusal as refusal:
        return _answer(refusal.status)
    except (ValueError, AttributeError, RecursionError):
        return _answer(400)
    run.give_up(problem, number if type(number) is int else None)
    return _answer(200)


class _OtherSizeError(Exception):
    """A file has more or fewer bytes than were announced."""


async def _keep(request: Request, run: UploadRun, number: int, attempt: int, size: int) -> BinaryIO:
    """Write what comes into a file that is gone with this process. Raises OSError, TimeoutError, ClientDisconnect."""
    if request.headers.get("content-length", str(size)) != str(size):
        raise _OtherSizeError
    await _room.acquire()
    try:
        file: BinaryIO = await run_in_threadpool(tempfile.TemporaryFile)
        try:
            await _write(request, run, number, attempt, size, file)
        except BaseException:
            with suppress(OSError):  # What could not be written before cannot be written now.
                file.close()
            raise
    except BaseException:
        _room.release()
        raise
    return file


async def _write(request: Request, run: UploadRun, number: int, attempt: int, size: int, file: BinaryIO) -> None:
    received = 0
    async for piece in _pieces(request):
        received += len(piece)
        if received > size:
            raise _OtherSizeError
        await run_in_threadpool(file.write, piece)
        run.note_received(number, attempt, received)
    await run_in_threadpool(file.flush)
    if received != size:
        raise _OtherSizeError


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    pieces = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        yield piece


async def _read_list(request: Request) -> bytes:
    body = b""
    try:
        async for piece in _pieces(request):
            body += piece
            if len(body) > MAX_LIST_BYTES:
                raise Refusal(413)
    except (ClientDisconnect, TimeoutError):
        raise Refusal(408) from None
    return body


def _sender_of(request: Request) -> Sender:
    if request.headers.get("sec-fetch-site", "") not in OF_THIS_PAGE:
        raise Refusal(403)
    sender = TICKETS.find(request.path_params["ticket"])
    if sender is None:
        raise Refusal(404)
    return sender


def _run_of(request: Request) -> UploadRun:
    run = UPLOADS.find(_sender_of(request).caller, request.path_params["run"])
    if run is None:
        raise Refusal(404)
    return run


def _answer(status: int, **told: object) -> Response:
    # A body that was not read to its end cannot be followed by another request.
    headers = HEADERS if status < 300 else {**HEADERS, "Connection": "close"}
    return JSONResponse(told, status, headers=headers)


ROUTES = (
    Route(f"/{PATH}/{{ticket}}", announce, methods=["POST"]),
    Route(f"/{PATH}/{{ticket}}/{{run}}/left", note_left, methods=["POST"]),
    Route(f"/{PATH}/{{ticket}}/{{run}}/{{number:int}}", take_file, methods=["PUT"]),
)
