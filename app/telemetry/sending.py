"""Sends spans and metrics by OTLP to the collector that OpenTelemetry's own variables name (OTEL_EXPORTER_OTLP_...)."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from app import __version__
from app.telemetry.readings import Readings
from app.telemetry.tracer import SpanTracer
from rag.errors import ConfigurationError
from rag.tracing import tracing_to

LECTERN = "lectern"

GRPC = "grpc"

LAST_SECONDS = 2.0
"""What is left is sent for so long at the end; a collector that is away keeps no process from ending."""

log = logging.getLogger(__name__)


class Telemetry:
    """Sends the metrics of this process."""

    def __init__(self, meters: MeterProvider) -> None:
        self._meter = meters.get_meter(LECTERN, __version__)

    def watch(self, readings: Readings) -> None:
        """Send what these metrics say, under the names that they have for Prometheus, as often as the variables say."""
        for metric in readings.list_metrics():
            observe = _observation(readings, metric.name)
            make = self._meter.create_observable_counter if metric.is_count else self._meter.create_observable_gauge
            make(metric.name, callbacks=[observe], description=metric.meaning)
        metric, buckets = readings.request_seconds
        times = self._meter.create_histogram(
            metric.name, unit="s", description=metric.meaning, explicit_bucket_boundaries_advisory=buckets
        )
        readings.on_request(lambda route, seconds: times.record(seconds, {"route": route}))


def _observation(readings: Readings, name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
    return lambda _: [Observation(one.value, dict(one.labels)) for one in readings.read(name)]


@contextmanager
def sending() -> Iterator[Telemetry]:
    """Send the steps of this process, and the metrics it watches, within the block. Raises ConfigurationError.

    Providers of its own, not the global ones: other libraries that could be traced find none and send nothing.
    """
    processors, readers = _open_exporters()
    resource = Resource.create({SERVICE_NAME: _variable("OTEL_SERVICE_NAME") or LECTERN, SERVICE_VERSION: __version__})
    spans = TracerProvider(resource=resource, shutdown_on_exit=False)
    for processor in processors:
        spans.add_span_processor(processor)
    meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
    try:
        with tracing_to(SpanTracer(spans.get_tracer(LECTERN, __version__))):
            yield Telemetry(meters)
    finally:
        ends = [threading.Thread(target=end, daemon=True) for end in (spans.shutdown, meters.shutdown)]
        for end in ends:
            end.start()
        for end in ends:
            end.join(LAST_SECONDS)


def _open_exporters() -> tuple[list[BatchSpanProcessor], list[MetricReader]]:
    """Return what sends spans and metrics; neither connects before there is something to send."""
    failures = logging.getLogger("opentelemetry.exporter")
    failures.handlers, failures.propagate = [_SaidOnce()], False
    processors: list[BatchSpanProcessor] = []
    readers: list[MetricReader] = []
    # Imported here: gRPC takes a tenth of a second, which a wrong variable need not wait for.
    if _is_wanted("TRACES"):
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        processors.append(BatchSpanProcessor(OTLPSpanExporter()))
    if _is_wanted("METRICS"):
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
    return processors, readers


def _is_wanted(signal: str) -> bool:
    """Tell whether the variables want spans, or metrics, to be sent. Raises ConfigurationError."""
    exporter = _variable(f"OTEL_{signal}_EXPORTER") or "otlp"
    if exporter == "none":
        return False
    if exporter != "otlp":
        raise ConfigurationError(
            f"OTEL_{signal}_EXPORTER is {exporter!r}; Lectern sends by OTLP only.", 'Set it to "otlp" or "none".'
        )
    protocol = _variable(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") or _variable("OTEL_EXPORTER_OTLP_PROTOCOL") or GRPC
    if protocol != GRPC:
        raise ConfigurationError(
            f"OpenTelemetry's variables ask for the protocol {protocol!r}; Lectern speaks OTLP over gRPC only.",
            f'Set OTEL_EXPORTER_OTLP_PROTOCOL to "{GRPC}", and name the port of the collector for it, most often 4317.',
        )
    return True


def _variable(name: str) -> str:
    """Return a variable of OpenTelemetry's, which its libraries read from the environment as well."""
    return os.environ.get(name, "").strip()


class _SaidOnce(logging.Handler):
    """Says the first time that something could not be sent, and nothing of the tries before and after."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._is_said = False

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless it was said."""
        if not self._is_said:
            self._is_said = True
            log.warning(
                "Telemetry cannot be sent: %s. It is tried again, and what there is no room for meanwhile is dropped; "
                "neither is said again. LECTERN_TELEMETRY=off ends it.",
                record.getMessage().rstrip("."),
            )
