"""Defines how tables over documents go over the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from app.api.schemas.answers import PlaceResponse
from app.api.schemas.base import MirroredResponse, Request, Response
from app.service.table_filling import FillProgress
from app.service.table_values import Total
from app.state.tables import Correction, DocumentTable, TableRow, TableSpec
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, ColumnKind, parse_columns
from rag.types import MAX_QUESTION_CHARACTERS, Verdict

MAX_ROWS_CHOSEN = 100_000

DocumentNumber = Annotated[int, Field(ge=1, le=2**53 - 1, strict=False)]
"""JSON knows no integers: 7.0 is one as well."""

KIND = Field("text", max_length=20, examples=["number"], description="text, number, date, yes/no or list")


class ColumnRequest(Request):
    """A column: the question that is asked of each document, and the kind of its answer."""

    name: str = Field(max_length=1_000, examples=["Total"])
    question: str = Field("", max_length=MAX_QUESTION_CHARACTERS, examples=["What is the total amount?"])
    kind: str = KIND
    unit: str = Field("", max_length=100, examples=["EUR"], description="of a number")
    labels: list[str] = Field(
        default_factory=list, max_length=100, examples=[["Grand total"]], description="words before the value in forms"
    )


class TableRequest(Request):
    """A table: its rows are the documents that fit `filters`, or those of `document_ids`; else all of the collection.

    One of that name is changed: cells of columns that stay are kept.
    """

    name: str = Field(max_length=1_000, examples=["invoices"])
    columns: list[ColumnRequest] = Field(min_length=1, max_length=1_000)
    filters: dict[str, str] = Field(default_factory=dict, max_length=20, examples=[{"kind": "invoice"}])
    document_ids: list[DocumentNumber] = Field(default_factory=list, max_length=MAX_ROWS_CHOSEN, examples=[[]])
    use_llm: bool = Field(True, description="ask the LLM, where there is one, when the reader is not sure")

    @classmethod
    def from_domain(cls, spec: TableSpec) -> Self:
        """Ask for a table."""
        return cls.model_construct(
            name=spec.name,
            columns=[ColumnRequest.model_construct(**column.to_json()) for column in spec.columns],
            filters=dict(spec.filters),
            document_ids=list(spec.document_ids),
            use_llm=spec.use_llm,
        )

    def to_domain(self, collection: str) -> TableSpec:
        """Return the table that is asked for. Raises ConfigurationError for a column that cannot be."""
        columns = parse_columns([column.model_dump() for column in self.columns])
        return TableSpec(
            collection, self.name.strip(), columns, self.filters, tuple(self.document_ids), use_llm=self.use_llm
        )


class FillRequest(Request):
    """A fill; with `stream`, its progress comes as server-sent events."""

    stream: bool = False


class CellRequest(Request):
    """What a person says a cell's value is: "" that the document has none, null that what was read counts again."""

    document_id: DocumentNumber = Field(examples=[7])
    column: str = Field(max_length=1_000, examples=["Total"])
    value: str | None = Field(None, max_length=10_000, examples=["1204.50"])


class ColumnResponse(Response):
    """A column of a table."""

    name: str
    question: str
    kind: ColumnKind
    unit: str
    labels: list[str]

    @classmethod
    def from_domain(cls, column: Column) -> Self:
        """Tell of a column."""
        return cls.model_validate(column.to_json())


class SuggestionResponse(Response):
    """Columns that fit the documents of a collection; `kind` is that of most of them, "" where it is not known."""

    kind: str
    columns: list[ColumnResponse]


