"""Deletes what syncs and removals leave behind: vectors without a version, and text of removed documents."""

from __future__ import annotations

import logging

from ingest.protocols import VectorJournal
from rag.protocols import VectorIndex

log = logging.getLogger(__name__)


def sweep(journal: VectorJournal, vectors: VectorIndex) -> None:
    """Delete the vectors that no version refers to, and every trace of removed documents. Raises StoreError."""
    if keys := journal.journalled_vectors():
        live = journal.live_spaces()
        for space in {key.space for key in keys}:
            if space in live:
                vectors.delete(space, [id_ for key in keys if key.space == space for id_ in key.ids])
            else:
                vectors.drop(space)
        journal.clear_journal(keys)
    if not journal.erase_traces():
        log.warning("Some text of removed documents is still in the files of the index; the next sync erases it.")
