"""Checks and repairs the catalogue, and moves the folders it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text, update

from rag.storage.catalogue.dialects.choice import Place, dialect_of
from rag.storage.catalogue.schema import folders
from rag.types import printable_path

TORN_DOCUMENTS = """
    SELECT collections.name, documents.path
    FROM documents JOIN collections ON collections.id = documents.collection_id
    LEFT JOIN generations ON generations.document_id = documents.id
    WHERE (documents.state IN ('indexed', 'stale') AND generations.id IS NULL)
       OR generations.chunk_count <> (SELECT count(*) FROM chunks WHERE chunks.generation_id = generations.id)
       OR generations.page_count <> (SELECT count(*) FROM pages WHERE pages.generation_id = generations.id)
    GROUP BY documents.id, collections.name, documents.path
    ORDER BY collections.name, documents.path
"""


class CatalogueChecks:
    """Every method is one transaction, and raises StoreError when the database fails."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self._engine = engine
        self._dialect = dialect_of(place)

    def count_chunks_without_words(self) -> int:
        """Return the number of chunks that the full-text index lacks."""
        with self._transaction() as connection:
            return self._dialect.count_chunks_without_words(connection)

    def count_words_without_chunk(self) -> int:
        """Return entries of the full-text index for chunks that are gone."""
        with self._transaction() as connection:
            return self._dialect.count_words_without_chunk(connection)

    def full_text_is_sound(self) -> bool:
        """Tell whether the full-text index holds the words of the chunks, and those only."""
        return self._dialect.full_text_is_sound(self._engine)

    def rebuild_full_text(self) -> None:
        """Make the full-text index anew from the chunks."""
        with self._transaction() as connection:
            self._dialect.rebuild_full_text(connection)

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
        with self._dialect.translated_errors(), self._engine.begin() as connection:
            yield connection