class TableResponse(Response):
    """A table, without its rows. `done` of `total` rows are filled; `document` is read now."""

    id: int
    collection: str
    name: str
    columns: list[ColumnResponse]
    filters: dict[str, str]
    document_ids: list[int]
    use_llm: bool
    created_at: str
    state: Literal["new", "waiting", "filling", "stopped", "done", "failed"]
    problem: str
    remedy: str
    done: int = 0
    total: int = 0
    document: str = ""

    @classmethod
    def from_domain(cls, table: DocumentTable, progress: FillProgress | None = None) -> Self:
        """Tell of a table."""
        told = cls.copied_from(
            table,
            columns=[ColumnResponse.from_domain(column) for column in table.columns],
            filters=dict(table.filters),
            document_ids=list(table.document_ids),
        )
        if progress is not None:
            told.done, told.total, told.document = progress.done, progress.total, progress.document
        return told

    def to_domain(self) -> DocumentTable:
        """Return the table. Raises ConfigurationError."""
        return DocumentTable(
            id=self.id,
            collection=self.collection,
            name=self.name,
            columns=parse_columns([column.model_dump(mode="json") for column in self.columns]),
            filters=self.filters,
            document_ids=tuple(self.document_ids),
            use_llm=self.use_llm,
            created_at=self.created_at,
            state=self.state,
            problem=self.problem,
            remedy=self.remedy,
        )


class TableList(Response):
    """The tables of a collection by name."""

    tables: list[TableResponse]


class CorrectionResponse(MirroredResponse):
    """What a person wrote in place of what was read."""

    value: str
    by: str
    at: str


class CellResponse(Response):
    """A cell as it was read, with its proof; `correction` is what a person wrote in its place, and counts.

    An empty `value` says that the document has none, and `reason` why; of a value, `reason` says why it is not
    supported. `page` counts from 0.
    """

    value: str = Field(examples=["1204.5"])
    unit: str = Field(examples=["EUR"])
    items: list[str]
    verdict: Verdict | None
    reason: str
    quote: str
    page: int
    page_label: str
    page_word: str
    rectangles: list[PlaceResponse]
    by: str = Field(examples=["reader"])
    correction: CorrectionResponse | None = None

    @classmethod
    def from_domain(cls, cell: Cell, correction: Correction | None) -> Self:
        """Tell of a cell."""
        return cls.model_validate(
            {**cell.to_json(), "correction": correction and CorrectionResponse.from_domain(correction)}
        )

    def to_domain(self) -> Cell:
        """Return the cell as it was read."""
        return Cell.from_json(self.model_dump(mode="json"))


class RowResponse(Response):
    """The row of one document, its cells by the names of their columns."""

    document_id: int
    document: str
    filled_at: str
    cells: dict[str, CellResponse]

    @classmethod
    def from_domain(cls, row: TableRow) -> Self:
        """Tell of a row, also of cells that are empty but for a correction."""
        names = dict.fromkeys((*row.cells, *row.corrections))
        return cls(
            document_id=row.document_id,
            document=row.document,
            filled_at=row.filled_at,
            cells={
                name: CellResponse.from_domain(row.cells.get(name, Cell()), row.corrections.get(name)) for name in names
            },
        )

    def to_domain(self) -> TableRow:
        """Return the row."""
        corrections = {
            name: Correction(cell.correction.value, cell.correction.by, cell.correction.at)
            for name, cell in self.cells.items()
            if cell.correction is not None
        }
        cells = {name: cell.to_domain() for name, cell in self.cells.items()}
        return TableRow(self.document_id, self.document, "", self.filled_at, cells, corrections)


class TotalResponse(MirroredResponse):
    """The sum, least and greatest of a column's numbers; where they cannot be added, `reason` says why."""

    column: str
    count: int
    sum: str
    least: str
    greatest: str
    unit: str
    reason: str


class TableDetail(Response):
    """A table with its rows and the totals of these."""

    table: TableResponse
    rows: list[RowResponse]
    totals: list[TotalResponse]

    @classmethod
    def from_domain(cls, table: TableResponse, rows: list[TableRow], totals: list[Total]) -> Self:
        """Tell of a table with its rows."""
        return cls(
            table=table,
            rows=[RowResponse.from_domain(row) for row in rows],
            totals=[TotalResponse.from_domain(total) for total in totals],
        )


def progress_json(progress: FillProgress) -> dict[str, Any]:
    """Return the progress of a fill as an event tells it."""
    return {"done": progress.done, "total": progress.total, "document": progress.document}
