"""Copies a catalogue from one database into another, in steps that may be cut off and done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, Table, delete, func, insert, select

from rag.errors import StoreError
from rag.storage.catalogue.dialects.choice import Place, dialect_of
from rag.storage.catalogue.schema import (
    chunks,
    collections,
    documents,
    figures,
    folders,
    generations,
    indexes,
    numbering,
    pages,
    runs,
    vector_journal,
)

COPIED: Mapping[Table, Column[Any]] = {
    collections: collections.c.id,
    indexes: indexes.c.id,
    folders: folders.c.id,
    documents: documents.c.id,
    figures: figures.c.document_id,
    generations: generations.c.id,
    pages: pages.c.generation_id,
    chunks: chunks.c.generation_id,
    runs: runs.c.id,
    numbering: numbering.c.kind,
    vector_journal: vector_journal.c.vector_key,
}
"""Tables, each behind those that it refers to, and the column by whose values they are copied step by step."""

AT_ONCE: Mapping[Table, int] = {pages: 10, chunks: 10}
"""Values of that column in one step: of pages and chunks whole documents."""

ROWS_AT_ONCE = 500

OnProgress = Callable[[str, int, int], None]
"""Told what is copied, a table or the vectors, and how much of how much is there."""


def copy_catalogue(
    source: Engine, source_place: Place, target: Engine, target_place: Place, on_progress: OnProgress
) -> None:
    """Make the target hold what the source holds, under the same ids; what it holds already is compared and left.

    The source may not change meanwhile: whoever calls owns both. Raises StoreError.
    """
    reading, writing = dialect_of(source_place), dialect_of(target_place)
    with reading.translated_errors(), writing.translated_errors():
        for table, key in COPIED.items():
            with reading.reading(source).connect() as connection:
                total = connection.execute(select(func.count()).select_from(table)).scalar_one()
                done = 0
                for first, last, rows in _steps(connection, table, key):
                    with target.begin() as copy:
                        here = _between(table, key, first, last)
                        if [_plain(row) for row in copy.execute(here)] != [_plain(row) for row in rows]:
                            copy.execute(delete(table).where(*_range(key, first, last)))
                            if rows:
                                copy.execute(insert(table), [dict(row._mapping) for row in rows])
                            if table is chunks:
                                changed = select(generations.c.id).where(*_range(generations.c.id, first, last))
                                writing.index_words(copy, changed)
                    done += len(rows)
                    on_progress(table.name, done, total)
                if "id" in table.c:
                    last_id = reading.last_id(connection, table.name)
                    with target.begin() as copy:
                        writing.set_last_id(copy, table.name, last_id)


def compare_catalogues(source: Engine, source_place: Place, target: Engine, target_place: Place) -> dict[str, int]:
    """Return how many rows each table has, where both catalogues hold the same. Raises StoreError where not."""
    first, second = (_digests(*opened) for opened in ((source, source_place), (target, target_place)))
    if different := [name for name, digest in first.items() if second[name] != digest]:
        raise StoreError(
            f"The copy differs from the catalogue in: {', '.join(different)}.",
            "Migrate again; the catalogue that was copied is as it was.",
        )
    return {name: count for name, (count, _) in first.items()}


def _digests(engine: Engine, place: Place) -> dict[str, tuple[int, str]]:
    dialect = dialect_of(place)
    found = {}
    with dialect.translated_errors(), dialect.reading(engine).connect() as connection:
        for table, key in COPIED.items():
            digest, count = hashlib.sha256(), 0
            for _, _, rows in _steps(connection, table, key):
                count += len(rows)
                for row in rows:
                    digest.update(repr(_plain(row)).encode("utf-8", "surrogatepass"))
            found[table.name] = count, digest.hexdigest()
    return found


def _steps(connection: Connection, table: Table, key: Column[Any]) -> Iterator[tuple[Any, Any, list[Any]]]:
    """Yield the rows of a table in steps, each with the values of its column that it lies between.

    The first ones begin with None and the last one, without rows, ends with it.
    """
    first = None
    while True:
        values = select(key).where(*_range(key, first, None)).distinct().order_by(key)
        keys = connection.execute(values.limit(AT_ONCE.get(table, ROWS_AT_ONCE))).scalars().all()
        last = keys[-1] if keys else None
        rows = list(connection.execute(_between(table, key, first, last))) if keys else []
        yield first, last, rows
        if last is None:
            return
        first = last


def _between(table: Table, key: Column[Any], first: Any, last: Any) -> Select[Any]:
    return select(table).where(*_range(key, first, last)).order_by(*table.primary_key.columns)


def _range(key: Column[Any], first: Any, last: Any) -> list[Any]:
    after = [] if first is None else [key > first]
    return after if last is None else [*after, key <= last]


def _plain(row: Any) -> tuple[Any, ...]:
    """Return a row as both databases hold it: PostgreSQL takes no NUL in texts."""
    return tuple(value.replace("\x00", "\ufffd") if isinstance(value, str) else value for value in row)
