"""Reads what a server answers with when it refuses or fails as the errors that these are in process."""

from __future__ import annotations

import httpx

from app.api.problem_details import error_of
from rag.errors import LecternError


class UnreachableError(LecternError):
    """A server does not answer, breaks off, or does not answer as Lectern does."""


def error_in(response: httpx.Response) -> LecternError:
    """Return the error that an answer tells of (RFC 9457, whose members are all optional), at least by its status."""
    try:
        problem = response.json()
        return error_of(response.status_code, str(problem["detail"]), str(problem.get("remedy", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = f"{response.url} answered with status {response.status_code}."
        return error_of(response.status_code, reason, "Look into the server's log.")
