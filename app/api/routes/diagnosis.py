"""Reads a document again, explains why it does or does not come up, and tells what the syncs of the past did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import DocumentId, ReadableCollection, ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES
from app.api.passing_on import OwnersRoute, for_owner
from app.api.schemas.admin import WhyRequest, WhyResponse
from app.api.schemas.syncs import JobResponse, RunSummary, RunSummaryList
from app.api.threads import result_of

router = APIRouter(route_class=OwnersRoute, prefix="/collections/{name}", responses=RESPONSES)


@router.post("/documents/{id}/reindex", status_code=202, tags=["documents"])
@for_owner
def reindex_document(name: WritableCollection, id: DocumentId, service: ServiceOf) -> JobResponse:
    """Read a document's file again as if it were new, also one that was taken out; `GET /jobs/{id}` tells how it goes.

    Its folder is synced for that. Until then the version that is indexed answers.
    """
    return JobResponse.from_domain(service.documents.reread(name, id))


@router.post("/documents/{id}/why", tags=["documents"])
async def tell_why(name: ReadableCollection, id: DocumentId, asked: WhyRequest, service: ServiceOf) -> WhyResponse:
    """Explain why this document does or does not come up for a question."""
    return WhyResponse.from_domain(await result_of(service.answers.explain_document(asked.question, name, id)))


@router.get("/runs", tags=["syncs"])
def list_collection_runs(
    name: ReadableCollection,
    service: ServiceOf,
    folder: Annotated[str, Query(max_length=4_000, description="only those of this folder")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> RunSummaryList:
    """Return the newest syncs of a collection, in numbers."""
    runs = service.syncs.list_runs(limit=limit, in_collections=[name], folder=Path(folder) if folder else None)
    return RunSummaryList(runs=[RunSummary.from_domain(run) for run in runs])
