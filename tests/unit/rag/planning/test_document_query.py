"""What a question over all documents asks for: which sort of documents, and on which conditions."""

from __future__ import annotations

from datetime import date

import pytest

from rag.planning.date_ranges import DateRange, read_range
from rag.planning.document_query import Condition, DocumentQuery, read_document_query


def read(question: str) -> DocumentQuery:
    query = read_document_query(question)
    assert query is not None
    return query


def written(condition: Condition) -> list[list[str]]:
    return [[phrase.written for phrase in phrases] for phrases in condition.any_of]


def test_words_joined_by_or_and_by_and_are_told_apart() -> None:
    assert written(read("Which documents mention the lift or the crane?").conditions[0]) == [["lift"], ["crane"]]
    assert written(read("Which documents mention the lift and the crane?").conditions[0]) == [["lift", "crane"]]


def test_what_stands_in_quotation_marks_stays_whole() -> None:
    (condition,) = read('Which documents contain the phrase "wet and dry"?').conditions
    assert written(condition) == [["wet and dry"]]


def test_a_negation_is_kept() -> None:
    assert read("Which documents do not mention the lift?").conditions[0].is_negated


def test_two_conditions_are_both_read() -> None:
    query = read("How many invoices are from March 2024 and mention the winch?")
    assert query.counts
    assert query.sort.kinds == {"invoice"}
    assert [condition.kind for condition in query.conditions] == ["dated", "mention"]
    assert query.conditions[0].days == DateRange(date(2024, 3, 1), date(2024, 3, 31))


def test_a_month_without_a_year_is_of_any_year() -> None:
    assert read("Count the invoices of March").conditions[0].month == 3


def test_a_condition_that_no_rule_knows_is_left_to_reading() -> None:
    (condition,) = read("List all contracts that allow subletting").conditions
    assert (condition.kind, condition.value) == ("read", "allow subletting")


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Welche Briefe wurden von Ada Berg unterschrieben?", ["signed"]),
        ("Wie viele Notizen handeln von Brandschutzübungen?", ["about"]),
        ("Wie viele Rechnungen sind aus dem Jahr 2024?", ["dated"]),
        ("Quels documents mentionnent l'ascenseur ?", ["mention"]),
        ("Combien de contrats se terminent en 2025 ?", ["ends"]),
        ("¿Cuántas notas hablan de simulacros de incendio?", ["about"]),
        ("How many documents in the folder letters mention salt?", ["folder", "mention"]),
        ("Which documents are longer than 10 pages?", ["pages"]),
        ("How many invoices have we not paid yet?", ["unpaid"]),
        ("Which of the invoices haven't we paid?", ["unpaid"]),
        ("Welche Rechnungen haben wir noch nicht bezahlt?", ["unpaid"]),
        ("Quelles factures n'avons-nous pas encore payées ?", ["unpaid"]),
        ("¿Qué facturas no hemos pagado todavía?", ["unpaid"]),
        ("list all PDFs in German", ["language"]),
    ],
)
def test_conditions_are_read_in_four_languages(question: str, kinds: list[str]) -> None:
    assert [condition.kind for condition in read(question).conditions] == kinds


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in 2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("before March 2024", date.min, date(2024, 2, 29)),
        ("nach dem 1. Mai 2024", date(2024, 5, 2), date.max),
        ("avant mars 2024", date.min, date(2024, 2, 29)),
        ("between 2022 and 2023", date(2022, 1, 1), date(2023, 12, 31)),
        ("in Q2 2023", date(2023, 4, 1), date(2023, 6, 30)),
    ],
)
def test_stretches_of_days_are_read(text: str, first: date, last: date) -> None:
    assert read_range(text) == DateRange(first, last)


def test_words_that_are_no_days_are_no_stretch() -> None:
    assert read_range("by the harbour") is None
