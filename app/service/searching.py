"""Finds passages in an opened index, with the labels that their documents give the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.retrieval import Retrieval
from rag.types import Hit, Question

if TYPE_CHECKING:
    from app.service.build_index import Lectern
    from rag.protocols import Searcher


def search(lectern: Lectern, question: Question, *, limit: int | None = None) -> Retrieval:
    """Search for the best `limit` passages, all that are found without one. Raises what `Retriever.retrieve` does."""
    found = lectern.retriever.retrieve(
        question.text,
        collection=question.collection,
        filters=question.filters,
        ignored_filters=question.ignored_filters,
    )
    best = found.hits[:limit]
    labels = _page_labels(lectern.catalogue, best)
    return replace(found, hits=tuple(replace(hit, page_label=labels.get(_place(hit), "")) for hit in best))


def _page_labels(searcher: Searcher, hits: Sequence[Hit]) -> Mapping[tuple[int, int], str]:
    """Return the labels of the pages on which hits begin, by (document id, page)."""
    wanted: dict[int, set[int]] = {}
    for document_id, page in map(_place, hits):
        wanted.setdefault(document_id, set()).add(page)
    return {
        (document_id, page.number): page.label
        for document_id, numbers in wanted.items()
        for page in searcher.load_pages(document_id, sorted(numbers)).values()
    }


def _place(hit: Hit) -> tuple[int, int]:
    return hit.document.id, hit.chunk.first_page
