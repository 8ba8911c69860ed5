"""Defines how syncs, registered folders and what verifying finds go over the wire. Times are ISO 8601 in UTC."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field

from app.api.schemas.base import CollectionName, MirroredResponse, ProblemResponse, Request, Response
from rag.types import RunRecord, printable_path

if TYPE_CHECKING:
    from app.state.folders import RegisteredFolder
    from app.state.sync_jobs import SyncJob

SCHEDULE = Field(
    max_length=200, examples=["every night at 2"], description="plain words, or a cron expression such as 30 2 * * *"
)
EVERY = Field(max_length=50, examples=["30m"], description="interval, instead of a cron expression")

COUNTED = ("added", "changed", "renamed", "removed", "unchanged")


# --- syncs ---


class SyncRequest(Request):
    """A folder on the server's machine to bring a collection in step with."""

    folder: str = Field(min_length=1, max_length=4_000, examples=["/home/ann/papers"])
    collection: CollectionName = Field("default", examples=["default"])
    allow_empty: bool = Field(False, description="an empty folder empties the index")


class ProgressResponse(MirroredResponse):
    """The progress of a sync."""

    files_done: int
    files_total: int
    pages: int
    path: str = Field(description="the file that was just finished, or empty")
    chunks_embedded: int = Field(0, description="chunks that got a vector, once all files answer by their words")
    chunks_to_embed: int = Field(0, description="chunks that had none when embedding began; 0 before that")


class JobResponse(Response):
    """A sync that was asked for; `error` says why it failed as a whole, `report` what became of each file.

    The report is there as soon as all files answer by their words, while their vectors are still made.
    """

    id: str = Field(examples=["20260102030405-1"])
    collection: str
    folder: str
    state: str = Field(examples=["done"], description="queued, running, done, failed files, failed or stopped")
    queued_at: str
    started_at: str
    finished_at: str
    progress: ProgressResponse | None
    report: dict[str, Any] | None
    error: ProblemResponse | None

    @classmethod
    def from_domain(cls, job: SyncJob) -> Self:
        """Tell of a sync as it stands now."""
        return cls.copied_from(
            job,
            folder=printable_path(job.folder),
            report=job.report.to_json() if job.report else None,
            error=ProblemResponse.from_domain(job.error) if job.error else None,
        )


class RunResponse(Response):
    """A sync as the catalogue remembers it; `reason` says why it failed as a whole, else it is empty."""

    id: int = Field(examples=[12])
    collection: str
    folder: str
    started_at: str
    finished_at: str
    outcome: str = Field(examples=["done"], description="done, failed files, stopped, failed, running or cut off")
    reason: str
    remedy: str
    report: dict[str, Any] | None

    @classmethod
    def from_domain(cls, run: RunRecord) -> Self:
        """Tell of a sync of the past."""
        return cls.copied_from(run, report=_report(run))

    def to_domain(self) -> RunRecord:
        """Return the sync of the past."""
        report = "" if self.report is None else json.dumps(self.report)
        return RunRecord(**{**dict(self), "report": report})


class SyncPreview(Response):
    """A report of what a sync would do."""

    report: dict[str, Any]


class RunList(Response):
    """The syncs that run or wait now, and the newest runs of the past."""

    queue: list[JobResponse]
    runs: list[RunResponse]


class RunSummary(Response):
    """A sync in numbers; `documents` counts those that answered after it, the failed ones that are stale among them."""

    id: int = Field(examples=[12])
    folder: str = Field(examples=["/home/ann/papers"])
    started_at: str
    finished_at: str
    outcome: str = Field(examples=["done"])
    reason: str
    remedy: str
    seconds: float
    documents: int
    added: int
    changed: int
    renamed: int
    removed: int
    unchanged: int
    failed: int
    pages: int
    chunks: int

    @classmethod
    def from_domain(cls, run: RunRecord) -> Self:
        """Count what a sync did; the numbers of one that did not get so far are 0."""
        report = _report(run) or {}
        failed = report.get("failed", [])
        counts = {name: report.get(name, 0) for name in COUNTED}
        answering = sum(counts.values()) - counts["removed"]
        return cls.copied_from(
            run,
            seconds=report.get("seconds", 0.0),
            documents=answering + sum(bool(file["stale"]) for file in failed),
            **counts,
            failed=len(failed),
            pages=report.get("pages", 0),
            chunks=report.get("chunks", 0),
        )


