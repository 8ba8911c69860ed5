"""Computes what a question asks for from figures that stand in the documents, each with its proof."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rag.errors import QuestionError
from rag.planning.aggregate import Aggregation
from rag.planning.amount_query import read_amount_query
from rag.planning.calculation_query import (
    DifferenceQuery,
    FormulaQuery,
    GrowthQuery,
    read_calculation,
)
from rag.planning.change_query import ChangeQuery
from rag.planning.computed_answer import Proof, compose_answer, refuse
from rag.planning.counts import compare_counts
from rag.planning.counts_query import CountsQuery
from rag.planning.field_change import answer_change
from rag.planning.figures import Figure, find_figures
from rag.planning.formulas import Formula, Operand, Term
from rag.planning.looked_up import LookedUp, look_up_number
from rag.planning.named_difference import answer_named_difference
from rag.planning.named_difference_query import NamedDifference, read_named_difference
from rag.planning.naming import NameDocuments
from rag.planning.over_rows import OverRows
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import (
    CalculationError,
    Quantity,
    common_scale,
    common_unit,
    divide,
    write_number,
)
from rag.planning.rate_query import RateQuery
from rag.planning.rates import answer_rate
from rag.planning.row_query import RowQuery, read_rows
from rag.planning.totals_query import AggregateQuery
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.questions.constraints import find_constraints, names_constraint
from rag.retrieval import StageTimer
from rag.types import DocumentInfo, Page, PlanStep

MAX_DOCUMENTS = 6
"""Documents in whose tables figures are looked for: those that the question names, else those of the best passages."""

PERCENT_DECIMALS = 1

_IS_NAME = re.compile(r"[A-ZÄÖÜ][a-zäöüé]{2,}")
"""A name has a word in small letters; FY2018, COGS and USD have none."""


class MissingFigureError(Exception):
    """A figure that no table has."""

    def __init__(self, operand: Operand, year: int | None) -> None:
        super().__init__(operand.name, year)
        self.operand = operand
        self.year = year


@dataclass(slots=True)
class FigureBook:
    """Finds figures by operand and year in the tables of some documents, and numbers those that were used."""

    documents: Sequence[DocumentInfo]
    pages: Mapping[int, Sequence[Page]]
    used: list[Figure] = field(default_factory=list)
    _found: dict[tuple[str, int], list[Figure]] = field(default_factory=dict)

    def newest_year(self, operand: Operand) -> int | None:
        """Return the newest year that has the figure, in the first document with one; None where no column has a year.

        Raises MissingFigureError.
        """
        for document in self.documents:
            if figures := self._figures(operand, document):
                return max((figure.year for figure in figures if figure.year), default=None)
        raise MissingFigureError(operand, None)

    def find(self, operand: Operand, year: int | None) -> Figure:
        """Return the figure of a year, if possible of the document that is about it. Raises MissingFigureError."""
        preferred = sorted(self.documents, key=lambda one: one.profile.period != str(year))
        for document in preferred:
            for figure in self._figures(operand, document):
                if figure.year == year:
                    return figure
        raise MissingFigureError(operand, year)

    def number_of(self, figure: Figure) -> int:
        """Return the number of a figure among those used; a new one is counted on."""
        if figure not in self.used:
            self.used.append(figure)
        return self.used.index(figure) + 1

    def _figures(self, operand: Operand, document: DocumentInfo) -> list[Figure]:
        key = (operand.name, document.id)
        if key not in self._found:
            self._found[key] = find_figures(
                operand.rows, document, self.pages.get(document.id, ()), statement=operand.statement
            )
        return self._found[key]


class Calculate:
    """Answers questions by computing: formulas, growth, sums and averages, differences and ratios."""

    def __init__(
        self, catalogue: DocumentCatalogue, *, name_documents: NameDocuments, aggregation: Aggregation
    ) -> None:
        self._catalogue = catalogue
        self._name_documents = name_documents
        self._aggregation = aggregation
        self._over_rows = OverRows(catalogue, name_documents=name_documents)

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the steps and the result with its formula, and return it. Raises QuestionError."""
        query = (
            read_calculation(asked.text)
            or read_named_difference(asked.text)
            or read_rows(asked.text)
            or read_amount_query(asked.text)
        )
        if query is None:
            raise QuestionError(
                "The question asks for nothing that can be computed by rules.",
                'Ask for a formula ("the working capital of 2022"), a growth ("growth of revenue from 2021 to 2022"), '
                'a sum ("the sum of the invoices of March") or a difference, or choose the mode look-up.',
            )
        if isinstance(query, AggregateQuery):
            return (yield from self._over_documents(asked, query))
        if (named := read_named_difference(asked.text)) is not None:
            answer = yield from answer_named_difference(asked, named, self._catalogue)
            if not isinstance(answer, str) or not isinstance(query, DifferenceQuery):
                return answer
        if isinstance(query, DifferenceQuery):
            return (yield from self._compare_two(asked, query))
        if isinstance(query, RowQuery):
            return (yield from self._in_rows(asked, query))
        if isinstance(query, CountsQuery):
            return (yield from compare_counts(asked, query, self._aggregation.lists, self._over_rows, self._catalogue))
        if isinstance(query, ChangeQuery):
            return (yield from answer_change(asked, query, self._catalogue))
        if isinstance(query, RateQuery):
            answer = yield from answer_rate(asked, query, self._catalogue)
            rows = read_rows(query.question) if isinstance(answer, str) else None
            # "The average of the purchases per month" is one of the rows of a table.
            return (yield from self._over_rows.answer(asked, rows)) if rows is not None else answer
        assert not isinstance(query, NamedDifference)
        return (yield from self._from_tables(asked, query))

    def _over_documents(self, asked: PlannedQuestion, query: AggregateQuery) -> Answering:
        """Compute with what documents state; where they do not state it, over the rows of a table."""
        answer = yield from self._aggregation.answer(asked, query)
        if isinstance(answer, str) and query.field is not None and (rows := read_rows(asked.text)) is not None:
            return (yield from self._in_rows(asked, rows))
        return answer

    def _in_rows(self, asked: PlannedQuestion, query: RowQuery) -> Answering:
        """Compute over the rows of a table; where no table has what is asked for, with what documents state."""
        answer = yield from self._over_rows.answer(asked, query)
        if isinstance(answer, str) and (amounts := read_amount_query(asked.text)) is not None:
            answer = yield from self._aggregation.answer(asked, amounts)
        if isinstance(answer, str):
            return (yield from self._over_rows.answer(asked, query, is_of_forms=True))
        return answer

    def _from_tables(self, asked: PlannedQuestion, query: FormulaQuery | GrowthQuery) -> Answering:
        timer = StageTimer()
        name = query.formula.name if isinstance(query, FormulaQuery) else query.operand.name
        documents = self._documents(asked, query.about)
        timer.mark("choose documents")
        is_figure = isinstance(query, FormulaQuery) and query.is_figure
        if is_figure and not self._is_known_whose(asked):
            return "No document is named whose figure is meant, so it was looked up."
        if not documents:
            return "No document is about what the question names, so it was looked up."
        names = ", ".join(document.path for document in documents)
        yield PlanStep(f"Looking for the figures of {name} in the tables of {names}")
        book = FigureBook(documents, self._catalogue.page_texts([document.id for document in documents]))
        try:
            text = _compute(query, book)
        except MissingFigureError as missing:
            if is_figure or not _has_any(query, book):
                return "The figures stand in no table, so it was looked up."
            year = f" for {missing.year}" if missing.year else ""
            reason = f"The {name} cannot be calculated: no row for {missing.operand.name}{year} was found in {names}."
            return (yield from refuse(reason, milliseconds=timer.milliseconds))
        except CalculationError as error:
            reason = f"The {name} cannot be calculated. {error.reason} {error.remedy}"
            sources = [figure.as_source(at) for at, figure in enumerate(book.used, 1)]
            return (yield from refuse(reason, milliseconds=timer.milliseconds, sources=sources))
        timer.mark("compute")
        for figure in book.used:
            yield PlanStep(f"Found {figure.label} {figure.year or ''}: {figure.quantity}".replace(" :", ":"))
        return (yield from compose_answer(text, _proofs(book.used), self._catalogue, milliseconds=timer.milliseconds))

    def _is_known_whose(self, asked: PlannedQuestion) -> bool:
        """Return whether a question names a document, or there is only one."""
        collection = asked.question.collection
        return (
            bool(self._name_documents(asked.text, collection)) or len(self._catalogue.list_documents(collection)) == 1
        )

    def _documents(self, asked: PlannedQuestion, about: str) -> list[DocumentInfo]:
        """Return the documents that the question names, else those of the best passages for it."""
        question = asked.question
        ids = list(self._name_documents(asked.text, question.collection))
        if about:
            # What a figure is asked for has to name the document: else it is a part of the whole, such as a region.
            of_it = set(self._name_documents(about, question.collection))
            ids = [id_ for id_ in ids if id_ in of_it]
            if not ids:
                return []
        if question.filters:
            kept = set(self._catalogue.find_documents(question.collection, question.filters))
            ids = [id_ for id_ in ids if id_ in kept]
        listed = {document.id: document for document in self._catalogue.list_documents(question.collection)}
        if not ids:
            sources = asked.look_up(asked.text, None).sources
            texts = {source.document.id: source.text for source in sources}
            ids = [id_ for id_, text in texts.items() if id_ in listed and _is_named(asked.text, listed[id_], text)]
        found = [listed[id_] for id_ in dict.fromkeys(ids) if id_ in listed]
        return [document for document in found if _is_of_same(document, found[0])][:MAX_DOCUMENTS]

    def _compare_two(self, asked: PlannedQuestion, query: DifferenceQuery) -> Answering:
        timer = StageTimer()
        found: list[LookedUp] = []
        for question in (query.first, query.second):
            yield PlanStep(f"Looking up: {question}")
            one = look_up_number(asked, question)
            if one.problem:
                reason = f"It cannot be computed: to “{question}” {Wording('').say(one.problem)}."
                if not asked.is_chosen:
                    return f"{reason} So the question was looked up as a whole."
                sources = [one.source] if one.source else []
                return (yield from refuse(reason, milliseconds=timer.milliseconds, sources=sources))
            found.append(one)
        timer.mark("look up")
        try:
            text = _two(query, found, Wording(asked.text))
        except CalculationError as error:
            sources = [one.proof(at).source for at, one in enumerate(found, 1)]
            reason = f"{error.reason} {error.remedy}".strip()
            return (yield from refuse(reason, milliseconds=timer.milliseconds, sources=sources))
        proofs = [one.proof(at) for at, one in enumerate(found, 1)]
        return (yield from compose_answer(text, proofs, self._catalogue, milliseconds=timer.milliseconds))


