"""Puts the HTTP API together: routes, errors, metrics and the rules of access."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware

from app import __version__
from app.api import error_handlers
from app.api.metrics import CountRequests, Metrics
from app.api.passing_on import PassingOn
from app.api.request_ids import IdentifyRequests
from app.api.routes import (
    answers,
    collections,
    conversations,
    diagnosis,
    documents,
    evaluations,
    folders,
    health,
    identity,
    links,
    models,
    openai,
    openai_responses,
    passwords,
    syncs,
    tables,
    verification,
)
from app.api.security.middleware import AccessMiddleware
from app.api.security.policy import AccessPolicy
from app.api.tracing import TraceRequests
from app.service.service import Service

ROUTERS = (
    collections.router,
    documents.router,
    links.router,
    answers.router,
    conversations.router,
    syncs.router,
    diagnosis.router,
    verification.router,
    evaluations.router,
    tables.router,
    models.router,
    identity.router,
    health.router,
    openai.router,
    openai_responses.router,
    folders.router,
    passwords.router,
)

DESCRIPTION = """\
Answers questions from folders of documents, and shows the page that proves the answer. Pages are counted from 0. Errors
are problem details (RFC 9457) with a `remedy`; below `/v1` they have OpenAI's form."""

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Said here so that nothing is sent even where the environment asks FastAPI for it."""


def create_app(
    service: Service,
    *,
    access: AccessPolicy,
    metrics: Metrics,
    passing_on: PassingOn | None = None,
) -> FastAPI:
    """Return the application; `access` decides on every request before a route is reached, and `passing_on` has the
    owner of the index answer what another server may not do.
    """
    metrics.watch(service)
    rules = (Middleware(CountRequests, metrics=metrics), Middleware(AccessMiddleware, policy=access))
    app = _with_routes(service, metrics, [Middleware(IdentifyRequests), Middleware(TraceRequests), *rules])
    app.state.passing_on = passing_on
    return app


def create_inner_app(service: Service, *, metrics: Metrics) -> FastAPI:
    """Return an application of the same routes for requests that another server has let in."""
    return _with_routes(service, metrics, [])


def _with_routes(service: Service, metrics: Metrics, middleware: list[Middleware]) -> FastAPI:
    app = FastAPI(
        title="Lectern",
        version=__version__,
        description=DESCRIPTION,
        telemetry=NO_TELEMETRY,
        # These pages load scripts from elsewhere; the document itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
        middleware=[*middleware, Middleware(error_handlers.AnswerDefects)],
    )
    app.state.service = service
    app.state.metrics = metrics
    error_handlers.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
