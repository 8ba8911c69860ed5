"""Makes the cells of an answer's table, with the words of the page that prove each."""

from __future__ import annotations

from dataclasses import dataclass

from rag.page_layout import find_rectangles
from rag.protocols import DocumentCatalogue
from rag.text import sentence_spans
from rag.types import DocumentInfo, Page, Span, TableCell, Verdict

REACH = 400
"""Characters before and behind what was found among which its sentence is looked for."""

MAX_QUOTE = 600
"""Characters of a quote."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of a page (0-based) of a document."""

    page: int
    start: int
    end: int


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the sentences of a text that hold the characters `start` to `end`."""
    first, last = max(0, start - REACH), min(len(text), end + REACH)
    spans = sentence_spans(text[first:last])
    held = [(first + a, first + b) for a, b in spans if first + a < end and start < first + b]
    if not held:
        return start, end
    begin, finish = held[0][0], held[-1][1]
    return (begin, finish) if finish - begin <= MAX_QUOTE else (start, min(end, start + MAX_QUOTE))


def proven_cell(
    catalogue: DocumentCatalogue,
    document: DocumentInfo,
    place: Place,
    *,
    text: str = "",
    verdict: Verdict | None = Verdict.SUPPORTED,
    note: str = "",
) -> TableCell:
    """Return a cell whose quote is copied from a page, with the boxes of its words; its text is `text` or the quote."""
    page = catalogue.load_pages(document.id, [place.page]).get(place.page, Page(place.page, "", ()))
    quote = page.text[place.start : place.end]
    return TableCell(
        text=text or " ".join(quote.split()),
        document_id=document.id,
        document=document.path,
        page=place.page,
        page_label=page.label,
        page_word=document.page_word,
        quote=quote,
        rectangles=find_rectangles({place.page: page}, [Span(place.page, place.start, place.end)]),
        verdict=verdict,
        note=note,
    )


def plain_cell(text: str, like: TableCell) -> TableCell:
    """Return a cell that opens the same page as another one, and claims nothing itself."""
    return TableCell(text, like.document_id, like.document, like.page, like.page_label, like.page_word)
