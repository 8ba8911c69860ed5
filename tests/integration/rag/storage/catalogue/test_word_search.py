"""In a large index only chunks with a question's rarer words are scored, and these exactly as by a full scan."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from rag.storage.catalogue.dialects import protocol, sqlite_words
from rag.storage.catalogue.dialects.sqlite import STATE_OF_CHANGES
from rag.storage.catalogue.dialects.sqlite_words import BM25, search_words
from rag.storage.catalogue.full_text import full_text_query
from rag.storage.catalogue.kept_reads import KeptReads
from rag.storage.catalogue.schema import open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.types import Chunk, FileState, Page, ParsedDocument, Span, VectorKey

DOCUMENTS, CHUNKS = 60, 10
COMMON = ("lamp", "harbour", "report", "year", "company")
"""In the most chunks first: nine of ten, then fewer."""

QUESTION = "Which year did the company name the lamp of the harbour report 7 lamp17?"

FULL_SCAN = text(
    f"""
    SELECT generations.document_id, generations.vector_key || ':' || chunks.ordinal AS id, -{BM25} AS score
    FROM chunk_words JOIN chunks ON chunks.id = chunk_words.rowid
    JOIN generations ON generations.id = chunks.generation_id
    WHERE chunk_words MATCH :query AND generations.index_id = :index ORDER BY score DESC, chunks.id
    """
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, dict[str, int]]]:
    """A catalogue of two collections whose documents were stored in turns."""
    file = tmp_path_factory.mktemp("words") / "catalogue.sqlite"
    engine = open_catalogue(file)
    writer = CatalogueWriter(engine, file)
    generator = random.Random(5)
    places = {}
    for name in ("even", "odd"):
        collection = writer.open_collection(name)
        index = writer.open_index(collection, "embedder")
        writer.activate_index(collection, index.id)
        places[name] = collection, writer.open_folder(collection, Path("/", name)), index
    for number in range(DOCUMENTS):
        collection, folder, index = places["odd" if number % 2 else "even"]
        texts = [_write(generator, number * CHUNKS + chunk) for chunk in range(CHUNKS)]
        state = FileState(f"{number}.txt", f"{number}.txt".encode(), 1, 1, f"{number}")
        document = writer.open_document(collection, folder, state)
        key = VectorKey(index.space, f"{document}.{index.id}.{number}", len(texts))
        parsed = ParsedDocument("", "txt", (Page(0, "\n".join(texts), ()),))
        chunks = [Chunk(at, words, "", "", (Span(0, 0, len(words)),)) for at, words in enumerate(texts)]
        writer.commit_version(document, index.id, state, parsed, chunks, key=key, names="")
    with engine.connect() as connection:
        yield connection, {name: index.id for name, (_, _, index) in places.items()}
    engine.dispose()


def _write(generator: random.Random, number: int) -> str:
    words = [word for at, word in enumerate(COMMON) if generator.random() < 0.9 - 0.18 * at]
    words += [generator.choice(words or ["lamp"]) for _ in range(generator.randrange(12))]
    return " ".join((*words, f"lamp{number % 97}", "filler " * generator.randrange(9)))


def scan(connection: Connection, index: int, question: str, documents: list[int] | None) -> dict[str, float]:
    rows = connection.execute(FULL_SCAN, {"query": full_text_query(question), "index": index})
    return {row.id: row.score for row in rows if documents is None or row.document_id in documents}


def find(
    connection: Connection, index: int, question: str, limit: int, documents: list[int] | None = None
) -> list[tuple[str, float]]:
    terms = full_text_query(question).split(" OR ")
    return search_words(connection, KeptReads(STATE_OF_CHANGES), index, terms, limit=limit, document_ids=documents)


@pytest.fixture
def few_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MIN_CANDIDATES", 60)
    monkeypatch.setattr(protocol, "CANDIDATES_PER_ROOT", 0)
    monkeypatch.setattr(sqlite_words, "ENOUGH_CANDIDATES", 10)


@pytest.mark.parametrize("places", ["all", "one", "three", "eight", "every other"])
@pytest.mark.parametrize("max_ranges", [0, 40])
def test_where_all_chunks_may_be_scored_the_order_is_that_of_a_full_scan(
    filled: tuple[Connection, dict[str, int]], places: str, max_ranges: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_words, "MAX_RANGES", max_ranges)
    connection, indexes = filled
    for index in indexes.values():
        owned = list(
            connection.execute(text("SELECT document_id FROM generations WHERE index_id = :i"), {"i": index}).scalars()
        )
        chosen = {"all": None, "one": owned[4:5], "three": owned[7:10], "eight": owned[3:27:3], "every other": owned}
        documents = chosen[places]
        expected = scan(connection, index, QUESTION, documents)
        found = find(connection, index, QUESTION, 100, documents)
        assert [id_ for id_, _ in found] == list(expected)[:100]
        assert [score for _, score in found] == pytest.approx(list(expected.values())[:100])


@pytest.mark.usefixtures("few_candidates")
def test_candidates_have_the_rarer_words_and_the_scores_of_all_words(
    filled: tuple[Connection, dict[str, int]],
) -> None:
    connection, indexes = filled
    for index in indexes.values():
        expected = scan(connection, index, QUESTION, None)
        found = find(connection, index, QUESTION, 100)
        assert 0 < len(found) < len(expected) / 2, "every chunk with a common word was scored"
        # Words that more than half of the chunks hold weigh a millionth in BM25.
        assert dict(found) == pytest.approx({id_: expected[id_] for id_, _ in found}, abs=1e-4)
        assert found[0][0] == next(iter(expected))


@pytest.mark.usefixtures("few_candidates")
def test_a_question_of_common_words_alone_is_answered(filled: tuple[Connection, dict[str, int]]) -> None:
    connection, indexes = filled
    for question in ("lamp", "lamp harbour"):
        found = find(connection, indexes["odd"], question, 10)
        assert len(found) == 10
    assert find(connection, indexes["odd"], "submarine", 10) == []


@pytest.mark.usefixtures("few_candidates")
def test_a_document_with_none_of_the_rarest_words_is_found_where_it_alone_is_searched(
    filled: tuple[Connection, dict[str, int]],
) -> None:
    connection, indexes = filled
    rare = {row.document_id for row in connection.execute(FULL_SCAN, {"query": "lamp17", "index": indexes["even"]})}
    rows = connection.execute(text("SELECT document_id FROM generations WHERE index_id = :i"), {"i": indexes["even"]})
    other = next(id_ for id_ in rows.scalars() if id_ not in rare)
    found = find(connection, indexes["even"], "lamp17 harbour", 10, [other])
    assert found
    assert {id_.partition(".")[0] for id_, _ in found} == {str(other)}
