"""Computes with the totals of documents: the sum of the invoices of March, their average, the largest, a share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rag.planning.all_documents import AllDocuments, Found
from rag.planning.computed_answer import compose_answer, refuse
from rag.planning.document_query import Condition, without_conditions
from rag.planning.document_totals import Total, Totals, read_totals, row_of
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_scale, common_unit, divide
from rag.planning.totals_query import AggregateQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import COMPLETE, AnswerTable, TableRow, Verdict

COLUMNS = ("Document", "Page", "Amount")

MAX_WRITTEN = 6
"""Amounts that are written out in the sentence; of more only the result is, as the table has them all."""

PERCENT_DECIMALS = 1


class Aggregation:
    """Adds up, averages or puts in order what documents ask for, one amount each; tells the share of some of them."""

    def __init__(self, lists: AllDocuments, catalogue: DocumentCatalogue) -> None:
        """Take what finds the documents, and the catalogue that holds their pages."""
        self._lists = lists
        self._catalogue = catalogue

    def answer(self, asked: PlannedQuestion, query: AggregateQuery) -> Answering:
        """Yield the steps and the result, and return it with a row for each document."""
        timer = StageTimer()
        found = yield from self._lists.collect(asked, query.documents)
        if isinstance(found, str):
            return found
        timer.mark("look through")
        if query.how == "share":
            return (yield from self._share(asked, query, found, timer))
        totals = read_totals(found.documents, self._catalogue)
        timer.mark("compute")
        if not totals.known:
            reason = f"No total was found in {query.documents.subject}."
            return (yield from refuse(reason, milliseconds=timer.milliseconds))
        without = [*found.undecided, *totals.without]
        known = _in_order(query, totals)
        rows = tuple(row_of(total, self._catalogue) for total in known)
        table = AnswerTable(COLUMNS, rows, tuple(without), _completeness(known, without))
        try:
            text = _sentence(query, known, len(known) + len(without), Wording(asked.text))
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

    def _share(self, asked: PlannedQuestion, query: AggregateQuery, part: Found, timer: StageTimer) -> Answering:
        """Tell how many of the documents of a sort meet the conditions, in percent of their number."""
        whole = yield from self._lists.collect(asked, without_conditions(query.documents, _narrows))
        if isinstance(whole, str):
            return whole
        timer.mark("look through")
        if not whole.rows:
            return f"There are no {query.documents.noun}, so it was looked up."
        share = divide(Decimal(len(part.rows)), Decimal(len(whole.rows)), "their number")
        wording = Wording(asked.text)
        text = wording.say(
            "documents share",
            part=wording.number(len(part.rows)),
            count=wording.number(len(whole.rows)),
            noun=query.documents.noun,
            result=f"{wording.number(share * 100, PERCENT_DECIMALS)}%",
        )
        undecided: tuple[TableRow, ...] = tuple(part.undecided)
        reason = f"{len(undecided):,} more could not be decided." if undecided else ""
        return (
            yield from compose_answer(
                text,
                (),
                self._catalogue,
                milliseconds=timer.milliseconds,
                table=AnswerTable(("Document", "Page", "Words"), tuple(part.rows), undecided),
                notices=[reason] if reason else [],
                verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
                reason=reason,
            )
        )


def _narrows(condition: Condition) -> bool:
    """Return whether a condition tells the part from the whole: a year bounds both."""
    return condition.kind not in ("dated", "period")


def _in_order(query: AggregateQuery, totals: Totals) -> list[Total]:
    if query.how in ("sum", "average"):
        return totals.known
    return sorted(totals.known, key=lambda total: total.quantity.value, reverse=query.how == "most")


def _completeness(known: Sequence[Total], without: Sequence[TableRow]) -> str:
    return COMPLETE if not without else f"totals of {len(known):,} of {len(known) + len(without):,}"


def _sentence(query: AggregateQuery, totals: Sequence[Total], count: int, wording: Wording) -> str:
    """Return the result in words. Raises CalculationError for amounts in two units."""
    amounts = [total.quantity for total in totals]
    unit, scale = common_unit(amounts), common_scale(amounts)
    part, whole = wording.number(len(totals)), wording.number(count)
    of_all = part if len(totals) == count else wording.say("only", part=part, count=whole)
    subject = query.documents.subject
    if query.how in ("most", "least"):
        named = ", ".join(total.document.path for total in totals if total.quantity.value == amounts[0].value)
        result = wording.amount(Quantity(amounts[0].value, unit, scale))
        return wording.say(f"totals {query.how}", named=named, of_all=of_all, subject=subject, result=result)
    value = sum((amount.value for amount in amounts), Decimal(0))
    is_sum = query.how == "sum"
    written = " + ".join(wording.amount(Quantity(amount.value, "", scale)) for amount in amounts)
    middle = written if is_sum else f"({written}) / {len(amounts)}"
    return wording.say(
        f"totals {query.how}",
        of_all=of_all,
        subject=subject,
        formula=f" = {middle}" if len(amounts) <= MAX_WRITTEN else "",
        result=wording.amount(Quantity(value if is_sum else value / len(amounts), unit, scale)),
    )
