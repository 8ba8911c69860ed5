"""What an index holds, read from all three stores, so that tests can compare them, and damage them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, text

from app.service.build_places import catalogue_place, service_place
from app.service.build_vectors import build_vectors
from app.settings import read_settings
from rag.protocols import VectorIndex
from rag.storage.catalogue.dialects.choice import Engine, dialect_of, identity_of, open_catalogue, open_state_engine
from rag.storage.catalogue.schema import add_functions
from rag.storage.vectors import ChromaVectors
from tests.chroma import delete_collections


@dataclass(frozen=True)
class Stores:
    """The stores of an index, below the product; what is changed is committed when they are closed."""

    query: Callable[..., Sequence[Sequence[Any]]]
    """Runs a statement with values by name, and returns its rows."""
    check_words: Callable[[], object]
    vectors: ChromaVectors


def opened_stores(home: Path) -> AbstractContextManager[Stores]:
    """Open what is in the home, or on the servers that the settings name."""
    place = catalogue_place(read_settings(home=home))
    return _opened_files(home, place) if isinstance(place, Path) else _opened_servers(home, place)


def index_content(home: Path, vectors: VectorIndex | None = None) -> dict[str, list[str]]:
    """The text of each document's chunks by path, after checking that catalogue, full text and Chroma agree."""
    with opened_stores(home) as stores:
        rows = stores.query(
            """
            SELECT documents.path, chunks.id, chunks.text, indexes.space,
                   generations.vector_key || ':' || chunks.ordinal, generations.is_embedded, indexes.is_active
            FROM chunks
            JOIN generations ON generations.id = chunks.generation_id
            JOIN indexes ON indexes.id = generations.index_id
            JOIN documents ON documents.id = generations.document_id
            ORDER BY documents.path, chunks.ordinal
            """
        )
        stores.check_words()
        assert stores.query("SELECT count(*) FROM vector_journal")[0][0] == 0, "vectors left to sweep"
        counts = stores.query("SELECT sum(chunk_count), count(*) FROM generations")[0]
        assert (counts[0] or 0) == len(rows), "generations and chunks disagree"
        for space in {row[3] for row in rows}:
            stored = set((vectors or stores.vectors).ids(space))
            mine = [row for row in rows if row[3] == space]
            missing = {row[4] for row in mine if row[5]} - stored
            orphans = stored - {row[4] for row in mine}
            assert not missing | orphans, "Chroma and the catalogue disagree"
        assert all(row[5] for row in rows if row[6]), "documents that answer are not embedded"
        content: dict[str, list[str]] = {}
        for path, _, chunk, *_ in rows:
            content.setdefault(path, []).append(chunk)
        return content


def lose_vectors(home: Path) -> None:
    """Have all vectors of an index be gone, as after the loss of a disk."""
    settings = read_settings(home=home)
    place = catalogue_place(settings)
    if isinstance(place, Path):
        shutil.rmtree(home / "chroma")
        return
    engine = open_catalogue(place)
    delete_collections(settings.chroma_url, f"lectern-{identity_of(engine, place)}")
    engine.dispose()


def tables_with(home: Path, words: str) -> list[str]:
    """The tables with rows that hold words, in any case; none where catalogue and state are files."""
    if isinstance(catalogue_place(read_settings(home=home)), Path):
        return []
    with opened_stores(home) as stores:
        tables = [name for (name,) in stores.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema")]
        counted = "SELECT count(*) FROM {0} WHERE lower(CAST({0} AS text)) LIKE lower(:words)"
        return [name for name in tables if stores.query(counted.format(name), words=f"%{words}%")[0][0]]


def change_state(home: Path, statement: str, **values: object) -> None:
    """Run a statement on what the service of a home remembers, with values by name."""
    place = service_place(read_settings(home=home))
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection, connection:
            connection.execute(statement, values)
        return
    engine = open_state_engine(place)
    with engine.begin() as database:
        database.execute(text(statement), values)
    engine.dispose()


def count_documents(home: Path) -> int:
    """The versions of documents in a catalogue that is being made and written."""
    try:
        place = catalogue_place(read_settings(home=home))
        if isinstance(place, Path):
            with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
                return int(connection.execute("SELECT count(*) FROM generations").fetchone()[0])
        with opened_stores(home) as stores:
            return int(stores.query("SELECT count(*) FROM generations")[0][0])
    except sqlite3.OperationalError:
        return 0


@contextmanager
def _opened_files(home: Path, catalogue: Path) -> Iterator[Stores]:
    with closing(sqlite3.connect(catalogue)) as connection, closing(ChromaVectors(home / "chroma")) as vectors:
        add_functions(connection)

        def query(statement: str, **values: object) -> Sequence[Sequence[Any]]:
            return connection.execute(statement, values).fetchall()

        check = "INSERT INTO chunk_words(chunk_words, rank) VALUES ('integrity-check', 1)"
        yield Stores(query, lambda: connection.execute(check), vectors)
        connection.commit()


@contextmanager
def _opened_servers(home: Path, catalogue: URL) -> Iterator[Stores]:
    engine = open_catalogue(catalogue)
    try:
        with (
            engine.begin() as connection,
            closing(build_vectors(read_settings(home=home), engine, catalogue)) as vectors,
        ):

            def query(statement: str, **values: object) -> Sequence[Sequence[Any]]:
                result = connection.execute(text(statement), values)
                return result.all() if result.returns_rows else ()

            yield Stores(query, lambda: _check_words(engine, catalogue), vectors)
    finally:
        engine.dispose()


def _check_words(engine: Engine, catalogue: URL) -> None:
    assert dialect_of(catalogue).full_text_is_sound(engine), "full text and chunks disagree"
