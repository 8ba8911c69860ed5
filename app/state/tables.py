"""Keeps tables over documents in `service.sqlite`: their columns, the cells of each row, and what people corrected."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    Column as SqlColumn,
)
from sqlalchemy import (
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from app.state.database import ServiceDatabase, upsert
from rag.errors import NotFoundError
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, parse_columns
from rag.storage.catalogue.dialects.choice import Place

State = Literal["new", "waiting", "filling", "stopped", "done", "failed"]
UNFINISHED = ("waiting", "filling")

metadata = MetaData()

tables = Table(
    "document_tables",
    metadata,
    SqlColumn("id", Integer, primary_key=True),
    SqlColumn("collection", String, nullable=False),
    SqlColumn("name", String, nullable=False),
    SqlColumn("columns", String, nullable=False),
    SqlColumn("filters", String, nullable=False),
    SqlColumn("document_ids", String, nullable=False),
    SqlColumn("use_llm", Integer, nullable=False),
    SqlColumn("created_at", String, nullable=False),
    SqlColumn("state", String, nullable=False),
    SqlColumn("problem", String, nullable=False, server_default=""),
    SqlColumn("remedy", String, nullable=False, server_default=""),
    UniqueConstraint("collection", "name"),
    sqlite_autoincrement=True,
)

rows = Table(
    "document_table_rows",
    metadata,
    SqlColumn("table_id", Integer, nullable=False),
    SqlColumn("document_id", Integer, nullable=False, index=True),
    SqlColumn("document", String, nullable=False),
    SqlColumn("version", String, nullable=False),
    SqlColumn("filled_at", String, nullable=False),
    SqlColumn("cells", String, nullable=False),
    PrimaryKeyConstraint("table_id", "document_id"),
)
"""`cells` are kept under the fingerprints of their columns: a column that changes leaves the others filled."""

corrections = Table(
    "document_table_corrections",
    metadata,
    SqlColumn("table_id", Integer, nullable=False),
    SqlColumn("document_id", Integer, nullable=False, index=True),
    SqlColumn("column_name", String, nullable=False),
    SqlColumn("value", String, nullable=False),
    SqlColumn("corrected_by", String, nullable=False),
    SqlColumn("corrected_at", String, nullable=False),
    PrimaryKeyConstraint("table_id", "document_id", "column_name"),
)

erased = Table(
    "document_table_erased",
    metadata,
    SqlColumn("document_id", Integer, primary_key=True),
    SqlColumn("erased_at", String, nullable=False),
)
"""Documents whose rows were erased: one that was being read meanwhile must not bring its row back."""


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table: a row for each document of a collection that fits `filters`, or that `document_ids` name."""

    id: int
    collection: str
    name: str
    columns: tuple[Column, ...]
    filters: Mapping[str, str] = field(default_factory=dict)
    document_ids: tuple[int, ...] = ()
    use_llm: bool = True
    created_at: str = ""
    state: State = "new"
    problem: str = ""
    """Why filling it failed, with `remedy`."""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table as it is asked for."""

    collection: str
    name: str
    columns: tuple[Column, ...]
    filters: Mapping[str, str] = field(default_factory=dict)
    document_ids: tuple[int, ...] = ()
    use_llm: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person wrote in place of a cell's value; "" says that the document has none."""

    value: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """The row of one document: its cells and corrections by the names of their columns."""

    document_id: int
    document: str
    version: str
    filled_at: str
    cells: Mapping[str, Cell]
    corrections: Mapping[str, Correction] = field(default_factory=dict)

    def value(self, column: str) -> str:
        """Return the value that counts: the correction where there is one."""
        if correction := self.corrections.get(column):
            return correction.value
        return self.cells[column].value if column in self.cells else ""

    def unit(self, column: str) -> str:
        """Return the unit of a number."""
        return self.cells[column].unit if column in self.cells else ""


class TableStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # --- tables ---

    def save(self, spec: TableSpec) -> DocumentTable:
        """Make a table, or change the one of its name: cells of columns that stay are kept."""
        values = {
            "columns": json.dumps([column.to_json() for column in spec.columns]),
            "filters": json.dumps(dict(spec.filters)),
            "document_ids": json.dumps(list(spec.document_ids)),
            "use_llm": spec.use_llm,
        }
        with self._database.writing() as connection:
            new = {**values, "collection": spec.collection, "name": spec.name, "created_at": now(), "state": "new"}
            kept = upsert(connection, tables).values(**new)
            connection.execute(kept.on_conflict_do_update(index_elements=["collection", "name"], set_=values))
            mine = (tables.c.collection == spec.collection) & (tables.c.name == spec.name)
            return _table_of(connection.execute(select(tables).where(mine)).one())

    def list_tables(self, collection: str | None = None) -> list[DocumentTable]:
        """Return the tables of a collection, or all, by name."""
        query = select(tables).order_by(tables.c.name)
        if collection is not None:
            query = query.where(tables.c.collection == collection)
        with self._database.reading() as connection:
            return [_table_of(row) for row in connection.execute(query)]

    def load(self, collection: str, table_id: int) -> DocumentTable:
        """Return a table. Raises NotFoundError."""
        mine = (tables.c.collection == collection) & (tables.c.id == table_id)
        with self._database.reading() as connection:
            row = connection.execute(select(tables).where(mine)).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no table {table_id} in this collection.", "List the tables again.")
        return _table_of(row)

    def set_state(self, table_id: int, state: State, *, problem: str = "", remedy: str = "") -> None:
        """Record how far a table is."""
        values = {"state": state, "problem": problem, "remedy": remedy}
        with self._database.writing() as connection:
            connection.execute(update(tables).where(tables.c.id == table_id).values(**values))

    def begin_fill(self, table_id: int) -> bool:
        """Record that a table is to be filled; False where it is being filled already, by whatever process."""
        idle = (tables.c.id == table_id) & tables.c.state.not_in(UNFINISHED)
        with self._database.writing() as connection:
            begun = update(tables).where(idle).values(state="waiting", problem="", remedy="")
            return bool(connection.execute(begun).rowcount)

    def remove(self, table_id: int) -> None:
        """Delete a table with its cells and corrections."""
        with self._database.writing() as connection:
            _delete_tables(connection, [table_id])
        self._database.empty_log()

    def remove_collection(self, collection: str) -> None:
        """Delete the tables of a collection, which is being deleted."""
        with self._database.writing() as connection:
            ids = connection.execute(select(tables.c.id).where(tables.c.collection == collection)).scalars().all()
            _delete_tables(connection, ids)
        self._database.empty_log()

    # --- rows ---

    def load_rows(self, table: DocumentTable) -> list[TableRow]:
        """Return the rows by document; cells of columns that the table no longer has are left out."""
        names = {column.fingerprint: column.name for column in table.columns}
        with self._database.reading() as connection:
            query = select(rows).where(rows.c.table_id == table.id).order_by(rows.c.document, rows.c.document_id)
            found = connection.execute(query).all()
            corrected: dict[int, dict[str, Correction]] = {}
            for row in connection.execute(select(corrections).where(corrections.c.table_id == table.id)):
                mine = corrected.setdefault(row.document_id, {})
                mine[row.column_name] = Correction(row.value, row.corrected_by, row.corrected_at)
        return [
            TableRow(
                document_id=row.document_id,
                document=row.document,
                version=row.version,
                filled_at=row.filled_at,
                cells={names[key]: Cell.from_json(cell) for key, cell in json.loads(row.cells).items() if key in names},
                corrections=corrected.get(row.document_id, {}),
            )
            for row in found
        ]

    def count_rows(self, table_id: int) -> int:
        """Return how many rows of a table are filled."""
        with self._database.reading() as connection:
            mine = select(func.count()).select_from(rows).where(rows.c.table_id == table_id)
            return int(connection.execute(mine).scalar_one())

    def write_row(
        self,
        table: DocumentTable,
        document_id: int,
        document: str,
        version: str,
        cells: Mapping[str, Cell],
        *,
        read_at: str,
    ) -> bool:
        """Keep the row of a document, with cells by column name; corrections stay as they are.

        False, and nothing is kept, where the document was erased since `read_at`, or the table is gone.
        """
        keys = {column.name: column.fingerprint for column in table.columns}
        values = {
            "document": document,
            "version": version,
            "filled_at": now(),
            "cells": json.dumps({keys[name]: cell.to_json() for name, cell in cells.items()}),
        }
        with self._database.writing() as connection:
            gone = select(erased.c.document_id).where(
                erased.c.document_id == document_id, erased.c.erased_at >= read_at
            )
            is_there = connection.execute(select(tables.c.id).where(tables.c.id == table.id)).one_or_none()
            if is_there is None or connection.execute(gone).one_or_none() is not None:
                return False
            kept = upsert(connection, rows).values(table_id=table.id, document_id=document_id, **values)
            connection.execute(kept.on_conflict_do_update(index_elements=["table_id", "document_id"], set_=values))
            return True

    def remove_rows(self, table_id: int, document_ids: Collection[int]) -> None:
        """Delete the rows of documents that are no longer the table's, with their corrections."""
        if not document_ids:
            return
        with self._database.writing() as connection:
            for each in (rows, corrections):
                mine = (each.c.table_id == table_id) & each.c.document_id.in_(document_ids)
                connection.execute(delete(each).where(mine))
        self._database.empty_log()

    def erase(self, document_ids: Sequence[int]) -> None:
        """Delete the rows and corrections of documents from all tables, and leave nothing of them in the file."""
        with self._database.writing() as connection:
            found = select(rows.c.document_id).where(rows.c.document_id.in_(document_ids)).limit(1)
            had_rows = connection.execute(found).one_or_none() is not None
            for each in (rows, corrections):
                connection.execute(delete(each).where(each.c.document_id.in_(document_ids)))
            for id_ in document_ids:
                marked = upsert(connection, erased).values(document_id=id_, erased_at=exactly_now())
                renewed = {"erased_at": marked.excluded.erased_at}
                connection.execute(marked.on_conflict_do_update(index_elements=["document_id"], set_=renewed))
        if had_rows:
            self._database.empty_log()

    # --- corrections ---

    def correct(self, table_id: int, document_id: int, column: str, value: str, *, by: str) -> None:
        """Keep what a person says a cell's value is."""
        values = {"value": value, "corrected_by": by, "corrected_at": now()}
        with self._database.writing() as connection:
            kept = upsert(connection, corrections).values(
                table_id=table_id, document_id=document_id, column_name=column, **values
            )
            keys = ["table_id", "document_id", "column_name"]
            connection.execute(kept.on_conflict_do_update(index_elements=keys, set_=values))

    def take_back(self, table_id: int, document_id: int, column: str) -> None:
        """Delete a correction: what was read counts again."""
        with self._database.writing() as connection:
            connection.execute(
                delete(corrections).where(
                    corrections.c.table_id == table_id,
                    corrections.c.document_id == document_id,
                    corrections.c.column_name == column,
                )
            )


def now() -> str:
    """Return the time as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def exactly_now() -> str:
    """Return the time to the microsecond, for telling which of two things came first."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _delete_tables(connection: Connection, ids: Sequence[int]) -> None:
    for each in (rows, corrections):
        connection.execute(delete(each).where(each.c.table_id.in_(ids)))
    connection.execute(delete(tables).where(tables.c.id.in_(ids)))


def _table_of(row: Row[Any]) -> DocumentTable:
    return DocumentTable(
        id=row.id,
        collection=row.collection,
        name=row.name,
        columns=parse_columns(json.loads(row.columns)),
        filters=json.loads(row.filters),
        document_ids=tuple(json.loads(row.document_ids)),
        use_llm=bool(row.use_llm),
        created_at=row.created_at,
        state=row.state,
        problem=row.problem,
        remedy=row.remedy,
    )
