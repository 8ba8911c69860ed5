"""The catalogue on PostgreSQL: full text by tsvector and GIN, ranked by BM25 as FTS5 ranks it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, Select, delete, select, text

from rag.storage.catalogue.dialects.postgresql_errors import translated_errors
from rag.storage.catalogue.dialects.postgresql_schema import chunk_words
from rag.storage.catalogue.dialects.postgresql_storing import made_words, rebuild_words, store_words
from rag.storage.catalogue.dialects.postgresql_words import Term, phrase_parts, read_terms, single_words
from rag.storage.catalogue.dialects.protocol import FORMS_WEIGHT, HEADER_WEIGHT, TEXT_WEIGHT, most_candidates
from rag.storage.catalogue.schema import chunks, erasures

K1, B = 1.2, 0.75
"""BM25's parameters, those of FTS5."""

LEAST_IDF = 1e-6
"""Of a word that stands in more than half of all chunks, as in FTS5."""

FIRST_CANDIDATES = 4
"""Times as many chunks as are asked for are ranked at least, before it is known which words cannot matter."""

STATE_OF_CHANGES = text("SELECT changes FROM catalogue_state")

SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")

TOTALS = text("SELECT chunk_count, word_count FROM catalogue_state")

FREQUENCIES = text(
    """
    SELECT asked.number, (SELECT count(*) FROM chunk_words WHERE words @@ asked.query) AS chunks
    FROM unnest(CAST(:queries AS text[]))  WITH ORDINALITY AS given(query, number)
    CROSS JOIN LATERAL (SELECT given.number, CAST(given.query AS tsquery) AS query) AS asked
    """
)

# `found` has how often each of the terms stands in each candidate, counted by the weights of the columns: words
# that stand alone by looking them up among the chunk's words, phrases by places that follow each other.
LEXICAL_SEARCH = """
    WITH candidates AS MATERIALIZED (
        SELECT chunk_words.chunk_id, chunk_words.words, chunk_words.length,
               generations.vector_key || ':' || chunks.ordinal AS id
        FROM chunk_words
        JOIN chunks ON chunks.id = chunk_words.chunk_id
        JOIN generations ON generations.id = chunks.generation_id
        WHERE chunk_words.words @@ CAST(:query AS tsquery) AND generations.index_id = :index
          AND (CAST(:all_documents AS boolean) OR generations.document_id = ANY(CAST(:documents AS integer[])))
        {most}
    ),
    words AS (
        SELECT * FROM unnest(CAST(:numbers AS integer[]), CAST(:lexemes AS text[])) AS asked(number, lexeme)
    ),
    found AS (
        SELECT candidates.chunk_id, words.number, sum(
            cardinality(array_positions(held.weights, 'A')) * :text
            + cardinality(array_positions(held.weights, 'B')) * :header
            + cardinality(array_positions(held.weights, 'C')) * :forms
        ) AS frequency
        FROM candidates
        CROSS JOIN LATERAL unnest(candidates.words) AS held
        JOIN words ON words.lexeme = held.lexeme
        GROUP BY candidates.chunk_id, words.number
        {prefixes}
        {phrases}
    ),
    ranked AS (
        SELECT found.chunk_id, sum(
            idfs.idf * found.frequency * (:k1 + 1.0) / (
                found.frequency + :k1 * (1.0 - :b + :b * candidates.length / :average)
            )
        ) AS score
        FROM found
        JOIN candidates ON candidates.chunk_id = found.chunk_id
        JOIN unnest(CAST(:idfs AS float8[])) WITH ORDINALITY AS idfs(idf, number) ON idfs.number = found.number + 1
        WHERE found.frequency > 0
        GROUP BY found.chunk_id
    )
    SELECT candidates.id, ranked.score
    FROM ranked JOIN candidates ON candidates.chunk_id = ranked.chunk_id
    ORDER BY ranked.score DESC, ranked.chunk_id
    LIMIT :limit
"""

MOST = "ORDER BY ts_rank(chunk_words.words, CAST(:query AS tsquery), 1) DESC, chunk_words.chunk_id LIMIT :most"

PREFIXES = """
        UNION ALL
        SELECT candidates.chunk_id, beginnings.number, sum(
            cardinality(array_positions(held.weights, 'A')) * :text
            + cardinality(array_positions(held.weights, 'B')) * :header
            + cardinality(array_positions(held.weights, 'C')) * :forms
        ) AS frequency
        FROM candidates
        CROSS JOIN LATERAL unnest(candidates.words) AS held
        JOIN unnest(CAST(:beginning_numbers AS integer[]), CAST(:beginnings AS text[])) AS beginnings(number, lexeme)
            ON starts_with(held.lexeme, beginnings.lexeme)
        GROUP BY candidates.chunk_id, beginnings.number
"""

