"""Compares an index's vectors with its chunks, and embeds what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ingest.protocols import StoredVersions
from ingest.stages import embed_chunks
from rag.protocols import Embedder, VectorIndex
from rag.types import IndexInfo, VectorKey


@dataclass(frozen=True, slots=True)
class VectorGaps:
    """The differences between the vectors and the chunks of one index."""

    missing: Mapping[int, Collection[str]]
    """Document id -> ids of its chunks that have no vector."""
    orphans: Sequence[str]
    """Ids of vectors that belong to no chunk."""

    @property
    def missing_count(self) -> int:
        """Return chunks without a vector."""
        return sum(map(len, self.missing.values()))


def compare_vectors(index: IndexInfo, keys: Mapping[int, VectorKey], vectors: VectorIndex) -> VectorGaps:
    """Return what is missing and what is left over, for the vectors (`keys`) that the documents of an index should
    have."""
    stored = set() if vectors.is_missing() else set(vectors.ids(index.space))
    missing = {document_id: lost for document_id, key in keys.items() if (lost := set(key.ids) - stored)}
    known = {id_ for key in keys.values() for id_ in key.ids}
    return VectorGaps(missing, sorted(stored - known))


def embed_lost(
    *, versions: StoredVersions, vectors: VectorIndex, find_embedder: Callable[[IndexInfo], Embedder | None]
) -> None:
    """Embed what no vector is there for, in all collections. Raises StoreError, ModelError.

    An index whose embedder is not here is left as it is: words are searched until a sync has built it anew. What is
    done is kept where this is cut off, and the rest is done the next time.
    """
    with vectors.rebuilding():
        for _, index in versions.indexes():
            if (embedder := find_embedder(index)) is not None:
                gaps = compare_vectors(index, versions.vector_keys(index.id), vectors)
                embed_missing(index, gaps.missing, versions=versions, vectors=vectors, embedder=embedder)


def embed_missing(
    index: IndexInfo,
    missing: Mapping[int, Collection[str]],
    *,
    versions: StoredVersions,
    vectors: VectorIndex,
    embedder: Embedder,
) -> None:
    """Embed the chunks that have no vector, and those only. Raises StoreError, ModelError."""
    for document_id, ids in missing.items():
        _, chunks, key = versions.load_version(document_id, index.id)
        wanted = [(id_, chunk) for chunk in chunks if (id_ := f"{key.key}:{chunk.ordinal}") in ids]
        made = embed_chunks([chunk for _, chunk in wanted], embedder)
        vectors.add(key.space, [id_ for id_, _ in wanted], [document_id] * len(wanted), made)
