"""Keeps the syncs that a service was asked for in `service.sqlite`: those not done yet survive its end."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    update,
)

from app.state.database import ServiceDatabase
from ingest.report import SyncProgress, SyncReport
from rag import errors
from rag.errors import LecternError
from rag.storage.catalogue.dialects.choice import Place
from rag.storage.catalogue.folder_names import AS_THEY_ARE, FolderNames

JOBS_KEPT = 1_000
"""Finished jobs of a collection that can still be asked for."""

MAX_ATTEMPTS = 3
"""A sync in the middle of which the process ended so often may be what ends it."""

CODES = 2**31 - 1
"""Numbers that an id may end with."""

MAX_NUMBER = 18
"""Digits that surely fit SQLite's integers."""

UNFINISHED = ("queued", "running")

metadata = MetaData()

jobs = Table(
    "sync_jobs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("queued_at", String, nullable=False),
    Column("collection", String, nullable=False, index=True),
    Column("folder_bytes", LargeBinary, nullable=False),
    Column("allow_empty", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("started_at", String, nullable=False, server_default=""),
    Column("finished_at", String, nullable=False, server_default=""),
    Column("report", String, nullable=False, server_default=""),
    Column("error", String, nullable=False, server_default=""),
    # Stands in the id, where the number would tell how many there were; 0 for jobs from before there was one.
    Column("code", Integer, nullable=False, server_default="0"),
    Column("request_id", String, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class SyncJob:
    """One sync that was asked for, as it stands now."""

    id: str
    collection: str
    folder: Path
    state: Literal["queued", "running", "done", "failed files", "failed", "stopped"]
    queued_at: str
    started_at: str = ""
    finished_at: str = ""
    progress: SyncProgress | None = None
    report: SyncReport | None = None
    error: LecternError | None = None
    """Why it failed as a whole."""
    allow_empty: bool = False
    request_id: str = ""
    """Of the request that asked for it, "" where none did."""
    finished: Future[SyncReport] = field(default_factory=Future, compare=False)
    """The report, or the LecternError; cancelled when the sync was stopped."""


class SyncJobStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, place: Place, names: FolderNames = AS_THEY_ARE) -> None:
        """Take what folders are called in the database."""
        self._database = ServiceDatabase(place, metadata, upgrade=_add_columns)
        self._names = names

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, collection: str, folder: Path, *, allow_empty: bool, request_id: str = "") -> SyncJob:
        """Write down that a sync is asked for. Of a collection's finished jobs, the oldest are deleted."""
        queued_at = now()
        values = {
            "queued_at": queued_at,
            "collection": collection,
            "folder_bytes": os.fsencode(self._names.to_catalogue(folder)),
            "allow_empty": allow_empty,
            "state": "queued",
            "request_id": request_id,
        }
        mine = jobs.c.collection == collection
        kept = select(jobs.c.number).where(mine).order_by(jobs.c.number.desc()).limit(JOBS_KEPT)
        with self._database.writing() as connection:
            code = _new_code(connection)
            connection.execute(insert(jobs).values(**values, code=code))
            connection.execute(
                delete(jobs).where(mine, jobs.c.state.not_in(UNFINISHED), jobs.c.number.not_in(kept.scalar_subquery()))
            )
        id_ = _id_of(queued_at, code)
        return SyncJob(id_, collection, folder, "queued", queued_at, allow_empty=allow_empty, request_id=request_id)

    def begin(self, job: SyncJob) -> None:
        """Record that a job runs from now on."""
        values = {"state": "running", "started_at": job.started_at, "attempts": jobs.c.attempts + 1}
        self._update(job.id, values)

    def put_back(self, id_: str) -> None:
        """Put back a job that the end of the service interrupted: it begins anew, and this start does not count."""
        self._update(id_, {"state": "queued", "started_at": "", "attempts": 0})

    def finish(self, job: SyncJob) -> None:
        """Record that a job has ended."""
        error = job.error and {
            "kind": type(job.error).__name__,
            "reason": job.error.reason,
            "remedy": job.error.remedy,
        }
        values = {
            "state": job.state,
            "finished_at": job.finished_at,
            "report": json.dumps(job.report.to_json()) if job.report else "",
            "error": json.dumps(error) if error else "",
        }
        self._update(job.id, values)

    def find(self, id_: str) -> SyncJob | None:
        """Return a job as it was last written down."""
        with self._database.reading() as connection:
            row = connection.execute(select(jobs).where(_is(id_))).one_or_none()
        job = row and self._job_of(row)
        return job if job and job.id == id_ else None

    def list_unfinished(self) -> Sequence[SyncJob]:
        """List the jobs that wait or run, in the order in which they were asked for."""
        with self._database.reading() as connection:
            query = select(jobs).where(jobs.c.state.in_(UNFINISHED)).order_by(jobs.c.number)
            return [self._job_of(row) for row in connection.execute(query)]

    def take_over(self) -> Sequence[SyncJob]:
        """List the jobs that an ended service left undone, in the order in which they were asked for.

        One that was begun too often without an end is recorded as failed.
        """
        unfinished = jobs.c.state.in_(UNFINISHED)
        cut_off = {"kind": "LecternError", "reason": "Lectern ended in the middle of this sync, several times."}
        failed = {
            "state": "failed",
            "finished_at": now(),
            "error": json.dumps({**cut_off, "remedy": "Look into the server's log, and sync a part of the folder."}),
        }
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(unfinished, jobs.c.attempts >= MAX_ATTEMPTS).values(**failed))
            connection.execute(update(jobs).where(unfinished).values(state="queued", started_at=""))
            return [
                self._job_of(row) for row in connection.execute(select(jobs).where(unfinished).order_by(jobs.c.number))
            ]

    def remove_collection(self, collection: str) -> None:
        """Delete the records of the syncs of a collection, which is being deleted."""
        with self._database.writing() as connection:
            connection.execute(delete(jobs).where(jobs.c.collection == collection))

    def _job_of(self, row: Row[Any]) -> SyncJob:
        job = _job_of(row)
        return replace(job, folder=self._names.to_machine(job.folder))

    def _update(self, id_: str, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(_is(id_)).values(**values))


