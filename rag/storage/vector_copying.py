"""Copies the vectors of a space from one vector index into another, and compares them."""

from __future__ import annotations

import numpy as np

from rag.errors import StoreError
from rag.storage.catalogue.copying import OnProgress
from rag.storage.vectors import ChromaVectors

AT_ONCE = 1_000


def copy_space(source: ChromaVectors, target: ChromaVectors, space: str, on_progress: OnProgress) -> int:
    """Have the target hold the vectors of a space that the source holds; returns how many. Raises StoreError.

    What is there already is compared like the rest, and made anew where it differs.
    """
    wanted = sorted(source.ids(space))
    there = set(target.ids(space))
    target.delete(space, sorted(there - set(wanted)))
    for start in range(0, len(wanted), AT_ONCE):
        ids = wanted[start : start + AT_ONCE]
        vectors = source.load(space, ids)
        copied = target.load(space, [id_ for id_ in ids if id_ in there])
        missing = [id_ for id_ in ids if id_ not in copied or not np.array_equal(copied[id_], vectors[id_])]
        # A chunk's id begins with that of its document.
        documents = [int(id_.partition(".")[0]) for id_ in missing]
        if missing:
            target.add(space, missing, documents, np.stack([vectors[id_] for id_ in missing]))
            copied = target.load(space, missing)
            if different := [id_ for id_ in missing if not np.allclose(copied[id_], vectors[id_], atol=1e-6)]:
                raise StoreError(
                    f"{len(different):,} vectors of {space} are others in the copy.",
                    "Migrate again; what was copied from is as it was.",
                )
        on_progress("vectors", start + len(ids), len(wanted))
    return len(wanted)