def _is_named(question: str, document: DocumentInfo, text: str) -> bool:
    """Return whether a document that no name led to is about all whom a question names, and not about others."""
    names = "\n".join((document.title, document.path, *document.profile.organisations, text))
    asked = question.split("? ")[0]
    return all(
        names_constraint(names, constraint)
        for constraint in find_constraints(asked)
        if constraint.kind == "name" and _IS_NAME.search(constraint.written)
    )


def _is_of_same(document: DocumentInfo, first: DocumentInfo) -> bool:
    """Return whether a document is of the organisation that the first one is of: figures of two are never mixed."""
    if document.id == first.id:
        return True
    owners = {name.casefold() for name in first.profile.organisations[:1]}
    return bool(owners & {name.casefold() for name in document.profile.organisations[:2]})


def _compute(query: FormulaQuery | GrowthQuery, book: FigureBook) -> str:
    """Return the result with its formula. Raises MissingFigureError, CalculationError."""
    if isinstance(query, GrowthQuery):
        return _growth(query, book)
    formula = query.formula
    if query.is_figure:
        return _figure(formula.above[0].operand, query.years[0], book)
    if not query.averages:
        year = query.years[0] if query.years else book.newest_year(formula.above[0].operand)
        written, value = _evaluate(formula, year, book)
        of_year = f" ({year})" if year else ""
        return f"{_capital(formula.name)}{of_year} = {_in_words(formula)} = {written} = {_result(formula, value)}."
    results: list[Quantity] = []
    lines = [f"{_capital(formula.name)} = {_in_words(formula)}:"]
    for year in query.years:
        written, value = _evaluate(formula, year, book)
        results.append(value)
        lines.append(f"- {year}: {written} = {_result(formula, value)}")
    mean = sum((result.value for result in results), Decimal(0)) / len(results)
    average = _result(formula, Quantity(mean, common_unit(results), common_scale(results)))
    return "\n".join([*lines, "", f"Average of {query.years[0]} to {query.years[-1]} = {average}."])


