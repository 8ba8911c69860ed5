"""Schedules kept by APScheduler, which marks folders as due and survives restarts. Syncs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import URL

from app.schedule.times import build_trigger
from app.state.database import LOCK_WAIT_SECONDS, translated_errors
from app.state.folders import FolderStore, RegisteredFolder

DUE_BY_SCHEDULE = "schedule"

MARK_DUE = "app.schedule.jobs:mark_due"

JOB_RULES = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
"""Of the times that were missed, the last one is caught up, however late."""


def mark_due(book_file: str, folder_id: int) -> None:
    """What every job does: have a folder synced, unless it is paused or gone."""
    folder_store = FolderStore(Path(book_file))
    try:
        folder_store.mark_due(folder_id, DUE_BY_SCHEDULE)
    finally:
        folder_store.close()


class JsonJobStore(SQLAlchemyJobStore):  # type: ignore[misc]
    """APScheduler's store with JSON where it has pickle: reading a file must never run what is in it."""

    def add_job(self, job: Job) -> None:
        """Store a new job."""
        with self.engine.begin() as connection:
            connection.execute(self.jobs_t.insert().values(id=job.id, **_stored(job)))

    def update_job(self, job: Job) -> None:
        """Store a job's next time."""
        with self.engine.begin() as connection:
            connection.execute(self.jobs_t.update().where(self.jobs_t.c.id == job.id).values(**_stored(job)))

    def _reconstitute_job(self, job_state: bytes) -> Job:
        state = json.loads(job_state)
        time = datetime.fromtimestamp(state["next_run_time"], UTC).astimezone()
        job = Job.__new__(Job)
        job.__setstate__(
            {
                "version": 1,
                "id": state["id"],
                "name": state["schedule"],
                "func": MARK_DUE,
                "args": (str(state["book_file"]), int(state["folder_id"])),
                "kwargs": {},
                # An interval goes on from its last time.
                "trigger": build_trigger(state["schedule"], start=time),
                "executor": "default",
                "next_run_time": time,
                **JOB_RULES,
            }
        )
        job._scheduler, job._jobstore_alias = self._scheduler, self._alias
        return job


class ScheduledJobs:
    """One job for each folder that has a schedule and is not paused."""

    def __init__(self, job_file: Path, book_file: Path) -> None:
        url = URL.create("sqlite", database=str(job_file))
        store = JsonJobStore(url=url, engine_options={"connect_args": {"timeout": LOCK_WAIT_SECONDS}})
        self._scheduler = BackgroundScheduler(jobstores={"default": store}, job_defaults=JOB_RULES)
        self._job_file = job_file
        self._book_file = str(book_file)
        self._followed: dict[str, str] | None = None

    def start(self, folders: Iterable[RegisteredFolder]) -> None:
        """Begin, catching up what was missed of the jobs that still stand in the folder store. Raises StoreError."""
        with translated_errors(self._job_file):
            self._scheduler.start(paused=True)
        self.follow(folders)
        self.follow_clock()
        self._scheduler.resume()

    def stop(self) -> None:
        """End; the jobs stay in their file."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def follow(self, folders: Iterable[RegisteredFolder]) -> None:
        """Bring the jobs in step with the store; a job whose schedule stays keeps its next time. Raises StoreError."""
        wanted = {f"folder-{folder.id}": folder for folder in folders if folder.schedule and not folder.paused}
        schedules = {job_id: folder.schedule for job_id, folder in wanted.items()}
        if schedules == self._followed:
            return
        with translated_errors(self._job_file):
            for job in self._scheduler.get_jobs():
                if job.name != schedules.get(job.id):
                    job.remove()
                    continue
                folder = wanted.pop(job.id)
                if job.args[0] != self._book_file:  # The index was moved.
                    job.modify(args=(self._book_file, folder.id))
            for job_id, folder in wanted.items():
                self._add(job_id, folder)
        self._followed = schedules

    def follow_clock(self) -> None:
        """Bring the jobs in step with a clock that was set or slept. Raises StoreError.

        A time further ahead than the schedule's next one was chosen by a clock that was fast; a time that has come is
        found at once, while APScheduler would sleep for as long as it had been away.
        """
        with translated_errors(self._job_file):
            now = datetime.now().astimezone()
            for job in self._scheduler.get_jobs():
                soonest = build_trigger(job.name, start=now).get_next_fire_time(now, now)
                if soonest and job.next_run_time > soonest:
                    job.modify(next_run_time=soonest)
            self._scheduler.wakeup()

    def _add(self, job_id: str, folder: RegisteredFolder) -> None:
        trigger = build_trigger(folder.schedule, start=datetime.fromtimestamp(folder.added_at).astimezone())
        self._scheduler.add_job(
            MARK_DUE,
            trigger,
            args=(self._book_file, folder.id),
            id=job_id,
            name=folder.schedule,
        )


def _stored(job: Job) -> dict[str, Any]:
    book_file, folder_id = job.args
    time = job.next_run_time.timestamp()
    state = {
        "id": job.id,
        "schedule": job.name,
        "book_file": book_file,
        "folder_id": folder_id,
        "next_run_time": time,
    }
    return {"next_run_time": time, "job_state": json.dumps(state).encode()}
