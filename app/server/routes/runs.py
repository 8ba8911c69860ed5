"""Syncs: ask for one, see how they went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from app.access import require
from app.json_forms import run_json
from app.routes_folders import absolute_folder
from app.server.dependencies import ServiceOf
from app.server.problems import RESPONSES, problem_of
from app.server.schemas import JobForm, RunList, SyncRequest
from app.sync_queue import SyncJob
from app.tokens import Role
from app.uploads import check_collection_name
from rag.errors import NotFoundError
from rag.types import printable_path

router = APIRouter(tags=["syncs"], responses=RESPONSES)


@router.post("/sync", response_model=JobForm, status_code=202)
def sync_folder(asked: SyncRequest, request: Request, service: ServiceOf) -> dict[str, Any]:
    """Bring a collection in step with a folder of the server's machine; `GET /runs/{id}` tells how it goes.

    Needs the right to administer all collections, since it reads the server's disk.
    """
    require(request, Role.ADMIN)
    check_folder: Callable[[Path], Path] = request.app.state.check_folder
    folder = check_folder(absolute_folder(asked.folder))
    if not service.has_collection(asked.collection):
        check_collection_name(asked.collection)
    return job_json(service.sync(folder, asked.collection, allow_empty=asked.allow_empty))


@router.get("/runs", response_model=RunList)
def list_runs(
    request: Request, service: ServiceOf, limit: Annotated[int, Query(ge=1, le=1_000)] = 20
) -> dict[str, Any]:
    """What runs or waits now, and the newest runs of the past."""
    identity = require(request, Role.READ)
    queue = [job for job in service.syncs.unfinished() if identity.sees(job.collection)]
    seen = None if identity.collections is None else sorted(identity.collections)
    runs = service.lectern.library.list_runs(limit=limit, in_collections=seen)
    return {"queue": [job_json(job) for job in queue], "runs": [run_json(run) for run in runs]}


@router.get("/runs/{id}", response_model=JobForm)
def show_run(id: str, request: Request, service: ServiceOf) -> dict[str, Any]:
    """A sync that was asked for since the server started."""
    identity = require(request, Role.READ)
    job = service.syncs.find(id)
    if job is None or not identity.sees(job.collection):
        raise NotFoundError(f"There is no run {id!r}.", "`GET /runs` lists the newest.")
    return job_json(job)


def job_json(job: SyncJob) -> dict[str, Any]:
    """A sync as it stands now."""
    progress = job.progress
    return {
        "id": job.id,
        "collection": job.collection,
        "folder": printable_path(bytes(job.folder)),
        "state": job.state,
        "queued_at": job.queued_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "progress": progress
        and {"files_done": progress.files_done, "files_total": progress.files_total, "pages": progress.pages},
        "report": job.report.to_json() if job.report else None,
        "error": problem_of(job.error).to_json() if job.error else None,
    }
