"""Registers, changes and runs the folders that are kept in step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath

from app.api.dependencies import ServiceOf
from app.api.error_handlers import RESPONSES
from app.api.schemas.syncs import FolderChange, FolderList, FolderListingResponse, FolderResponse, NewFolder
from app.api.security.middleware import require
from app.service.service import Service
from app.state.folders import RegisteredFolder
from app.state.tokens import Role
from rag.errors import ConfigurationError, NotFoundError

router = APIRouter(tags=["folders"], responses=RESPONSES)
"""To register, change or remove a folder takes the right to administer all collections."""

FolderId = Annotated[int, InPath(ge=1, le=2**63 - 1, examples=[3])]


def absolute_folder(named: str) -> Path:
    """Return a folder of the server's machine as a request names it. Raises ConfigurationError unless it is a whole
    path.
    """
    if "\0" in named or not Path(named).is_absolute():
        raise ConfigurationError(
            f"{named!r} is not an absolute path.", "Give the whole path of the folder, such as /home/ann."
        )
    return Path(named)


@router.get("/folders")
def list_folders(request: Request, service: ServiceOf) -> FolderList:
    """Return the folders that are kept in step, when each was synced last and how that went."""
    identity = require(request, Role.READ)
    seen = [folder for folder in service.folders.list_folders() if identity.sees(folder.collection)]
    return FolderList(folders=[FolderResponse.from_domain(folder) for folder in seen])


@router.get("/folder-choices")
def list_choices(
    request: Request,
    service: ServiceOf,
    path: Annotated[str, Query(max_length=4_000)] = "",
    contains: Annotated[str, Query(max_length=200)] = "",
) -> FolderListingResponse:
    """Return the folders in a folder of the server's machine, of those that may be registered; none for the first.

    `contains` lists only those whose names contain it, in upper or lower case.
    """
    require(request, Role.ADMIN)
    return FolderListingResponse.from_domain(service.folder_picker.list_folders(path, containing=contains))


@router.get("/folders/{folder_id}")
def show_folder(folder_id: FolderId, request: Request, service: ServiceOf) -> FolderResponse:
    """Return one registered folder."""
    return FolderResponse.from_domain(_find(request, service, folder_id, Role.READ))


@router.post("/folders", status_code=201)
def add_folder(asked: NewFolder, request: Request, service: ServiceOf) -> FolderResponse:
    """Register a folder of the server's machine."""
    require(request, Role.ADMIN)
    folder = absolute_folder(asked.path)
    return FolderResponse.from_domain(
        service.folders.add(folder, asked.collection, schedule=asked.schedule, every=asked.every, watch=asked.watch)
    )


@router.patch("/folders/{folder_id}")
def change_folder(folder_id: FolderId, asked: FolderChange, request: Request, service: ServiceOf) -> FolderResponse:
    """Give a folder another schedule, watch it or not, pause or resume it."""
    require(request, Role.ADMIN)
    folder = _find(request, service, folder_id, Role.ADMIN)
    if asked.schedule is not None or asked.every is not None:
        folder = service.folders.reschedule(folder_id, schedule=asked.schedule or "", every=asked.every or "")
    if asked.watch is not None:
        folder = service.folders.set_watch(folder_id, asked.watch)
    if asked.paused is not None:
        folder = service.folders.pause(folder_id) if asked.paused else service.folders.resume(folder_id)
    return FolderResponse.from_domain(folder)


@router.delete("/folders/{folder_id}", status_code=204)
def remove_folder(folder_id: FolderId, request: Request, service: ServiceOf) -> None:
    """Stop keeping a folder in step; what is indexed of it stays."""
    require(request, Role.ADMIN)
    service.folders.remove(_find(request, service, folder_id, Role.ADMIN).id)


@router.post("/folders/{folder_id}/run", status_code=202)
def run_folder(folder_id: FolderId, request: Request, service: ServiceOf) -> FolderResponse:
    """Have a folder synced now, or as soon as its collection is free; also a paused one."""
    return FolderResponse.from_domain(service.schedule.ask_for_run(_find(request, service, folder_id, Role.WRITE).id))


def _find(request: Request, service: Service, folder_id: int, role: Role) -> RegisteredFolder:
    identity = require(request, Role.READ)
    folder = next((folder for folder in service.folders.list_folders() if folder.id == folder_id), None)
    if folder is None or not identity.sees(folder.collection):
        raise NotFoundError(f"No folder has the id {folder_id}.", "`GET /folders` lists those that are there.")
    require(request, role, folder.collection)
    return folder
