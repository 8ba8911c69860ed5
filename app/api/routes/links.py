"""Documents of a collection by their web addresses: fetch one, see which were fetched."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.api.dependencies import ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES, refusals
from app.api.schemas import CollectionName, LinkList, LinkRequest, UploadResponse
from app.api.security.middleware import require
from app.api.threads import result_of
from app.state.tokens import Role
from rag.errors import ConfigurationError
from rag.urls import without_secrets

router = APIRouter(prefix="/collections/{name}/links", tags=["documents"], responses=RESPONSES)


@router.get("", response_model=LinkList)
def list_links(name: WritableCollection, service: ServiceOf) -> dict[str, Any]:
    """The documents that were fetched, and from where. What follows the path of an address is left out: it may hold a
    key."""
    links = service.links(name).load()
    return {
        "links": [
            {"document": document, "address": without_secrets(link.url), "fetched_at": link.fetched_at}
            for document, link in links.items()
        ]
    }


@router.post("", response_model=UploadResponse, status_code=202, responses=refusals(415, 502, 507))
async def add_link(asked: LinkRequest, request: Request, name: CollectionName, service: ServiceOf) -> dict[str, Any]:
    """Fetch a document from the open internet and index it; a collection that is new is made. `GET /runs/{run}` tells
    what became of it.

    An address that was fetched before replaces what it gave then. 422 for an address that is none or leads to a machine
    that is not of the open internet, 502 where its server sends no document, 415 for a type that is not read.
    """
    require(request, Role.WRITE, name)
    if bool(asked.url) == bool(asked.document):
        raise ConfigurationError(
            "There is nothing to fetch, or two things.", "Send `url`, or the `document` to fetch again."
        )
    document, job = await result_of(service.add_link(name, url=asked.url, document=asked.document))
    return {"documents": [document], "run": job.id}
