"""Lists, shows, takes in and takes out the documents of a collection."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.api.dependencies import DocumentId, PageNumber, ReadableCollection, ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES, refusals
from app.api.page_view import show_to_person
from app.api.passing_on import OwnersRoute, for_owner
from app.api.schemas.base import CollectionName
from app.api.schemas.documents import (
    DocumentList,
    DocumentResponse,
    OutlineResponse,
    PageResponse,
    UploadResponse,
    WordsResponse,
)
from app.api.security.middleware import require
from app.api.threads import result_of
from app.state.tokens import Role
from ingest.page_image import Box
from rag.errors import ConfigurationError
from rag.page_layout import rectangles_under

router = APIRouter(
    route_class=OwnersRoute, prefix="/collections/{name}/documents", tags=["documents"], responses=RESPONSES
)

MAX_FILES = 100
"""In one upload."""

FILES = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "minItems": 1,
                        "maxItems": MAX_FILES,
                        "description": "one or more files; each replaces the one of its name",
                    }
                },
            }
        }
    },
}
MAX_MARKS = 200
"""Lines on one picture: more than a page has."""

MAX_CHARACTER = 100_000_000
"""More than any page has."""

MAX_EDGE = 1e6
"""Points. No page is as wide; not a number and infinity are not below it either."""

MARK_EXPLAINED = "boxes to mark, each LEFT,BOTTOM,RIGHT,TOP in points as citations have them"


@router.get("")
def list_documents(
    name: ReadableCollection,
    service: ServiceOf,
    failed: Annotated[bool, Query(description="only those that could not be read")] = False,
    state: Annotated[str, Query(max_length=20, examples=["indexed"], description="only those in this state")] = "",
    contains: Annotated[str, Query(max_length=200, examples=["report"], description="words of path or title")] = "",
    limit: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> DocumentList:
    """Return all documents by path, also those that could not be read; or those that are asked for."""
    listed = service.documents.list_documents(name)
    words = contains.casefold().split()
    found = [
        document
        for document in listed
        if (document.has_failed or not failed)
        and (document.state == state or not state)
        and all(word in f"{document.path}\n{document.title}".casefold() for word in words)
    ]
    shown = found[offset:] if limit is None else found[offset : offset + limit]
    return DocumentList(
        documents=[DocumentResponse.from_domain(document) for document in shown],
        total=len(found),
        states=Counter(document.state for document in listed),
    )


@router.post(
    "",
    status_code=202,
    responses=refusals(415, 507),
    openapi_extra={"requestBody": FILES},
)
async def upload_documents(request: Request, name: CollectionName, service: ServiceOf) -> UploadResponse:
    """Take files in and index them; a collection that is new is made. `GET /jobs/{job}` tells what became of them.

    All are taken in or none: 400 for a name that is refused, 415 for a type that is not read or a content that is not
    of the file's type.
    """
    require(request, Role.WRITE, name)
    # Read here and not by the framework, which would take the whole body in before it asks who sends it.
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        if not files:
            raise ConfigurationError(
                "No file was sent.", "Send one or more in the field `file` of a multipart/form-data."
            )
        given = [file.filename or "" for file in files]
        names = await run_in_threadpool(service.uploads.check_names, name, given)
        contents = [(kept, file.file) for kept, file in zip(names, files, strict=True)]
        job = await result_of(service.uploads.add_files(name, contents))
        return UploadResponse(documents=names, job=job.id)


@router.get("/{id}")
def show_document(name: ReadableCollection, id: DocumentId, service: ServiceOf) -> DocumentResponse:
    """Return one document."""
    return DocumentResponse.from_domain(service.documents.load_document(name, id))


@router.delete("/{id}", status_code=204)
@for_owner
def remove_document(name: WritableCollection, id: DocumentId, service: ServiceOf) -> None:
    """Take a document out of the index. An uploaded file is deleted; one of a synced folder is not touched, and later
    syncs leave it out."""
    service.documents.remove(name, id)


@router.post("/{id}/restore", status_code=204)
@for_owner
def restore_document(name: WritableCollection, id: DocumentId, service: ServiceOf) -> None:
    """Let the next sync index a document again that was taken out."""
    service.documents.restore(name, id)


@router.get("/{id}/file", response_class=FileResponse, responses={200: {"content": {"application/octet-stream": {}}}})
def send_file(name: ReadableCollection, id: DocumentId, service: ServiceOf) -> FileResponse:
    """Return the original file, to be saved."""
    file = service.documents.find_file(name, id)
    # Never shown by a browser: what is in it could act in our name.
    return FileResponse(file, media_type="application/octet-stream", filename=file.name)


@router.get("/{id}/pages/{number}", response_model=PageResponse, responses={200: {"content": {"text/html": {}}}})
def show_page(
    name: ReadableCollection,
    id: DocumentId,
    number: PageNumber,
    request: Request,
    service: ServiceOf,
    mark: Annotated[list[str], Query(default_factory=list, max_length=MAX_MARKS, description=MARK_EXPLAINED)],
    start: Annotated[int, Query(ge=0, le=MAX_CHARACTER)] = 0,
    end: Annotated[int, Query(ge=0, le=MAX_CHARACTER)] = 0,
) -> PageResponse | HTMLResponse:
    """Return the text of a page, with a box for each line of the words in its characters `start` to `end`.

    A browser, which accepts `text/html`, is given the page to read: its picture, where it has one, with `mark` marked.
    """
    marks = tuple(map(_read_box, mark))
    page = service.documents.load_page(name, id, number)
    if "text/html" in request.headers.get("accept", ""):
        return show_to_person(service.documents.load_document(name, id), page, marks)
    told = PageResponse.from_domain(page)
    if end > start:
        told.boxes = [list(astuple(box)) for box in rectangles_under(page.layout, start, end)]
    return told


@router.get("/{id}/outline")
def show_outline(name: ReadableCollection, id: DocumentId, service: ServiceOf) -> OutlineResponse:
    """Return the headings of a document with their pages."""
    return OutlineResponse.from_domain(service.documents.load_outline(name, id))


@router.get("/{id}/pages/{number}/words")
async def place_words(
    name: ReadableCollection,
    id: DocumentId,
    number: PageNumber,
    service: ServiceOf,
    mark: Annotated[list[str], Query(default_factory=list, max_length=MAX_MARKS, description=MARK_EXPLAINED)],
) -> WordsResponse:
    """Return where the words of a page of a PDF, and the boxes in `mark`, lie on its picture."""
    marks = tuple(map(_read_box, mark))
    return WordsResponse.from_domain(await result_of(service.documents.place_words(name, id, number, marks=marks)))


@router.get("/{id}/pages/{number}/image", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def draw_page(
    name: ReadableCollection,
    id: DocumentId,
    number: PageNumber,
    service: ServiceOf,
    mark: Annotated[list[str], Query(default_factory=list, max_length=MAX_MARKS, description=MARK_EXPLAINED)],
    scale: Annotated[float, Query(ge=0.1, le=4, description="pixels for each point")] = 1.5,
) -> Response:
    """Return a page of a PDF as a picture, the words of a quote marked."""
    marks = tuple(map(_read_box, mark))
    picture = await result_of(service.documents.draw_page(name, id, number, scale=scale, marks=marks))
    return Response(picture, media_type="image/png")


def _read_box(text: str) -> Box:
    try:
        left, bottom, right, top = (float(edge) for edge in text.split(","))
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a box.", "Write it as LEFT,BOTTOM,RIGHT,TOP in points.") from None
    if not all(abs(edge) < MAX_EDGE for edge in (left, bottom, right, top)):
        raise ConfigurationError(f"{text!r} is not a box on a page.", f"Edges are below {MAX_EDGE:.0f} points.")
    return left, bottom, right, top
