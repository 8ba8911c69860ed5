"""Ranks chunks by the words of a question: those that hold its rarer words are scored, by all of its words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from rag.storage.catalogue.dialects.protocol import (
    FORMS_WEIGHT,
    HEADER_WEIGHT,
    NAMES_WEIGHT,
    PAIRS_WEIGHT,
    TEXT_WEIGHT,
    most_candidates,
)
from rag.storage.catalogue.kept_reads import KeptReads

BM25 = f"bm25(chunk_words, {TEXT_WEIGHT}, {HEADER_WEIGHT}, {NAMES_WEIGHT}, {PAIRS_WEIGHT}, {FORMS_WEIGHT})"

ENOUGH_CANDIDATES = 1_000
"""With so many from rarer words, a word that would bring too many brings none; ten times what a search returns."""

MAX_RANGES = 40
"""Stretches of chunks that are compared one by one; where there are more, each chunk's document is looked up."""

MAX_SEPARATE_RANGES = 3
"""Stretches that are searched one by one, between which nothing is read; each counts all rows of every word anew."""

MAX_RANGED_DOCUMENTS = 2_000
"""Documents whose stretches of chunks are looked up."""

# A range narrows what FTS5 reads; the plus keeps SQLite from reading the index once for each condition.
_RANKED = """
    SELECT rowid AS chunk_id, -{bm25} AS score FROM chunk_words
    WHERE chunk_words MATCH :query AND rowid BETWEEN :first AND :last {condition}
    ORDER BY score DESC, rowid LIMIT :limit
"""
_IN_RANGES = "AND ({ranges})"
_IN_DOCUMENTS = """
    AND EXISTS (
        SELECT 1 FROM chunks JOIN generations ON generations.id = chunks.generation_id
        WHERE chunks.id = +chunk_words.rowid AND generations.index_id = :index
          AND (:all_documents OR generations.document_id IN (SELECT value FROM json_each(:documents)))
    )
"""

IDS_OF_CHUNKS = text(
    """
    SELECT generations.vector_key || ':' || chunks.ordinal AS id, ranked.value ->> 1 AS score
    FROM json_each(:ranked) AS ranked
    CROSS JOIN chunks ON chunks.id = ranked.value ->> 0
    CROSS JOIN generations ON generations.id = chunks.generation_id
    ORDER BY ranked.key
    """
)

CHUNKS_HOLDING = text("SELECT count(*) FROM chunk_words WHERE chunk_words MATCH :term")

CHUNKS_BY_INDEX = text("SELECT index_id, total(chunk_count) FROM generations GROUP BY index_id")

# A version's chunks are stored in order by one transaction, so that their ids have no gaps.
CHUNK_RANGES = text(
    """
    SELECT chunk_count,
           (SELECT chunks.id FROM chunks WHERE chunks.generation_id = generations.id ORDER BY ordinal LIMIT 1) AS first,
           (SELECT chunks.id FROM chunks WHERE chunks.generation_id = generations.id ORDER BY ordinal DESC LIMIT 1)
               AS last
    FROM generations
    WHERE generations.index_id = :index AND generations.chunk_count > 0
      AND (:all_documents OR generations.document_id IN (SELECT value FROM json_each(:documents)))
    LIMIT :limit
    """
)

FIRST_ID, LAST_ID = 0, (1 << 63) - 1
EVERYTHING = ((FIRST_ID, LAST_ID),)

Ranges = Sequence[tuple[int, int]]
"""First and last ids of stretches of chunks, in order, that do not touch."""


@dataclass(slots=True)
class WordStatistics:
    """How many chunks there are in each index, and in all together how many hold a word of earlier questions."""

    chunks: Mapping[int, int]
    holding: dict[str, int] = field(default_factory=dict)


def search_words(
    connection: Connection,
    kept: KeptReads,
    index_id: int,
    terms: Sequence[str],
    *,
    limit: int,
    document_ids: Sequence[int] | None = None,
) -> list[tuple[str, float]]:
    """Find chunks of an index that hold any of some terms of FTS5: (chunk id, BM25), best first.

    In a large index only chunks that hold one of the rarer terms are scored, and terms that more than half of all
    chunks hold add nothing.
    """
    # Several statements that have to see the same state.
    if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN")
    statistics = kept.read(connection, "word statistics", lambda: _read_statistics(connection))
    scope = {
        "index": index_id,
        "all_documents": document_ids is None,
        "documents": json.dumps(list(document_ids or ())),
    }
    is_whole = document_ids is None and all(id_ == index_id or not count for id_, count in statistics.chunks.items())
    ranges = EVERYTHING if is_whole else _find_ranges(connection, scope, document_ids)
    query, share = _plan_query(connection, statistics, terms, ranges)
    if not query:
        return []
    ranked = _rank(connection, query, ranges, {**scope, "limit": limit})
    found = connection.execute(IDS_OF_CHUNKS, {"ranked": json.dumps([(id_, score * share) for id_, score in ranked])})
    return [(row.id, row.score) for row in found]


