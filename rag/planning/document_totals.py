"""Reads what documents ask for in all: the total of an invoice, an order or a receipt, with the words that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.extraction.candidates import decide, find_candidates
from rag.extraction.fields import load_fields
from rag.extraction.values import Conventions
from rag.planning.computed_answer import source_of_places
from rag.planning.quantities import Quantity
from rag.planning.table_cells import Place, plain_cell, proven_cell
from rag.protocols import DocumentCatalogue
from rag.types import DocumentInfo, Page, TableCell, TableRow

BATCH = 100
"""Documents whose pages are in memory at once."""


@dataclass(frozen=True, slots=True)
class Total:
    """The amount that a document asks for in all, and where it says so; `doubt` says why it may be another."""

    document: DocumentInfo
    quantity: Quantity
    place: Place
    doubt: str = ""


@dataclass(slots=True)
class Totals:
    """The totals of some documents, and rows for those of which none is sure."""

    known: list[Total] = field(default_factory=list)
    without: list[TableRow] = field(default_factory=list)


def read_total(document: DocumentInfo, pages: Sequence[Page]) -> Total | None:
    """Return the total that a document labels as one; None where it labels none."""
    sources = [source_of_places(document, page, [(0, len(page.text))], page.number + 1) for page in pages]
    conventions = Conventions.of("\n".join(page.text for page in pages))
    decision = decide(find_candidates(load_fields()["total"].column, sources, conventions))
    if decision is None:
        return None
    found = decision.candidate
    place = Place(found.source.first_page, found.from_, found.to)
    return Total(document, Quantity(Decimal(found.value.text), found.value.unit), place, decision.doubt)


def read_totals(documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue) -> Totals:
    """Return the totals of some documents."""
    totals = Totals()
    for document, total in _each(documents, catalogue):
        if total is not None and not total.doubt:
            totals.known.append(total)
            continue
        note = f"its total is not sure: {total.doubt}" if total else "no total was found in it"
        cell = TableCell("", document.id, document.path, note=note)
        totals.without.append(TableRow((plain_cell(document.path, cell), plain_cell("", cell), cell)))
    return totals


def row_of(total: Total, catalogue: DocumentCatalogue) -> TableRow:
    """Return the row of a table with a document, its page and its total."""
    cell = proven_cell(catalogue, total.document, total.place, text=str(total.quantity))
    return TableRow((plain_cell(total.document.path, cell), plain_cell(cell.pages, cell), cell))


def _each(
    documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> Iterator[tuple[DocumentInfo, Total | None]]:
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        pages = catalogue.page_texts([document.id for document in batch])
        for document in batch:
            yield document, read_total(document, pages.get(document.id, []))
