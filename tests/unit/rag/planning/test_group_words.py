"""What a question groups its answer by is told from rates, names and lists of everything."""

from __future__ import annotations

import pytest

from rag.planning.group_question import read_group_choices
from rag.planning.group_words import asks_for_groups, says_each


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How many flats are there in each town?", "town"),
        ("How many visits did every inspector make?", "inspector"),
        ("Number of orders by status", "status"),
        ("How many orders by trade and status?", "trade"),
        ("Total cost per trade", "trade"),
        ("How many orders were there per month?", "month"),
        ("What is the dearest job in each trade?", "trade"),
        ("Wie viele Spielplätze liegen in jedem Stadtteil?", "Stadtteil"),
        ("Was haben wir je Lieferant ausgegeben?", "Lieferant"),
        ("Combien de logements par ville ?", "ville"),
        ("¿Cuántas facturas hay de cada ciudad?", "ciudad"),
    ],
)
def test_what_is_grouped_by_is_found(question: str, first: str) -> None:
    mark = asks_for_groups(question)
    assert mark is not None
    assert mark.words[0] == first


@pytest.mark.parametrize(
    "question",
    [
        "What is the price per kilo?",
        "How many hours per week does the cook work?",
        "How many kilometres per hour does it go?",
        "How many orders were paid by card?",
        "How many species live by the river?",
        "What does it cost per person?",
        "What was the revenue per employee in 2022?",
        "List every invoice",
        "¿Por qué se retira el queso?",
        "How much may the rent rise each year at most?",
        "Combien de factures ont été payées par chèque ?",
        "Wie viele Fahrten gingen nach Bonn?",
    ],
)
def test_rates_means_and_lists_are_no_groups(question: str) -> None:
    assert asks_for_groups(question) is None


@pytest.mark.parametrize(
    ("noun", "quote", "is_of_each"),
    [
        ("employee", "Every employee gets 25 days of holiday.", True),
        ("employee", "Employees get 25 days of holiday.", True),
        ("child", "Lunch costs 4 pounds per child.", True),
        ("town", "Town: Leeds", False),
        ("inspector", "Two inspectors visit the houses.", False),
    ],
)
def test_a_quote_for_one_group_is_not_for_each(noun: str, quote: str, is_of_each: bool) -> None:
    assert says_each(noun, quote) is is_of_each


@pytest.mark.parametrize("text", ["The lamp flashes three times every twenty seconds.", "What does it cost per kilo?"])
def test_a_rate_is_read_as_no_question_for_groups(text: str) -> None:
    assert read_group_choices(text) == []
