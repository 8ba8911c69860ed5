"""Declares what reader, writer and checks leave to the database that holds the catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, Select
from sqlalchemy.sql.expression import TextClause

TEXT_WEIGHT, HEADER_WEIGHT, NAMES_WEIGHT, PAIRS_WEIGHT, FORMS_WEIGHT = 1.0, 0.4, 0.4, 1.0, 0.5
"""BM25 weights of a chunk's own words, of its title and section, of its file name's words, of the pairs of characters
of scripts without spaces, and of stems and joined identifiers: the same header stands on every chunk of a document, so
it says which document, and the text says which page; a word as it is written counts more than an inflection of it."""

MIN_CANDIDATES = 2_000
"""Chunks that may be scored, in an index of any size."""

CANDIDATES_PER_ROOT = 20
"""Chunks that may be scored for each chunk of the square root of the index: 4,000 of 40,000, 20,000 of a million."""


def most_candidates(chunks: int) -> int:
    """Return how many of so many chunks may be scored for a question."""
    return max(MIN_CANDIDATES, int(CANDIDATES_PER_ROOT * math.sqrt(chunks)))


class CatalogueDialect(Protocol):
    """Everything else about the catalogue is the same statements on the same tables."""

    @property
    def state_of_changes(self) -> TextClause:
        """Return a query of one row that is another one after every commit of a change, on the same connection."""
        ...

    def translated_errors(self) -> AbstractContextManager[None]:
        """Raise what the database reports within the block as StoreError."""
        ...

    def reading(self, engine: Engine) -> Engine:
        """Return the engine as readers use it."""
        ...

    def lexical_search(
        self, connection: Connection, query: str, *, index_id: int, limit: int, document_ids: Sequence[int] | None
    ) -> list[tuple[str, float]]:
        """Find chunks of an index by a query in FTS5's syntax, as `full_text_query` makes it: (chunk id, BM25)."""
        ...

    def load_chunks(self, connection: Connection, ids: Sequence[str], index_id: int) -> Sequence[Row[Any]]:
        """Return the rows of chunks by their ids, the id in front and `document_id` beside it."""
        ...

    def index_words(self, connection: Connection, generation_ids: Select[tuple[int]]) -> None:
        """Have full-text search find the words of chunks that were just stored or changed."""
        ...

    def erase_traces(self, engine: Engine) -> bool:
        """Leave as little as the database can of the text of removed documents; False where that has to be tried
        again."""
        ...

    def count_chunks_without_words(self, connection: Connection) -> int:
        """Return the number of chunks that the full-text index lacks."""
        ...

    def count_words_without_chunk(self, connection: Connection) -> int:
        """Return entries of the full-text index for chunks that are gone."""
        ...

    def full_text_is_sound(self, engine: Engine) -> bool:
        """Tell whether the full-text index holds the words of the chunks, and those only."""
        ...

    def rebuild_full_text(self, connection: Connection) -> None:
        """Make the full-text index anew from the chunks."""
        ...

    def last_id(self, connection: Connection, table: str, column: str = "id") -> int:
        """Return the highest number that a table ever gave, 0 where it gave none."""
        ...

    def set_last_id(self, connection: Connection, table: str, last: int, column: str = "id") -> None:
        """Have a table give no number again up to this one."""
        ...