def _read_statistics(connection: Connection) -> WordStatistics:
    return WordStatistics({id_: int(count) for id_, count in connection.execute(CHUNKS_BY_INDEX)})


def _plan_query(
    connection: Connection, statistics: WordStatistics, terms: Sequence[str], ranges: Ranges | None
) -> tuple[str, float]:
    """Return the query that is scored, "" where nothing can be found, and what its scores are multiplied by."""
    chunks = sum(statistics.chunks.values())
    allowed = most_candidates(chunks)
    if ranges is not None and ranges != EVERYTHING:
        # Of the chunks that hold a word, about the share of the searched ones is among them.
        searched = sum(last - first + 1 for first, last in ranges)
        allowed = allowed * chunks // max(searched, 1)
    if chunks <= allowed:
        return " OR ".join(terms), 1.0
    rarest_first = sorted(
        ((count, term) for term in terms if (count := _count(connection, statistics, term))), key=lambda one: one[0]
    )
    candidates: list[str] = []
    total = 0
    for count, term in rarest_first:
        if total >= ENOUGH_CANDIDATES and total + count > allowed:
            break
        candidates.append(term)
        total += count
    further = [term for count, term in rarest_first[len(candidates) :] if count <= chunks // 2]
    either = " OR ".join(candidates)
    if not further:
        return either, 1.0
    # FTS5 scores the candidates' terms on both sides of AND: the further ones stand there twice, and all is halved.
    return f"({either}) AND ({' OR '.join((*candidates, *further, *further))})", 0.5


def _count(connection: Connection, statistics: WordStatistics, term: str) -> int:
    """Return how many chunks hold a term."""
    if (known := statistics.holding.get(term)) is None:
        known = statistics.holding[term] = connection.execute(CHUNKS_HOLDING, {"term": term}).scalar_one()
    return known


def _find_ranges(
    connection: Connection, scope: Mapping[str, object], document_ids: Sequence[int] | None
) -> Ranges | None:
    """Return where the chunks of an index, or of documents, lie; None where that is in too many places."""
    if document_ids is not None and len(document_ids) > MAX_RANGED_DOCUMENTS:
        return None
    rows = connection.execute(CHUNK_RANGES, {**scope, "limit": MAX_RANGED_DOCUMENTS + 1}).all()
    if len(rows) > MAX_RANGED_DOCUMENTS or any(row.last - row.first + 1 != row.chunk_count for row in rows):
        return None
    merged: list[tuple[int, int]] = []
    for first, last in sorted((row.first, row.last) for row in rows):
        if merged and first == merged[-1][1] + 1:
            merged[-1] = merged[-1][0], last
        else:
            merged.append((first, last))
    return merged if len(merged) <= MAX_RANGES else None


def _rank(
    connection: Connection, query: str, ranges: Ranges | None, parameters: Mapping[str, object]
) -> list[tuple[int, float]]:
    """Return the best chunks in some ranges, or where these are not known in the scope: (id of its row, BM25)."""
    given = {**parameters, "query": query}
    if ranges is None:
        statement = text(_RANKED.format(bm25=BM25, condition=_IN_DOCUMENTS))
        return [tuple(row) for row in connection.execute(statement, {**given, "first": FIRST_ID, "last": LAST_ID})]
    if len(ranges) <= MAX_SEPARATE_RANGES:
        statement = text(_RANKED.format(bm25=BM25, condition=""))
        found = [
            tuple(row)
            for first, last in ranges
            for row in connection.execute(statement, {**given, "first": first, "last": last})
        ]
        return sorted(found, key=lambda one: (-one[1], one[0]))[: int(str(given["limit"]))]
    among = " OR ".join(f"+rowid BETWEEN {first} AND {last}" for first, last in ranges)
    statement = text(_RANKED.format(bm25=BM25, condition=_IN_RANGES.format(ranges=among)))
    return [
        tuple(row) for row in connection.execute(statement, {**given, "first": ranges[0][0], "last": ranges[-1][1]})
    ]
