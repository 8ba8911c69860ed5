"""Changes the one HTML page that Streamlit serves: its title and language, and where it looks for its server."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import language, texts

TITLE = b"<title>Streamlit</title>"
NEW_TITLE = f"<title>{texts.PRODUCT}</title>".encode()

HEAD = b"<head>"
SERVER = b"<script>window.__streamlit={BACKEND_BASE_URL:new URL('.',location.href).href}</script>"
"""Else a page that is opened by its address, such as /documents, asks below that address first, and logs 404s."""

LANGUAGE = b'<html lang="en"'

OF_THE_FILE = ("etag", "last-modified")
"""Headers that speak of the file as it lies on the disk."""


class IndexPage:
    """Passes all requests on to an application, and changes what it answers where that is HTML."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        # Not compressed: the page is small, and could not be changed.
        asked = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app({**scope, "headers": asked}, receive, _HtmlChanger(send, language.of_request(Request(scope))))


class _HtmlChanger:
    """Keeps an HTML answer back until it is whole, and sends it changed; sends any other as it comes."""

    def __init__(self, send: Send, code: str) -> None:
        self._send = send
        self._language = f'<html lang="{code}"'.encode()
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_changed(self._start)
            return
        await self._send(message)

    async def _send_changed(self, start: Message) -> None:
        body = self._body.replace(TITLE, NEW_TITLE, 1).replace(HEAD, HEAD + SERVER, 1)
        body = body.replace(LANGUAGE, self._language, 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        for name in OF_THE_FILE:
            del headers[name]
        headers["content-length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})
