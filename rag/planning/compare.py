"""Compares documents, organisations or years: the same question is asked of each, and differences are computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.errors import QuestionError
from rag.extraction.quantities import find_quantities
from rag.planning.compare_query import CompareQuery, read_comparison, year_of
from rag.planning.computed_answer import Proof, cite, compose_answer, refuse
from rag.planning.figures import Figure, find_figures
from rag.planning.formulas import find_operand
from rag.planning.looked_up import LookedUp, look_up
from rag.planning.naming import NameDocuments, find_named, list_answering
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import CalculationError, Quantity, common_scale, common_unit, read_quantities
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import content_words
from rag.types import AnswerTable, Citation, DocumentInfo, PlanStep, TableCell, TableRow, Verdict

FACTS = ("Kind", "Date", "About", "Language", "Pages", "Organisations")
"""What the catalogue knows of a document, compared where nothing else is asked."""


MIN_COMPARED = 2
"""Items of which something has to be found."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found for one item: the words, their number where they have one, their proof; why there is none."""

    item: str
    text: str = ""
    quantity: Quantity | None = None
    proof: Proof | None = None
    problem: str = ""
    year: int = 0
    """Of a figure of a table, where the item does not say which; else 0."""


class Compare:
    """Answers "compare A and B": a column for each, each cell from the documents of its item."""

    def __init__(self, catalogue: DocumentCatalogue, *, name_documents: NameDocuments) -> None:
        self._catalogue = catalogue
        self._name_documents = name_documents

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the steps and the comparison in words, and return it with its table. Raises QuestionError."""
        query = read_comparison(asked.text)
        if query is None:
            raise QuestionError(
                "The question does not say what is to be compared.",
                'Ask for example "Compare the rent of Cedar House and Birch House", or choose the mode look-up.',
            )
        listed = list_answering(self._catalogue, asked.question.collection, asked.question.filters)
        if not query.subject:
            return (yield from self._compare_facts(query, listed, Wording(asked.text)))
        timer = StageTimer()
        wording = Wording(asked.text)
        found: list[Compared] = []
        for item in query.items:
            yield PlanStep(f"Looking up: {query.question_of(item)}")
            found.append(self._find(asked, query, item, listed, number=len(found) + 1))
        found = with_figures(_told_apart(found))
        timer.mark("look up")
        if not any(one.text for one in found):
            reason = f"Nothing was found on the {query.subject} of {' or '.join(query.items)}."
            return (
                f"{reason} So the question was looked up as a whole."
                if not asked.is_chosen
                else (yield from refuse(reason, milliseconds=timer.milliseconds))
            )
        found = [replace(one, problem=_said(one.problem, query.subject, wording)) for one in found]
        text = _sentence(query, found, wording)
        missing = [one for one in found if not one.text]
        if missing and len(found) - len(missing) < MIN_COMPARED:
            # One alone is no comparison.
            reason = "\n".join(f"{one.item}: {one.problem}" for one in missing)
            sources = [one.proof.source for one in found if one.proof]
            table = self._table(query, found, wording)
            return (yield from refuse(reason, milliseconds=timer.milliseconds, sources=sources, table=table))
        return (
            yield from compose_answer(
                text,
                [one.proof for one in found if one.proof],
                self._catalogue,
                milliseconds=timer.milliseconds,
                table=self._table(query, found, wording),
                verdict=Verdict.PARTLY if missing else Verdict.SUPPORTED,
                reason="; ".join(f"{one.item}: {one.problem}" for one in missing),
            )
        )

    def _find(
        self, asked: PlannedQuestion, query: CompareQuery, item: str, listed: Sequence[DocumentInfo], *, number: int
    ) -> Compared:
        """Find what is asked of one item: a row of its tables where it is a figure of statements, else by a look-up."""
        year = year_of(item)
        named = self._named(asked, query, item, listed)
        if named is not None and not named:
            return Compared(item, problem="no document about it")
        if (operand := find_operand(query.subject)) and (year or named):
            of_it = named if named is not None else self._of_question(asked, listed)
            pages = self._catalogue.page_texts([document.id for document in of_it])
            found = [
                figure
                for document in of_it
                if (
                    figure := _of_year(
                        find_figures(operand.rows, document, pages.get(document.id, []), statement=operand.statement),
                        year,
                    )
                )
            ]
            if figure := max(found, key=lambda one: one.year or 0, default=None):
                return _from_figure(item, figure, number)
        bound = named or (_named_by_year(query, item, listed) if year else [])
        question = query.question_of("" if bound else item)
        looked_up = look_up(asked, question, [document.id for document in bound] if bound else None)
        return _from_look_up(item, looked_up, number, subject=query.subject)

    def _named(
        self, asked: PlannedQuestion, query: CompareQuery, item: str, listed: Sequence[DocumentInfo]
    ) -> list[DocumentInfo] | None:
        """Return the documents of an item; None where it names none and stands in any, as a year or a house does."""
        if year_of(item):
            return None
        if found := find_named(item, listed):
            return found
        ids = set(self._name_documents(item, asked.question.collection))
        found = [document for document in listed if document.id in ids]
        return found or ([] if query.names_files else None)

    def _of_question(self, asked: PlannedQuestion, listed: Sequence[DocumentInfo]) -> list[DocumentInfo]:
        ids = list(self._name_documents(asked.text, asked.question.collection)) or [
            source.document.id for source in asked.look_up(asked.text, None).sources
        ]
        by_id = {document.id: document for document in listed}
        return [by_id[id_] for id_ in dict.fromkeys(ids) if id_ in by_id]

    def _compare_facts(self, query: CompareQuery, listed: Sequence[DocumentInfo], wording: Wording) -> Answering:
        """Compare what the catalogue knows of documents."""
        timer = StageTimer()
        chosen: list[DocumentInfo] = []
        for item in query.items:
            if len(found := find_named(item, listed)) != 1:
                several = "more than one document is" if found else "no document is"
                return f"It is not said what to compare, and {several} named “{item}”, so it was looked up."
            chosen += found
        yield PlanStep(f"Comparing what is known of {', '.join(document.path for document in chosen)}")
        rows = []
        for name, values in zip(FACTS, zip(*map(_facts, chosen), strict=True), strict=True):
            cells = [TableCell(value, one.id, one.path) for value, one in zip(values, chosen, strict=True)]
            if any(values):
                rows.append(TableRow((TableCell(_capital(wording.say(name))), *cells)))
        table = AnswerTable(("", *(document.path for document in chosen)), tuple(rows))
        differing = [
            _in_sentence(row.cells[0].text, wording) for row in rows if len({cell.text for cell in row.cells[1:]}) > 1
        ]
        names = f" {wording.say('and')} ".join(document.path for document in chosen)
        text = wording.say("differ" if differing else "do not differ", names=names, facts=", ".join(differing))
        return (yield from compose_answer(text, (), self._catalogue, milliseconds=timer.milliseconds, table=table))

    def _table(self, query: CompareQuery, found: Sequence[Compared], wording: Wording) -> AnswerTable:
        cells = [self._cell(one) for one in found]
        columns = ["", *query.items]
        if len(found) == 2 and all(one.quantity for one in found):
            columns.append(wording.say("difference"))
            text, note = _difference(found, wording)
            cells.append(TableCell(text, note=note))
        return AnswerTable(tuple(columns), (TableRow((TableCell(query.subject), *cells)),))

    def _cell(self, one: Compared) -> TableCell:
        if one.proof is None:
            return TableCell("", note=one.problem)
        citation: Citation = cite(one.proof, one.text, self._catalogue)
        return TableCell(
            text=one.text,
            document_id=one.proof.source.document.id,
            document=citation.document,
            page=citation.page,
            page_label=citation.page_label,
            page_word=citation.page_word,
            quote=citation.quote,
            rectangles=citation.rectangles,
            verdict=Verdict.SUPPORTED if not one.problem else None,
            note=one.problem,
        )


def _named_by_year(query: CompareQuery, item: str, listed: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Return the documents whose name or period holds a year, where that is so of each year that is compared.

    Another year's document may name it too: "It replaces the policy of 2023". Where figures of a firm are compared, one
    report gives those of several years.
    """
    if query.about:
        return []
    found = {
        one: [
            document
            for document in listed
            if re.search(
                rf"(?<!\d){year_of(one)}(?!\d)", f"{document.title}\n{document.path}\n{document.profile.period}"
            )
        ]
        for one in query.items
    }
    return found[item] if all(found.values()) else []


