"""Tells what this server is, whether it lives and is ready, and its metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.api.dependencies import MetricsOf, ServiceOf
from app.api.schemas.admin import Health, ReadinessResponse
from app.api.security.middleware import require
from app.service.succession import role_of
from app.state.tokens import Role

router = APIRouter(tags=["health"])

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


FRONT_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lectern's service</title></head>
<body>
<h1>Lectern's service</h1>
<p>It answers programs. The page for people is opened with <code>lectern web</code>, which finds this service by
itself.</p>
<p>All calls are described in <a href="/openapi.json">openapi.json</a>; <a href="/readyz">readyz</a> tells whether
questions are answered yet.</p>
</body></html>
"""
"""Whoever opens the address that `lectern serve` prints in a browser is told where to go."""


@router.get("/", include_in_schema=False)
async def show_front_page() -> HTMLResponse:
    """Say what this server is, and where the page for people is."""
    return HTMLResponse(FRONT_PAGE)


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def tell_health(service: ServiceOf) -> Health:
    """Answer as long as the server lives."""
    return Health(status="ok", role=role_of(service.ownership))


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=ReadinessResponse, responses={503: {"model": ReadinessResponse}})
def tell_readiness(service: ServiceOf) -> JSONResponse:
    """Answer 200 once the models are loaded; 503 with the reason until then, and while the catalogue is away.

    Without a server of vectors words are found.
    """
    readiness = service.answers.readiness
    servers = service.answers.lectern.servers() if readiness.ready else {}
    is_ready = readiness.ready and servers.get("catalogue") != "away"
    reason = readiness.reason if is_ready or not readiness.ready else "The server of the catalogue does not answer."
    body = {
        "status": "ready" if is_ready else "not ready",
        "reason": reason,
        "role": role_of(service.ownership),
        "servers": dict(servers),
    }
    return JSONResponse(body, 200 if is_ready else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def tell_metrics(request: Request, metrics: MetricsOf) -> Response:
    """Return counts and times in Prometheus' text format; to a token for some collections, the counts of those."""
    identity = require(request, Role.READ)
    return Response(metrics.text(identity.collections), media_type=METRICS_TYPE)
