"""Lines of the log say what they belong to, as text and as JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from contextvars import copy_context

from app.telemetry.log_lines import JsonFormatter, TextFormatter
from rag.work_context import work_for_request, work_in_run


def record(message: str, *, is_error: bool = False) -> logging.LogRecord:
    error = None
    if is_error:
        try:
            raise ValueError("two\nlines")
        except ValueError:
            error = sys.exc_info()
    return logging.LogRecord("app.service", logging.WARNING, "file.py", 1, "%s", (message,), error)


def in_run_for(request_id: str, run_id: int, write: Callable[[], str]) -> str:
    def work() -> str:
        work_for_request(request_id)
        work_in_run(run_id)
        return write()

    return copy_context().run(work)


def test_text_ends_its_first_line_with_request_and_run() -> None:
    write = TextFormatter().format
    assert write(record("alone")) == "alone"
    assert in_run_for("3f9c", 0, lambda: write(record("asked"))) == "asked [request 3f9c]"
    assert in_run_for("", 12, lambda: write(record("synced"))) == "synced [run 12]"
    both = in_run_for("3f9c", 12, lambda: write(record("failed", is_error=True))).splitlines()
    assert (both[0], both[-1]) == ("failed [request 3f9c, run 12]", "lines")


def test_json_is_one_line_a_record_with_what_it_belongs_to() -> None:
    write = JsonFormatter().format
    line = in_run_for("3f9c", 12, lambda: write(record('a "quoted"\nwörd', is_error=True)))
    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("time").endswith("+00:00")
    assert "ValueError: two\nlines" in told.pop("traceback")
    assert told == {
        "level": "warning",
        "logger": "app.service",
        "message": 'a "quoted"\nwörd',
        "request": "3f9c",
        "run": 12,
    }
    assert set(json.loads(write(record("alone")))) == {"time", "level", "logger", "message"}