def _names_of(document: DocumentInfo) -> str:
    return f"{document.title}\n{document.path}\n{document.profile.period}"


def _told_apart(found: Sequence[Compared]) -> list[Compared]:
    """Return what was found, less what was found for several items in the same place of one document."""
    places = [
        (one.proof.source.document.id, one.proof.source.spans, one.proof.start, one.text) if one.proof else None
        for one in found
    ]
    return [
        Compared(one.item, problem="not told apart") if place and places.count(place) > 1 else one
        for one, place in zip(found, places, strict=True)
    ]


def with_figures(found: Sequence[Compared]) -> list[Compared]:
    """Return what was found, less words without any figure where the others have one."""
    if not any(one.quantity for one in found):
        return list(found)
    return [
        Compared(one.item, problem="nothing found") if one.text and not _has_figure(one.text) else one for one in found
    ]


def _has_figure(text: str) -> bool:
    return re.search(r"\d", text) is not None or bool(find_quantities(text))


def _from_figure(item: str, figure: Figure, number: int) -> Compared:
    source = figure.as_source(number)
    proof = Proof(source, len(source.text) - len(figure.quote), len(source.text))
    year = f" ({figure.year})" if figure.year and not year_of(item) else ""
    return Compared(
        item, f"{figure.quantity}{year}", figure.quantity, proof, year=0 if year_of(item) else figure.year or 0
    )


