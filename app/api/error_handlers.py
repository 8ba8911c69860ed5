"""Turns every error into an answer that says what happened and what to do: RFC 9457, or OpenAI's form below /v1."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problem_details import MEDIA_TYPE, Problem, problem_of
from app.api.security.body_limit import BodyRefusedError
from app.api.security.middleware import unknown_collection
from app.state.tokens import Identity
from rag.errors import LecternError, NotFoundError

log = logging.getLogger(__name__)

MAX_MISTAKES = 5
"""Mistakes in a request that an answer names at most."""

ANYWHERE = (400, 401, 403, 404, 408, 413, 421, 422, 429, 503)
"""Statuses with which any route may refuse a request, mostly before it is reached."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

PROBLEM_SCHEMA = {"$ref": "#/components/schemas/ProblemResponse"}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return problems that a route answers with, for the OpenAPI document."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
        for status in statuses
    }


RESPONSES = refusals(*ANYWHERE)
"""Errors that any route may answer with."""


def install(app: FastAPI) -> None:
    """Have the application answer all errors so."""
    app.add_exception_handler(LecternError, _answer_lectern_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_error)


class AnswerDefects:
    """Answers for whatever fails unexpectedly, and keeps the connection; what failed goes to the log only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        started = False

        async def note_start(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except (BodyRefusedError, ClientDisconnect):
            raise
        except Exception:
            log.exception("%s %s failed.", scope.get("method"), scope.get("path"))
            if started:
                raise
            problem = Problem(500, "Lectern failed unexpectedly.", "See the server's log.")
            await respond(Request(scope), problem)(scope, receive, send)


def respond(request: Request, problem: Problem) -> JSONResponse:
    """Return the answer to a request that ran into a problem."""
    path = request.url.path
    media_type, content = problem.form_for(path)
    return JSONResponse(content, problem.status_for(path), dict(problem.headers), media_type=media_type)


async def _answer_lectern_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LecternError)
    identity: Identity | None = getattr(request.state, "identity", None)
    if isinstance(error, NotFoundError) and identity is not None and identity.collections is not None:
        # The catalogue's own remedy lists what there is, also what this caller has no right to know of.
        error = NotFoundError(error.reason, unknown_collection("").remedy)
    return respond(request, problem_of(error))


async def _answer_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    mistakes = error.errors()
    if any(mistake["type"] == "json_invalid" for mistake in mistakes):
        return respond(request, Problem(400, "The body is not JSON.", "Send JSON in UTF-8."))
    named = "; ".join(
        f"{'.'.join(str(part) for part in mistake['loc'])}: {mistake['msg']}" for mistake in mistakes[:MAX_MISTAKES]
    )
    fields = [str(part) for mistake in mistakes[:1] for part in mistake["loc"] if part != "body"]
    detail, remedy = f"The request is wrong: {named}.", "`/openapi.json` says what is expected."
    return respond(request, Problem(422, detail, remedy, param=next(iter(fields), "")))


async def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = tuple((error.headers or {}).items())
    match error.status_code:
        case 404:
            problem = Problem(404, f"There is nothing at {request.url.path}.", "`/openapi.json` lists all routes.")
        case 405:
            detail = f"{request.method} is not for {request.url.path}."
            allowed = (("allow", ", ".join(_methods_for(request))),)
            problem = Problem(405, detail, "The header Allow names the methods that it takes.", allowed)
        case 400:
            detail = f"The body cannot be read: {str(error.detail).rstrip('.')}."
            problem = Problem(400, detail, "Send JSON in UTF-8, and files as multipart/form-data.", headers)
        case status:
            problem = Problem(status, str(error.detail).rstrip(".") + ".", "", headers)
    return respond(request, problem)


def _methods_for(request: Request) -> list[str]:
    """Return the methods that some route takes at the path; the framework names those of the first route only."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.router.routes
        )
    ]
