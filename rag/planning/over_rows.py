"""Answers questions over the rows of a table: the cheapest, the average, the sum, how many, all of a sort."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rag.planning.computed_answer import Proof, compose_answer
from rag.planning.form_rows import form_tables
from rag.planning.naming import NameDocuments, list_answering
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.row_fit import Fit, fit_table, name_of, of_side
from rag.planning.row_query import RowQuery
from rag.planning.rows import MAX_ROWS, Row, Table, read_value, tables_in
from rag.planning.table_cells import Place, proven_cell, proven_row
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import content_words
from rag.types import AnswerTable, DocumentInfo, PlanStep, TableRow, Verdict
from rag.words.word_forms import is_said

MAX_DOCUMENTS = 60
"""Documents whose tables are looked at: those that the question names before others."""
MAX_TABLES = 4
"""Tables that fit alike, for each of which the answer has a line; of more, none is meant."""
MAX_CITED = 12
"""Rows that are cited one by one; a table below the answer holds all."""
MAX_WRITTEN = 6
"""Numbers that are written out in the answer."""
PERCENT_DECIMALS = 1

NO_TABLE = "No table has what is asked for, so it was looked up."


class OverRows:
    """Finds the one table that a question is about, and computes over its rows."""

    def __init__(self, catalogue: DocumentCatalogue, *, name_documents: NameDocuments) -> None:
        self._catalogue = catalogue
        self._name_documents = name_documents

    def answer(self, asked: PlannedQuestion, query: RowQuery, *, is_of_forms: bool = False) -> Answering:
        """Yield the steps and the result, and return it; where no table fits, why it is for a look-up.

        With `is_of_forms` the tables are those that documents of one form make, a row for each document.
        """
        timer = StageTimer()
        documents = self._documents(asked)
        if not is_of_forms:
            yield PlanStep(f"Looking for {query.shown} in the tables of {len(documents):,} documents")
        fits = self._fits(query, documents, asked.text, is_of_forms=is_of_forms)
        timer.mark("look through")
        if not fits or len(fits) > MAX_TABLES or any(len(fit.table.rows) >= MAX_ROWS for fit in fits):
            return NO_TABLE
        told = _Told(Wording(asked.text))
        lines: list[str] = []
        rows: list[TableRow] = []
        try:
            for fit in fits:
                line = told.line(fit)
                if line is None:
                    return NO_TABLE
                lines.append(line)
                rows += self._rows(fit)
        except CalculationError as error:
            return f"{error.reason} So it was looked up."
        timer.mark("compute")
        table = AnswerTable(told.wording.columns("Row", "Page", "Words"), tuple(rows))
        return (
            yield from compose_answer(
                "\n\n".join(lines),
                told.proofs,
                self._catalogue,
                milliseconds=timer.milliseconds,
                table=table,
                verdict=Verdict.PARTLY if told.is_part else Verdict.SUPPORTED,
                reason=told.wording.say("over a part") if told.is_part else "",
            )
        )

    def count(self, asked: PlannedQuestion, question: str, query: RowQuery) -> list[TableRow] | None:
        """Return the rows that are counted; none where a table has what is counted, only not of those days.

        Returns None where no table, or more than one, is meant.
        """
        documents = self._documents(asked)
        fits = self._fits(query, documents, question)
        if len(fits) == 1 and fits[0].how == "count":
            return self._rows(fits[0])
        if fits or query.days is None:
            return None
        undated = self._fits(replace(query, days=None), documents, question)
        return [] if len(undated) == 1 and undated[0].how == "count" else None

    def _fits(
        self, query: RowQuery, documents: Sequence[DocumentInfo], question: str, *, is_of_forms: bool = False
    ) -> list[Fit]:
        """Return the tables that fit a question best."""
        pages = self._catalogue.page_texts([document.id for document in documents])
        tables = (
            form_tables(documents, pages)
            if is_of_forms
            else [table for document in documents for table in tables_in(document, pages.get(document.id, ()))]
        )
        fits = [fit for table in tables if (fit := fit_table(query, table, question)) is not None]
        fits = [fit for fit in fits if not _tells_number(fit, query)]
        most = max((fit.named for fit in fits), default=0)
        return of_side([fit for fit in fits if fit.named == most], question)

    def _documents(self, asked: PlannedQuestion) -> list[DocumentInfo]:
        """Return the documents whose tables are looked at."""
        question = asked.question
        listed = list_answering(self._catalogue, question.collection, question.filters)
        named = set(self._name_documents(asked.text, question.collection)) if len(listed) > MAX_DOCUMENTS else set()
        return sorted(listed, key=lambda one: one.id not in named)[:MAX_DOCUMENTS]

    def _rows(self, fit: Fit) -> list[TableRow]:
        made = []
        for row in fit.rows:
            page = row.page or fit.table.page
            document = row.document or fit.table.document
            cell = proven_cell(self._catalogue, document, Place(page.number, row.start, row.end))
            made.append(proven_row(name_of(fit.table, row), cell))
        return made


def _tells_number(fit: Fit, query: RowQuery) -> bool:
    """Return whether rows that would be counted say themselves how many there are of what is asked: "1450 loaves"."""
    if fit.how != "count" or not query.noun:
        return False
    cells = (cell for row in fit.rows for cell in row.cells)
    return any(re.match(r"\s*\d[\d.,]*\s+\D", cell) and is_said(query.noun[0], content_words(cell)) for cell in cells)


@dataclass(slots=True)
class _Told:
    """Says what was computed over the rows of a table, and gathers the rows that prove it."""

    wording: Wording
    proofs: list[Proof] = field(default_factory=list)
    is_part: bool = False
    """Whether something was computed over some of the documents of a form, and others may state it as well."""

    def line(self, fit: Fit) -> str | None:
        """Return the result in words; None where there is none. Raises CalculationError for two units."""
        where = f"{fit.table.document.path}{_sheet(fit.table)}"
        if fit.table.is_of_forms:
            where = self.wording.say("form", count=self.wording.number(len(fit.table.rows) + fit.table.missing))
        if fit.how == "share":
            return self._share(fit, where)
        if fit.how == "value":
            return self._value(fit, where)
        if fit.how in ("count", "list"):
            return self._listed(fit, where)
        if fit.group is not None:
            return self._grouped(fit, fit.group, where)
        if fit.column is None:
            row = fit.rows[0]
            values = [value for cell in row.cells[1:] if (value := read_value(cell)) is not None]
            what = self.wording.say("row", row=name_of(fit.table, row), where=where)
            return self._computed(fit, what, values, "", self._cite(fit.table, row))
        found = [(row, value) for row in fit.rows if (value := read_value(row.cells[fit.column])) is not None]
        if len(found) < 2:
            return None
        if fit.how in ("most", "least"):
            return self._extreme(fit, found, where)
        if any(value.unit == "day" for _, value in found):
            return None
        marks = "".join(self._cite(fit.table, row) for row, _ in found[:MAX_CITED])
        column = fit.table.names[fit.column]
        what = self.wording.say("column", column=column, count=self._count_of(fit, len(found)), where=where)
        return self._computed(fit, what, [value for _, value in found], fit.table.unit(fit.column), marks)

    def _listed(self, fit: Fit, where: str) -> str:
        marks = [self._cite(fit.table, row) for row in fit.rows[:MAX_CITED]]
        if fit.column is not None:
            cells = [row.cells[fit.column] for row in fit.rows]
            pairs = dict(zip(cells, [*marks, *[""] * len(cells)], strict=False))
            listed = ", ".join(f"{cell} {mark}".strip() for cell, mark in pairs.items() if cell)
        else:
            listed = ", ".join(f"{name_of(fit.table, row)} {mark}" for row, mark in zip(fit.rows, marks, strict=False))
        listed += "" if len(fit.rows) <= MAX_CITED else ", ..."
        if fit.how == "list":
            return f"{where}: {listed}."
        text = "count one" if len(fit.rows) == 1 else "count"
        return self.wording.say(text, count=self.wording.number(len(fit.rows)), where=where, listed=listed)

    def _share(self, fit: Fit, where: str) -> str:
        """Return how many of the rows of a table are meant, in percent of all."""
        count = sum(not row.is_total for row in fit.table.rows)
        marks = "".join(self._cite(fit.table, row) for row in fit.rows[:MAX_CITED])
        result = f"{self.wording.number(Decimal(100 * len(fit.rows)) / count, PERCENT_DECIMALS)}%"
        return self.wording.say("share", part=len(fit.rows), count=count, where=where, result=result, marks=marks)

    def _value(self, fit: Fit, where: str) -> str | None:
        """Return what rows are worth: how many there are of each, by the price of one. Raises CalculationError."""
        assert fit.column is not None
        assert fit.times is not None
        parts: list[str] = []
        values: list[Quantity] = []
        for row in fit.rows:
            count, price = read_value(row.cells[fit.column]), read_value(row.cells[fit.times])
            if count is None or price is None:
                return None
            mark = self._cite(fit.table, row) if len(values) < MAX_CITED else ""
            values.append(Quantity(count.value * price.value, price.unit))
            parts.append(f"{self.wording.number(count.value)} × {self.wording.number(price.value)} {mark}".strip())
        unit = common_unit(values) or fit.table.unit(fit.times)
        result = Quantity(sum((value.value for value in values), Decimal(0)), unit)
        return self.wording.say(
            "value",
            column=fit.table.names[fit.column],
            price=fit.table.names[fit.times],
            where=where,
            formula=" + ".join(parts) if len(parts) <= MAX_WRITTEN else "...",
            result=self.wording.amount(result),
        )

    def _computed(self, fit: Fit, what: str, values: Sequence[Quantity], unit: str, marks: str) -> str:
        """Return a sum or an average in words. Raises CalculationError for two units."""
        unit = common_unit(values) or unit
        total = sum((value.value for value in values), Decimal(0))
        is_average = fit.how == "average"
        result = Quantity(total / len(values) if is_average else total, unit)
        written = "..."
        if len(values) <= MAX_WRITTEN:
            written = " + ".join(self.wording.number(value.value) for value in values)
        formula = f"({written}) / {len(values)}" if is_average else written
        text = "average" if is_average else "sum"
        return self.wording.say(text, what=what, formula=formula, result=self.wording.amount(result), marks=marks)

    def _extreme(self, fit: Fit, found: Sequence[tuple[Row, Quantity]], where: str) -> str:
        """Return the row or rows with the largest or smallest value. Raises CalculationError for two units."""
        assert fit.column is not None
        common_unit([value for _, value in found])
        best = (max if fit.how == "most" else min)(value.value for _, value in found)
        rows = [row for row, value in found if value.value == best]
        marks = [self._cite(fit.table, row) for row in rows[:MAX_CITED]]
        return self.wording.say(
            f"extreme {fit.how}",
            named=", ".join(f"{name_of(fit.table, row)} {mark}" for row, mark in zip(rows, marks, strict=False)),
            column=fit.table.names[fit.column],
            cell=rows[0].cells[fit.column],
            count=self._count_of(fit, len(found)),
            where=where,
        )

    def _grouped(self, fit: Fit, group: int, where: str) -> str | None:
        """Return the value that most rows have, or the one whose rows add up to most. Raises CalculationError."""
        sums: dict[str, Decimal] = {}
        rows: dict[str, list[Row]] = {}
        found: list[Quantity] = []
        for row in fit.rows:
            value = Quantity(Decimal(1)) if fit.column is None else read_value(row.cells[fit.column])
            name = row.cells[group].strip()
            if value is None or not name or value.unit == "day":
                continue
            found.append(value)
            sums[name] = sums.get(name, Decimal(0)) + value.value
            rows.setdefault(name, []).append(row)
        if len(sums) < 2:
            return None
        unit = common_unit(found) or (fit.table.unit(fit.column) if fit.column is not None else "")
        best = (min if fit.how == "least" else max)(sums.values())
        names = [name for name, value in sums.items() if value == best]
        marks = "".join(self._cite(fit.table, row) for name in names for row in rows[name][:MAX_CITED])
        return self.wording.say(
            "grouped often" if fit.column is None else f"grouped {fit.how}",
            named=f"{', '.join(names)} {marks}",
            column="" if fit.column is None else fit.table.names[fit.column],
            result=self.wording.amount(Quantity(best, unit)),
            where=where,
        )

    def _count_of(self, fit: Fit, found: int) -> str:
        """Return how many rows a figure is of: "only 3 of 4" where not of all."""
        every = len(fit.rows) + fit.table.missing
        known = self.wording.number(found)
        self.is_part = self.is_part or (fit.table.is_of_forms and found != every)
        return known if found == every else self.wording.say("only", part=known, count=self.wording.number(every))

    def _cite(self, table: Table, row: Row) -> str:
        """Add the proof of a row and return its mark."""
        source = table.source(row, len(self.proofs) + 1)
        start = len(source.text) - (row.end - row.start)
        self.proofs.append(Proof(source, start, len(source.text)))
        return f"[{source.number}]"


def _sheet(table: Table) -> str:
    return f" ({table.page.label})" if table.page.label else ""
