"""Adds up or averages the totals of documents: the sum of the invoices of March."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rag.planning.all_documents import AllDocuments
from rag.planning.calculation_query import AggregateQuery
from rag.planning.computed_answer import compose_answer, refuse
from rag.planning.figures import Figure, find_labelled
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_scale, common_unit
from rag.planning.table_cells import Place, plain_cell, proven_cell
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import AnswerTable, DocumentInfo, Page, TableCell, TableRow, Verdict

TOTALS = (
    "grand total", "total (?:amount )?(?:due|payable)", "amount due", "balance due", "invoice total", "gesamtbetrag",
    "gesamtsumme", "rechnungsbetrag", "endbetrag", "zu zahlen", "total ttc", "montant total", "net à payer",
    "importe total", "total a pagar", "total(?: amount)?", "gesamt", "summe", "sum",
)  # fmt: skip
"""Words before the amount of an invoice, an order or a receipt, the surest first."""

COLUMNS = ("Document", "Page", "Amount")

MAX_WRITTEN = 6
"""Amounts that are written out in the sentence; of more only the result is, as the table has them all."""

BATCH = 100


class Aggregation:
    """Adds up or averages what documents ask for, one amount each."""

    def __init__(self, lists: AllDocuments, catalogue: DocumentCatalogue) -> None:
        """Take what finds the documents, and the catalogue that holds their pages."""
        self._lists = lists
        self._catalogue = catalogue

    def answer(self, asked: PlannedQuestion, query: AggregateQuery) -> Answering:
        """Yield the steps and the sum, and return it with a row for each document."""
        timer = StageTimer()
        found = yield from self._lists.collect(asked, query.documents)
        if isinstance(found, str):
            return found
        timer.mark("look through")
        rows: list[TableRow] = []
        without: list[TableRow] = list(found.undecided)
        amounts: list[Quantity] = []
        for start in range(0, len(found.documents), BATCH):
            batch = found.documents[start : start + BATCH]
            pages = self._catalogue.page_texts([document.id for document in batch])
            for document in batch:
                figure = find_total(document, pages.get(document.id, []))
                if figure is None:
                    cell = TableCell("", document.id, document.path, note="no total was found in it")
                    without.append(TableRow((plain_cell(document.path, cell), plain_cell("", cell), cell)))
                    continue
                amounts.append(figure.quantity)
                rows.append(self._row(figure))
        timer.mark("compute")
        table = AnswerTable(COLUMNS, tuple(rows), tuple(without))
        if not amounts:
            return (
                yield from refuse(f"No total was found in {query.documents.subject}.", milliseconds=timer.milliseconds)
            )
        try:
            text = _sentence(query, amounts)
        except CalculationError as error:
            reason = f"{error.reason} {error.remedy}"
            return (yield from refuse(reason, milliseconds=timer.milliseconds, table=table))
        reason = f"In {len(without):,} documents no total was found, or they could not be decided." if without else ""
        return (
            yield from compose_answer(
                text,
                (),
                self._catalogue,
                milliseconds=timer.milliseconds,
                table=table,
                notices=[reason] if reason else [],
                verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
                reason=reason,
            )
        )

    def _row(self, figure: Figure) -> TableRow:
        place = Place(figure.page.number, *figure.row)
        cell = proven_cell(self._catalogue, figure.document, place, text=str(figure.quantity))
        return TableRow((plain_cell(figure.document.path, cell), plain_cell(cell.pages, cell), cell))


def find_total(document: DocumentInfo, pages: Sequence[Page]) -> Figure | None:
    """Return the amount that a document asks for in all: the last one behind the surest words."""
    for label in TOTALS:
        if found := find_labelled([label], document, pages):
            return found[0]
    return None


def _sentence(query: AggregateQuery, amounts: Sequence[Quantity]) -> str:
    """Return the result in words. Raises CalculationError for amounts in two units."""
    unit, scale = common_unit(amounts), common_scale(amounts)
    total = sum((amount.value for amount in amounts), Decimal(0))
    is_sum = query.how == "sum"
    result = Quantity(total if is_sum else total / len(amounts), unit, scale)
    name = "Sum" if is_sum else "Average"
    written = " + ".join(str(Quantity(amount.value, "", scale)) for amount in amounts)
    if len(amounts) > MAX_WRITTEN:
        return f"{name} of the totals of {len(amounts):,} {query.documents.subject} = {result}."
    middle = written if is_sum else f"({written}) / {len(amounts)}"
    return f"{name} of the totals of {len(amounts):,} {query.documents.subject} = {middle} = {result}."