class RunSummaryList(Response):
    """The newest runs first."""

    runs: list[RunSummary]


# --- registered folders ---


class NewFolder(Request):
    """A folder to register; `path` is one of the server's machine."""

    path: str = Field(min_length=1, max_length=4096, examples=["/home/ann/papers"])
    collection: str = Field("default", min_length=1, max_length=200)
    schedule: Annotated[str, SCHEDULE] = ""
    every: Annotated[str, EVERY] = ""
    watch: bool = Field(False, description="sync soon after files change")


class FolderChange(Request):
    """Changes to a registered folder; what is left out stays. Both schedules empty: none any more."""

    schedule: Annotated[str | None, SCHEDULE] = None
    every: Annotated[str | None, EVERY] = None
    watch: bool | None = None
    paused: bool | None = None


class FolderResponse(Response):
    """A registered folder; times are ISO 8601 in UTC, "" for never."""

    id: int = Field(examples=[3])
    path: str = Field(examples=["/home/ann/papers"])
    collection: str
    schedule: str = Field(examples=["30 2 * * *", "every 30m"])
    schedule_words: str = Field("", examples=["every day at 2:30"], description="the schedule in plain words")
    watch: bool
    paused: bool
    state: str = Field(description="waiting, due, running, retrying or paused")
    added_at: str
    next_run: str
    last_attempt: str
    last_outcome: str = Field(description="empty, running, done, failed files, failed or cut off")
    last_reason: str = Field(description="why the last sync failed, or the first file that did")
    last_seconds: float
    failures: int = Field(description="failed syncs in a row")
    next_retry: str
    watch_problem: str = Field(description="why changes cannot be seen as they happen")

    @classmethod
    def from_domain(cls, folder: RegisteredFolder) -> Self:
        """Tell of a registered folder."""
        next_run = folder.next_run
        return cls.copied_from(
            folder,
            path=folder.name,
            added_at=_time(folder.added_at),
            next_run=_time(next_run.timestamp()) if next_run else "",
            last_attempt=_time(folder.last_attempt),
            next_retry=_time(folder.next_retry),
        )


class FolderListingResponse(MirroredResponse):
    """A folder of the server's machine with the folders in it; `parent` is empty at the top."""

    path: str = Field(examples=["/home/ann"])
    parent: str = Field(examples=["/home"])
    folders: list[str] = Field(examples=[["/home/ann/papers"]])
    is_cut: bool = Field(description="more are there than are listed")


class FolderList(Response):
    """Registered folders by path."""

    folders: list[FolderResponse]


# --- verifying ---


class VerifyRequest(Request):
    """A request to verify the index, and to mend what is found if wanted."""

    repair: bool = Field(False, description="mend what follows from the catalogue")


class DisagreementResponse(MirroredResponse):
    """One thing that is not as it should be: `what` names the kind, `where` the file, document or collection."""

    what: str = Field(examples=["file gone"])
    where: str = Field(examples=["default: letter.txt"])
    found: str = Field(examples=["No such file or directory."])
    remedy: str = Field(examples=["Sync the folder."])
    repaired: bool


class VerifyResult(Response):
    """The problems that were found, each with whether it was repaired."""

    problems: list[DisagreementResponse]


def _report(run: RunRecord) -> dict[str, Any] | None:
    return json.loads(run.report) if run.report else None


def _time(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC; "" for 0, which stands for never."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
