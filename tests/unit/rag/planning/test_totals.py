"""What documents ask for is added up, averaged, put in order and bounded; what has no total is said."""

from __future__ import annotations

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.amount_bounds import find_bound
from rag.planning.modes import Mode, choose_mode
from rag.planning.totals_query import AggregateQuery, read_totals_query
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

TEXTS = {
    "invoices/1.docx": "Invoice 1\n\nBill to: Gull Bakery\n\nTotal due: GBP 1,840.00",
    "invoices/2.pdf": "Invoice 2\n\nBill to: Tarn & Sons\n\nTotal due: GBP 960.50 Payment within 30 days.",
    "invoices/3.pdf": "Invoice 3\n\nBill to: Gull Bakery\n\nTotal due: GBP 215.00 Payment within 14 days.",
    "invoices/4.md": "Invoice 4\n\nBill to: Tarn & Sons\n\nPlease pay soon.",
}
DAYS = ("2024-01-12", "2024-02-02", "2023-12-04", "2023-11-01")
PROFILES = {path: DocumentProfile("en", "invoice", day) for path, day in zip(TEXTS, DAYS, strict=True)}
SHELF = Shelf({path: [text] for path, text in TEXTS.items()}, PROFILES)


def computed(question: str) -> Answer:
    query = read_totals_query(question)
    assert query is not None
    lists = AllDocuments(SHELF, most_read=5)

    class Mode:
        def answer(self, it):  # type: ignore[no-untyped-def]
            return Aggregation(lists, SHELF).answer(it, query)

    _, answer = finish(Mode(), asked(question))
    assert isinstance(answer, Answer)
    return answer


def test_a_total_is_read_where_other_numbers_stand_behind_it() -> None:
    answer = computed("What is the total of the invoices of 2024?")
    assert answer.text == "Sum of the totals of 2 invoices of 2024 = 1,840 [1] + 960.50 [2] = 2,800.50 GBP."
    assert answer.table is not None
    assert answer.table.is_complete


@pytest.mark.parametrize("question", ["What is the average invoice amount?", "Which invoice is the largest?"])
def test_what_has_no_total_is_said_in_the_answer_and_it_is_not_complete(question: str) -> None:
    answer = computed(question)
    assert "only 3 of 4 invoices" in answer.text
    assert answer.verdict is Verdict.PARTLY
    assert answer.table is not None
    assert answer.table.completeness == "totals of 3 of 4"
    assert [row.cells[0].text for row in answer.table.undecided] == ["invoices/4.md"]


def test_the_share_of_documents_is_counted_within_the_same_year() -> None:
    assert (
        "1 of 2 invoices, counted by documents: 50%"
        in computed("What percentage of the invoices of 2024 went to Gull Bakery?").text
    )


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("Which invoice of 2024 is the highest?", "most"),
        ("Which invoice has the lowest total?", "least"),
        ("How much do all invoices add up to?", "sum"),
        ("What is the total invoice amount in 2024?", "sum"),
        ("Wie viel ergeben alle Rechnungen zusammen?", "sum"),
        ("Welche Rechnung ist am höchsten?", "most"),
        ("Wie hoch ist der durchschnittliche Rechnungsbetrag?", "average"),
        ("Wie viel Prozent der Rechnungen gingen an Farben Kruse?", "share"),
        ("Quelle est la facture la plus élevée ?", "most"),
        ("Quel est le montant moyen des factures ?", "average"),
        ("¿Cuál es la factura más alta?", "most"),
        ("¿Cuánto suman las facturas de 2024?", "sum"),
    ],
)
def test_totals_are_asked_for_in_four_languages(question: str, how: str) -> None:
    query = read_totals_query(question)
    assert isinstance(query, AggregateQuery)
    assert query.how == how
    assert query.documents.sort.kinds == {"invoice"}
    assert choose_mode(question).mode is Mode.CALCULATE


@pytest.mark.parametrize(
    "question",
    ["What is the total of invoice 7?", "Which contract is the largest?", "What is the highest mountain?"],
)
def test_what_has_no_totals_is_not_asked_for_them(question: str) -> None:
    assert read_totals_query(question) is None


def test_documents_are_listed_by_their_totals() -> None:
    _, answer = finish(AllDocuments(SHELF, most_read=5), asked("How many invoices are over 900 pounds?"))
    assert isinstance(answer, Answer)
    said = (
        "2 invoices are over 900 pounds: invoices/1.docx, invoices/2.pdf. Of one more it is not decided: invoices/4.md."
    )
    assert answer.text == said
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.undecided] == ["invoices/4.md"]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("are above GBP 1,500", 1500, None, "GBP"),
        ("von mehr als 1.000 Euro", 1000, None, "EUR"),
        ("entre 100 € et 200 €", 100, 200, "EUR"),
        ("con menos de 3 plazas", None, 3, "plazas"),
    ],
)
def test_bounds_are_read_with_their_unit(text: str, low: int | None, high: int | None, unit: str) -> None:
    bound = find_bound(text)
    assert bound is not None
    assert (bound.low, bound.high, bound.unit) == (low, high, unit)
