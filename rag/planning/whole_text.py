"""Cuts all pages of documents into numbered sources that fit an LLM, so that none is left unread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.protocols import PlanCatalogue
from rag.text import content_words, sentence_spans
from rag.types import CONTENTS_SECTION, Chunk, DocumentInfo, Page, Source, Span

MAX_STRETCH = 2_400
"""Characters of one source: about 600 tokens, which every LLM has room for."""


def whole_text(
    catalogue: PlanCatalogue, collection: str, documents: Sequence[DocumentInfo], section: str = ""
) -> list[Source]:
    """Return the text of documents, or of their sections whose headings have the wanted words, in order.

    Sources are numbered from 1; each is a stretch of one page. Pages without text have none.
    """
    found: list[Source] = []
    for document in documents:
        pages = catalogue.page_texts([document.id]).get(document.id, [])
        by_number = {page.number: page for page in pages}
        spans = _page_spans(pages)
        if section:
            spans = _section_spans(catalogue, collection, document, section, by_number)
        for span in spans:
            page = by_number.get(span.page)
            if page is None:
                continue
            for start, end in stretches(page.text, span.start, span.end):
                labels = {page.number: page.label} if page.label else {}
                place = (Span(page.number, start, end),)
                found.append(Source(0, document, section, page.text[start:end], place, 1.0, labels))
    return [replace(source, number=number) for number, source in enumerate(found, 1)]


def stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the characters `start` to `end` of a text in stretches of whole sentences; no character that says
    something is left out.
    """
    edges = [start + last for _, last in sentence_spans(text[start:end])]
    begin = start
    while begin < end:
        reach = min(end, begin + MAX_STRETCH)
        if reach < end:
            reach = max((edge for edge in edges if begin < edge <= reach), default=reach)
        if text[begin:reach].strip():
            yield begin, reach
        begin = reach


def _page_spans(pages: Sequence[Page]) -> list[Span]:
    return [Span(page.number, 0, len(page.text)) for page in pages]


def _section_spans(
    catalogue: PlanCatalogue, collection: str, document: DocumentInfo, section: str, pages: Mapping[int, Page]
) -> list[Span]:
    """Return the spans of a section, from its heading to the next one, each stretch of a page once.

    A chunk has the section in which it begins; a heading may stand in its middle.
    """
    words = set(content_words(section))
    chunks = [chunk for _, chunk in catalogue.load_document_chunks(collection, document.id)]
    chunks = [chunk for chunk in chunks if chunk.section != CONTENTS_SECTION]
    wanted = [words <= set(content_words(chunk.section)) for chunk in chunks]
    spans: list[Span] = []
    for before, chunk, is_wanted, was_wanted in zip([None, *chunks], chunks, wanted, [False, *wanted], strict=False):
        if before is None:
            spans += chunk.spans if is_wanted else ()
            continue
        if is_wanted and not was_wanted:
            spans += _from_heading(before, chunk.section, pages)
        if was_wanted and not is_wanted:
            cut = _from_heading(before, chunk.section, pages)
            spans = [left for span in spans if (left := _without(span, cut)) is not None]
        if is_wanted:
            spans += chunk.spans
    return _joined(spans)


def _from_heading(chunk: Chunk, section: str, pages: Mapping[int, Page]) -> list[Span]:
    """Return what of a chunk stands from the heading of a section on; nothing where it does not stand there."""
    heading = re.compile(rf"(?m)^\W*{re.escape(section.rpartition(' > ')[2].strip())}\W*$")
    for at, span in enumerate(chunk.spans):
        text = pages[span.page].text[span.start : span.end] if span.page in pages else ""
        if match := heading.search(text):
            return [replace(span, start=span.start + match.start()), *chunk.spans[at + 1 :]]
    return []


def _without(span: Span, cut: Sequence[Span]) -> Span | None:
    """Return what of a span stands before the first of others; None for nothing."""
    if not cut or (span.page, span.end) <= (cut[0].page, cut[0].start):
        return span
    if span.page > cut[0].page or span.start >= cut[0].start:
        return None
    return replace(span, end=cut[0].start)


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.page, one.start, one.end)):
        last = joined[-1] if joined else None
        if last is not None and last.page == span.page and span.start <= last.end:
            joined[-1] = replace(last, end=max(last.end, span.end))
        else:
            joined.append(span)
    return joined
