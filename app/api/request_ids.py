"""Gives each request an id, which its answer, its lines in the log and in the audit log carry."""

from __future__ import annotations

import re
import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from rag.work_context import work_for_request

HEADER = "X-Request-Id"

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ids of a caller or a proxy that are kept; others could forge lines of the log."""


class IdentifyRequests:
    """Takes the id that a request brings, or makes one, and answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = HEADER.lower().encode()
        brought = next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")
        request_id = brought if ACCEPTED.fullmatch(brought) else secrets.token_hex(8)
        # It is not put back: each request has a task, and what the server itself logs of it comes behind this.
        work_for_request(request_id)

        async def send_with_id(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (name, request_id.encode())]}
            await send(message)

        await self._app(scope, receive, send_with_id)
