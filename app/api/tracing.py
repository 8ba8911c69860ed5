"""Makes each request one step of a trace, by its route and not by its path, which may name what is private."""

from __future__ import annotations

from collections.abc import MutableMapping
from http import HTTPMethod
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.metrics import UNKNOWN
from rag.tracing import traced_step

UNTRACED = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by what watches a server."""

SERVER_ERRORS = 500


class TraceRequests:
    """Takes up the trace of a caller that sends a `traceparent` (W3C Trace Context); else each request begins one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        parent = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"traceparent"), "")
        method = scope["method"] if scope["method"] in HTTPMethod.__members__ else "_OTHER"
        with traced_step("request", parent=parent, method=method) as step:

            async def note_status(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    step.attributes["status"] = message["status"]
                    step.error = str(message["status"]) if message["status"] >= SERVER_ERRORS else ""
                await send(message)

            try:
                await self._app(scope, receive, note_status)
            finally:
                route = getattr(scope.get("route"), "path", UNKNOWN)
                step.name, step.attributes["route"] = f"{method} {route}", route
