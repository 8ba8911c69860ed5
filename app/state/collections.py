"""Keeps what people say of a collection, and gives all that is kept of a collection its new name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Column, MetaData, String, Table, delete, insert, inspect, select, update

from app.state import conversations, evaluations, feedback, folder_tables, sync_jobs, tables, tokens
from app.state.database import ServiceDatabase
from rag.storage.catalogue.dialects.choice import Place
from rag.types import CollectionInfo

MAX_DESCRIPTION = 1_000
"""Characters."""

metadata = MetaData()

descriptions = Table(
    "collection_descriptions",
    metadata,
    Column("collection", String, primary_key=True),
    Column("description", String, nullable=False),
)

figure_readers = Table(
    "figure_readers",
    metadata,
    Column("collection", String, primary_key=True),
    # The LLM that describes the figures of its documents.
    Column("llm", String, nullable=False),
)

_NAMING = [
    table
    for named in (conversations, evaluations, feedback, folder_tables, sync_jobs, tables)
    for table in named.metadata.sorted_tables
    if "collection" in table.c
]
"""The tables whose rows belong to a collection."""

_TOKENS = tokens.metadata.tables["tokens"]


class CollectionStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def with_descriptions(self, listed: Iterable[CollectionInfo]) -> list[CollectionInfo]:
        """Return collections with what is said of each."""
        with self._database.reading() as connection:
            said = {row.collection: row.description for row in connection.execute(select(descriptions))}
        return [replace(collection, description=said.get(collection.name, "")) for collection in listed]

    def describe(self, collection: str, description: str) -> None:
        """Keep what a collection holds, in somebody's words; "" for nothing."""
        with self._database.writing() as connection:
            connection.execute(delete(descriptions).where(descriptions.c.collection == collection))
            if description:
                connection.execute(insert(descriptions).values(collection=collection, description=description))

    def figure_readers(self) -> dict[str, str]:
        """Return the LLMs that describe the figures of collections, by collection; of others none are described."""
        with self._database.reading() as connection:
            return {row.collection: row.llm for row in connection.execute(select(figure_readers))}

    def set_figure_reader(self, collection: str, llm: str) -> None:
        """Have an LLM describe the figures of a collection, "" for none."""
        with self._database.writing() as connection:
            connection.execute(delete(figure_readers).where(figure_readers.c.collection == collection))
            if llm:
                connection.execute(insert(figure_readers).values(collection=collection, llm=llm))

    def rename(self, old: str, new: str) -> None:
        """Give everything that is kept of a collection its new name, tokens among it; does nothing a second time."""
        with self._database.writing() as connection:
            there = set(inspect(connection).get_table_names())
            for table in (*_NAMING, descriptions, figure_readers):
                if table.name in there:
                    connection.execute(update(table).where(table.c.collection == old).values(collection=new))
            if _TOKENS.name in there:
                for row in connection.execute(select(_TOKENS).where(_TOKENS.c.collections.is_not(None))).all():
                    named = sorted({new if name == old else name for name in json.loads(row.collections)})
                    mine = update(_TOKENS).where(_TOKENS.c.id == row.id)
                    connection.execute(mine.values(collections=json.dumps(named)))
