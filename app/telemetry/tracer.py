"""Makes spans of OpenTelemetry from the steps that code tells of."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from rag.tracing import Attribute, Step
from rag.work_context import current_request_id

REQUEST, CHAT = "request", "chat"

KINDS = {REQUEST: SpanKind.SERVER, CHAT: SpanKind.CLIENT}

NAMES = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
}
"""OpenTelemetry's semantic conventions for what they name; all else begins with `lectern.`."""


class SpanTracer:
    """A `rag.tracing.Tracer` over one of OpenTelemetry's; of an error it keeps the class, as messages quote."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def step(self, name: str, attributes: Mapping[str, Attribute], *, parent: str = "") -> Iterator[Step]:
        """Take a step from the beginning to the end of the block."""
        context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
        span = self._tracer.start_span(name, context, KINDS.get(name, SpanKind.INTERNAL))
        step = Step(name, dict(attributes))
        try:
            with use_span(span, record_exception=False, set_status_on_exception=False):
                yield step
        except BaseException as error:
            step.error = step.error or type(error).__name__
            raise
        finally:
            span.update_name(step.name)
            _describe(span, step.attributes, step.error)
            span.end()

    def record(self, name: str, attributes: Mapping[str, Attribute], *, seconds: float, error: str = "") -> None:
        """Take a step that ended now and took so long."""
        ended = time.time_ns()
        kind = KINDS.get(name, SpanKind.INTERNAL)
        span = self._tracer.start_span(name, kind=kind, start_time=ended - int(seconds * 1e9))
        _describe(span, attributes, error)
        span.end(ended)


def _describe(span: Span, attributes: Mapping[str, Attribute], error: str) -> None:
    if request_id := current_request_id():
        span.set_attribute("lectern.request_id", request_id)
    span.set_attributes({NAMES.get(name, f"lectern.{name}"): value for name, value in attributes.items()})
    if error:
        span.set_attribute("error.type", error)
        span.set_status(Status(StatusCode.ERROR))
