"""Compares full-text search with one that scores every chunk which holds any word: its time, and what it finds.

    python -m benchmarks.full_text --home HOME --questions QUESTIONS.jsonl [--collection NAME]

In turns, in this process, among all documents and then among one at a time: milliseconds of processor time (other work
lengthens them less than those of the clock), and how many of the first hits are the same. The first round
counts how many chunks hold a word; the second one, which is timed, knows it, as a server does.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, text

from app.evaluation.evaluate import read_questions
from app.settings import CATALOGUE_FILE
from rag.storage.catalogue.dialects.sqlite import SqliteDialect
from rag.storage.catalogue.dialects.sqlite_words import BM25
from rag.storage.catalogue.full_text import full_text_query
from rag.storage.catalogue.schema import open_catalogue

LIMIT = 100
SEED = 3

FULL_SCAN = text(
    f"""
    SELECT generations.vector_key || ':' || chunks.ordinal AS id, -{BM25} AS score
    FROM chunk_words
    JOIN chunks ON chunks.id = chunk_words.rowid
    JOIN generations ON generations.id = chunks.generation_id
    WHERE chunk_words MATCH :query AND generations.index_id = :index
      AND (:document IS NULL OR generations.document_id = :document)
    ORDER BY score DESC, chunks.id LIMIT {LIMIT}
    """
)
INDEX = text(
    "SELECT indexes.id FROM indexes JOIN collections ON collections.id = indexes.collection_id "
    "WHERE collections.name = :name AND indexes.is_active"
)


@dataclass(slots=True)
class Compared:
    """Milliseconds of both searches, and the shares of the first 10 and 100 hits that both have."""

    scan: list[float] = field(default_factory=list)
    search: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)


def compare(
    connection: Connection, dialect: SqliteDialect, index: int, queries: Sequence[str], documents: Sequence[int | None]
) -> Compared:
    """Ask both for every query, each among the document beside it, or among all."""
    found = Compared()
    for is_timed in (False, True):
        for query, document in zip(queries, documents, strict=True):
            began = time.process_time()
            rows = connection.execute(FULL_SCAN, {"query": query, "index": index, "document": document})
            scanned = [row.id for row in rows]
            between = time.process_time()
            only = None if document is None else [document]
            hits = dialect.lexical_search(connection, query, index_id=index, limit=LIMIT, document_ids=only)
            ended = time.process_time()
            if is_timed and scanned:
                ids = [id_ for id_, _ in hits]
                found.scan.append(1e3 * (between - began))
                found.search.append(1e3 * (ended - between))
                found.first.append(len({*ids[:10]} & {*scanned[:10]}) / len(scanned[:10]))
                found.all.append(len({*ids} & {*scanned}) / len(scanned))
    return found


def main() -> None:
    """Compare as the command line says and print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="benchmarks.full_text", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True, help="only their texts are used")
    parser.add_argument("--collection", default="default")
    given = parser.parse_args()
    file = given.home / CATALOGUE_FILE
    engine = open_catalogue(file)
    with engine.connect() as connection:
        index = connection.execute(INDEX, {"name": given.collection}).scalar_one()
        owned = text("SELECT document_id, chunk_count FROM generations WHERE index_id = :index AND chunk_count > 0")
        chunks = {row.document_id: row.chunk_count for row in connection.execute(owned, {"index": index})}
        languages = text("SELECT DISTINCT language FROM generations WHERE index_id = :index AND language <> ''")
        known = connection.execute(languages, {"index": index}).scalars().all()
        queries = [query for it in read_questions(given.questions) if (query := full_text_query(it.question, known))]
        generator = random.Random(SEED)
        one_each = [generator.choice(list(chunks)) for _ in queries]
        print(f"{sum(chunks.values()):,} chunks\n")
        print("| among | full scan p50, max ms | search p50, max ms | same of the first 10, 100 |\n|---|--:|--:|--:|")
        for name, documents in (("all documents", [None] * len(queries)), ("one document", one_each)):
            found = compare(connection, SqliteDialect(file), index, queries, documents)
            times = ", ".join(f"{measure(found.scan):.1f}" for measure in (statistics.median, max))
            after = ", ".join(f"{measure(found.search):.1f}" for measure in (statistics.median, max))
            same = f"{statistics.mean(found.first):.3f}, {statistics.mean(found.all):.3f}"
            print(f"| {name} | {times} | {after} | {same} |", flush=True)
    engine.dispose()


if __name__ == "__main__":
    main()
