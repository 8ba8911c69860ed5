"""What a collector of OpenTelemetry's gets of a server: spans that nest, metrics, and no word of anybody's."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.settings import read_settings
from app.telemetry.observing import observing
from rag.errors import ConfigurationError
from rag.tracing import record_step, traced_step
from tests.integration.serving import serving
from tests.llm_servers import openai_server
from tests.otlp_collector import Collector, Span, otlp_collector

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
LAMP = "How often does the lamp of the lighthouse flash?"
ANSWER = "The lamp flashes three times every twenty seconds [1]."
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

SERVER_KIND, CLIENT_KIND = 2, 3


@pytest.fixture
def telemetry_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The variables of OpenTelemetry's for little waiting."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "200")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    yield monkeypatch
    logging.getLogger("opentelemetry.exporter").handlers.clear()


@dataclass(frozen=True)
class Watched:
    """What a collector has of a sync and of one question; `request_id` is that of the sync."""

    collector: Collector
    request_id: str

    def parts_of(self, whole: Span) -> list[str]:
        """The names of the spans that are parts of another one, in the order in which they began."""
        parts = [span for span in self.collector.spans if span.parent == whole.id]
        for part in parts:
            assert (part.trace, whole.start <= part.start <= part.end <= whole.end) == (whole.trace, True), part
        return [span.name for span in sorted(parts, key=lambda span: (span.start, span.end))]


def _has_all(collector: Collector) -> bool:
    """Whether every span of the question is there: a busy collector gets some of them at a second try."""
    (request, *_) = collector.named("POST /ask") or (None,)
    names = [span.name for span in collector.spans if request is not None and span.trace == request.trace]
    return {"answer", "search", "embed", "dense", "lexical", "fuse", "rerank", "prompt", "chat", "check"} <= set(names)


def _has_counted(collector: Collector) -> bool:
    """Whether the question is in the metrics."""
    return "route=/ask" in collector.metrics.get("lectern_request_seconds", {})


@pytest.fixture
def watched(tmp_path: Path, telemetry_on: pytest.MonkeyPatch) -> Iterator[Watched]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with otlp_collector() as collector, openai_server(answer=ANSWER) as llm:
        telemetry_on.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        home = tmp_path / "home"
        with (
            observing(read_settings(home=home, telemetry="otlp")) as telemetry,
            serving(home, llm="openai:gpt-4o", llm_base_url=llm.url, openai_api_key="k") as served,
        ):
            assert telemetry is not None
            telemetry.watch(served.metrics)
            asked = served.client.post("/sync", json={"folder": str(folder), "collection": "default"})
            assert served.wait_for(asked.json()["id"])["state"] == "done"
            answer = served.client.post("/ask", json={"question": LAMP}, headers={"traceparent": CALLER}).json()
            assert answer["citations"], answer
            collector.wait_for(lambda got: _has_all(got) and _has_counted(got))
            yield Watched(collector, asked.headers["x-request-id"])


def test_a_collector_gets_traces_that_nest_and_metrics_and_no_word_of_anybody(watched: Watched) -> None:
    collector = watched.collector
    (request,) = collector.named("POST /ask")
    assert (f"00-{request.trace}-{request.parent}-01", request.kind) == (CALLER, SERVER_KIND)
    assert request.attributes["http.route"] == "/ask"
    assert request.attributes["http.response.status_code"] == 200
    (answer,) = (span for span in collector.named("answer") if span.parent == request.id)
    parts = watched.parts_of(answer)
    assert [name for name in parts if name in ("search", "prompt", "chat", "check")] == [
        "search",
        "prompt",
        "chat",
        "check",
    ]
    (search,) = (span for span in collector.named("search") if span.parent == answer.id)
    stages = watched.parts_of(search)
    assert [name for name in stages if name in ("embed", "dense", "lexical", "fuse", "rerank")] == [
        "embed", "dense", "lexical", "fuse", "rerank",
    ]  # fmt: skip
    (chat,) = collector.named("chat")
    assert (chat.kind, chat.attributes["gen_ai.request.model"]) == (CLIENT_KIND, "gpt-4o")
    assert chat.attributes["gen_ai.usage.output_tokens"] > 0

    (sync,) = collector.named("sync")
    assert sync.parent == ""
    assert sync.attributes["lectern.request_id"] == watched.request_id
    assert (sync.attributes["lectern.added"], sync.attributes["lectern.chunks"]) == (1, 1)
    assert {"parse", "embed"} <= set(watched.parts_of(sync))

    assert collector.metrics["lectern_answers"] == {"outcome=answered": 1}
    assert collector.metrics["lectern_request_seconds"]["route=/ask"] == 1
    assert {"lectern_requests", "lectern_tokens", "lectern_syncs", "lectern_ready"} <= set(collector.metrics)

    sent = b"".join(collector.raw)
    for private in ("lighthouse", "lamp", "flash", "light.txt", "documents/", "twenty"):
        assert private.encode() not in sent.lower(), private
    # A server that ended before may still be ending a search of its own.
    assert not [span for span in collector.spans if span.has_failed and span.trace in (request.trace, sync.trace)]


def test_an_error_is_told_by_its_class_and_not_by_its_message(telemetry_on: pytest.MonkeyPatch, home: Path) -> None:
    with otlp_collector() as collector:
        telemetry_on.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with observing(read_settings(home=home, telemetry="otlp")):
            with pytest.raises(ConfigurationError), traced_step("sync"):
                raise ConfigurationError("light.txt is secret.", "Hide it.")
            record_step("parse", seconds=0.5, error="ParseError", bytes=7)
        sync, parse = collector.named("sync")[0], collector.named("parse")[0]
        assert (sync.attributes["error.type"], sync.has_failed) == ("ConfigurationError", True)
        assert (parse.attributes["lectern.bytes"], parse.end - parse.start) == (7, 500_000_000)
        assert b"secret" not in b"".join(collector.raw)


def test_a_collector_that_is_away_costs_nothing_and_is_told_once(
    telemetry_on: pytest.MonkeyPatch, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    telemetry_on.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with observing(read_settings(home=home, telemetry="otlp")):
        for _ in range(3):
            record_step("parse", seconds=0.0)
            deadline = time.monotonic() + 20
            while not caplog.messages and time.monotonic() < deadline:
                time.sleep(0.02)
    (said,) = caplog.messages
    assert said.startswith("Telemetry cannot be sent: Failed to export")
    assert "127.0.0.1:9" in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), ("OTEL_TRACES_EXPORTER", "zipkin")],
)
def test_what_cannot_be_sent_as_the_variables_ask_is_refused_in_words(
    variable: str, value: str, telemetry_on: pytest.MonkeyPatch, home: Path
) -> None:
    telemetry_on.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=value), observing(read_settings(home=home, telemetry="otlp")):
        pass


def test_nothing_is_sent_where_only_the_variables_ask_for_it(telemetry_on: pytest.MonkeyPatch, home: Path) -> None:
    with otlp_collector() as collector:
        telemetry_on.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with observing(read_settings(home=home)) as telemetry:
            assert telemetry is None
            record_step("parse", seconds=0.0)
        assert collector.raw == []
