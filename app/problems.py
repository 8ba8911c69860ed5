"""Errors as HTTP answers tell them: problem details (RFC 9457). Knows neither routes nor who asks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that says what went wrong (`detail`) and what to do about it (`remedy`)."""

    status: int
    detail: str
    remedy: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The members; `remedy` is ours, as the RFC allows. `about:blank`: the status says what kind it is."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
        }

    async def answer(self, send: Send) -> None:
        """Send it as the whole answer over ASGI."""
        body = json.dumps(self.to_json()).encode()
        headers = (("content-type", MEDIA_TYPE), ("content-length", str(len(body))), *self.headers)
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": self.status, "headers": encoded})
        await send({"type": "http.response.body", "body": body})