def _figure(operand: Operand, year: int, book: FigureBook) -> str:
    """Return a figure of a year under the label that it has in its statement. Raises MissingFigureError."""
    figure = book.find(operand, year)
    value = abs(figure.quantity.value) if operand.is_magnitude else figure.quantity.value
    label = " ".join(figure.label.split()).rstrip(" :")
    return f"{label} ({year}): {replace(figure.quantity, value=value)} [{book.number_of(figure)}]."


def _growth(query: GrowthQuery, book: FigureBook) -> str:
    first, last = book.find(query.operand, query.first), book.find(query.operand, query.last)
    common_unit([first.quantity, last.quantity])
    scale = common_scale([first.quantity, last.quantity])
    before, after = (f"{_shown(one.quantity, scale)} [{book.number_of(one)}]" for one in (first, last))
    change = last.quantity.value - first.quantity.value
    head = f"{_capital(query.operand.name)} from {query.first} to {query.last}"
    if not query.in_percent:
        result = Quantity(change, last.quantity.unit or first.quantity.unit, scale)
        return f"{head}: {after} − {before} = {result}."
    share = divide(change, abs(first.quantity.value), f"the {query.operand.name} of {query.first}")
    return f"{head}: ({after} − {before}) / {before} = {write_number(share * 100, PERCENT_DECIMALS)}%."


