"""Declares what the steps of a sync need of the catalogue, each as small as it can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from rag.types import (
    Chunk,
    FileState,
    IndexInfo,
    KnownFile,
    ParsedDocument,
    UndescribedDocument,
    UnembeddedVersion,
    Usage,
    VectorKey,
)

P = ParamSpec("P")
T = TypeVar("T")


class ReadingPool(Protocol):
    """Sandboxed workers, on this machine or on others. A task that fails, hangs or dies takes nothing else with it."""

    @property
    def workers(self) -> int:
        """Return how many tasks can run at once now."""
        ...

    def submit_within(self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a module-level function in a worker, with a time limit.

        The future raises ParseError; CancelledError once the pool is stopped; ConfigurationError where the workers are
        lost for good.
        """
        ...

    def submit_file(
        self,
        seconds: float,
        function: Callable[Concatenate[Path, FileState, P], T],
        root: Path,
        file: FileState,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Run a function on a file below `root` as `submit_within` does. Another machine may have it below another
        folder, which is then what the function is given.
        """
        ...

    def stop(self) -> None:
        """End what runs, and cancel what waits. Safe to call twice."""
        ...


class StoredVersions(Protocol):
    """The versions of documents that are stored, to embed them again without their files."""

    def indexes(self) -> list[tuple[str, IndexInfo]]:
        """Return every index with the name of its collection."""
        ...

    def vector_keys(self, index_id: int) -> dict[int, VectorKey]:
        """Return the vectors that an index should have, by document."""
        ...

    def load_version(self, document_id: int, index_id: int) -> tuple[ParsedDocument, list[Chunk], VectorKey]:
        """Return a stored version of a document; the pages' blocks are not kept."""
        ...


class EmbeddingState(StoredVersions, Protocol):
    """Knows which versions still lack vectors, and where the vector of a text is that was embedded before."""

    def unembedded(self) -> list[UnembeddedVersion]:
        """Return the versions of all indexes whose vectors are still to be made, the newest first."""
        ...

    def load_passages(self, key: VectorKey) -> list[Chunk]:
        """Return the chunks of a version in their order; none where that version is gone."""
        ...

    def current_keys(self, keys: Sequence[VectorKey]) -> set[VectorKey]:
        """Return those of the vectors that a version still refers to."""
        ...

    def find_embedded(self, embedder: str, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return space and id of a vector for each `Chunk.embedding_hash` that an embedder made one for already."""
        ...

    def announce_vectors(self, key: VectorKey) -> None:
        """Write down vectors before they are stored."""
        ...

    def mark_embedded(self, keys: Sequence[VectorKey]) -> None:
        """Record that the vectors of these versions are made; of versions that are gone, nothing is recorded."""
        ...

    def mark_unembedded(self, keys: Sequence[VectorKey]) -> None:
        """Record that vectors of these versions were lost, so that they are made again."""
        ...


class VectorJournal(Protocol):
    """Remembers vectors that no version refers to, and text that was removed, until both are gone from every file."""

    def journalled_vectors(self) -> list[VectorKey]:
        """Return vectors that no version refers to."""
        ...

    def clear_journal(self, keys: Sequence[VectorKey]) -> None:
        """Record that these vectors are deleted."""
        ...

    def live_spaces(self) -> set[str]:
        """Return the vector spaces of all indexes."""
        ...

    def erase_traces(self) -> bool:
        """Leave no text of removed documents in any file; False where that has to be tried again later."""
        ...


class RunRecords(Protocol):
    """The records of syncs."""

    def start_run(self, collection_id: int, folder: Path) -> int:
        """Record that a sync began; returns the record's id."""
        ...

    def last_complete_run(self, collection_id: int, folder: Path) -> str:
        """Return when the newest sync of a folder that ran to its end began, in ISO 8601; "" where none is on
        record."""
        ...

    def finish_run(self, run_id: int, folder_id: int | None, *, outcome: str, report: str) -> None:
        """Record how a sync ended, with its report as JSON; without a folder it could not begin."""
        ...


class Collections(Protocol):
    """Collections with the folders that are synced into them, and their indexes."""

    def find_collection(self, name: str) -> int | None:
        """Return the collection's id, None when there is none."""
        ...

    def open_collection(self, name: str) -> int:
        """Return the collection's id; made when new."""
        ...

    def delete_collection(self, name: str) -> list[str]:
        """Delete a collection with all its documents; their vectors go to the journal. Raises NotFoundError."""
        ...

    def folder_roots(self, collection_id: int) -> dict[Path, int]:
        """Return the folders synced into a collection, with their ids."""
        ...

    def open_folder(self, collection_id: int, root: Path) -> int:
        """Return the folder's id; made when new."""
        ...

    def find_index(self, collection_id: int, fingerprint: str) -> IndexInfo | None:
        """Return the collection's index for a fingerprint, None when there is none."""
        ...

    def open_index(self, collection_id: int, fingerprint: str) -> IndexInfo:
        """Return the collection's index for a fingerprint; made when new, active at once if it is the first."""
        ...

    def active_index(self, collection_id: int) -> IndexInfo | None:
        """Return the index that answers for a collection."""
        ...

    def is_complete(self, collection_id: int, index_id: int) -> bool:
        """Tell whether every document that answers in the collection has a version in this index, embedded whole."""
        ...

    def activate_index(self, collection_id: int, index_id: int) -> None:
        """Let an index answer for its collection, and delete the others."""
        ...


class DocumentWriter(Protocol):
    """The documents of a folder, one for each file; a new version replaces the old one whole or not at all."""

    def known_files(self, folder_id: int, index_id: int) -> dict[bytes, KnownFile]:
        """Load what is remembered of each file of a folder, by its path."""
        ...

    def count_languages(self, index_id: int) -> dict[str, int]:
        """Return how many documents of an index are in each language; "" stands for those that nobody knows of."""
        ...

    def documents_in(self, index_id: int) -> list[int]:
        """Return the documents that have a version in an index."""
        ...

    def open_document(self, collection_id: int, folder_id: int, file: FileState) -> int:
        """Return the id of the document for a file; made when new."""
        ...

    def touch(self, document_id: int, file: FileState) -> None:
        """Record that a file has a new time and the content that is indexed already."""
        ...

    def rename(self, document_id: int, file: FileState, names: str) -> None:
        """Give a document another path and the searchable words of its new name."""
        ...

    def record_failure(self, document_id: int, *, attempt: str, reason: str, remedy: str) -> None:
        """Record why a file could not be read; its last good version goes on answering."""
        ...

    def commit_version(
        self,
        document_id: int,
        index_id: int,
        file: FileState,
        parsed: ParsedDocument,
        document_chunks: Sequence[Chunk],
        *,
        key: VectorKey,
        names: str,
        is_embedded: bool = True,
    ) -> None:
        """Make a new version of a document the one that answers, by its words only until it `is_embedded`."""
        ...

    def remove_documents(self, document_ids: Sequence[int], *, keep_out: bool = False) -> None:
        """Remove documents; with `keep_out` they are not indexed again either."""
        ...


class FigureCatalogue(Protocol):
    """Keeps what LLMs said of the figures of documents."""

    def load_figures(self, document_id: int, described_by: str) -> dict[str, str]:
        """Return what an LLM said of pictures of a document, by the SHA-256 of their pixels."""
        ...

    def keep_figure(
        self, document_id: int, picture: str, described_by: str, text: str, *, usage: Usage, cost_usd: float | None
    ) -> None:
        """Keep what an LLM said of a picture of a document; nothing where that document is gone."""
        ...

    def drop_figures(self, document_id: int, described_by: str, *, kept: Sequence[str]) -> None:
        """Delete what others than `described_by` said of the pictures of a document, and of other pictures than those
        that are `kept`.
        """
        ...

    def find_described(self, document: UndescribedDocument) -> FileState | None:
        """Return the file of a document whose figures were described; None where it answers by another content now, or
        not at all.
        """
        ...

    def mark_described(self, document: UndescribedDocument, described_by: str) -> None:
        """Record that a document has no figures to be described."""
        ...


class Catalogue(EmbeddingState, VectorJournal, RunRecords, Collections, DocumentWriter, FigureCatalogue, Protocol):
    """All that the pipeline needs; each method is one transaction, which survives a crash whole or not at all."""
