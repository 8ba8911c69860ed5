"""Computes with what documents state: the sum of the invoices of March, the highest rent of all leases, a share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rag.planning.all_documents import AllDocuments
from rag.planning.computed_answer import Proof, compose_answer, proof_of_place, refuse
from rag.planning.document_query import Condition, without_conditions
from rag.planning.document_totals import read_totals
from rag.planning.found import Found
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CURRENCY_CODES, CalculationError, Quantity, common_scale, common_unit, divide
from rag.planning.row_words import terms
from rag.planning.stated_amounts import Amount, Amounts, gather_amounts, is_unclear, order_key
from rag.planning.table_cells import PROVEN_COLUMNS, proven_cell, proven_row
from rag.planning.totals_query import AggregateQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import COMPLETE, AnswerTable, DocumentInfo, TableRow, Verdict

COLUMNS = ("Document", "Page", "Amount")

MAX_WRITTEN = 6
"""Amounts that are written out in the sentence; of more only the result is, as the table has them all."""
MAX_TITLE = 80
"""Characters of a title that is shown beside its document's path."""
MAX_LISTED = 12
"""Documents that are listed in the sentence with their amounts."""

PERCENT_DECIMALS = 1

NOT_STATED = "No documents state such a figure each, so it was looked up."


class Aggregation:
    """Adds up, averages, lists or puts in order what documents state, one amount each; tells the share of some."""

    def __init__(self, lists: AllDocuments, catalogue: DocumentCatalogue) -> None:
        """Take what finds the documents, and the catalogue that holds their pages."""
        self.lists = lists
        self._catalogue = catalogue

    def answer(self, asked: PlannedQuestion, query: AggregateQuery) -> Answering:
        """Yield the steps and the result, and return it with a row for each document."""
        timer = StageTimer()
        found = yield from self.lists.collect(asked, query.documents)
        if isinstance(found, str):
            return found
        timer.mark("look through")
        if query.how == "share":
            return (yield from self._share(asked, query, found, timer))
        wording = Wording(asked.text)
        amounts = self._amounts(query, found, wording)
        timer.mark("compute")
        if amounts is None:
            return NOT_STATED
        if not amounts.known:
            reason = wording.say("no totals", subject=query.documents.subject)
            return (yield from refuse(reason, milliseconds=timer.milliseconds))
        return (yield from self.tell(query, amounts, found.undecided, wording, timer))

    def tell(
        self,
        query: AggregateQuery,
        amounts: Amounts,
        undecided: Sequence[TableRow],
        wording: Wording,
        timer: StageTimer,
        *,
        notices: Sequence[str] = (),
        behind: Callable[[DocumentInfo, int], tuple[str, Proof | None]] | None = None,
        doubt: str = "",
    ) -> Answering:
        """Yield what some amounts come to, and return it with a row for each; `undecided` are listed apart.

        `behind` says more of the one document that has the most or the least, with its proof as a source of a number.
        `doubt` says why it is not sure that the amounts are those that are asked for.
        """
        without = [*undecided, *amounts.apart.without]
        try:
            is_half = False
            told = _Told(query, amounts, len(amounts.known) + len(without), wording)
            text = told.sentence()
            if behind is not None and query.how in ("most", "least") and len(told.proofs) == 1:
                more, proof = behind(told.ordered[0].stated.document, 2)
                is_half = bool(more) and proof is None
                text = f"{text} {more}".strip()
                told.proofs += [proof] if proof is not None else []
        except CalculationError as error:
            table = self._table(amounts, amounts.known, without, wording)
            return (yield from refuse(wording.reason(error), milliseconds=timer.milliseconds, table=table))
        left_out = ""
        if without:
            left_out = wording.say(wording.one("amounts without", len(without)), count=wording.number(len(without)))
        reason = left_out or doubt
        return (
            yield from compose_answer(
                text,
                told.proofs,
                self._catalogue,
                milliseconds=timer.milliseconds,
                table=self._table(amounts, told.ordered, without, wording),
                notices=[*notices, left_out] if left_out else notices,
                verdict=Verdict.PARTLY if reason or is_half else Verdict.SUPPORTED,
                reason=reason or (wording.say("nothing found") if is_half else ""),
            )
        )

    def _amounts(self, query: AggregateQuery, found: Found, wording: Wording) -> Amounts | None:
        if query.field is not None:
            return gather_amounts(query, found.documents, self._catalogue, wording)
        totals = read_totals(found.documents, self._catalogue, wording)
        return Amounts([Amount(one) for one in totals.known], totals)

    def _table(
        self, amounts: Amounts, ordered: Sequence[Amount], without: Sequence[TableRow], wording: Wording
    ) -> AnswerTable:
        known = len(amounts.known)
        complete = COMPLETE if not without else f"totals of {known:,} of {known + len(without):,}"
        return AnswerTable(
            wording.columns(*COLUMNS),
            tuple(self._row(one, amounts, wording) for one in ordered),
            tuple(without),
            complete,
        )

    def _row(self, amount: Amount, amounts: Amounts, wording: Wording) -> TableRow:
        """Return the row of a table with a document, its page and its amount."""
        stated = amount.stated
        text = _shown(amount, wording)
        if amount.factor != 1:
            text += f" = {_with_period(wording.amount(amount.quantity), amounts.period, wording)}"
        cell = proven_cell(self._catalogue, stated.document, stated.place, text=text)
        return proven_row(stated.document.path, cell)

    def _share(self, asked: PlannedQuestion, query: AggregateQuery, part: Found, timer: StageTimer) -> Answering:
        """Tell how many of the documents of a sort meet the conditions, in percent of their number."""
        whole = yield from self.lists.collect(asked, without_conditions(query.documents, _narrows))
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
        reason = wording.say("undecided", count=wording.number(len(undecided))) if undecided else ""
        return (
            yield from compose_answer(
                text,
                (),
                self._catalogue,
                milliseconds=timer.milliseconds,
                table=AnswerTable(wording.columns(*PROVEN_COLUMNS), tuple(part.rows), undecided),
                notices=[reason] if reason else [],
                verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
                reason=reason,
            )
        )


