"""Joins what several look-ups found by rounds: the best page of each, then the next of each, and so on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from rag.types import Hit

Item = TypeVar("Item", bound=Hashable)
Page = tuple[int, int]
"""A document's id and a page of it, from 0."""


def join_by_rounds(rankings: Iterable[Sequence[Item]]) -> list[Item]:
    """Return all items, each once: in every round each ranking, in order, gives its next one that is not there yet."""
    taken: dict[Item, None] = {}
    waiting = [iter(ranking) for ranking in rankings]
    while waiting:
        going_on = []
        for ranking in waiting:
            item = next((item for item in ranking if item not in taken), None)
            if item is not None:
                taken[item] = None
                going_on.append(ranking)
        waiting = going_on
    return list(taken)


def join_hits(rankings: Iterable[Sequence[Hit]], *, limit: int) -> list[Hit]:
    """Return the hits of the best pages of several searches, at most `limit` of them, page after page by rounds.

    A page brings those of its hits that any search found, best first, so that a statement is not torn apart. Where a
    page's hits are more than the room left, the best of them come.
    """
    found: dict[Page, dict[str, Hit]] = {}
    pages = []
    for ranking in rankings:
        order: dict[Page, None] = {}
        for hit in ranking:
            page = page_of(hit)
            order[page] = None
            found.setdefault(page, {}).setdefault(hit.chunk_id, hit)
        pages.append(list(order))
    joined = [hit for page in join_by_rounds(pages) for hit in found[page].values()]
    return joined[:limit]


def page_of(hit: Hit) -> Page:
    """Return the page on which a hit begins."""
    return hit.document.id, hit.chunk.first_page
