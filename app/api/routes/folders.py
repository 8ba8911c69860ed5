"""The registered folders over HTTP. Knows the folder store and the scheduler, and nothing of the index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from app.api.json_responses import folder_json
from app.api.schemas_admin import FolderList, FolderResponse
from app.api.security.middleware import require
from app.schedule.scheduler import FolderScheduler
from app.state.folders import FolderStore, RegisteredFolder
from app.state.tokens import Role
from rag.errors import ConfigurationError, NotFoundError

FolderId = Annotated[int, InPath(ge=1, le=2**63 - 1, examples=[3])]

SCHEDULE = Field(max_length=200, examples=["30 2 * * *"], description="cron expression")
EVERY = Field(max_length=50, examples=["30m"], description="interval, instead of a cron expression")


class NewFolder(BaseModel):
    """A folder to register; `path` is one of the server's machine."""

    model_config = ConfigDict(extra="forbid", strict=True)

    path: str = Field(min_length=1, max_length=4096, examples=["/home/ann/papers"])
    collection: str = Field("default", min_length=1, max_length=200)
    schedule: Annotated[str, SCHEDULE] = ""
    every: Annotated[str, EVERY] = ""
    watch: bool = Field(False, description="sync soon after files change")


class FolderChange(BaseModel):
    """What is to be otherwise; what is left out stays. Both schedules empty: none any more."""

    model_config = ConfigDict(extra="forbid", strict=True)

    schedule: Annotated[str | None, SCHEDULE] = None
    every: Annotated[str | None, EVERY] = None
    watch: bool | None = None
    paused: bool | None = None


def absolute_folder(named: str) -> Path:
    """A folder of the server's machine as a request names it. Raises ConfigurationError unless it is a whole path."""
    if "\0" in named or not Path(named).is_absolute():
        raise ConfigurationError(f"{named!r} is no absolute path.", "Name the folder from the root on: /home/ann.")
    return Path(named)


def folders_router(folder_store: FolderStore, scheduler: FolderScheduler) -> APIRouter:
    """The routes. To register, change or remove a folder takes the right to administer all collections."""
    router = APIRouter(tags=["folders"])

    def find(request: Request, folder_id: int, role: Role) -> RegisteredFolder:
        identity = require(request, Role.READ)
        folder = next((folder for folder in folder_store.list_folders() if folder.id == folder_id), None)
        if folder is None or not identity.sees(folder.collection):
            raise NotFoundError(f"No folder has the id {folder_id}.", "`GET /folders` lists those that are there.")
        require(request, role, folder.collection)
        return folder

    @router.get("/folders", response_model=FolderList)
    def list_folders(request: Request) -> dict[str, Any]:
        """The folders that are kept in step, when each was synced last and how that went."""
        identity = require(request, Role.READ)
        seen = [folder for folder in folder_store.list_folders() if identity.sees(folder.collection)]
        return {"folders": [folder_json(folder) for folder in seen]}

    @router.get("/folders/{folder_id}", response_model=FolderResponse)
    def show_folder(folder_id: FolderId, request: Request) -> dict[str, Any]:
        """One registered folder."""
        return folder_json(find(request, folder_id, Role.READ))

    @router.post("/folders", response_model=FolderResponse, status_code=201)
    def add_folder(asked: NewFolder, request: Request) -> dict[str, Any]:
        """Register a folder of the server's machine."""
        require(request, Role.ADMIN)
        folder = absolute_folder(asked.path)
        return folder_json(
            folder_store.add(folder, asked.collection, schedule=asked.schedule, every=asked.every, watch=asked.watch)
        )

    @router.patch("/folders/{folder_id}", response_model=FolderResponse)
    def change_folder(folder_id: FolderId, asked: FolderChange, request: Request) -> dict[str, Any]:
        """Give a folder another schedule, watch it or not, pause or resume it."""
        require(request, Role.ADMIN)
        folder = find(request, folder_id, Role.ADMIN)
        if asked.schedule is not None or asked.every is not None:
            folder = folder_store.reschedule(folder_id, schedule=asked.schedule or "", every=asked.every or "")
        if asked.watch is not None:
            folder = folder_store.set_watch(folder_id, asked.watch)
        if asked.paused is not None:
            folder = folder_store.pause(folder_id) if asked.paused else folder_store.resume(folder_id)
        return folder_json(folder)

    @router.delete("/folders/{folder_id}", status_code=204)
    def remove_folder(folder_id: FolderId, request: Request) -> None:
        """Keep a folder in step no more; what is indexed of it stays."""
        require(request, Role.ADMIN)
        folder_store.remove(find(request, folder_id, Role.ADMIN).id)

    @router.post("/folders/{folder_id}/run", response_model=FolderResponse, status_code=202)
    def run_folder(folder_id: FolderId, request: Request) -> dict[str, Any]:
        """Have a folder synced now, or as soon as its collection is free; also a paused one."""
        return folder_json(scheduler.ask_for_run(find(request, folder_id, Role.WRITE).id))

    return router
