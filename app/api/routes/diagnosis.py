"""Looking after what is indexed: read a document again, why it does not come up, what the syncs of the past did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from app.api.dependencies import DocumentId, ReadableCollection, ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES
from app.api.json_responses import run_json, run_summary_json, why_json
from app.api.routes.runs import job_json
from app.api.schemas import JobResponse, RunResponse
from app.api.schemas_admin import RunSummaryList, WhyRequest, WhyResponse
from app.api.threads import result_of
from rag.errors import NotFoundError

router = APIRouter(prefix="/collections/{name}", responses=RESPONSES)


@router.post("/documents/{id}/reindex", response_model=JobResponse, status_code=202, tags=["documents"])
def reindex_document(name: WritableCollection, id: DocumentId, request: Request, service: ServiceOf) -> dict[str, Any]:
    """Read a document's file again as if it were new, also one that was taken out; `GET /runs/{id}` tells how it goes.

    Its folder is synced for that. Until then the version that is indexed answers.
    """
    check_folder: Callable[[Path], Path] = request.app.state.check_folder
    return job_json(service.reread_document(name, id, check_folder))


@router.post("/documents/{id}/why", response_model=WhyResponse, tags=["documents"])
async def tell_why(name: ReadableCollection, id: DocumentId, asked: WhyRequest, service: ServiceOf) -> dict[str, Any]:
    """Why this document does or does not come up for a question."""
    return why_json(await result_of(service.why(asked.question, name, id)))


@router.get("/runs", response_model=RunSummaryList, tags=["syncs"])
def list_collection_runs(
    name: ReadableCollection,
    service: ServiceOf,
    folder: Annotated[str, Query(max_length=4_000, description="only those of this folder")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """The newest syncs of a collection, in numbers."""
    runs = service.lectern.catalogue.list_runs(
        limit=limit, in_collections=[name], folder=Path(folder) if folder else None
    )
    return {"runs": [run_summary_json(run) for run in runs]}


@router.get("/runs/{id}", response_model=RunResponse, tags=["syncs"])
def show_collection_run(name: ReadableCollection, id: DocumentId, service: ServiceOf) -> dict[str, Any]:
    """One sync of the past with its whole report: what became of each file."""
    run = service.lectern.catalogue.load_run(id)
    if run is None or run.collection != name:
        raise NotFoundError(f"There is no run {id} of this collection.", "`GET /collections/NAME/runs` lists them.")
    return run_json(run)
