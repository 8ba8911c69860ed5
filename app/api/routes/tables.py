"""Makes, fills, shows, corrects and exports tables over documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from app.api.answer_stream import EventStream, server_sent
from app.api.dependencies import ReadableCollection, ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES, refusals
from app.api.passing_on import OwnersRoute, for_owner
from app.api.problem_details import problem_of
from app.api.schemas.tables import (
    CellRequest,
    ColumnResponse,
    FillRequest,
    SuggestionResponse,
    TableDetail,
    TableList,
    TableRequest,
    TableResponse,
    progress_json,
)
from app.api.security.middleware import require
from app.service.service import Service
from app.service.table_export import MEDIA_TYPES, export_table
from app.service.table_values import total_of
from app.service.tables import TableView
from app.state.tables import UNFINISHED
from app.state.tokens import Role
from rag.errors import ConfigurationError, LecternError

router = APIRouter(route_class=OwnersRoute, prefix="/collections/{name}", tags=["tables"], responses=RESPONSES)

TableNumber = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[4])]
Conditions = Annotated[
    list[str],
    Query(
        max_length=50,
        description="COLUMN=WORDS in a cell; COLUMN=>5, COLUMN=<2024-05-01 compare, COLUMN=- is an empty one",
    ),
]

LOOK_SECONDS = 0.25

FILES: dict[str, Any] = {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}}

STREAM = {
    "content": {
        "text/event-stream": {
            "example": 'event: progress\ndata: {"done": 3, "total": 60, "document": "a.pdf"}\n\n'
            'event: table\ndata: {"id": 4, "state": "done"}\n\n'
        }
    }
}


@router.get("/suggested-columns")
def suggest_columns(name: ReadableCollection, service: ServiceOf) -> SuggestionResponse:
    """Suggest columns for the documents of a collection, by the kind that most of them have."""
    kind, columns = service.tables.suggest(name)
    return SuggestionResponse(kind=kind, columns=[ColumnResponse.from_domain(column) for column in columns])


@router.get("/tables")
def list_tables(name: ReadableCollection, service: ServiceOf) -> TableList:
    """Return the tables of a collection by name, without their rows."""
    return TableList(tables=[TableResponse.from_domain(table) for table in service.tables.list_tables(name)])


@router.post("/tables", status_code=201, responses=refusals(409))
def save_table(name: WritableCollection, asked: TableRequest, service: ServiceOf) -> TableResponse:
    """Make a table, or change the one of its name; nothing is read yet. 400 names the column that is wrong."""
    return TableResponse.from_domain(service.tables.save(asked.to_domain(name)))


@router.get("/tables/{table}")
def show_table(
    name: ReadableCollection,
    table: TableNumber,
    service: ServiceOf,
    sort: Annotated[str, Query(max_length=1_000, description="a column")] = "",
    descending: bool = False,
    filter: Conditions = [],  # noqa: B006 - FastAPI copies it
    rows: Annotated[bool, Query(description="false: only how far it is filled")] = True,
) -> TableDetail:
    """Return a table with its rows and the totals of those shown."""
    if not rows:
        return _detail(service.tables.glance(name, table))
    view = service.tables.view(name, table, sort=sort, descending=descending, conditions=_conditions(filter))
    return _detail(view)


@router.delete("/tables/{table}", status_code=204)
@for_owner
def remove_table(name: WritableCollection, table: TableNumber, service: ServiceOf) -> None:
    """Delete a table with its cells and corrections; a fill of it is stopped."""
    service.tables.remove(name, table)


@router.post(
    "/tables/{table}/fill",
    status_code=202,
    response_model=TableResponse,
    responses={**refusals(409), 202: STREAM},
)
async def fill_table(name: WritableCollection, table: TableNumber, asked: FillRequest, service: ServiceOf) -> Any:
    """Fill the rows that are missing or whose documents changed; 409 where the table is being filled already.

    With `stream`: the event `progress` as it goes, then `table` with how it ended. A client that leaves stops nothing.
    """
    begun = await run_in_threadpool(service.tables.fill, name, table)
    if asked.stream:
        return EventStream(_follow(service, name, table), status_code=202)
    return JSONResponse(TableResponse.from_domain(begun).to_json(), status_code=202)


@router.delete("/tables/{table}/fill", status_code=204)
@for_owner
def stop_filling(name: WritableCollection, table: TableNumber, service: ServiceOf) -> None:
    """Stop a fill that waits or runs; its rows are kept, and the next fill goes on from there."""
    service.tables.stop(name, table)


@router.put("/tables/{table}/cells", status_code=204)
def correct_cell(
    name: WritableCollection, table: TableNumber, given: CellRequest, request: Request, service: ServiceOf
) -> None:
    """Correct a cell: kept apart from what was read, under the caller's name, and never overwritten by a fill."""
    identity = require(request, Role.WRITE, name)
    service.tables.correct(name, table, given.document_id, given.column, given.value, by=identity.name)


@router.get("/tables/{table}/export", response_class=Response, responses={200: FILES})
def export(
    name: ReadableCollection,
    table: TableNumber,
    service: ServiceOf,
    format: Annotated[Literal["csv", "xlsx", "json"], Query()] = "csv",
) -> Response:
    """Return a table as CSV, as a workbook with its citations, or as JSON with them."""
    view = service.tables.view(name, table)
    file = quote(f"{view.table.name}.{format}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file}"}
    return Response(export_table(view.table, view.rows, format), media_type=MEDIA_TYPES[format], headers=headers)


def _detail(view: TableView) -> TableDetail:
    totals = [total_of(view.table, view.rows, column.name) for column in view.table.columns]
    return TableDetail.from_domain(TableResponse.from_domain(view.table, view.progress), list(view.rows), totals)


def _conditions(given: Sequence[str]) -> dict[str, str]:
    conditions = {}
    for one in given:
        column, equals, wanted = one.partition("=")
        if not equals or not column.strip() or not wanted.strip():
            raise ConfigurationError(f"{one!r} is not COLUMN=WORDS.", "Write for example filter=Supplier=Harlow.")
        conditions[column.strip()] = wanted.strip()
    return conditions


async def _follow(service: Service, name: str, table: int) -> AsyncGenerator[bytes, None]:
    """Tell how a fill goes until it has ended."""
    try:
        while True:
            view = await run_in_threadpool(service.tables.glance, name, table)
            if view.table.state not in UNFINISHED:
                yield server_sent(TableResponse.from_domain(view.table, view.progress).to_json(), event="table")
                return
            yield server_sent(progress_json(view.progress), event="progress")
            await asyncio.sleep(LOOK_SECONDS)
    except LecternError as error:
        yield server_sent(problem_of(error).to_json(), event="error")
