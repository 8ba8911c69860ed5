"""Makes a sync one step of a trace, with what it did in numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from ingest.report import SyncReport
from rag.tracing import Attribute, traced_step
from rag.work_context import current_run_id

P = ParamSpec("P")


def traced_sync(sync: Callable[P, SyncReport]) -> Callable[P, SyncReport]:
    """Return the function with each call of it traced; what is done in a sync is a part of its step."""

    @wraps(sync)
    def traced(*args: P.args, **kwargs: P.kwargs) -> SyncReport:
        with traced_step("sync") as step:
            report = sync(*args, **kwargs)
            step.attributes.update(run=current_run_id(), **_counts(report))
        return report

    return traced


def _counts(report: SyncReport) -> dict[str, Attribute]:
    return {
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "failed": len(report.failed),
        "pages": report.pages,
        "chunks": report.chunks,
        "embedded": report.embedded,
    }
