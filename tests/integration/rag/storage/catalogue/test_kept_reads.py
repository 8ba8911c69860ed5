"""What is kept of the catalogue between questions: nothing that has changed since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.schema import add_functions, open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.types import Chunk, FileState, Page, ParsedDocument, Span, VectorKey


@dataclass
class Indexed:
    """An index of text files, one chunk each."""

    engine: Engine
    file: Path
    reader: CatalogueReader

    def add(self, name: str) -> int:
        writer = CatalogueWriter(self.engine, self.file)
        collection = writer.open_collection("default")
        folder = writer.open_folder(collection, Path("/documents"))
        index = writer.open_index(collection, "hash@1+chunks1")
        state = FileState(name, name.encode(), 1, 1, name)
        document = writer.open_document(collection, folder, state)
        parsed = ParsedDocument(name, "txt", (Page(0, "lamp", ()),))
        chunks = [Chunk(0, "lamp", name, "", (Span(0, 0, 4),))]
        key = VectorKey(index.space, f"{document}.1.{name}", 1)
        writer.commit_version(document, index.id, state, parsed, chunks, key=key, names=name)
        return document

    def names(self) -> set[str]:
        return {label.path for label in self.reader.list_labels("default").values()}


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Indexed]:
    file = tmp_path / "catalogue.sqlite"
    engine = open_catalogue(file)
    yield Indexed(engine, file, CatalogueReader(engine, file))
    engine.dispose()


def test_labels_are_the_same_object_while_nothing_changes(indexed: Indexed) -> None:
    indexed.add("a.txt")
    first = indexed.reader.list_labels("default")
    assert indexed.reader.list_labels("default") is first


def test_labels_follow_changes_of_this_process(indexed: Indexed) -> None:
    indexed.add("a.txt")
    assert indexed.names() == {"a.txt"}
    indexed.add("b.txt")
    assert indexed.names() == {"a.txt", "b.txt"}


def test_labels_follow_changes_of_another_process(indexed: Indexed) -> None:
    indexed.add("a.txt")
    assert indexed.names() == {"a.txt"}
    other = sqlite3.connect(indexed.file)
    add_functions(other)
    other.execute("UPDATE documents SET path = 'renamed.txt'")
    other.commit()
    other.close()
    assert indexed.names() == {"renamed.txt"}


def test_an_equal_state_read_on_another_connection_is_the_same_object(indexed: Indexed) -> None:
    indexed.add("a.txt")
    first = indexed.reader.list_labels("default")
    with indexed.engine.connect():
        assert indexed.reader.list_labels("default") is first


def test_a_change_read_on_one_connection_is_seen_on_another(indexed: Indexed) -> None:
    indexed.add("a.txt")
    assert indexed.names() == {"a.txt"}
    with indexed.engine.connect():
        assert indexed.names() == {"a.txt"}
    indexed.add("b.txt")
    with indexed.engine.connect():
        assert indexed.names() == {"a.txt", "b.txt"}
    assert indexed.names() == {"a.txt", "b.txt"}
