"""What is paid by the month is computed for the year and says so; words are counted on every page."""

from __future__ import annotations

import pytest

from rag.planning.all_documents import AllDocuments
from rag.planning.calculation_query import DifferenceQuery, read_calculation
from rag.planning.modes import Mode, choose_mode
from rag.planning.rate_query import read_rate
from rag.planning.rates import answer_rate
from rag.types import Answer
from tests.unit.rag.planning.shelf import Shelf, asked, finish

RENT = "The rent is GBP 1,150 per month, payable on the first day of each month."
SHELF = Shelf(
    {"lease.txt": [RENT], "note.txt": ["The crane and the cranes.\n\nNo word of it."], "b.txt": ["The crane."]}
)


def rate(question: str, said: str) -> Answer | str:
    query = read_rate(question)
    assert query is not None

    class OneRate:
        def answer(self, it):  # type: ignore[no-untyped-def]
            return answer_rate(it, query, SHELF)

    return finish(OneRate(), asked(question, {query.question: said}, Shelf({"lease.txt": [said]})))[1]


@pytest.mark.parametrize(
    ("question", "said", "ending"),
    [
        ("How much is the rent per year?", RENT, "1,150 GBP per month [1] × 12 = 13,800 GBP per year."),
        (
            "What is the fee per month?",
            "The fee is EUR 180 per quarter.",
            "180 EUR per quarter [1] / 3 = 60 EUR per month.",
        ),
        (
            "Was kostet die Pacht pro Monat?",
            "Die Pacht beträgt 1.200 Euro im Jahr.",
            "1.200 EUR pro Jahr [1] / 12 = 100 EUR pro Monat.",
        ),
    ],
)
def test_a_figure_of_one_period_is_computed_for_another(question: str, said: str, ending: str) -> None:
    answer = rate(question, said)
    assert isinstance(answer, Answer)
    assert answer.text == ending
    assert answer.citations


@pytest.mark.parametrize(
    "said", ["The rent is GBP 13,800 per year.", "The rent is GBP 90 per week.", "The rent is GBP 5."]
)
def test_a_figure_of_the_same_period_or_of_none_is_looked_up(said: str) -> None:
    assert isinstance(rate("How much is the rent per year?", said), str)


@pytest.mark.parametrize("question", ["When is the rent paid each month?", "How many meetings are there per year?"])
def test_only_what_is_paid_is_asked_for_by_another_period(question: str) -> None:
    assert read_rate(question) is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ('How often does the word "crane" occur?', "“crane” occurs 3 times, in 2 of 3 documents."),
        ('Wie oft kommt das Wort "crane" vor?', "„crane“ kommt 3-mal vor, in 2 von 3 Dokumenten."),
        ("How many times is the crane mentioned?", "“crane” occurs 3 times, in 2 of 3 documents."),
        ('How often does "crane" occur in b.txt?', "“crane” occurs once, in 1 of 1 documents."),
    ],
)
def test_a_word_is_counted_in_any_inflection(question: str, said: str) -> None:
    assert choose_mode(question).mode is Mode.ALL_DOCUMENTS
    _, answer = finish(AllDocuments(SHELF, most_read=5), asked(question))
    assert isinstance(answer, Answer)
    assert answer.text == said


def test_a_change_between_two_years_is_asked_for_in_german() -> None:
    query = read_calculation("Um wie viel stieg der Kassenstand von 2023 auf 2024?")
    assert query == DifferenceQuery(
        "Wie hoch war der Kassenstand 2024?", "Wie hoch war der Kassenstand 2023?", "change"
    )
