"""Copies what the service remembers from a file into a database, or back."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Integer, MetaData, Table, insert, select

from app.state import (
    collections,
    conversations,
    evaluations,
    feedback,
    folder_tables,
    overrides,
    replies,
    sync_jobs,
    tables,
    tokens,
)
from app.state.database import ServiceDatabase
from rag.errors import StoreError
from rag.storage.catalogue.dialects.choice import Place, dialect_of

PARTS: tuple[MetaData, ...] = tuple(
    part.metadata
    for part in (
        collections,
        conversations,
        evaluations,
        feedback,
        folder_tables,
        overrides,
        replies,
        sync_jobs,
        tables,
        tokens,
    )
)


def copy_state(source: Place, target: Place) -> int:
    """Have the target hold what the source holds; returns how many rows that are. Raises StoreError.

    Each table is copied whole, so that one that was copied before is left as it is; one with other rows is refused.
    """
    # Has tables of an older version brought up to date.
    sync_jobs.SyncJobStore(source).close()
    return sum(_copy_part(part, source, target) for part in PARTS)


def _copy_part(part: MetaData, source: Place, target: Place) -> int:
    count = 0
    with closing(ServiceDatabase(source, part)) as from_here, closing(ServiceDatabase(target, part)) as to_there:
        for table in part.sorted_tables:
            every = select(table).order_by(*table.primary_key.columns)
            with from_here.reading() as connection:
                rows = [dict(row._mapping) for row in connection.execute(every)]
                column = _number_of(table)
                last = dialect_of(source).last_id(connection, table.name, column) if column else 0
            with to_there.writing() as connection:
                there = [dict(row._mapping) for row in connection.execute(every)]
                if there and there != rows:
                    raise StoreError(
                        f"The target has a table {table.name} with other rows.",
                        "Name an empty database, or move the file `service.sqlite` of the home to another place.",
                    )
                if rows and not there:
                    connection.execute(insert(table), rows)
                if last:
                    dialect_of(target).set_last_id(connection, table.name, last, column)
            count += len(rows)
    return count


def _number_of(table: Table) -> str:
    """Return the column of numbers that the database gives; "" where there is none."""
    columns = list(table.primary_key.columns)
    is_given = len(columns) == 1 and isinstance(columns[0].type, Integer) and not columns[0].foreign_keys
    return columns[0].name if is_given and columns[0].autoincrement in (True, "auto") else ""
