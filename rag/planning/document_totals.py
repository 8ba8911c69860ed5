"""Reads what documents ask for in all: the total of an invoice, an order or a receipt, with the words that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.extraction.candidates import decide, find_candidates
from rag.extraction.fields import load_fields
from rag.extraction.values import Conventions
from rag.planning.computed_answer import source_of_places
from rag.planning.document_amounts import Stated
from rag.planning.quantities import Quantity
from rag.planning.table_cells import Place, plain_cell
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.types import DocumentInfo, Page, TableCell, TableRow

BATCH = 100
"""Documents whose pages are in memory at once."""


@dataclass(slots=True)
class Totals:
    """What some documents state, and rows for those of which it is not sure."""

    known: list[Stated] = field(default_factory=list)
    without: list[TableRow] = field(default_factory=list)

    def add_without(self, document: DocumentInfo, note: str) -> None:
        """Add a document that is listed apart, with the reason."""
        cell = TableCell("", document.id, document.path, note=note)
        self.without.append(TableRow((plain_cell(document.path, cell), plain_cell("", cell), cell)))


def read_total(document: DocumentInfo, pages: Sequence[Page]) -> Stated | None:
    """Return the total that a document labels as one; None where it labels none."""
    sources = [source_of_places(document, page, [(0, len(page.text))], page.number + 1) for page in pages]
    conventions = Conventions.of("\n".join(page.text for page in pages))
    decision = decide(find_candidates(load_fields()["total"].column, sources, conventions))
    if decision is None:
        return None
    found = decision.candidate
    place = Place(found.source.first_page, found.from_, found.to)
    page = next(page for page in pages if page.number == place.page)
    return Stated(document, Quantity(Decimal(found.value.text), found.value.unit), "", page, place, decision.doubt)


def read_totals(documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue, wording: Wording) -> Totals:
    """Return the totals of some documents."""
    totals = Totals()
    for document, pages in each_with_pages(documents, catalogue):
        total = read_total(document, pages)
        if total is None:
            totals.add_without(document, wording.say("no total"))
        elif total.doubt:
            totals.add_without(document, wording.say("total not sure", doubt=total.doubt))
        else:
            totals.known.append(total)
    return totals


def each_with_pages(
    documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> Iterator[tuple[DocumentInfo, list[Page]]]:
    """Yield documents with their pages, some of them in memory at once."""
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        pages = catalogue.page_texts([document.id for document in batch])
        for document in batch:
            yield document, pages.get(document.id, [])
