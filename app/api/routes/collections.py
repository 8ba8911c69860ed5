"""Lists, makes, renames and deletes collections, and suggests questions to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.api.dependencies import AdministeredCollection, ReadableCollection, ServiceOf
from app.api.error_handlers import RESPONSES, refusals
from app.api.passing_on import OwnersRoute, for_owner
from app.api.schemas.documents import (
    CollectionChange,
    CollectionList,
    CollectionResponse,
    NewCollection,
    QuestionList,
    StatisticsResponse,
)
from app.api.schemas.figures import FigureChoice, FigureEstimateResponse, FigureStatusResponse
from app.api.security.middleware import require
from app.state.tokens import Role

router = APIRouter(route_class=OwnersRoute, tags=["collections"], responses=RESPONSES)


@router.get("/collections")
def list_collections(request: Request, service: ServiceOf) -> CollectionList:
    """Return the collections by name."""
    identity = require(request, Role.READ)
    listed = service.collections.list_collections()
    seen = [CollectionResponse.from_domain(collection) for collection in listed if identity.sees(collection.name)]
    return CollectionList(collections=seen)


@router.post("/collections", status_code=201)
@for_owner
def create_collection(asked: NewCollection, request: Request, service: ServiceOf) -> CollectionResponse:
    """Make an empty collection."""
    require(request, Role.ADMIN)
    return CollectionResponse.from_domain(service.collections.create(asked.name, asked.description))


@router.patch("/collections/{name}", responses=refusals(409))
@for_owner
def change_collection(
    name: AdministeredCollection, asked: CollectionChange, request: Request, service: ServiceOf
) -> CollectionResponse:
    """Give a collection another name or description; 409 while it is being synced.

    Another name takes the right to administer all collections: tokens for this one see it under the new name.
    """
    if asked.description is not None:
        service.collections.describe(name, asked.description)
    if asked.name is not None and asked.name != name:
        require(request, Role.ADMIN)
        service.collections.rename(name, asked.name)
        name = asked.name
    found = next(one for one in service.collections.list_collections() if one.name == name)
    return CollectionResponse.from_domain(found)


@router.get("/collections/{name}/statistics")
def count(name: ReadableCollection, service: ServiceOf) -> StatisticsResponse:
    """Return how many documents are of which type, kind, language and year, and what could not be read."""
    return StatisticsResponse.from_domain(service.collections.statistics(name))


@router.get("/collections/{name}/questions")
def suggest(
    name: ReadableCollection, service: ServiceOf, limit: Annotated[int, Query(ge=1, le=50)] = 6
) -> QuestionList:
    """Return questions to begin with, made of the headings of the collection."""
    return QuestionList(questions=service.collections.suggest_questions(name, limit=limit))


@router.get("/collections/{name}/figures")
@for_owner
def show_figures(name: ReadableCollection, service: ServiceOf) -> FigureStatusResponse:
    """Return how far the figures of a collection are described, and what that took."""
    return FigureStatusResponse.from_domain(service.figures.status(name))


@router.get("/collections/{name}/figures/estimate")
@for_owner
def estimate_figures(
    name: AdministeredCollection, request: Request, service: ServiceOf, llm: Annotated[str, Query(max_length=300)] = ""
) -> FigureEstimateResponse:
    """Return what describing the figures of a collection would take; `llm` is the one that answers by default."""
    require(request, Role.ADMIN)
    return FigureEstimateResponse.from_domain(service.figures.estimate(name, llm))


@router.put("/collections/{name}/figures")
@for_owner
def choose_figures(
    name: AdministeredCollection, asked: FigureChoice, request: Request, service: ServiceOf
) -> FigureStatusResponse:
    """Have an LLM that sees describe the figures of a collection, in the background; empty takes them away.

    Who names an LLM decides where pictures of documents go: that takes the right to administer all collections.
    """
    require(request, Role.ADMIN)
    return FigureStatusResponse.from_domain(service.figures.choose(name, asked.llm))


@router.delete("/collections/{name}", status_code=204, responses=refusals(409))
@for_owner
def remove_collection(name: AdministeredCollection, service: ServiceOf) -> None:
    """Delete a collection and what was uploaded into it; files of synced folders are not touched.

    409 while it is being synced.
    """
    service.collections.remove(name)
