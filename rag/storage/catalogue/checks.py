"""Checks and repairs the catalogue, and moves the folders it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DatabaseError

from rag.storage.catalogue.schema import (
    REBUILD_FULL_TEXT,
    folders,
    translated_errors,
)
from rag.types import printable_path

# FTS5 keeps one row here for each row it has indexed; `chunk_words` itself reads its rows back from `chunks`.
WITHOUT_WORDS = "SELECT count(*) FROM chunks WHERE id NOT IN (SELECT id FROM chunk_words_docsize)"
WITHOUT_CHUNK = "SELECT count(*) FROM chunk_words_docsize WHERE id NOT IN (SELECT id FROM chunks)"

# With rank 1 FTS5 also compares its words with the texts they were made from.
COMPARE_FULL_TEXT = "INSERT INTO chunk_words(chunk_words, rank) VALUES ('integrity-check', 1)"

TORN_DOCUMENTS = """
    SELECT collections.name, documents.path
    FROM documents JOIN collections ON collections.id = documents.collection_id
    LEFT JOIN generations ON generations.document_id = documents.id
    WHERE (documents.state IN ('indexed', 'stale') AND generations.id IS NULL)
       OR generations.chunk_count <> (SELECT count(*) FROM chunks WHERE chunks.generation_id = generations.id)
       OR generations.page_count <> (SELECT count(*) FROM pages WHERE pages.generation_id = generations.id)
    GROUP BY documents.id
    ORDER BY collections.name, documents.path
"""


class CatalogueChecks:
    """Every method is one transaction, and raises StoreError when the file fails."""

    def __init__(self, engine: Engine, file: Path) -> None:
        self._engine = engine
        self._file = file

    def count_chunks_without_words(self) -> int:
        """Return the number of chunks that the full-text index lacks."""
        with self._transaction() as connection:
            return int(connection.execute(text(WITHOUT_WORDS)).scalar_one())

    def count_words_without_chunk(self) -> int:
        """Return entries of the full-text index for chunks that are gone."""
        with self._transaction() as connection:
            return int(connection.execute(text(WITHOUT_CHUNK)).scalar_one())

    def full_text_is_sound(self) -> bool:
        """Tell whether the full-text index holds the words of the chunks, and those only."""
        try:
            with self._engine.begin() as connection:
                connection.execute(text(COMPARE_FULL_TEXT))
        except DatabaseError as error:
            if "malformed" in str(error.orig):
                return False
            with translated_errors(self._file):
                raise
        return True

    def rebuild_full_text(self) -> None:
        """Make the full-text index anew from the chunks."""
        with self._transaction() as connection:
            connection.execute(text(REBUILD_FULL_TEXT))

    def torn_documents(self) -> list[tuple[str, str]]:
        """Return (collection, path) of documents of which chunks or pages are missing, or that have no text at all."""
        with self._transaction() as connection:
            return [(name, path) for name, path in connection.execute(text(TORN_DOCUMENTS))]

    def move_folders(self, old: Path, new: Path) -> int:
        """Have the synced folders at or below `old` be those below `new`; returns how many there are."""
        moved = 0
        with self._transaction() as connection:
            for row in connection.execute(select(folders.c.id, folders.c.root_bytes)).all():
                root = Path(os.fsdecode(row.root_bytes))
                if root.is_relative_to(old):
                    root_bytes = os.fsencode(new / root.relative_to(old))
                    values = {"root": printable_path(root_bytes), "root_bytes": root_bytes}
                    connection.execute(update(folders).where(folders.c.id == row.id).values(values))
                    moved += 1
        return moved

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with translated_errors(self._file), self._engine.begin() as connection:
            yield connection
