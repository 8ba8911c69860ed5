"""Reads the errors that a service answers with (RFC 9457) as the errors that they are in process. Knows no routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from rag.errors import (
    ConfigurationError,
    IndexLockedError,
    LecternError,
    ModelError,
    NotFoundError,
    OverloadedError,
    ParseError,
    QuestionError,
    StoreError,
)

ERRORS: Mapping[int, type[LecternError]] = {
    400: ConfigurationError,
    401: ConfigurationError,
    403: ConfigurationError,
    404: NotFoundError,
    409: IndexLockedError,
    415: ParseError,
    422: QuestionError,
    429: OverloadedError,
    500: StoreError,
    503: OverloadedError,
    507: StoreError,
}
"""What a service's status says; any other is a ModelError."""


def error_of(response: httpx.Response) -> LecternError:
    """The error that an answer tells of; what is no problem details is told by its status."""
    try:
        return error_of_problem(response.json(), status=response.status_code)
    except (ValueError, KeyError, TypeError, AttributeError):
        kind = ERRORS.get(response.status_code, ModelError)
        return kind(f"{response.url} answered with status {response.status_code}.", "Look into the service's log.")


def error_of_problem(problem: Mapping[str, Any], *, status: int) -> LecternError:
    """The error that problem details are. Raises KeyError, TypeError or AttributeError for what is none."""
    return ERRORS.get(status, ModelError)(str(problem["detail"]), str(problem.get("remedy", "")))
