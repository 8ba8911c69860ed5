"""Answers questions over the rows of a table: the cheapest, the average, the sum, how many, all of a sort."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.planning.computed_answer import Proof, compose_answer
from rag.planning.naming import NameDocuments, list_answering
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_unit, write_number
from rag.planning.row_query import RowQuery
from rag.planning.rows import MAX_ROWS, Row, Table, read_value, tables_in
from rag.planning.table_cells import Place, plain_cell, proven_cell
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import content_words
from rag.types import AnswerTable, DocumentInfo, PlanStep, TableRow

MAX_DOCUMENTS = 60
"""Documents whose tables are looked at: those that the question names before others."""
MAX_TABLES = 4
"""Tables that fit alike, for each of which the answer has a line; of more, none is meant."""
MAX_CITED = 12
"""Rows that are cited one by one; a table below the answer holds all."""
MAX_WRITTEN = 6
"""Numbers that are written out in the answer."""

NO_TABLE = "No table has what is asked for, so it was looked up."

_PERSONS = frozenset(content_words("people persons employees staff colleagues members workers personen mitarbeiter"))
_THINGS = frozenset(content_words("entries rows items records lines things einträge zeilen"))
_QUANTITY = re.compile(r"(?i)\b(?:qty|quantity|number|count|stock|pieces|units|menge|anzahl|stück|quantité|cantidad)\b")
_ENDINGS = frozenset(("er", "or", "ers", "ors", "ment", "ion", "ation", "al", "e", "r", "ee", "ing", "i"))
"""What one of two words may have behind the other: pay, payer, payment."""
_PRICE_ASKED = re.compile(r"(?i)^\W*how much\b.*\b(?:cost|pay|paid|spend|spent|price|charge|earn|owe)")
_PRICES = re.compile(r"(?i)\b(?:price|cost|costs|amount|fee|total|eur|usd|gbp|chf)\b|[$€£]")


@dataclass(frozen=True, slots=True)
class Fit:
    """A table that holds all that a question names: the column that is measured, if any, and the rows that are meant.

    `named` counts the words that stand in the table's own columns and rows.
    """

    table: Table
    column: int | None
    rows: tuple[Row, ...]
    named: int
    is_filtered: bool


class OverRows:
    """Finds the one table that a question is about, and computes over its rows."""

    def __init__(self, catalogue: DocumentCatalogue, *, name_documents: NameDocuments) -> None:
        self._catalogue = catalogue
        self._name_documents = name_documents

    def answer(self, asked: PlannedQuestion, query: RowQuery) -> Answering:
        """Yield the steps and the result, and return it; where no table fits, why it is for a look-up."""
        timer = StageTimer()
        documents = self._documents(asked)
        yield PlanStep(f"Looking for {query.shown} in the tables of {len(documents):,} documents")
        pages = self._catalogue.page_texts([document.id for document in documents])
        fits = [
            fit
            for document in documents
            for table in tables_in(document, pages.get(document.id, ()))
            if (fit := fit_table(query, table, asked.text)) is not None
        ]
        most = max((fit.named for fit in fits), default=0)
        fits = [fit for fit in fits if fit.named == most]
        timer.mark("look through")
        if not fits or len(fits) > MAX_TABLES or any(len(fit.table.rows) >= MAX_ROWS for fit in fits):
            return NO_TABLE
        proofs: list[Proof] = []
        lines: list[str] = []
        rows: list[TableRow] = []
        try:
            for fit in fits:
                line = _line(query, fit, proofs)
                if line is None:
                    return NO_TABLE
                lines.append(line)
                rows += self._rows(fit)
        except CalculationError as error:
            return f"{error.reason} So it was looked up."
        timer.mark("compute")
        table = AnswerTable(("Row", "Page", "Words"), tuple(rows))
        return (
            yield from compose_answer(
                "\n\n".join(lines), proofs, self._catalogue, milliseconds=timer.milliseconds, table=table
            )
        )

    def _documents(self, asked: PlannedQuestion) -> list[DocumentInfo]:
        """Return the documents whose tables are looked at."""
        question = asked.question
        listed = list_answering(self._catalogue, question.collection, question.filters)
        named = set(self._name_documents(asked.text, question.collection)) if len(listed) > MAX_DOCUMENTS else set()
        return sorted(listed, key=lambda one: one.id not in named)[:MAX_DOCUMENTS]

    def _rows(self, fit: Fit) -> list[TableRow]:
        made = []
        for row in fit.rows:
            cell = proven_cell(self._catalogue, fit.table.document, Place(fit.table.page.number, row.start, row.end))
            made.append(TableRow((plain_cell(_name(fit.table, row), cell), plain_cell(cell.pages, cell), cell)))
        return made


def fit_table(query: RowQuery, table: Table, question: str) -> Fit | None:
    """Return which column and rows of a table a question means; None where a word of it stands nowhere in the table, or
    no column can be measured."""
    column = _measured(query, table, question) if query.how not in ("count", "list") else None
    names = [frozenset(content_words(name)) for name in table.names]
    by_row = [frozenset(content_words("\n".join(row.cells))) for row in table.rows]
    context = table.context()
    meant = [not row.is_total for row in table.rows]
    named = 0
    is_filtered = False
    # "Hand tools" over a table means all of its rows, and not the hand saw alone.
    means_all = all(_meets(word, context) for word in query.words)
    for word in query.words:
        in_names = any(_meets(word, name) for name in names)
        held = [_meets(word, words) for words in by_row]
        if means_all:
            named += 1
        elif any(held) and not all(held) and not (in_names and query.how != "list" and word in query.noun):
            meant = [ours and theirs for ours, theirs in zip(meant, held, strict=True)]
            named += 1
            is_filtered = True
        elif in_names or any(held):
            named += 1
        elif not (_meets(word, context) or _means_rows(word, table)):
            return None
    rows = tuple(row for row, is_meant in zip(table.rows, meant, strict=True) if is_meant)
    if not rows:
        return None
    if query.how in ("count", "list"):
        return _of_sort(query, table, rows, named, is_filtered, names)
    if column is None:
        return _across(query, table, rows, named)
    if len(rows) < 2:
        # One row alone is looked up.
        return None
    return Fit(table, column, rows, named, is_filtered)


def _of_sort(
    query: RowQuery,
    table: Table,
    rows: tuple[Row, ...],
    named: int,
    is_filtered: bool,
    names: Sequence[frozenset[str]],
) -> Fit | None:
    """Return the rows to count or list where what is counted is what the rows are, or a value of some of them."""
    if not query.noun:
        return None
    column = next(
        (at for at, name in enumerate(names) if name and any(_meets(word, name) for word in query.noun[:1])), None
    )
    if column is not None and table.is_numeric(column):
        # "How many hours": a number in a column, not a count of rows.
        if query.how == "count" and len(rows) > 1 and column > 0:
            return Fit(table, column, rows, named, is_filtered)
        return None
    if column is not None and column > 0 and query.how == "count":
        # "How many drivers": those that are named; of what has a number in each row, the rows are not counted.
        rows = tuple(row for row in rows if row.cells[column])
        if any(row.cells[column][0].isdigit() for row in rows):
            return None
    is_of_rows = column is not None or any(_means_rows(word, table) for word in query.noun[:1])
    key = [frozenset(content_words(_name(table, row))) for row in rows]
    counted = query.noun[0]
    in_cells = all(_meets(counted, frozenset(content_words("\n".join(row.cells)))) for row in rows)
    is_category = is_filtered and in_cells and not any(_meets(counted, words) for words in key)
    if not (is_of_rows or is_category):
        return None
    if query.how == "count" and not is_of_rows and any(_QUANTITY.search(name) for name in table.names):
        return None
    return Fit(table, column if query.how == "list" else None, rows, named, is_filtered)


def _across(query: RowQuery, table: Table, rows: tuple[Row, ...], named: int) -> Fit | None:
    """Return the one row whose numbers in several columns are added up or averaged."""
    columns = [at for at in range(1, len(table.names)) if table.is_numeric(at)]
    if query.how not in ("sum", "average") or len(rows) != 1 or len(columns) < 2 or len(columns) < len(table.names) - 1:
        return None
    return Fit(table, None, rows, named, True)


def _measured(query: RowQuery, table: Table, question: str) -> int | None:
    """Return the column that a question measures: of the sort that its superlative means, or that it names."""
    numeric = [at for at in range(len(table.names)) if table.is_numeric(at)]
    if query.measure:
        pattern = re.compile(rf"(?i)\b(?:{query.measure})\b")
        fitting = [at for at in numeric if pattern.search(table.names[at])]
        return fitting[0] if len(fitting) == 1 else None
    shares = {
        at: sum(_meets(word, frozenset(content_words(table.names[at]))) for word in query.words) for at in numeric
    }
    best = max(shares.values(), default=0)
    chosen = [at for at, share in shares.items() if share == best and best]
    if not chosen and _PRICE_ASKED.match(question):
        chosen = [at for at in numeric if _PRICES.search(table.names[at])]
    return chosen[0] if len(chosen) == 1 else None


def _meets(word: str, words: frozenset[str]) -> bool:
    """Return whether a word is among some, or one of them differs by the ending of who does it or what is done."""
    if word in words:
        return True
    if len(word) < 3 or not word.isalpha():
        return False
    return any(
        (other.startswith(word) and other[len(word) :] in _ENDINGS)
        or (len(other) > 2 and word.startswith(other) and word[len(other) :] in _ENDINGS)
        for other in words
    )


def _means_rows(word: str, table: Table) -> bool:
    """Return whether a word stands for any row: "employees" where the first column holds names."""
    is_of_names = re.search(r"(?i)\b(?:name|nom|nombre)\b", table.names[0]) is not None
    return word in _THINGS or (is_of_names and word in _PERSONS)


def _name(table: Table, row: Row) -> str:
    """Return what a row is called: its first cell, behind an identifier also the next one with words."""
    first = row.cells[0]
    words = [cell for cell in row.cells[1:] if re.search(r"[^\W\d_]{3}", cell)]
    return f"{first} ({words[0]})" if re.search(r"\d", first) and words else first


def _line(query: RowQuery, fit: Fit, proofs: list[Proof]) -> str | None:
    """Return the result in words and add the rows that prove it to the proofs; None where there is none."""
    table, where = fit.table, f"{fit.table.document.path}{_sheet(fit.table)}"
    if query.how in ("count", "list") and (fit.column is None or query.how == "list"):
        marks = [_cite(table, row, proofs) for row in fit.rows[:MAX_CITED]]
        if fit.column is not None:
            cells = [row.cells[fit.column] for row in fit.rows]
            pairs = dict(zip(cells, [*marks, *[""] * len(cells)], strict=False))
            listed = ", ".join(f"{cell} {mark}".strip() for cell, mark in pairs.items() if cell)
        else:
            listed = ", ".join(f"{_name(table, row)} {mark}" for row, mark in zip(fit.rows, marks, strict=False))
        more = "" if len(fit.rows) <= MAX_CITED else ", ..."
        rows = "row" if len(fit.rows) == 1 else "rows"
        return (
            f"{len(fit.rows):,} {rows} of {where}: {listed}{more}." if query.how == "count" else f"{where}: {listed}."
        )
    if fit.column is None:
        row = fit.rows[0]
        values = [value for cell in row.cells[1:] if (value := read_value(cell)) is not None]
        return _computed(query, f"{_name(table, row)} in {where}", values, "", _cite(table, row, proofs))
    found = [(row, value) for row in fit.rows if (value := read_value(row.cells[fit.column])) is not None]
    if len(found) < 2:
        return None
    name = table.names[fit.column]
    if query.how in ("most", "least"):
        return _extreme(query, fit, found, where, proofs)
    if any(value.unit == "day" for _, value in found):
        return None
    cited = "".join(_cite(table, row, proofs) for row, _ in found[:MAX_CITED])
    what = f"{name} over {len(found):,} rows of {where}"
    return _computed(query, what, [value for _, value in found], table.unit(fit.column), cited)


def _computed(query: RowQuery, what: str, values: Sequence[Quantity], unit: str, marks: str) -> str:
    """Return a sum or an average in words. Raises CalculationError for two units."""
    unit = common_unit(values) or unit
    total = sum((value.value for value in values), Decimal(0))
    is_average = query.how == "average"
    result = Quantity(total / len(values) if is_average else total, unit)
    written = " + ".join(write_number(value.value) for value in values) if len(values) <= MAX_WRITTEN else "..."
    formula = f"({written}) / {len(values)}" if is_average else written
    return f"{'Average' if is_average else 'Sum'} of {what} = {formula} = {result}. {marks}"


def _extreme(query: RowQuery, fit: Fit, found: Sequence[tuple[Row, Quantity]], where: str, proofs: list[Proof]) -> str:
    """Return the row or rows with the largest or smallest value, in words."""
    assert fit.column is not None
    common_unit([value for _, value in found])
    pick = max if query.how == "most" else min
    best = pick(value.value for _, value in found)
    rows = [row for row, value in found if value.value == best]
    marks = [_cite(fit.table, row, proofs) for row in rows[:MAX_CITED]]
    named = ", ".join(f"{_name(fit.table, row)} {mark}" for row, mark in zip(rows, marks, strict=False))
    degree = "largest" if query.how == "most" else "smallest"
    name, cell = fit.table.names[fit.column], rows[0].cells[fit.column]
    return f"{named}: {name} {cell}, the {degree} of {len(found):,} rows of {where}."


def _sheet(table: Table) -> str:
    return f" ({table.page.label})" if table.page.label else ""


def _cite(table: Table, row: Row, proofs: list[Proof]) -> str:
    """Add the proof of a row and return its mark."""
    source = table.source(row, len(proofs) + 1)
    start = len(source.text) - (row.end - row.start)
    proofs.append(Proof(replace(source), start, len(source.text)))
    return f"[{source.number}]"