PHRASES = """
        UNION ALL
        SELECT starts.chunk_id, starts.number, sum(starts.weight) AS frequency
        FROM (
            SELECT candidates.chunk_id, parts.number, places.position - parts.place AS start,
                   min(CASE places.weight WHEN 'A' THEN :text WHEN 'B' THEN :header ELSE :forms END) AS weight
            FROM candidates
            CROSS JOIN LATERAL unnest(candidates.words) AS held
            JOIN unnest(CAST(:part_numbers AS integer[]), CAST(:places AS integer[]), CAST(:parts AS text[]),
                        CAST(:sizes AS integer[])) AS parts(number, place, lexeme, size) ON parts.lexeme = held.lexeme
            CROSS JOIN LATERAL unnest(held.positions, held.weights) AS places(position, weight)
            WHERE candidates.words @@ CAST(:phrase_query AS tsquery)
            GROUP BY candidates.chunk_id, parts.number, parts.size, start
            HAVING count(*) = parts.size
        ) AS starts
        GROUP BY starts.chunk_id, starts.number
"""

CHUNKS_BY_ID = text(
    """
    SELECT wanted.id AS id, generations.document_id, chunks.*
    FROM unnest(CAST(:ids AS text[])) AS wanted(id)
    JOIN generations ON generations.vector_key = split_part(wanted.id, ':', 1)
    JOIN chunks ON chunks.generation_id = generations.id
               AND chunks.ordinal = CAST(split_part(wanted.id, ':', 2) AS integer)
    WHERE generations.index_id = :index
    """
)

WITHOUT_WORDS = text(
    "SELECT count(*) FROM chunks WHERE NOT EXISTS (SELECT FROM chunk_words WHERE chunk_words.chunk_id = chunks.id)"
)

VACUUMED = ("chunks", "chunk_words", "pages", "figures", "generations", "documents")
"""Tables that hold text of documents."""


class PostgresqlDialect:
    """`CatalogueDialect` for PostgreSQL."""

    def __init__(self, url: URL) -> None:
        self._url = url

    state_of_changes = STATE_OF_CHANGES

    def translated_errors(self) -> AbstractContextManager[None]:
        """Raise what the server reports within the block as StoreError."""
        return translated_errors(self._url)

    def reading(self, engine: Engine) -> Engine:
        """Return an engine whose transactions see one state from their first statement to their last."""
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def lexical_search(
        self, connection: Connection, query: str, *, index_id: int, limit: int, document_ids: Sequence[int] | None
    ) -> list[tuple[str, float]]:
        """Find chunks of an index: (chunk id, BM25), best first.

        Ranks those with the rarer words first. Where the score of the last that is wanted is more than all other words
        could give together, chunks with only these cannot come in; else those are ranked too that could.
        """
        terms = read_terms(query)
        totals = connection.execute(TOTALS).one()
        if not terms or not totals.chunk_count:
            return []
        queries = [term.tsquery for term in terms]
        rows = connection.execute(FREQUENCIES, {"queries": queries})
        frequencies = {row.number: row.chunks for row in rows}
        counted = [(term, frequencies[number]) for number, term in enumerate(terms, 1) if frequencies[number]]
        counted.sort(key=lambda each: each[1])
        if not counted:
            return []
        idfs = [_idf(totals.chunk_count, frequency) for _, frequency in counted]
        among = _how_many(counted, FIRST_CANDIDATES * limit)
        # As many as SQLite scores; of more, those that hold the words most often for their length.
        most = most_candidates(totals.chunk_count)
        average = totals.word_count / totals.chunk_count
        wanted = _Ranking(counted, idfs, average, index_id, limit, document_ids, most=most)
        found = wanted.rank(connection, among)
        least = found[-1][1] if len(found) == limit else 0.0
        # What the words from each place on can give together.
        rest = [sum(idf * (K1 + 1) for idf in idfs[start:]) for start in range(len(idfs) + 1)]
        needed = next(start for start in range(len(rest)) if rest[start] <= least or start == len(idfs))
        # Chunks of common words alone are so many that no search could rank them all.
        needed = min(needed, _how_many(counted, most))
        return found if needed <= among else wanted.rank(connection, needed)

    def load_chunks(self, connection: Connection, ids: Sequence[str], index_id: int) -> Sequence[Row[Any]]:
        """Return the rows of chunks by their ids."""
        return connection.execute(CHUNKS_BY_ID, {"ids": list(ids), "index": index_id}).all()

    def index_words(self, connection: Connection, generation_ids: Select[tuple[int]]) -> None:
        """Store the words of the chunks of some versions, in place of those that are there."""
        mine = select(chunks.c.id).where(chunks.c.generation_id.in_(generation_ids))
        connection.execute(delete(chunk_words).where(chunk_words.c.chunk_id.in_(mine)))
        store_words(connection, mine)

    def erase_traces(self, engine: Engine) -> bool:
        """Have the server reuse the room of what was removed; what its logs and backups keep is its own matter."""
        with self.translated_errors(), engine.connect() as opened:
            connection = opened.execution_options(isolation_level="AUTOCOMMIT")
            for table in VACUUMED:
                connection.execute(text(f"VACUUM {table}"))
            connection.execute(delete(erasures))
        return True

    def count_chunks_without_words(self, connection: Connection) -> int:
        """Return the number of chunks that the full-text index lacks."""
        return int(connection.execute(WITHOUT_WORDS).scalar_one())

    def count_words_without_chunk(self, connection: Connection) -> int:
        """Return 0: the key of the words' table refers to the chunks."""
        return 0

    def full_text_is_sound(self, engine: Engine) -> bool:
        """Tell whether the words are those of the chunks, and the totals theirs."""
        with self.translated_errors(), engine.connect() as connection:
            totals = connection.execute(TOTALS).one()
            counted = connection.execute(text("SELECT count(*), coalesce(sum(length), 0) FROM chunk_words")).one()
            if tuple(totals) != tuple(counted):
                return False
            stored = text(
                "SELECT count(*) FROM chunk_words JOIN unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) "
                "AS made(id, words) ON made.id = chunk_id WHERE chunk_words.words <> CAST(made.words AS tsvector)"
            )
            for made in made_words(connection, select(chunks.c.id)):
                values = {"ids": [row["id"] for row in made], "words": [row["words"] for row in made]}
                if connection.execute(stored, values).scalar_one():
                    return False
        return True

    def rebuild_full_text(self, connection: Connection) -> None:
        """Make the words of all chunks anew."""
        rebuild_words(connection)

    def last_id(self, connection: Connection, table: str, column: str = "id") -> int:
        """Return the highest id that a table ever gave."""
        sequence = connection.execute(SEQUENCE, {"table": table, "column": column}).scalar_one()
        given = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")
        return int(connection.execute(given).scalar_one())

    def set_last_id(self, connection: Connection, table: str, last: int, column: str = "id") -> None:
        """Have a table go on behind this id."""
        statement = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
        if last:
            connection.execute(statement, {"table": table, "column": column, "last": last})


