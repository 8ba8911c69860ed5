"""Says for which request and in which run of a sync a thread works, so that the log can name them.

Both hold to the end of the task, or of the context (`contextvars`) that whoever begins such work runs it in.
"""

from __future__ import annotations

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_run_id: ContextVar[int] = ContextVar("run_id", default=0)


def current_request_id() -> str:
    """Return the id of the request that this is done for; "" where no request asked for it."""
    return _request_id.get()


def current_run_id() -> int:
    """Return the number of the run of a sync that this is a part of; 0 outside of syncs."""
    return _run_id.get()


def work_for_request(request_id: str) -> None:
    """Work for this request from now on; "" for none."""
    _request_id.set(request_id)


def work_in_run(run_id: int) -> None:
    """Work in this run of a sync from now on; 0 for none."""
    _run_id.set(run_id)
