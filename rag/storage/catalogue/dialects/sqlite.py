"""The catalogue in a file of SQLite: full text by FTS5, which triggers keep in step with the chunks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, text
from sqlalchemy.exc import DatabaseError

from rag.storage.catalogue.dialects.sqlite_words import search_words
from rag.storage.catalogue.kept_reads import KeptReads
from rag.storage.catalogue.schema import REBUILD_FULL_TEXT, erasures, translated_errors

# CROSS JOIN keeps SQLite to this order: left to itself it reads every chunk of the index, forty times slower.
# The plus keeps SQLite from the index on index_id, through which it would read every document once for each hit.
CHUNKS_BY_ID = text(
    """
    SELECT wanted.value AS id, generations.document_id, chunks.*
    FROM json_each(:ids) AS wanted
    CROSS JOIN generations ON generations.vector_key = substr(wanted.value, 1, instr(wanted.value, ':') - 1)
    CROSS JOIN chunks ON chunks.generation_id = generations.id
                     AND chunks.ordinal = CAST(substr(wanted.value, instr(wanted.value, ':') + 1) AS INTEGER)
    WHERE +generations.index_id = :index
    """
)

# Both together: the first tells of changes by all other connections, also of other processes, the second of our own.
STATE_OF_CHANGES = text("SELECT data_version, total_changes() FROM pragma_data_version")

MERGE_FULL_TEXT = "INSERT INTO chunk_words(chunk_words) VALUES ('optimize')"
"""FTS5 only marks words as deleted; what is marked goes when its parts are merged into one."""

FREE_SHARE = 4
"""From one free page in so many on, the disk space of what was removed is given back."""

READERS_WAITED_FOR_MS = 5_000
"""A reader keeps what was deleted in the write-ahead log; one takes milliseconds, a backup longer."""

# FTS5 keeps one row here for each row it has indexed; `chunk_words` itself reads its rows back from `chunks`.
WITHOUT_WORDS = "SELECT count(*) FROM chunks WHERE id NOT IN (SELECT id FROM chunk_words_docsize)"
WITHOUT_CHUNK = "SELECT count(*) FROM chunk_words_docsize WHERE id NOT IN (SELECT id FROM chunks)"

# With rank 1 FTS5 also compares its words with the texts they were made from.
COMPARE_FULL_TEXT = "INSERT INTO chunk_words(chunk_words, rank) VALUES ('integrity-check', 1)"


class SqliteDialect:
    """`CatalogueDialect` for SQLite."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = KeptReads(STATE_OF_CHANGES)

    state_of_changes = STATE_OF_CHANGES

    def translated_errors(self) -> AbstractContextManager[None]:
        """Raise what SQLite reports within the block as StoreError."""
        return translated_errors(self._file)

    def reading(self, engine: Engine) -> Engine:
        """Return the engine as it is."""
        return engine

    def lexical_search(
        self, connection: Connection, query: str, *, index_id: int, limit: int, document_ids: Sequence[int] | None
    ) -> list[tuple[str, float]]:
        """Find chunks of an index by a query of FTS5: (chunk id, BM25), best first."""
        # In the terms all letters are small: an operator is never one of their words.
        terms = query.split(" OR ")
        return search_words(connection, self._kept, index_id, terms, limit=limit, document_ids=document_ids)

    def load_chunks(self, connection: Connection, ids: Sequence[str], index_id: int) -> Sequence[Row[Any]]:
        """Return the rows of chunks by their ids."""
        return connection.execute(CHUNKS_BY_ID, {"ids": json.dumps(list(ids)), "index": index_id}).all()

    def index_words(self, connection: Connection, generation_ids: Select[tuple[int]]) -> None:
        """Leave it to the triggers."""

    def erase_traces(self, engine: Engine) -> bool:
        """Merge the full-text index and empty the write-ahead log; False while a reader keeps some of it there."""
        with self.translated_errors(), engine.begin() as connection:
            connection.execute(text(MERGE_FULL_TEXT))
        with self.translated_errors(), engine.connect() as opened:
            connection = opened.execution_options(isolation_level="AUTOCOMMIT")
            free = connection.execute(text("PRAGMA freelist_count")).scalar_one()
            if free * FREE_SHARE > connection.execute(text("PRAGMA page_count")).scalar_one():
                connection.execute(text("VACUUM"))
            usual = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
            connection.execute(text(f"PRAGMA busy_timeout = {READERS_WAITED_FOR_MS}"))
            is_busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            connection.execute(text(f"PRAGMA busy_timeout = {usual}"))
            if not is_busy:
                connection.execute(delete(erasures))
        return not is_busy

    def count_chunks_without_words(self, connection: Connection) -> int:
        """Return the number of chunks that the full-text index lacks."""
        return int(connection.execute(text(WITHOUT_WORDS)).scalar_one())

    def count_words_without_chunk(self, connection: Connection) -> int:
        """Return entries of the full-text index for chunks that are gone."""
        return int(connection.execute(text(WITHOUT_CHUNK)).scalar_one())

    def full_text_is_sound(self, engine: Engine) -> bool:
        """Tell whether FTS5 finds its words to be those of the chunks."""
        try:
            with engine.begin() as connection:
                connection.execute(text(COMPARE_FULL_TEXT))
        except DatabaseError as error:
            if "malformed" in str(error.orig):
                return False
            with self.translated_errors():
                raise
        return True

    def rebuild_full_text(self, connection: Connection) -> None:
        """Have FTS5 read the chunks anew."""
        connection.execute(text(REBUILD_FULL_TEXT))

    def last_id(self, connection: Connection, table: str, column: str = "id") -> int:
        """Return the highest number that a table ever gave; of one that gives numbers again, the highest there is."""
        highest = int(connection.execute(text(f"SELECT coalesce(max({column}), 0) FROM {table}")).scalar_one())
        if not self._gives_each_once(connection, table):
            return highest
        given = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return max(highest, connection.execute(given, {"name": table}).scalar() or 0)

    def set_last_id(self, connection: Connection, table: str, last: int, column: str = "id") -> None:
        """Have a table that gives no number twice go on behind this one."""
        if self._gives_each_once(connection, table):
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
            given = text("INSERT INTO sqlite_sequence(name, seq) VALUES (:name, :last)")
            connection.execute(given, {"name": table, "last": last})

    def _gives_each_once(self, connection: Connection, table: str) -> bool:
        made_by = text("SELECT sql FROM sqlite_master WHERE name = :name")
        return "AUTOINCREMENT" in connection.execute(made_by, {"name": table}).scalar_one()
