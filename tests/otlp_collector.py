"""A collector of OpenTelemetry's on a real socket: it takes traces and metrics by OTLP over gRPC, and keeps them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Span:
    """A span as it came over the wire."""

    name: str
    id: str
    parent: str
    trace: str
    kind: int
    start: int
    end: int
    attributes: dict[str, Any]
    has_failed: bool


@dataclass
class Collector:
    """What has come until now."""

    url: str
    spans: list[Span] = field(default_factory=list)
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    """The newest value of each metric, of a histogram the count, by its labels as text."""
    raw: list[bytes] = field(default_factory=list)
    """All that came, as it came."""

    def wait_for(self, is_there: Callable[[Collector], bool]) -> None:
        """Wait until something has come."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_there(self):
            assert time.monotonic() < deadline, [span.name for span in self.spans] + sorted(self.metrics)
            time.sleep(0.02)

    def named(self, name: str) -> list[Span]:
        """The spans of a name, in the order in which they began."""
        return sorted((span for span in self.spans if span.name == name), key=lambda span: span.start)


@contextmanager
def otlp_collector() -> Iterator[Collector]:
    """A collector at a free port of this machine."""
    server = grpc.server(ThreadPoolExecutor(2))
    collector = Collector(f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Traces(collector), server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(_Metrics(collector), server)
    server.start()
    try:
        yield collector
    finally:
        server.stop(None).wait()


class _Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def Export(self, request: Any, context: Any) -> Any:
        self._collector.raw.append(request.SerializeToString())
        for group in request.resource_spans:
            resource = _values(group.resource.attributes)
            for span in (span for scope in group.scope_spans for span in scope.spans):
                self._collector.spans.append(
                    Span(
                        span.name,
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        span.trace_id.hex(),
                        span.kind,
                        span.start_time_unix_nano,
                        span.end_time_unix_nano,
                        {**_values(span.attributes), "service.name": resource["service.name"]},
                        span.status.code == span.status.STATUS_CODE_ERROR,
                    )
                )
        return trace_service_pb2.ExportTraceServiceResponse()


class _Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def Export(self, request: Any, context: Any) -> Any:
        self._collector.raw.append(request.SerializeToString())
        scopes = [scope for group in request.resource_metrics for scope in group.scope_metrics]
        for metric in (metric for scope in scopes for metric in scope.metrics):
            points = getattr(metric, metric.WhichOneof("data")).data_points
            self._collector.metrics[metric.name] = {_labels(point): _value(point) for point in points}
        return metrics_service_pb2.ExportMetricsServiceResponse()


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def _labels(point: Any) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(_values(point.attributes).items()))


def _value(point: Any) -> float:
    return float(point.count if hasattr(point, "explicit_bounds") else getattr(point, point.WhichOneof("value")))
