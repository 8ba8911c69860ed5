"""Searches the same passages by words in SQLite and in PostgreSQL, and compares what is found and how long it takes.

    python -m benchmarks.catalogue_databases --beir SETS/nfcorpus --url postgresql+psycopg://USER@HOST/EMPTY

The database must hold nothing yet; its tables are dropped at the end. Nothing is embedded.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, text

from app.evaluation.metrics import graded_ndcg, mean
from app.service.build_embedders import embedder_folder
from app.service.build_ingest import CHUNK_TOKENS
from app.settings import Settings
from benchmarks.beir import BeirQuestion, BeirSet, read_beir
from benchmarks.beir_index import NO_NAME, parse_passage
from benchmarks.ranking import CUTOFF, sample_questions
from ingest.chunking import chunk_document
from rag.models.tokenizer import ModelTokenizer
from rag.retrieval import SEARCH_DEPTH
from rag.storage.catalogue.dialects.choice import open_catalogue
from rag.storage.catalogue.dialects.postgresql_database import read_url
from rag.storage.catalogue.dialects.postgresql_schema import own_tables
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.schema import metadata
from rag.storage.catalogue.writer import CatalogueWriter
from rag.types import Chunk, FileState, ParsedDocument, VectorKey

Passages = Sequence[tuple[str, ParsedDocument, list[Chunk]]]


@dataclass(frozen=True, slots=True)
class Searched:
    """What one database did: the chunks found for each question, and the times."""

    found: list[list[tuple[str, float]]]
    ndcg: float
    storing: float
    median: float
    p95: float
    longest: float


def main() -> None:
    """Print a line for each set and database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beir", type=Path, action="append", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--limit", type=int, default=100)
    given = parser.parse_args()
    url = read_url(given.url)
    print("set        database    nDCG@10  stored chunks/s  median ms  p95 ms  longest ms")
    for folder in given.beir:
        beir = read_beir(folder)
        tokenizer = ModelTokenizer(embedder_folder(Settings()))
        passages = []
        for passage in beir.passages.values():
            parsed = parse_passage(passage)
            if chunks := chunk_document(parsed, tokenizer, limit=CHUNK_TOKENS):
                passages.append((passage.id, parsed, chunks))
        questions = sample_questions(beir, given.limit)
        with tempfile.TemporaryDirectory() as temporary:
            results = [
                _search(place, passages, questions, beir) for place in (Path(temporary) / "catalogue.sqlite", url)
            ]
        for name, result in zip(("SQLite", "PostgreSQL"), results, strict=True):
            print(
                f"{beir.name:10} {name:11} {result.ndcg:.4f} {result.storing:16.0f} {result.median:10.1f} "
                f"{result.p95:7.1f} {result.longest:11.1f}"
            )
        ours, theirs = (result.found for result in results)
        same = sum(
            [id_ for id_, _ in one[:CUTOFF]] == [id_ for id_, _ in other[:CUTOFF]]
            for one, other in zip(ours, theirs, strict=True)
        )
        apart = [
            abs(dict(other)[id_] - score)
            for one, other in zip(ours, theirs, strict=True)
            for id_, score in one
            if id_ in dict(other)
        ]
        print(
            f"{beir.name:10} the same first {CUTOFF} for {same} of {len(questions)} questions; "
            f"scores at most {max(apart, default=0.0):.6f} apart"
        )


def _search(place: Path | URL, passages: Passages, questions: Sequence[BeirQuestion], beir: BeirSet) -> Searched:
    engine = open_catalogue(place)
    try:
        began = time.perf_counter()
        names = _fill(CatalogueWriter(engine, place), beir.name, passages)
        count = sum(len(chunks) for _, _, chunks in passages)
        storing = count / (time.perf_counter() - began)
        if isinstance(place, URL):
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("ANALYZE"))
        reader = CatalogueReader(engine, place)
        found, times, scores = [], [], []
        for question in questions:
            began = time.perf_counter()
            hits = reader.lexical_search(beir.name, question.text, limit=SEARCH_DEPTH)
            times.append((time.perf_counter() - began) * 1000)
            found.append(hits)
            ranking = list(dict.fromkeys(names[id_.partition(".")[0]] for id_, _ in hits))
            scores.append(graded_ndcg(ranking, question.grades, CUTOFF))
        times.sort()
        return Searched(
            found, mean(scores), storing, statistics.median(times), times[int(len(times) * 0.95)], times[-1]
        )
    finally:
        _drop(engine)
        engine.dispose()


def _fill(writer: CatalogueWriter, name: str, passages: Passages) -> dict[str, str]:
    """Store the passages as a sync stores files; returns the passage of each document."""
    collection = writer.open_collection(name)
    folder = writer.open_folder(collection, Path("/", name))
    index = writer.open_index(collection, "none@0+passages")
    names = {}
    for id_, parsed, chunks in passages:
        file = FileState(NO_NAME, id_.encode(), 0, 0, f"{len(names):x}")
        document = writer.open_document(collection, folder, file)
        key = VectorKey(index.space, f"{document}.{index.id}.{file.sha256}", len(chunks))
        writer.commit_version(document, index.id, file, parsed, chunks, key=key, names="", is_embedded=False)
        names[str(document)] = id_
    return names


def _drop(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        own_tables.drop_all(engine)
        metadata.drop_all(engine)


if __name__ == "__main__":
    main()