def _evaluate(formula: Formula, year: int | None, book: FigureBook) -> tuple[str, Quantity]:
    """Return a formula with its figures, and what it comes to."""
    figures = [book.find(term.operand, at) for term in (*formula.above, *formula.below) for at in _years(term, year)]
    unit = common_unit([figure.quantity for figure in figures])
    scale = common_scale([figure.quantity for figure in figures])
    above, written = _sum(formula.above, year, book, scale)
    if not formula.below:
        return written, Quantity(above, unit, scale)
    below, written_below = _sum(formula.below, year, book, scale)
    factor = f"{formula.factor} × " if formula.factor != 1 else ""
    value = divide(above, below, _names(formula.below)) * formula.factor
    bracketed = f"({written})" if len(formula.above) > 1 else written
    is_compound = len(formula.below) > 1 or "/" in written_below
    bracketed_below = f"({written_below})" if is_compound else written_below
    return f"{factor}{bracketed} / {bracketed_below}", Quantity(value)


def _sum(terms: Sequence[Term], year: int | None, book: FigureBook, scale: Decimal) -> tuple[Decimal, str]:
    total, parts = Decimal(0), []
    for term in terms:
        figures = [book.find(term.operand, at) for at in _years(term, year)]
        values = [abs(one.quantity.value) if term.operand.is_magnitude else one.quantity.value for one in figures]
        total += term.sign * sum(values, Decimal(0)) / len(values)
        written = " + ".join(
            f"{_shown(Quantity(value, '', one.quantity.scale), scale)} [{book.number_of(one)}]"
            for value, one in zip(values, figures, strict=True)
        )
        written = f"({written}) / {len(values)}" if len(values) > 1 else written
        parts.append((" − " if term.sign < 0 else " + ") + written)
    return total, "".join(parts).removeprefix(" + ")


