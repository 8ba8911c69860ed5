"""Writes the lines of the log, each with the request and the run of a sync that it belongs to."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Literal

from rag.work_context import current_request_id, current_run_id

LogFormat = Literal["text", "json"]


class TextFormatter(logging.Formatter):
    """Ends the first line of a record with what it belongs to: `[request 3f9c...]`, `[run 12]` or both."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the record's message and what it belongs to."""
        line, belongs = super().formatMessage(record), _belongs()
        return f"{line} [{', '.join(f'{what} {id_}' for what, id_ in belongs.items())}]" if belongs else line


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON: time (ISO 8601, UTC), level, logger, message, request and run, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_belongs(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_log(form: LogFormat) -> None:
    """Choose the form of warnings and errors, which go to standard error where nothing else is set up."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(JsonFormatter() if form == "json" else TextFormatter())


def _belongs() -> dict[str, str | int]:
    request_id, run_id = current_request_id(), current_run_id()
    return {**({"request": request_id} if request_id else {}), **({"run": run_id} if run_id else {})}