def _from_look_up(item: str, found: LookedUp, number: int, *, subject: str) -> Compared:
    if found.citation is None or found.source is None or found.problem:
        return Compared(item, problem=found.problem)
    words = set(content_words(subject))
    if words and not words & set(content_words(f"{found.source.section}\n{found.source.text}")):
        return Compared(item, problem="not named")
    text = found.text or " ".join(found.citation.quote.split())
    numbers = [quantity for _, _, quantity in read_quantities(found.text)]
    return Compared(item, text, numbers[0] if len(numbers) == 1 else None, found.proof(number))


def _of_year(figures: Sequence[Figure], year: int | None) -> Figure | None:
    """Return the first figure of a year; of the newest year where none is asked for."""
    if year is not None:
        return next((figure for figure in figures if figure.year == year), None)
    return max(figures, key=lambda figure: figure.year or 0, default=None)


def _said(problem: str, subject: str, wording: Wording) -> str:
    return wording.say(problem, subject=subject) if problem else ""


def _sentence(query: CompareQuery, found: Sequence[Compared], wording: Wording) -> str:
    lines = [
        f"- {one.item}: {one.text} [{one.proof.source.number}]" if one.proof else f"- {one.item}: {one.problem}"
        for one in found
    ]
    head = _capital(query.subject)
    ending = []
    if len(found) == 2 and all(one.quantity for one in found):
        text, note = _difference(found, wording)
        difference = wording.say("difference")
        ending = ["", f"{difference} ({found[0].item} − {found[1].item}): {text}." if text else note]
    return "\n".join([f"{head}:", *lines, *ending])


def _difference(found: Sequence[Compared], wording: Wording) -> tuple[str, str]:
    """Return the first number less the second, or "" and why it cannot be computed."""
    first, second = (one.quantity for one in found if one.quantity is not None)
    if found[0].year != found[1].year:
        return "", wording.say("two years", first=found[0].year, last=found[1].year)
    try:
        unit = common_unit([first, second])
    except CalculationError as error:
        return "", error.reason if wording.language == "en" else wording.reason(error)
    return wording.amount(Quantity(first.value - second.value, unit, common_scale([first, second]))), ""


def _in_sentence(name: str, wording: Wording) -> str:
    """Return the name of a fact within a sentence: German nouns keep their capital."""
    return name if wording.language == "de" else name.lower()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _facts(document: DocumentInfo) -> tuple[str, ...]:
    profile = document.profile
    return (
        profile.kind,
        profile.dated,
        profile.period,
        profile.language,
        str(document.pages),
        ", ".join(profile.organisations[:3]),
    )
