"""Vectors in Chroma, in process."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

import numpy as np

from rag.errors import StoreError, loading_library
from rag.types import Vector, Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import Where

DOCUMENT_ID = "document_id"

SEARCH_WIDTH = 200
"""HNSW's ef: twice the depth retrieval asks for, so that its approximation loses next to nothing."""

EXPORTER = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"

REBUILDING = "rebuilding"
"""A file in the folder while what was lost is made again."""

HNSW_HEADER = struct.Struct("<i16xq")
"""How the header of Chroma's HNSW files begins: the format, 1, and after two sizes the number of vectors."""

SLOT_FILES = ("data_level0.bin", "length.bin")
"""The HNSW files that have room for vectors to come: their numbers, and their lengths."""

_IMPORTING = threading.Lock()

DISK_FULL = ("disk is full", "No space left", "Disk quota")
"""Words of SQLite and of the system, both beneath Chroma, for a full disk."""


class ChromaVectors:
    """The vector index of `rag.protocols.VectorIndex`, kept under `folder`; opened at first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._collections: dict[str, Collection] = {}
        self._created: set[str] = set()

    @property
    def place(self) -> str:
        """Return what tells places of vectors apart."""
        return str(self._folder)

    def open(self) -> None:
        """Open Chroma now rather than at first use; makes nothing where nothing was stored. Raises StoreError."""
        if not self.is_missing():
            with self._translated_errors():
                self._client  # noqa: B018

    def prepare(self) -> None:
        """Open Chroma; where nothing was stored, only import it. Raises StoreError, LibraryError."""
        if self.is_missing():
            import_chroma()
        self.open()

    def check(self) -> None:
        """Do nothing: there is no server that could be away."""

    def add(self, space: str, ids: Sequence[str], document_ids: Sequence[int], vectors: Vectors) -> None:
        """Store vectors under ids; an id that is there already is overwritten. Raises StoreError."""
        if not ids:
            return
        with self._translated_errors():
            collection = self._open(space, create=True)
            assert collection is not None
            for batch in self._batches(len(ids)):
                collection.upsert(
                    ids=list(ids[batch]),
                    embeddings=np.ascontiguousarray(vectors[batch], dtype=np.float32),
                    metadatas=[{DOCUMENT_ID: document_id} for document_id in document_ids[batch]],
                )
            if space in self._created:
                self._finish_creation()
                self._created.discard(space)

    def delete(self, space: str, ids: Sequence[str]) -> None:
        """Delete ids; unknown ones are ignored. Raises StoreError."""
        with self._translated_errors():
            collection = self._open(space)
            if collection is None:
                return
            for batch in self._batches(len(ids)):
                collection.delete(ids=list(ids[batch]))

    def search(
        self, space: str, vector: Vector, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Return (id, cosine), best first; only of the named documents where given. Raises StoreError."""
        if document_ids is not None and not document_ids:
            return []
        with self._translated_errors():
            collection = self._open(space)
            if collection is None:
                return []
            where = None if document_ids is None else _only(document_ids)
            result = collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=limit,
                where=where,
                include=["distances"],
            )
        distances = result["distances"]
        assert distances is not None
        return [(id_, 1.0 - distance) for id_, distance in zip(result["ids"][0], distances[0], strict=True)]

    def load(self, space: str, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors that are stored under ids; those of unknown ids are left out. Raises StoreError."""
        found: dict[str, Vector] = {}
        with self._translated_errors():
            collection = self._find(space)
            if collection is None:
                return found
            for batch in self._batches(len(ids)):
                stored = collection.get(ids=list(ids[batch]), include=["embeddings"])
                embeddings = stored["embeddings"]
                assert embeddings is not None
                vectors = np.asarray(embeddings, dtype=np.float32)
                found.update(zip(stored["ids"], vectors, strict=True))
        return found

    def known_ids(self, space: str, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that a vector is stored under. Raises StoreError."""
        with self._translated_errors():
            collection = self._find(space)
            if collection is None:
                return set()
            found: set[str] = set()
            for batch in self._batches(len(ids)):
                found.update(collection.get(ids=list(ids[batch]), include=[])["ids"])
            return found

    def ids(self, space: str) -> list[str]:
        """Return every id in the space; empty for an unknown space. Raises StoreError."""
        with self._translated_errors():
            collection = self._open(space)
            return list(collection.get(include=[])["ids"]) if collection is not None else []

    def spaces(self) -> list[str]:
        """Return every space that is there. Raises StoreError."""
        with self._translated_errors():
            return [collection.name for collection in self._client.list_collections()]

    def is_missing(self) -> bool:
        """Tell whether nothing was ever stored here, seen without opening Chroma."""
        return not (self._folder / "chroma.sqlite3").exists()

    def is_incomplete(self) -> bool:
        """Tell whether it is missing, or making it again was cut off; seen without opening Chroma."""
        return self.is_missing() or (self._folder / REBUILDING).exists()

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Mark the index as incomplete while it is made again; the mark, a file, outlives a process that is killed."""
        with self._translated_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / REBUILDING).touch()
        yield
        with self._translated_errors():
            (self._folder / REBUILDING).unlink(missing_ok=True)

    def drop(self, space: str) -> None:
        """Remove the whole space; an unknown one is ignored. Raises StoreError."""
        with self._translated_errors():
            if self._open(space) is not None:
                self._client.delete_collection(self._name_of(space))
                del self._collections[space]
            self._delete_dropped_files()

    def close(self) -> None:
        """Release Chroma's files. The index may not be used afterwards."""
        self._collections.clear()
        if "_client" in self.__dict__:
            self._client.close()  # type: ignore[attr-defined]

    def _open(self, space: str, *, create: bool = False) -> Collection | None:
        if space not in self._collections:
            client = self._client
            from chromadb.errors import NotFoundError

            if create:
                self._created.add(space)
                self._collections[space] = client.get_or_create_collection(
                    self._name_of(space),
                    configuration={"hnsw": {"space": "cosine", "ef_search": SEARCH_WIDTH}},
                    embedding_function=None,
                )
            else:
                try:
                    self._collections[space] = client.get_collection(self._name_of(space), embedding_function=None)
                except NotFoundError:
                    return None
        return self._collections[space]

    def _find(self, space: str) -> Collection | None:
        """Return the collection of a space; nothing is made where nothing was stored."""
        return None if self.is_missing() else self._open(space)

    def _batches(self, count: int) -> Iterator[slice]:
        size = self._batch_size()
        return (slice(start, start + size) for start in range(0, count, size))

    def _batch_size(self) -> int:
        return self._client.get_max_batch_size()

    def _name_of(self, space: str) -> str:
        """Return the name of a space's collection in Chroma."""
        return space

    def _translated_errors(self) -> AbstractContextManager[None]:
        return _translated_errors(self._folder)

    def _finish_creation(self) -> None:
        """Clean up after the first vectors of a new space are stored."""
        _blank_unused_slots(self._folder)

    def _delete_dropped_files(self) -> None:
        """Delete the folders of dropped collections, which Chroma (1.5) leaves behind with their vectors."""
        with closing(sqlite3.connect(self._folder / "chroma.sqlite3")) as connection:
            kept = {row[0] for row in connection.execute("SELECT id FROM segments")}
        for entry in self._folder.iterdir():
            if entry.is_dir() and entry.name not in kept:
                shutil.rmtree(entry)

    @cached_property
    def _client(self) -> ClientAPI:
        # Imported here: it takes half a second, and a sync that finds nothing new never needs it.
        import_chroma()
        import chromadb
        from chromadb.config import Settings

        self._folder.mkdir(parents=True, exist_ok=True)
        _blank_unused_slots(self._folder)
        settings = Settings(
            # Said here so that nothing is reported even where the environment or a .env file asks for it.
            anonymized_telemetry=False,
            chroma_otel_collection_endpoint="",
        )
        return chromadb.PersistentClient(path=self._folder, settings=settings)


def import_chroma() -> None:
    """Import Chroma. Raises LibraryError."""
    with _IMPORTING, loading_library("chromadb"), _without_exporter():
        import chromadb.config  # noqa: F401


@contextmanager
def _without_exporter() -> Iterator[None]:
    """Put an empty module in place of the trace exporter while Chroma is imported: unused, it takes a quarter of the
    time.
    """
    if EXPORTER in sys.modules:
        yield
        return
    sys.modules[EXPORTER] = stand_in = ModuleType(EXPORTER)
    stand_in.OTLPSpanExporter = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del sys.modules[EXPORTER]


def _blank_unused_slots(folder: Path) -> None:
    """Overwrite with zeros the HNSW files that hold no vector yet.

    Chroma (1.5) writes a new one from memory that was never cleared: whatever words the process held there before would
    stay on the disk, also after their document is erased. From its first thousand vectors on it writes only those.
    """
    for header in folder.glob("*/header.bin"):
        with header.open("rb") as file:
            start = file.read(HNSW_HEADER.size)
        if len(start) < HNSW_HEADER.size or HNSW_HEADER.unpack(start) != (1, 0):
            continue
        for slots in filter(Path.exists, (header.with_name(name) for name in SLOT_FILES)):
            with slots.open("r+b") as file:
                file.write(bytes(slots.stat().st_size))


def _only(document_ids: Sequence[int]) -> Where:
    return cast("Where", {DOCUMENT_ID: {"$in": list(document_ids)}})


@contextmanager
def _translated_errors(folder: Path) -> Iterator[None]:
    """Raise Chroma's errors as StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The vector index in {folder} could not be used: {error.strerror}.", "Check the disk."
        ) from error
    except (AssertionError, KeyboardInterrupt):
        raise
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("chromadb", "chromadb_rust_bindings", "sqlite3", "builtins"):
            raise
        if any(sign in str(error) for sign in DISK_FULL):
            raise StoreError(
                f"The disk that holds {folder} is full.", "Make room and sync again: what was indexed so far is kept."
            ) from error
        raise StoreError(
            f"The vector index in {folder} failed: {_first_line(error)}.",
            "If it stays so, delete that folder: the next sync builds it again from the catalogue.",
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")[:300]
