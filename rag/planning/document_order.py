"""Finds the newest, oldest, longest or shortest of some documents, and which ends or begins first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from rag.planning.computed_answer import Proof, compose_answer, refuse
from rag.planning.decisions import first_day, first_line, last_day, proof_of_date
from rag.planning.order_query import Order, OrderQuery
from rag.planning.planner import Answering
from rag.planning.table_cells import PROVEN_COLUMNS, Place, proven_cell, proven_row
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.types import AnswerTable, DocumentInfo, Page, PlanStep, TableRow, Verdict
from rag.words.dates import find_dates

NO_TIMES: Mapping[str, float] = {}

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def answer_order(
    query: OrderQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue, wording: Wording
) -> Answering:
    """Yield the step and the sentence, and return it with a row for each document, in order."""
    yield PlanStep(f"Putting {len(documents):,} documents in order: {query.order}", len(documents), len(documents))
    pages = catalogue.page_texts([document.id for document in documents])
    keys = {document.id: _key(query.order, document, pages.get(document.id, [])) for document in documents}
    known = sorted(
        (document for document in documents if keys[document.id][0]),
        key=lambda one: keys[one.id][0],
        reverse=query.order in ("newest", "longest", "ends last", "begins last"),
    )
    without = [document for document in documents if not keys[document.id][0]]
    if query.is_by_days and len(known) < 2:
        return f"The days of two {query.documents} and more are not known, so it was looked up."
    if not known:
        return (yield from refuse(wording.say("no dates", documents=query.documents), milliseconds={}))
    rows = [_row(document, keys[document.id][1], pages, catalogue) for document in known]
    undecided = [_row(document, None, pages, catalogue, note=wording.say("undated")) for document in without]
    best = keys[known[0].id][0]
    first = [document for document in known if keys[document.id][0] == best]
    names = f" {wording.say('and')} ".join(document.path for document in first)
    of_all = f"{wording.number(len(known))} {query.documents}"
    text = _sentence(query, names, len(first), of_all, best, wording)
    return (yield from compose_order(text, (), rows, undecided, query.documents, catalogue, wording))


def compose_order(
    text: str,
    proofs: Sequence[Proof],
    rows: Sequence[TableRow],
    undecided: Sequence[TableRow],
    documents: str,
    catalogue: DocumentCatalogue,
    wording: Wording,
    *,
    milliseconds: Mapping[str, float] = NO_TIMES,
) -> Answering:
    """Yield which of some documents is the first, and return it with a row for each; where some tell no day, it says of
    how many it is known, and is partly supported. `documents` is the word for them in the plural."""
    reason = ""
    if undecided:
        text = wording.say(
            "of a part",
            known=wording.number(len(rows)),
            all=wording.number(len(rows) + len(undecided)),
            documents=documents,
            text=text,
        )
        count = len(undecided)
        reason = wording.say(wording.one("more undated", count), count=wording.number(count))
    return (
        yield from compose_answer(
            text,
            proofs,
            catalogue,
            milliseconds=milliseconds,
            table=AnswerTable(wording.columns(*PROVEN_COLUMNS), tuple(rows), tuple(undecided)),
            notices=[reason] if reason else [],
            verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
            reason=reason,
        )
    )


def say_first(order: Order, names: str, count: int, of_all: str, day: date, wording: Wording) -> str:
    """Return the sentence that says which, `count` of them, end or begin first or last, and on what day."""
    what = order.partition(" ")[0]
    verb = what if count == 1 else what.removesuffix("s")
    return wording.say(order, names=names, verb=verb, of_all=of_all, day=wording.day(day))


def _sentence(query: OrderQuery, names: str, first: int, of_all: str, best: str, wording: Wording) -> str:
    if query.is_by_days:
        return say_first(query.order, names, first, of_all, date.fromisoformat(best), wording)
    is_by_pages = query.order in ("longest", "shortest")
    told = wording.say(wording.one("pages", int(best)), count=best.lstrip("0")) if is_by_pages else best
    text = f"{query.order} order" if is_by_pages else query.order
    return wording.say(text, names=names, verb="is" if first == 1 else "are", of_all=of_all, told=told)


def _key(order: Order, document: DocumentInfo, pages: Sequence[Page]) -> tuple[str, Place | None]:
    """Return a text that sorts as the documents do, "" where nothing tells, and the words that tell it where known."""
    if order in ("ends first", "ends last", "begins first", "begins last"):
        found = last_day(pages) if order.startswith("ends") else first_day(pages)
        return (found[0].isoformat(), found[1]) if found else ("", None)
    if order in ("longest", "shortest"):
        return f"{document.pages:08}", None
    if document.profile.dated:
        return document.profile.dated, None
    names = f"{document.title}\n{document.path}".replace("_", " ")
    if dates := find_dates(names):
        return dates[0].day.isoformat(), None
    if document.profile.period:
        return document.profile.period, None
    years = _YEAR.findall(names)
    return max(years, default=""), None


def _row(
    document: DocumentInfo,
    place: Place | None,
    pages: Mapping[int, Sequence[Page]],
    catalogue: DocumentCatalogue,
    *,
    note: str = "",
) -> TableRow:
    of_it = pages.get(document.id, [])
    place = place or proof_of_date(document, of_it) or first_line(of_it) or Place(0, 0, 0)
    cell = proven_cell(catalogue, document, place, verdict=None if note else Verdict.SUPPORTED, note=note)
    return proven_row(document.path, cell)
