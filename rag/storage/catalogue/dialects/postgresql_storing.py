"""Makes the words of chunks and stores them beside the chunks on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Select, delete, select, text

from rag.storage.catalogue.dialects.postgresql_schema import catalogue_state, chunk_words
from rag.storage.catalogue.dialects.postgresql_words import chunk_vector
from rag.storage.catalogue.schema import chunks

CHUNKS_AT_ONCE = 500
"""Chunks whose words are made and stored by one statement."""

INSERT_WORDS = text("INSERT INTO chunk_words (chunk_id, words, length) VALUES (:id, CAST(:words AS tsvector), :length)")


def rebuild_words(connection: Connection) -> None:
    """Make the words of all chunks anew, and the totals with them."""
    connection.execute(delete(chunk_words))
    connection.execute(catalogue_state.update().values(chunk_count=0, word_count=0))
    store_words(connection, select(chunks.c.id))


def store_words(connection: Connection, chunk_ids: Select[tuple[int]]) -> None:
    """Make and store the words of chunks."""
    for made in made_words(connection, chunk_ids):
        connection.execute(INSERT_WORDS, made)


def made_words(connection: Connection, chunk_ids: Select[tuple[int]]) -> Iterator[list[dict[str, object]]]:
    """Yield the words of chunks, some chunks at a time."""
    columns = (chunks.c.id, chunks.c.text, chunks.c.header, chunks.c.names, chunks.c.language)
    last = 0
    while True:
        query = select(*columns).where(chunks.c.id.in_(chunk_ids), chunks.c.id > last).order_by(chunks.c.id)
        rows = connection.execute(query.limit(CHUNKS_AT_ONCE)).all()
        if not rows:
            return
        made = []
        for row in rows:
            words, length = chunk_vector(row.text, row.header, row.names, row.language)
            made.append({"id": row.id, "words": words, "length": length})
        yield made
        last = rows[-1].id
