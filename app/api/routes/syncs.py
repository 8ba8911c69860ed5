"""Starts syncs, follows them as jobs, and tells what those of the past did.

A job is a sync that was asked for; its id, such as 20260102030405-1, is there at once and stays. A run is the record of
a sync that began, under a number, also of one that no server ran.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath

from app.api.dependencies import ServiceOf
from app.api.error_handlers import RESPONSES
from app.api.passing_on import OwnersRoute, for_owner
from app.api.routes.folders import absolute_folder
from app.api.schemas.syncs import JobResponse, RunList, RunResponse, SyncPreview, SyncRequest
from app.api.security.middleware import require
from app.service.service import Service
from app.state.sync_jobs import SyncJob
from app.state.tokens import Role
from rag.errors import NotFoundError
from rag.types import printable_path

JobId = Annotated[str, InPath(pattern=r"^[0-9]{14}-[0-9]{1,18}$", examples=["20260102030405-1"])]
RunNumber = Annotated[int, InPath(ge=1, le=2**63 - 1, examples=[12])]

router = APIRouter(route_class=OwnersRoute, tags=["syncs"], responses=RESPONSES)


@router.post("/sync", status_code=202)
def sync_folder(asked: SyncRequest, request: Request, service: ServiceOf) -> JobResponse:
    """Bring a collection in step with a folder of the server's machine; `GET /jobs/{id}` tells how it goes.

    Needs the right to administer all collections, since it reads the server's disk.
    """
    folder = _folder_to_sync(asked, request, service)
    return JobResponse.from_domain(service.syncs.sync(folder, asked.collection, allow_empty=asked.allow_empty))


@router.post("/sync/preview")
@for_owner
def preview_sync(asked: SyncRequest, request: Request, service: ServiceOf) -> SyncPreview:
    """Tell what a sync would do; no document is read and nothing changed. Needs the same right as the sync."""
    folder = _folder_to_sync(asked, request, service)
    return SyncPreview(report=service.syncs.preview(folder, asked.collection, allow_empty=asked.allow_empty).to_json())


@router.get("/runs")
def list_runs(
    request: Request,
    service: ServiceOf,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 20,
    collection: Annotated[str | None, Query(max_length=200, description="only runs of this collection")] = None,
    folder: Annotated[str | None, Query(max_length=4_000, description="only runs of this folder")] = None,
) -> RunList:
    """List the syncs that run or wait now, and the newest runs of the past."""
    identity = require(request, Role.READ)

    def is_wanted(job: SyncJob) -> bool:
        here = collection in (None, job.collection) and folder in (None, printable_path(job.folder))
        return here and identity.sees(job.collection)

    wanted = identity.collections
    if collection is not None:
        wanted = frozenset([collection] if identity.sees(collection) else [])
    runs = service.syncs.list_runs(
        limit=limit,
        in_collections=None if wanted is None else sorted(wanted),
        folder=None if folder is None else Path(folder),
    )
    queue = [JobResponse.from_domain(job) for job in service.syncs.unfinished() if is_wanted(job)]
    return RunList(queue=queue, runs=[RunResponse.from_domain(run) for run in runs])


@router.get("/runs/{number}")
def show_run(number: RunNumber, request: Request, service: ServiceOf) -> RunResponse:
    """Return one sync of the past with its whole report: what became of each file."""
    identity = require(request, Role.READ)
    run = service.syncs.load_run(number)
    if run is None or not identity.sees(run.collection):
        raise NotFoundError(f"There is no run {number}.", "`GET /runs` lists the newest.")
    return RunResponse.from_domain(run)


@router.get("/jobs/{id}")
def show_job(id: JobId, request: Request, service: ServiceOf) -> JobResponse:
    """Return a sync that was asked for, also one that an earlier start of the server took on."""
    return JobResponse.from_domain(_find_job(id, request, service))


@router.delete("/jobs/{id}", status_code=204)
@for_owner
def stop_job(id: JobId, request: Request, service: ServiceOf) -> None:
    """Stop a sync that waits or runs; what it has done is kept, and the next one goes on from there."""
    job = _find_job(id, request, service)
    require(request, Role.WRITE, job.collection)
    service.syncs.stop(id)


def _folder_to_sync(asked: SyncRequest, request: Request, service: Service) -> Path:
    require(request, Role.ADMIN)
    return service.syncs.check_folder(absolute_folder(asked.folder))


def _find_job(id_: str, request: Request, service: Service) -> SyncJob:
    identity = require(request, Role.READ)
    job = service.syncs.find_job(id_)
    if job is None or not identity.sees(job.collection):
        raise NotFoundError(f"There is no job {id_!r}.", "`GET /runs` lists those that run or wait.")
    return job
