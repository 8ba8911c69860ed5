"""Makes the cells of an answer's table, with the words of the page that prove each."""

from __future__ import annotations

from dataclasses import dataclass

from rag.page_layout import find_rectangles
from rag.protocols import DocumentCatalogue
from rag.types import DocumentInfo, Page, Span, TableCell, TableRow, Verdict

PROVEN_COLUMNS = ("Document", "Page", "Words")


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of a page (0-based) of a document."""

    page: int
    start: int
    end: int


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


def proven_row(name: str, cell: TableCell) -> TableRow:
    """Return the row of PROVEN_COLUMNS for a cell with its proof: what it is of, on which pages, in which words."""
    return TableRow((plain_cell(name, cell), plain_cell(cell.pages, cell), cell))


def plain_cell(text: str, like: TableCell) -> TableCell:
    """Return a cell that opens the same page as another one, and claims nothing itself."""
    return TableCell(text, like.document_id, like.document, like.page, like.page_label, like.page_word)