class _Ranking:
    """Ranks the chunks that hold one of the first of some terms by all of them."""

    def __init__(
        self,
        counted: Sequence[tuple[Term, int]],
        idfs: Sequence[float],
        average: float,
        index_id: int,
        limit: int,
        document_ids: Sequence[int] | None,
        *,
        most: int,
    ) -> None:
        terms = [term for term, _ in counted]
        frequencies = [frequency for _, frequency in counted]
        singles = list(single_words(terms))
        words = [(number, lexeme) for number, lexeme, is_prefix in singles if not is_prefix]
        beginnings = [(number, lexeme) for number, lexeme, is_prefix in singles if is_prefix]
        parts = list(phrase_parts(terms))
        phrases = [term for term in terms if len(term.lexemes) > 1]
        self._terms = terms
        self._prefixes, self._phrases = PREFIXES if beginnings else "", PHRASES if parts else ""
        self._values: dict[str, object] = {
            "index": index_id,
            "all_documents": document_ids is None,
            "documents": list(document_ids or ()),
            "limit": limit,
            "most": most,
            "numbers": [number for number, _ in words],
            "lexemes": [lexeme for _, lexeme in words],
            "idfs": list(idfs),
            "average": average or 1.0,
            "text": TEXT_WEIGHT,
            "header": HEADER_WEIGHT,
            "forms": FORMS_WEIGHT,
            "k1": K1,
            "b": B,
        }
        self._frequencies, self._most = frequencies, most
        if beginnings:
            self._values |= {
                "beginning_numbers": [number for number, _ in beginnings],
                "beginnings": [lexeme for _, lexeme in beginnings],
            }
        if parts:
            self._values |= {
                "part_numbers": [number for number, _, _ in parts],
                "places": [place for _, place, _ in parts],
                "parts": [lexeme for _, _, lexeme in parts],
                "sizes": [len(terms[number].lexemes) for number, _, _ in parts],
                "phrase_query": " | ".join(term.tsquery for term in phrases),
            }

    def rank(self, connection: Connection, among: int) -> list[tuple[str, float]]:
        """Return the best of the chunks that hold one of the first `among` terms."""
        query = " | ".join(term.tsquery for term in self._terms[:among])
        are_many = sum(self._frequencies[:among]) > self._most
        statement = LEXICAL_SEARCH.format(most=MOST if are_many else "", prefixes=self._prefixes, phrases=self._phrases)
        rows = connection.execute(text(statement), {**self._values, "query": query})
        return [(row.id, float(row.score)) for row in rows]


def _idf(chunk_count: int, frequency: int) -> float:
    return max(math.log((chunk_count - frequency + 0.5) / (frequency + 0.5)), LEAST_IDF)


def _how_many(counted: Sequence[tuple[Term, int]], enough: int) -> int:
    """Return how many of the terms, the first of them, together stand in so many chunks."""
    total = 0
    for number, (_, frequency) in enumerate(counted):
        if total >= enough:
            return number
        total += frequency
    return len(counted)
