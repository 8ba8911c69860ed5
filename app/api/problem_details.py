"""Tells errors as HTTP answers do, as problem details (RFC 9457) or in OpenAI's form, and reads them back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from rag.errors import (
    AddressError,
    ConfigurationError,
    FetchError,
    ForbiddenError,
    IndexLockedError,
    LecternError,
    ModelError,
    NotFoundError,
    OverloadedError,
    ParseError,
    QuestionError,
    SignInError,
    StoreError,
    UploadsAwayError,
)

MEDIA_TYPE = "application/problem+json"

OPENAI_PREFIX = "/v1/"
"""Below it errors have OpenAI's form: its clients read no other."""

OPENAI_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
"""By which its clients tell these from other errors."""

STATUSES: Sequence[tuple[type[LecternError], int]] = (
    (NotFoundError, 404),
    (SignInError, 401),
    (ForbiddenError, 403),
    (QuestionError, 422),
    (AddressError, 422),
    (ConfigurationError, 400),
    (ParseError, 415),
    (IndexLockedError, 409),
    (OverloadedError, 503),
    (UploadsAwayError, 503),
    (ModelError, 502),
    (FetchError, 502),
    (StoreError, 500),
)
"""The first class that fits an error decides its status; the first with a status is the error it is read as."""

READ_AS: dict[int, type[LecternError]] = {
    **{status: kind for kind, status in reversed(STATUSES)},
    429: OverloadedError,
    507: StoreError,
}
"""Errors that statuses are read as; any other status is a ModelError."""

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that says what went wrong (`detail`) and what to do about it (`remedy`)."""

    status: int
    detail: str
    remedy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    param: str = ""
    """The field of the request that is wrong, where one is; told in OpenAI's form only."""

    def to_json(self) -> dict[str, Any]:
        """Return the members; `remedy` is ours, as the RFC allows. `about:blank`: the status says what kind it is."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
        }

    def to_openai(self, *, code: str | None = None, param: str | None = None) -> dict[str, Any]:
        """Return the same as OpenAI's API says it."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        message = f"{self.detail} {self.remedy}".strip()
        code = code or OPENAI_CODES.get(self.status)
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def form_for(self, path: str) -> tuple[str, dict[str, Any]]:
        """Return media type and content of the answer to a request for that path."""
        if path.startswith(OPENAI_PREFIX):
            return "application/json", self.to_openai(param=self.param or None)
        return MEDIA_TYPE, self.to_json()

    def status_for(self, path: str) -> int:
        """Return the status of the answer to a request for that path: OpenAI's API says 400 of any wrong request."""
        return 400 if self.status == 422 and path.startswith(OPENAI_PREFIX) else self.status

    async def answer(self, send: Send, path: str) -> None:
        """Send it over ASGI as the whole answer to a request for that path."""
        media_type, content = self.form_for(path)
        body = json.dumps(content).encode()
        headers = (("content-type", media_type), ("content-length", str(len(body))), *self.headers)
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": self.status_for(path), "headers": encoded})
        await send({"type": "http.response.body", "body": body})


def problem_of(error: LecternError) -> Problem:
    """Return the problem that an expected error is."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    if status == 500 and "is full" in error.reason:
        status = 507
    headers = (("retry-after", str(error.retry_after)),) if isinstance(error, OverloadedError) else ()
    return Problem(status, error.reason, error.remedy, headers)


def error_of(status: int, detail: str, remedy: str) -> LecternError:
    """Return the error that a problem was made from, as far as its status says."""
    return READ_AS.get(status, ModelError)(detail, remedy)
