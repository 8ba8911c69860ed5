"""Finds the newest, oldest, longest or shortest of some documents, by what the catalogue and their beginnings tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.planning.computed_answer import compose_answer, refuse
from rag.planning.decisions import first_line, proof_of_date
from rag.planning.order_query import Order, OrderQuery
from rag.planning.planner import Answering
from rag.planning.table_cells import Place, plain_cell, proven_cell
from rag.protocols import DocumentCatalogue
from rag.types import AnswerTable, DocumentInfo, Page, PlanStep, TableRow, Verdict
from rag.words.dates import find_dates

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
UNDATED = "its date is not known"


def answer_order(query: OrderQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue) -> Answering:
    """Yield the step and the sentence, and return it with a row for each document, in order."""
    yield PlanStep(f"Putting {len(documents):,} documents in order: {query.order}", len(documents), len(documents))
    keys = {document.id: _key(query.order, document) for document in documents}
    known = sorted(
        (document for document in documents if keys[document.id]),
        key=lambda one: keys[one.id],
        reverse=query.order in ("newest", "longest"),
    )
    without = [document for document in documents if not keys[document.id]]
    if not known:
        return (yield from refuse(f"None of the {query.documents} gives a date.", milliseconds={}))
    pages = catalogue.page_texts([document.id for document in documents])
    rows = [_row(document, pages, catalogue) for document in known]
    undecided = [_row(document, pages, catalogue, note=UNDATED) for document in without]
    first = [document for document in known if keys[document.id] == keys[known[0].id]]
    names = " and ".join(document.path for document in first)
    verb = "is" if len(first) == 1 else "are"
    told = f"{keys[known[0].id].lstrip('0')} pages" if query.order in ("longest", "shortest") else keys[known[0].id]
    text = f"{names} {verb} the {query.order} of {len(known):,} {_plural(query)}: {told}."
    notices = [f"{len(without):,} more give no date and are listed apart."] if without else []
    table = AnswerTable(("Document", "Page", "Words"), tuple(rows), tuple(undecided))
    return (yield from compose_answer(text, (), catalogue, milliseconds={}, table=table, notices=notices))


def _plural(query: OrderQuery) -> str:
    noun, _, rest = query.documents.partition(" ")
    return f"{noun if noun.endswith('s') else noun + 's'} {rest}".strip()


def _key(order: Order, document: DocumentInfo) -> str:
    """Return a text that sorts as the documents do; "" where nothing tells."""
    if order in ("longest", "shortest"):
        return f"{document.pages:08}"
    if document.profile.dated:
        return document.profile.dated
    names = f"{document.title}\n{document.path}".replace("_", " ")
    if dates := find_dates(names):
        return dates[0].day.isoformat()
    if document.profile.period:
        return document.profile.period
    years = _YEAR.findall(names)
    return max(years) if years else ""


def _row(
    document: DocumentInfo, pages: Mapping[int, Sequence[Page]], catalogue: DocumentCatalogue, *, note: str = ""
) -> TableRow:
    of_it = pages.get(document.id, [])
    place = proof_of_date(document, of_it) or first_line(of_it) or Place(0, 0, 0)
    cell = proven_cell(catalogue, document, place, verdict=None if note else Verdict.SUPPORTED, note=note)
    return TableRow((plain_cell(document.path, cell), plain_cell(cell.pages, cell), cell))
