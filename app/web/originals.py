"""Lets the browser open a PDF itself, at a page, by an address that nobody can guess.

Only PDFs are shown so: a browser runs what is in one apart from this page. Any other file is saved, never opened.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.web import language, texts
from rag.errors import LecternError

PATH = "original"

TICKETS_KEPT = 2_000
"""The oldest ones are forgotten first."""

HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Load = Callable[[], bytes]


class Originals:
    """Which file stands behind which address. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._tickets: OrderedDict[str, tuple[str, Load]] = OrderedDict()
        self._by_key: dict[tuple[object, ...], str] = {}
        self._lock = threading.Lock()

    def address(self, key: tuple[object, ...], name: str, load: Load) -> str:
        """Return the address of a file, the same for the same caller and document (`key`); `load` reads it."""
        with self._lock:
            ticket = self._by_key.get(key) or secrets.token_urlsafe(24)
            self._by_key[key] = ticket
            self._tickets[ticket] = (name, load)
            self._tickets.move_to_end(ticket)
            while len(self._tickets) > TICKETS_KEPT:
                dropped, _ = self._tickets.popitem(last=False)
                self._by_key = {key: kept for key, kept in self._by_key.items() if kept != dropped}
        # With the file's name at its end, which browsers put into the window's title.
        return f"{PATH}/{ticket}/{quote(PurePath(name).name, safe='')}"

    def find(self, ticket: str) -> tuple[str, Load] | None:
        """Return the name of a file and what reads it."""
        with self._lock:
            return self._tickets.get(ticket)


ORIGINALS = Originals()
"""Of this process: the page's script writes them down, and its server hands them out."""


async def send_original(request: Request) -> Response:
    """Answer with a PDF, to be shown."""
    found = ORIGINALS.find(request.path_params["ticket"])
    if found is None:
        with language.speaking(language.of_request(request)):
            return PlainTextResponse(texts.ORIGINAL_GONE, 404, headers=HEADERS)
    name, load = found
    try:
        content = await run_in_threadpool(load)
    except LecternError as error:
        return PlainTextResponse(f"{error.reason}\n{error.remedy}", 404, headers=HEADERS)
    disposition = f"inline; filename*=UTF-8''{quote(PurePath(name).name, safe='')}"
    return Response(content, media_type="application/pdf", headers={**HEADERS, "Content-Disposition": disposition})


ROUTES = (Route(f"/{PATH}/{{ticket}}/{{name}}", send_original, methods=["GET"]),)