def _narrows(condition: Condition) -> bool:
    """Return whether a condition tells the part from the whole: a year bounds both."""
    return condition.kind not in ("dated", "period")


def _with_period(amount: str, period: str, wording: Wording) -> str:
    return f"{amount} {wording.say(f'per {period}')}" if period else amount


@dataclass(slots=True)
class _Told:
    """Says what was computed with the amounts of documents, and gathers the words that prove them."""

    query: AggregateQuery
    amounts: Amounts
    count: int
    """Documents that are meant, also those of which no amount is known."""
    wording: Wording
    proofs: list[Proof] = field(default_factory=list)
    ordered: list[Amount] = field(default_factory=list)

    def sentence(self) -> str:
        """Return the result in words. Raises CalculationError for amounts in two units."""
        self.ordered = list(self.amounts.known)
        how = self.query.how
        if how in ("most", "least"):
            return self._extreme()
        if how == "each":
            return self._each()
        return self._computed()

    def _extreme(self) -> str:
        is_most = self.query.how == "most"
        keys = order_key(self.amounts.known)
        pairs = sorted(zip(keys, self.amounts.known, strict=True), key=lambda pair: pair[0], reverse=is_most)
        self.ordered = [amount for _, amount in pairs]
        best = self.ordered[0]
        if is_unclear(best, self.ordered[1:]):
            raise CalculationError(
                "Some are in months and others in days, and may be the same.",
                "Ask for each by itself.",
                "months or days",
            )
        named = [amount for key, amount in pairs if key == pairs[0][0]]
        names = ", ".join(f"{_named(amount.stated.document)} {self._cite(amount)}" for amount in named)
        result = self._result(best.quantity)
        field_ = self.query.field
        known = self.wording.number(len(self.amounts.known))
        if field_ is None:
            text = self.wording.say(
                f"totals {self.query.how}", named=names, of_all=known, subject=self._subject, result=result
            )
            return self._of_those_stating(text)
        ranks = ("longest", "shortest") if field_.measured == "time" else ("highest", "lowest")
        text = self.wording.say(
            "amounts extreme",
            named=names,
            field=self._name,
            result=result,
            rank=self.wording.say(ranks[not is_most]),
            of_all=known,
            subject=self._subject,
        )
        return self._of_those_stating(text)

    def _of_those_stating(self, text: str) -> str:
        """Return what is the most of some documents, which begins with how many they are where not all state it."""
        if len(self.amounts.known) == self.count:
            return text
        return self.wording.say("of those stating", of_all=self._of_all, subject=self._subject, text=text)

    def _each(self) -> str:
        listed = [
            f"{one.stated.document.path} {_shown(one, self.wording)} {self._cite(one)}"
            for one in self.ordered[:MAX_LISTED]
        ]
        more = ", ..." if len(self.ordered) > MAX_LISTED else ""
        return self.wording.say(
            "amounts each",
            field=self._field,
            of_all=self._of_all,
            subject=self._subject,
            listed=f"{', '.join(listed)}{more}",
        )

    def _computed(self) -> str:
        quantities = [amount.quantity for amount in self.ordered]
        unit, scale = common_unit(quantities), common_scale(quantities)
        value = sum((quantity.value for quantity in quantities), Decimal(0))
        is_sum = self.query.how == "sum"
        formula = ""
        if len(quantities) <= MAX_WRITTEN:
            written = " + ".join(
                f"{self._written(one.stated.quantity, scale)} {self._cite(one)}{_factor(one)}" for one in self.ordered
            )
            formula = f" = {written}" if is_sum else f" = ({written}) / {len(quantities)}"
        result = Quantity(value if is_sum else value / len(quantities), unit, scale)
        kind = "totals" if self.query.field is None else "amounts"
        return self.wording.say(
            f"{kind} {self.query.how}",
            field=self._field,
            of_all=self._of_all,
            subject=self._subject,
            formula=formula,
            result=self._result(result),
        )

    def _written(self, quantity: Quantity, scale: Decimal) -> str:
        """Return a number that is computed with, without its unit."""
        if quantity.unit in CURRENCY_CODES:
            return self.wording.money(replace(quantity, scale=scale))
        return self.wording.number(quantity.value / scale)

    @property
    def _field(self) -> str:
        """Return the figure's name as the beginning of a sentence."""
        return self._name[:1].upper() + self._name[1:]

    @property
    def _name(self) -> str:
        written = self.query.field.written if self.query.field else ""
        return written or self.wording.say("amount")

    @property
    def _of_all(self) -> str:
        """Return how many documents are computed with: "only 3 of 4" where not all are."""
        known = self.wording.number(len(self.amounts.known))
        if len(self.amounts.known) == self.count:
            return known
        return self.wording.say("only", part=known, count=self.wording.number(self.count))

    @property
    def _subject(self) -> str:
        return self.query.documents.subject if self.query.is_sure else self.wording.say("documents")

    def _result(self, quantity: Quantity) -> str:
        return _with_period(self.wording.amount(quantity), self.amounts.period, self.wording)

    def _cite(self, amount: Amount) -> str:
        """Add the proof of an amount and return its mark."""
        number, stated = len(self.proofs) + 1, amount.stated
        self.proofs.append(proof_of_place(stated.document, stated.page, stated.place, number))
        return f"[{number}]"


def _named(document: DocumentInfo) -> str:
    """Return a document's path, with its title where that says more."""
    said = set(terms(re.sub(r"[\W_]+", " ", document.path)))
    title = " ".join(document.title.split())
    return (
        document.path
        if set(terms(re.sub(r"[\W_]+", " ", title))) <= said or len(title) > MAX_TITLE
        else f"{document.path} ({title})"
    )


def _shown(amount: Amount, wording: Wording) -> str:
    """Return an amount as the document states it."""
    return _with_period(wording.amount(amount.stated.quantity), amount.stated.period, wording)


def _factor(amount: Amount) -> str:
    """Return what an amount was multiplied by: " / 12" for one by the year that is shown by the month."""
    factor = amount.factor
    if factor == 1:
        return ""
    times = f" × {factor.numerator}" if factor.numerator != 1 else ""
    return f"{times} / {factor.denominator}" if factor.denominator != 1 else times