def now() -> str:
    """Return the time in ISO 8601, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _add_columns(connection: Connection) -> None:
    """Add what tables of earlier versions lack."""
    there = {column["name"] for column in inspect(connection).get_columns(jobs.name)}
    if "code" not in there:
        connection.exec_driver_sql("ALTER TABLE sync_jobs ADD COLUMN code INTEGER NOT NULL DEFAULT 0")
    if "request_id" not in there:
        connection.exec_driver_sql("ALTER TABLE sync_jobs ADD COLUMN request_id VARCHAR NOT NULL DEFAULT ''")


def _new_code(connection: Connection) -> int:
    """Return a number that no job has."""
    while True:
        code = secrets.randbelow(CODES - 1) + 1
        if connection.execute(select(jobs.c.number).where(jobs.c.code == code).limit(1)).scalar() is None:
            return code


def _id_of(queued_at: str, number: int) -> str:
    """Return the id of a job: the time it was asked for, and its code."""
    return f"{datetime.fromisoformat(queued_at):%Y%m%d%H%M%S}-{number}"


def _is(id_: str) -> ColumnElement[bool]:
    """Return the condition for the job with an id."""
    number = _number_of(id_)
    return ((jobs.c.code == number) & (jobs.c.code != 0)) | ((jobs.c.code == 0) & (jobs.c.number == number))


def _number_of(id_: str) -> int:
    """Return the number in an id; 0, which no job has, for a text that is not an id."""
    number = id_.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < MAX_NUMBER else 0


def _job_of(row: Row[Any]) -> SyncJob:
    error = json.loads(row.error) if row.error else None
    return SyncJob(
        id=_id_of(row.queued_at, row.code or row.number),
        collection=row.collection,
        folder=Path(os.fsdecode(row.folder_bytes)),
        state=row.state,
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        report=SyncReport.from_json(json.loads(row.report)) if row.report else None,
        error=error and getattr(errors, error["kind"], LecternError)(error["reason"], error["remedy"]),
        allow_empty=bool(row.allow_empty),
        request_id=row.request_id,
    )
