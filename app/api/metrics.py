"""Counts what the server does, for Prometheus; names no collection and no caller."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable, Collection, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from app.service.service import Service
from app.state.sync_jobs import SyncJob
from app.telemetry.readings import MetricInfo, Reading
from rag.types import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""From a look-up to a long answer of a local LLM."""

UNKNOWN = "unknown"
"""Stands for all paths that are no route: they are the client's to choose and would be counted one by one."""


REQUESTS, REQUEST_SECONDS, ANSWERS, TOKENS, SYNCS, WAITING, READY, OWNER = (
    ("lectern_requests", "Requests answered."),
    ("lectern_request_seconds", "From a request to the end of its answer."),
    ("lectern_answers", "Answers given."),
    ("lectern_tokens", "Tokens of LLMs."),
    ("lectern_syncs", "Syncs that ended."),
    ("lectern_syncs_waiting", "Syncs that run or wait."),
    ("lectern_ready", "Whether the models are loaded."),
    ("lectern_owner", "Whether this server owns the index: 0 for one that answers beside the owner."),
)


class Metrics:
    """A registry of its own, so that two servers in one process do not mix."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._shares: dict[str, collections.Counter[tuple[str, str]]] = {}
        """What was counted for each collection, by the name of a metric and its label."""
        self._shares_lock = threading.Lock()
        self.registry = CollectorRegistry()
        self._requests = Counter(*REQUESTS, ("method", "route", "status"), registry=self.registry)
        self._seconds = Histogram(*REQUEST_SECONDS, ("route",), buckets=SECONDS, registry=self.registry)
        self._tell_request: Callable[[str, float], None] = lambda route, seconds: None
        self._answers = Counter(*ANSWERS, ("outcome",), registry=self.registry)
        self._tokens = Counter(*TOKENS, ("kind",), registry=self.registry)
        self._syncs = Counter(*SYNCS, ("outcome",), registry=self.registry)
        self._waiting = Gauge(*WAITING, registry=self.registry)
        self._ready = Gauge(*READY, registry=self.registry)
        self._owner = Gauge(*OWNER, registry=self.registry)

    def watch(self, service: Service) -> None:
        """Ask a service for its state whenever the metrics are read."""
        self._service = service
        self._waiting.set_function(lambda: len(service.syncs.unfinished()))
        self._ready.set_function(lambda: service.answers.readiness.ready)
        self._owner.set_function(lambda: service.ownership.is_held)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        self._tell_request(route, seconds)

    def count_answer(self, collection: str, answer: Answer) -> None:
        """Count one finished answer from a collection."""
        outcome = answer.outcome
        prompt, completion = answer.usage.prompt_tokens, answer.usage.completion_tokens
        self._answers.labels(outcome).inc()
        self._tokens.labels("prompt").inc(prompt)
        self._tokens.labels("completion").inc(completion)
        self._share(
            collection, (ANSWERS[0], outcome, 1), (TOKENS[0], "prompt", prompt), (TOKENS[0], "completion", completion)
        )

    def count_sync(self, job: SyncJob) -> None:
        """Count one sync that ended."""
        self._syncs.labels(job.state).inc()
        self._share(job.collection, (SYNCS[0], job.state, 1))

    def text(self, only: Collection[str] | None = None) -> bytes:
        """Return all metrics in Prometheus' text format; with `only`, what was counted for these collections."""
        if only is None:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        registry.register(_Shares(self, only))
        return generate_latest(registry)

    # --- `app.telemetry.readings.Readings`, for what sends metrics elsewhere ---

    @property
    def request_seconds(self) -> tuple[MetricInfo, Sequence[float]]:
        """Return the metric of the times of requests, and the upper bounds of its buckets."""
        return MetricInfo(*REQUEST_SECONDS), SECONDS

    def list_metrics(self) -> Sequence[MetricInfo]:
        """Return all other metrics."""
        counts = [MetricInfo(*metric) for metric in (REQUESTS, ANSWERS, TOKENS, SYNCS)]
        return [*counts, *(MetricInfo(*metric, is_count=False) for metric in (WAITING, READY, OWNER))]

    def read(self, name: str) -> Iterator[Reading]:
        """Return what one of these shows now."""
        for family in self.registry.collect():
            if family.name == name:
                yield from (
                    Reading(one.labels, one.value) for one in family.samples if one.name in (name, f"{name}_total")
                )

    def on_request(self, tell: Callable[[str, float], None]) -> None:
        """Have `tell` told the route and the seconds of each request from now on."""
        self._tell_request = tell

    # --- what a caller sees who may not see all collections ---

    def collect(self, only: Collection[str]) -> Iterator[Metric]:
        """Return the counts of these collections together."""
        counted: collections.Counter[tuple[str, str]] = collections.Counter()
        with self._shares_lock:
            for name in only:
                counted.update(self._shares.get(name, {}))
        for (metric, meaning), label in ((ANSWERS, "outcome"), (TOKENS, "kind"), (SYNCS, "outcome")):
            family = CounterMetricFamily(metric, meaning, labels=[label])
            for (counted_as, value), count in sorted(counted.items()):
                if counted_as == metric:
                    family.add_metric([value], count)
            yield family
        if self._service is not None:
            waiting = sum(job.collection in only for job in self._service.syncs.unfinished())
            yield GaugeMetricFamily(*WAITING, value=waiting)
            yield GaugeMetricFamily(*READY, value=self._service.answers.readiness.ready)
            yield GaugeMetricFamily(*OWNER, value=self._service.ownership.is_held)

    def _share(self, collection: str, *counts: tuple[str, str, int]) -> None:
        with self._shares_lock:
            share = self._shares.setdefault(collection, collections.Counter())
            for metric, label, count in counts:
                share[metric, label] += count


@dataclass(frozen=True)
class _Shares(Collector):
    """The metrics of some collections, as a registry asks for them."""

    metrics: Metrics
    only: Collection[str]

    def collect(self) -> Iterator[Metric]:
        return self.metrics.collect(self.only)


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
