"""What an index holds, read from all three stores, so that tests can compare them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag.protocols import VectorIndex
from rag.storage.catalogue.schema import add_functions
from rag.storage.vectors import ChromaVectors


def index_content(home: Path, vectors: VectorIndex | None = None) -> dict[str, list[str]]:
    """The text of each document's chunks by path, after checking that catalogue, full text and Chroma agree."""
    opened = vectors or ChromaVectors(home / "chroma")
    connection = sqlite3.connect(home / "catalogue.sqlite")
    add_functions(connection)
    try:
        rows = connection.execute(
            """
            SELECT documents.path, chunks.id, chunks.text, indexes.space,
                   generations.vector_key || ':' || chunks.ordinal, generations.is_embedded, indexes.is_active
            FROM chunks
            JOIN generations ON generations.id = chunks.generation_id
            JOIN indexes ON indexes.id = generations.index_id
            JOIN documents ON documents.id = generations.document_id
            ORDER BY documents.path, chunks.ordinal
            """
        ).fetchall()
        connection.execute("INSERT INTO chunk_words(chunk_words, rank) VALUES ('integrity-check', 1)")
        assert connection.execute("SELECT count(*) FROM vector_journal").fetchone() == (0,), "vectors left to sweep"
        counts = connection.execute("SELECT sum(chunk_count), count(*) FROM generations").fetchone()
        assert (counts[0] or 0) == len(rows), "generations and chunks disagree"
        for space in {row[3] for row in rows}:
            stored = set(opened.ids(space))
            mine = [row for row in rows if row[3] == space]
            missing = {row[4] for row in mine if row[5]} - stored
            orphans = stored - {row[4] for row in mine}
            assert not missing | orphans, "Chroma and the catalogue disagree"
        assert all(row[5] for row in rows if row[6]), "documents that answer are not embedded"
        content: dict[str, list[str]] = {}
        for path, _, text, *_ in rows:
            content.setdefault(path, []).append(text)
        return content
    finally:
        connection.close()
        if vectors is None and isinstance(opened, ChromaVectors):
            opened.close()
