"""Counts what the server does, for Prometheus; names no collection and no caller."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Receive, Scope, Send

from app.service.service import Service
from app.state.sync_jobs import SyncJob
from rag.types import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""From a look-up to a long answer of a local LLM."""

UNKNOWN = "unknown"
"""Stands for all paths that are no route: they are the client's to choose and would be counted one by one."""


class Metrics:
    """A registry of its own, so that two servers in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "lectern_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "lectern_request_seconds",
            "From a request to the end of its answer.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._answers = Counter("lectern_answers", "Answers given.", ("outcome",), registry=self.registry)
        self._tokens = Counter("lectern_tokens", "Tokens of LLMs.", ("kind",), registry=self.registry)
        self._syncs = Counter("lectern_syncs", "Syncs that ended.", ("outcome",), registry=self.registry)
        self._waiting = Gauge("lectern_syncs_waiting", "Syncs that run or wait.", registry=self.registry)
        self._ready = Gauge("lectern_ready", "Whether the models are loaded.", registry=self.registry)

    def watch(self, service: Service) -> None:
        """Ask a service for its state whenever the metrics are read."""
        self._waiting.set_function(lambda: len(service.syncs.unfinished()))
        self._ready.set_function(lambda: service.answers.readiness.ready)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_answer(self, answer: Answer) -> None:
        """Count one finished answer."""
        self._answers.labels("failed" if answer.error else "refused" if answer.refused else "answered").inc()
        self._tokens.labels("prompt").inc(answer.usage.prompt_tokens)
        self._tokens.labels("completion").inc(answer.usage.completion_tokens)

    def count_sync(self, job: SyncJob) -> None:
        """Count one sync that ended."""
        self._syncs.labels(job.state).inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class CountRequests:
    """Counts each request by its route, not by its path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def note_status(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            route = getattr(scope.get("route"), "path", UNKNOWN)
            self._metrics.count_request(scope["method"], route, status, time.perf_counter() - started)
