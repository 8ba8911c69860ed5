"""Joins adjacent chunks of a document into the numbered sources that are read and cited. Knows no search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rag.layout import join_spans
from rag.types import Hit, Page, Source

MAX_SEGMENT_CHUNKS = 6
"""Longer runs are left apart: about two pages is what one citation should point into."""

LoadPages = Callable[[int, Sequence[int]], Mapping[int, Page]]
"""(document id, page numbers) -> pages."""


def join_segments(hits: Sequence[Hit], load_pages: LoadPages) -> list[Source]:
    """Sources numbered from 1, best first; a run of adjacent chunks of one document becomes one source.

    A source stands where its best hit stood. Its text is the pages' text under its spans.
    """
    runs = sorted(_runs(hits), key=lambda run: min(rank for rank, _ in run))
    return [_source(number, run, load_pages) for number, run in enumerate(runs, start=1)]


def _runs(hits: Sequence[Hit]) -> Iterable[list[tuple[int, Hit]]]:
    """Hits with their ranks, in runs of neighbouring chunks in reading order."""
    in_order = sorted(enumerate(hits), key=lambda item: (item[1].document.id, item[1].chunk.ordinal))
    run: list[tuple[int, Hit]] = []
    for rank, hit in in_order:
        if run and not (_follows(run[-1][1], hit) and len(run) < MAX_SEGMENT_CHUNKS):
            yield run
            run = []
        run.append((rank, hit))
    if run:
        yield run


def _follows(hit: Hit, other: Hit) -> bool:
    return other.document.id == hit.document.id and other.chunk.ordinal == hit.chunk.ordinal + 1


def _source(number: int, run: Sequence[tuple[int, Hit]], load_pages: LoadPages) -> Source:
    hits = [hit for _, hit in run]
    _, best = min(run, key=lambda item: item[0])
    wanted = sorted({span.page for hit in hits for span in hit.chunk.spans})
    pages = load_pages(best.document.id, wanted)
    texts = {number: page.text for number, page in pages.items()}
    spans = join_spans((span for hit in hits for span in hit.chunk.spans), texts)
    return Source(
        number=number,
        document=best.document,
        section=best.chunk.section,
        text="\n".join(texts[span.page][span.start : span.end] for span in spans),
        spans=tuple(spans),
        score=best.score,
        page_labels={page.number: page.label for page in pages.values() if page.label},
    )