def _years(term: Term, year: int | None) -> list[int | None]:
    return [year + back for back in term.years] if year is not None else [None]


def _shown(quantity: Quantity, scale: Decimal) -> str:
    return write_number(quantity.value / scale)


def _result(formula: Formula, value: Quantity) -> str:
    if formula.result == "percent":
        return f"{write_number(value.value * 100, PERCENT_DECIMALS)}%"
    if formula.result == "days":
        return f"{write_number(value.value)} days"
    return str(value) if formula.result == "amount" else write_number(value.value)


def _in_words(formula: Formula) -> str:
    above = _names(formula.above)
    if not formula.below:
        return above
    above = f"({above})" if len(formula.above) > 1 else above
    below = f"({_names(formula.below)})" if len(formula.below) > 1 else _names(formula.below)
    factor = f"{formula.factor} × " if formula.factor != 1 else ""
    return f"{factor}{above} / {below}"


def _names(terms: Sequence[Term]) -> str:
    parts = [(" − " if term.sign < 0 else " + ") + _name(term) for term in terms]
    return "".join(parts).removeprefix(" + ")


def _name(term: Term) -> str:
    name = term.operand.name
    if len(term.years) > 1:
        return f"average {name}"
    return f"{name} of the year before" if term.years[0] else name


def _has_any(query: FormulaQuery | GrowthQuery, book: FigureBook) -> bool:
    """Return whether the tables have any of the figures, of any year."""
    terms = (*query.formula.above, *query.formula.below) if isinstance(query, FormulaQuery) else ()
    operands = {term.operand.name: term.operand for term in terms}.values() if terms else [query.operand]  # type: ignore[union-attr]
    for operand in operands:
        try:
            book.newest_year(operand)
        except MissingFigureError:
            continue
        return True
    return False


def _proofs(figures: Sequence[Figure]) -> list[Proof]:
    proofs = []
    for number, figure in enumerate(figures, start=1):
        source = figure.as_source(number)
        proofs.append(Proof(source, len(source.text) - len(figure.quote), len(source.text)))
    return proofs


def _two(query: DifferenceQuery, found: Sequence[LookedUp], wording: Wording) -> str:
    """Return the difference or ratio of two looked-up numbers. Raises CalculationError."""
    first, second = (one.quantity for one in found if one.quantity is not None)
    unit, scale = common_unit([first, second]), common_scale([first, second])
    written = [
        f"{question} {wording.amount(quantity)} [{at}]"
        for at, (question, quantity) in enumerate(((query.first, first), (query.second, second)), 1)
    ]
    if query.items:
        return "\n\n".join([_the_more(query, first, second, wording), *written])
    if query.how == "ratio":
        value = wording.number(divide(first.value, second.value, "the second figure"))
    else:
        value = wording.amount(Quantity(first.value - second.value, unit, scale))
    sign = "/" if query.how == "ratio" else "−"
    above, below = (wording.number(one.value / scale) for one in (first, second))
    percent = ""
    if query.how == "change" and second.value:
        share = wording.number((first.value - second.value) / abs(second.value) * 100, PERCENT_DECIMALS)
        percent = f" ({share}%)"
    result = f"{wording.say(query.how)}: {above} [1] {sign} {below} [2] = {value}{percent}."
    return "\n\n".join([result, *written])


def _the_more(query: DifferenceQuery, first: Quantity, second: Quantity, wording: Wording) -> str:
    """Return which of two things has the more, or the less. Raises CalculationError where both have as much."""
    numbers = [(first, "[1]", query.items[0]), (second, "[2]", query.items[1])]
    numbers.sort(key=lambda one: one[0].value, reverse=query.how == "more")
    (best, mark, name), (other, other_mark, _) = numbers
    if best.value == other.value:
        raise CalculationError(wording.say("as much", amount=wording.amount(best)))
    return wording.say(
        "which of two", named=_capital(name), best=f"{wording.amount(best)} {mark}",
        other=f"{wording.amount(other)} {other_mark}",
    )  # fmt: skip


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
