"""Documents of a collection: list, look at, upload, take out."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.api.dependencies import DocumentId, PageNumber, ReadableCollection, ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES, refusals
from app.api.schemas.base import CollectionName
from app.api.schemas.documents import DocumentList, DocumentResponse, PageResponse, UploadResponse
from app.api.security.middleware import require
from app.api.threads import result_of
from app.service.service import Service
from app.state.tokens import Role
from ingest.collection_names import check_collection_name
from ingest.page_image import Box
from ingest.parsers.options import ParseOptions
from ingest.sources.uploads import check_type, safe_name
from rag.errors import ConfigurationError, NotFoundError, ParseError

router = APIRouter(prefix="/collections/{name}/documents", tags=["documents"], responses=RESPONSES)

MAX_FILES = 100
"""In one upload."""

COPY_BLOCK = 1 << 20

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

LARGEST_EDGE = 1e6
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
    """All documents by path, also those that could not be read; or those that are asked for."""
    listed = service.lectern.catalogue.list_documents(name)
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
    """Take files in and index them; a collection that is new is made. `GET /runs/{run}` tells what became of them.

    All are taken in or none: 400 for a name that is refused, 415 for a type that is not read or a content that is not
    of the file's type.
    """
    require(request, Role.WRITE, name)
    # Read here and not by the framework, which would take the whole body in before it asks who sends it.
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        names = await run_in_threadpool(_check_names, service, name, files)
        return await result_of(service.files.submit(_take_in, service, name, names, files))


@router.get("/{id}")
def show_document(name: ReadableCollection, id: DocumentId, service: ServiceOf) -> DocumentResponse:
    """One document."""
    return DocumentResponse.from_domain(service.lectern.catalogue.load_document(name, id)[0])


@router.delete("/{id}", status_code=204)
def remove_document(name: WritableCollection, id: DocumentId, service: ServiceOf) -> None:
    """Take a document out of the index. An uploaded file is deleted; one of a synced folder is not touched, and later
    syncs leave it out."""
    service.remove_document(name, id)


@router.post("/{id}/restore", status_code=204)
def restore_document(name: WritableCollection, id: DocumentId, service: ServiceOf) -> None:
    """Let the next sync index a document again that was taken out."""
    service.restore_document(name, id)


@router.get("/{id}/file", response_class=FileResponse, responses={200: {"content": {"application/octet-stream": {}}}})
def send_file(name: ReadableCollection, id: DocumentId, service: ServiceOf) -> FileResponse:
    """The original file, to be saved."""
    _, file = service.lectern.catalogue.load_document(name, id)
    if not file.is_file():
        raise NotFoundError(f"The file {file.name!r} is not there any more.", "Sync its folder again.")
    # Never shown by a browser: what is in it could act in our name.
    return FileResponse(file, media_type="application/octet-stream", filename=file.name)


@router.get("/{id}/pages/{number}")
def show_page(name: ReadableCollection, id: DocumentId, number: PageNumber, service: ServiceOf) -> PageResponse:
    """The text of a page."""
    return PageResponse.from_domain(service.lectern.catalogue.load_page(name, id, number))


@router.get("/{id}/pages/{number}/image", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def draw_page(
    name: ReadableCollection,
    id: DocumentId,
    number: PageNumber,
    service: ServiceOf,
    mark: Annotated[list[str], Query(default_factory=list, max_length=MAX_MARKS, description=MARK_EXPLAINED)],
    scale: Annotated[float, Query(ge=0.1, le=4, description="pixels for each point")] = 1.5,
) -> Response:
    """A page of a PDF as a picture, the words of a quote marked."""
    marks = tuple(map(_read_box, mark))
    picture = await result_of(service.files.submit(_draw, service, name, id, number, scale, marks))
    return Response(picture, media_type="image/png")


def _check_names(service: Service, collection: str, files: list[UploadFile]) -> list[str]:
    if not service.has_collection(collection):
        check_collection_name(collection)
    if not files:
        raise ConfigurationError("No file was sent.", "Send one or more in the field `file` of a multipart/form-data.")
    names = [safe_name(file.filename or "") for file in files]
    for name in names:
        check_type(name)
    if len({name.casefold() for name in names}) < len(names):
        raise ConfigurationError("Two of the files have one name.", "Send each file once.")
    return names


def _take_in(service: Service, collection: str, names: list[str], files: list[UploadFile]) -> UploadResponse:
    with service.uploads.receive() as scratch:
        for name, file in zip(names, files, strict=True):
            with (scratch / name).open("wb") as kept:
                shutil.copyfileobj(file.file, kept, COPY_BLOCK)
        service.uploads.accept(collection, [scratch / name for name in names])
    return UploadResponse(documents=names, run=service.take_uploads(collection, names).id)


def _read_box(text: str) -> Box:
    try:
        left, bottom, right, top = (float(edge) for edge in text.split(","))
    except ValueError:
        raise ConfigurationError(f"{text!r} is no box.", "Write it as LEFT,BOTTOM,RIGHT,TOP in points.") from None
    if not all(abs(edge) < LARGEST_EDGE for edge in (left, bottom, right, top)):
        raise ConfigurationError(f"{text!r} is no box on a page.", f"Edges are below {LARGEST_EDGE:.0f} points.")
    return left, bottom, right, top


def _draw(service: Service, collection: str, id_: int, number: int, scale: float, marks: tuple[Box, ...]) -> bytes:
    document, file = service.lectern.catalogue.load_document(collection, id_)
    if document.file_type != "pdf" or number >= document.pages:
        what = "is no PDF" if document.file_type != "pdf" else f"has no page {number}"
        raise NotFoundError(f"{document.path} {what}.", "Pictures are there of PDF pages; others have text only.")
    options = ParseOptions(passwords=tuple(service.lectern.settings.passwords.items()))
    try:
        return service.pictures.draw(
            file, number, scale=scale, passwords=options.passwords_for(Path(file)), marks=marks
        )
    except ParseError as error:
        raise NotFoundError(error.reason, error.remedy) from error
