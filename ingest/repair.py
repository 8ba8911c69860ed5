"""Compares an index's vectors with its chunks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.protocols import VectorIndex
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


def compare_vectors(
    index: IndexInfo, keys: Mapping[int, VectorKey], vectors: VectorIndex, *, unembedded: Collection[VectorKey] = ()
) -> VectorGaps:
    """Return what is missing and what is left over, for the vectors (`keys`) that the documents of an index should
    have; what is still to be embedded is not missing."""
    stored = set() if vectors.is_missing() else set(vectors.ids(index.space))
    missing = {
        document_id: lost
        for document_id, key in keys.items()
        if key not in unembedded and (lost := set(key.ids) - stored)
    }
    known = {id_ for key in keys.values() for id_ in key.ids}
    return VectorGaps(missing, sorted(stored - known))
