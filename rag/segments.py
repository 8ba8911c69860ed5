"""Joins adjacent chunks of a document into the numbered sources that are read and cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.page_layout import join_spans
from rag.types import CONTENTS_SECTION, Hit, Page, Source

MAX_SEGMENT_CHUNKS = 6
"""Longer runs are left apart: about two pages is what one citation should point into."""

WORTHLESS = 0.02
"""A chunk as likely to answer as this share of the best one's probability is just worth its room; so is a gap.

Against the best and not in itself: where nothing is sure, as with tables of figures, an absolute one leaves out most
pages that answer, and where one passage is sure a relative one leaves out the rest (docs/quality.md).
"""

LoadPages = Callable[[int, Sequence[int]], Mapping[int, Page]]
"""(document id, page numbers) -> pages."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The hits that become sources, best first, and the ids of the unread chunks that join them."""

    hits: tuple[Hit, ...]
    between: tuple[str, ...]


def choose_chunks(
    hits: Sequence[Hit], *, budget: int, worthless: float = WORTHLESS, longest: int = MAX_SEGMENT_CHUNKS
) -> Choice:
    """Choose at most `budget` chunks, hits and those between them, in the stretches most worth reading.

    `hits` are scored with probabilities, which count as shares of the highest. A chunk is worth its share less
    `worthless`, one that is no hit as if it had none; a stretch, at most `longest` chunks, is worth the sum. The
    worthiest are taken in turn, after the relevant segment extraction of dsRAG; the best hit is always taken.
    """
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    by_document: dict[str, dict[int, Hit]] = {}
    for hit in hits:
        key, _, ordinal = hit.chunk_id.rpartition(":")
        by_document.setdefault(key, {})[int(ordinal)] = hit
    chosen: list[Hit] = []
    between: list[str] = []
    left = budget
    stretches = [
        stretch for key, found in by_document.items() for stretch in _stretches(key, found, worthless * best, longest)
    ]
    stretches.sort(key=lambda stretch: -stretch.worth)
    taken: set[str] = set()
    for stretch in stretches:
        if stretch.worth <= 0 and chosen:
            break
        if len(stretch.ids) <= left and taken.isdisjoint(stretch.ids):
            taken.update(stretch.ids)
            left -= len(stretch.ids)
            found = by_document[stretch.key]
            chosen += [found[ordinal] for ordinal in stretch.ordinals if ordinal in found]
            between += [id_ for id_, ordinal in zip(stretch.ids, stretch.ordinals, strict=True) if ordinal not in found]
    rank = {hit.chunk_id: number for number, hit in enumerate(hits)}
    return Choice(tuple(sorted(chosen, key=lambda hit: rank[hit.chunk_id])), tuple(between))


@dataclass(frozen=True, slots=True)
class _Stretch:
    key: str
    ordinals: range
    worth: float

    @property
    def ids(self) -> list[str]:
        return [f"{self.key}:{ordinal}" for ordinal in self.ordinals]


def _stretches(key: str, found: Mapping[int, Hit], worthless: float, longest: int) -> Iterator[_Stretch]:
    """Yield every stretch of a document that begins and ends with a hit and is not too long."""
    for first in found:
        worth = 0.0
        for last in range(first, first + longest):
            worth += (found[last].score if last in found else 0.0) - worthless
            if last in found:
                yield _Stretch(key, range(first, last + 1), worth)


def join_segments(hits: Sequence[Hit], load_pages: LoadPages) -> list[Source]:
    """Return sources numbered from 1, best first; a run of adjacent chunks of one document becomes one source.

    A source stands where its best hit stood. Its text is the pages' text under its spans.
    """
    runs = sorted(_runs(hits), key=lambda run: min(rank for rank, _ in run))
    return [_source(number, run, load_pages) for number, run in enumerate(runs, start=1)]


def _runs(hits: Sequence[Hit]) -> Iterable[list[tuple[int, Hit]]]:
    """Yield hits with their ranks, in runs of neighbouring chunks in reading order."""
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
    """Return whether a chunk goes on where another ends; sheets of a workbook stand beside each other and not in a
    row, and what stands behind a table of contents is no part of it."""
    begins_sheet = hit.document.page_word == "sheet" and other.chunk.first_page != hit.chunk.last_page
    # What an LLM says of a figure is no part of what stands in the file.
    is_alike = other.chunk.described_by == hit.chunk.described_by and not begins_sheet
    is_alike &= (other.chunk.section == CONTENTS_SECTION) == (hit.chunk.section == CONTENTS_SECTION)
    return other.document.id == hit.document.id and other.chunk.ordinal == hit.chunk.ordinal + 1 and is_alike


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
        described_by=best.chunk.described_by,
    )
