"""Fetches documents by their web addresses, and lists those that were fetched."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.api.dependencies import ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES, refusals
from app.api.passing_on import OwnersRoute, for_owner
from app.api.schemas.base import CollectionName
from app.api.schemas.documents import LinkList, LinkRequest, LinkResponse, UploadResponse
from app.api.security.middleware import require
from app.api.threads import result_of
from app.state.tokens import Role
from rag.errors import ConfigurationError

router = APIRouter(route_class=OwnersRoute, prefix="/collections/{name}/links", tags=["documents"], responses=RESPONSES)


@router.get("")
def list_links(name: WritableCollection, service: ServiceOf) -> LinkList:
    """Return the documents that were fetched with their addresses, whose queries are left out: they may hold keys."""
    links = service.uploads.list_links(name)
    return LinkList(links=[LinkResponse.from_domain(document, link) for document, link in links.items()])


@router.post("", status_code=202, responses=refusals(415, 502, 507))
@for_owner
async def add_link(asked: LinkRequest, request: Request, name: CollectionName, service: ServiceOf) -> UploadResponse:
    """Fetch a document from the open internet and index it; a collection that is new is made. `GET /jobs/{job}` tells
    what became of it.

    An address that was fetched before replaces what it gave then. 422 for an address that is none or leads to a machine
    that is not of the open internet, 502 where its server sends no document, 415 for a type that is not read.
    """
    require(request, Role.WRITE, name)
    if bool(asked.url) == bool(asked.document):
        raise ConfigurationError(
            "Either `url` or `document` is needed, and not both.",
            "Send the `url` to fetch, or the `document` to fetch again.",
        )
    document, job = await result_of(service.uploads.add_link(name, url=asked.url, document=asked.document))
    return UploadResponse(documents=[document], job=job.id)
