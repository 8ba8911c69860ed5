"""Indexes the passages of a set as the product indexes files, and keeps the index for the next run. Scores nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from app.service.build_embedders import embedder_folder
from app.service.build_ingest import CHUNK_TOKENS
from app.service.lock import own_index
from app.settings import Settings
from benchmarks.beir import BeirPassage, BeirSet
from ingest.chunking import CHUNKING_VERSION, chunk_document
from ingest.cleanup import clean_text
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from rag.models.tokenizer import ModelTokenizer
from rag.protocols import Embedder, Tokenizer, VectorIndex
from rag.storage.catalogue.schema import open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.storage.vectors import ChromaVectors
from rag.types import BlockKind, Chunk, FileState, IndexInfo, ParsedDocument, VectorKey

COLLECTION = "beir"
NO_NAME = "-"
"""Stands for the path: a passage's id is no file name, and its words and numbers would mislead the routing."""
WINDOW_PASSAGES = 256
"""Passages embedded and stored at once: enough to sort by length."""


@dataclass(frozen=True, slots=True)
class BeirIndex:
    """An index of a set's passages: what a retriever is made of, and the passage behind each document."""

    engine: Engine
    catalogue: Path
    vectors: VectorIndex
    passage_ids: Mapping[int, str]
    """Document id -> id of the passage."""


@contextmanager
def open_beir_index(beir: BeirSet, settings: Settings, embedder: Embedder) -> Iterator[BeirIndex]:
    """Own the index of a set at `settings.home`; passages that are not in it yet are indexed first.

    Raises IndexLockedError, StoreError, ConfigurationError.
    """
    with own_index(settings.home, "benchmark", wait_seconds=0):
        catalogue = settings.home / "catalogue.sqlite"
        engine = open_catalogue(catalogue)
        vectors = ChromaVectors(settings.home / "chroma")
        try:
            tokenizer = ModelTokenizer(embedder_folder(settings))
            writer = _Writer(CatalogueWriter(engine, catalogue), vectors, embedder, tokenizer)
            yield BeirIndex(engine, catalogue, vectors, writer.fill(beir))
        finally:
            vectors.close()
            engine.dispose()


def parse_passage(passage: BeirPassage) -> ParsedDocument:
    """Return a passage as the product reads a text file of that title: blank lines part paragraphs."""
    builder = TextBuilder(ParseOptions().max_characters, NO_NAME)
    for paragraph in re.split(r"\n[^\S\n]*\n", clean_text(passage.text)):
        builder.add(BlockKind.PARAGRAPH, paragraph.strip("\n"))
    return ParsedDocument(title=passage.title, file_type="txt", pages=builder.pages())


class _Writer:
    """Writes passages as a sync writes files, many in one window."""

    def __init__(
        self, writer: CatalogueWriter, vectors: ChromaVectors, embedder: Embedder, tokenizer: Tokenizer
    ) -> None:
        self._writer = writer
        self._vectors = vectors
        self._embedder = embedder
        self._tokenizer = tokenizer

    def fill(self, beir: BeirSet) -> dict[int, str]:
        """Bring the index in step with the set; the passage behind each document."""
        collection_id = self._writer.open_collection(COLLECTION)
        folder_id = self._writer.open_folder(collection_id, Path("/", beir.name))
        made_with = f"{self._embedder.fingerprint}+chunks{CHUNKING_VERSION}.{CHUNK_TOKENS}+passages"
        index = self._writer.open_index(collection_id, made_with)
        known = self._writer.known_files(folder_id, index.id)
        files = {passage.id.encode(): (_file_of(passage), passage) for passage in beir.passages.values()}
        self._writer.remove_documents([known[id_].document_id for id_ in known.keys() - files.keys()])
        missing = [
            (self._writer.open_document(collection_id, folder_id, file), file, passage)
            for id_, (file, passage) in files.items()
            if not (id_ in known and known[id_].version_index == index.id and known[id_].sha256 == file.sha256)
        ]
        for start in range(0, len(missing), WINDOW_PASSAGES):
            self._store(index, missing[start : start + WINDOW_PASSAGES])
        if not index.is_active:
            self._writer.activate_index(collection_id, index.id)
        known = self._writer.known_files(folder_id, index.id)
        return {record.document_id: id_.decode() for id_, record in known.items()}

    def _store(self, index: IndexInfo, window: Sequence[tuple[int, FileState, BeirPassage]]) -> None:
        """Store vectors, then the versions that make them current, as in a sync; passages without words are skipped."""
        versions = []
        for document_id, file, passage in window:
            parsed = parse_passage(passage)
            if chunks := chunk_document(parsed, self._tokenizer, limit=CHUNK_TOKENS):
                key = VectorKey(index.space, f"{document_id}.{index.id}.{file.sha256[:16]}", len(chunks))
                versions.append(_Version(document_id, file, parsed, chunks, key))
        for version in versions:
            self._writer.announce_vectors(version.key)
        ids = [id_ for version in versions for id_ in version.key.ids]
        document_ids = [version.document_id for version in versions for _ in version.chunks]
        all_chunks = [chunk for version in versions for chunk in version.chunks]
        vectors = self._embedder.embed_passages([chunk.text_to_embed for chunk in all_chunks])
        self._vectors.add(index.space, ids, document_ids, vectors)
        for version in versions:
            self._writer.commit_version(
                version.document_id,
                index.id,
                version.file,
                version.parsed,
                version.chunks,
                key=version.key,
                names="",
            )


@dataclass(frozen=True, slots=True)
class _Version:
    """A passage on its way into the index."""

    document_id: int
    file: FileState
    parsed: ParsedDocument
    chunks: list[Chunk]
    key: VectorKey


def _file_of(passage: BeirPassage) -> FileState:
    content = f"{passage.title}\n{passage.text}".encode("utf-8", "surrogatepass")
    return FileState(NO_NAME, passage.id.encode(), len(content), 0, hashlib.sha256(content).hexdigest())
