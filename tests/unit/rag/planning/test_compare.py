"""The same is asked of each that is named; differences are computed only of numbers of one unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from rag.errors import QuestionError
from rag.planning.compare import Compare, Compared, with_figures
from rag.planning.compare_query import CompareQuery, read_comparison
from rag.planning.quantities import Quantity
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

REPORT = "STATEMENTS OF OPERATIONS (in millions)\n\n2022\t2023\n\nTotal revenue\t$ 2,000\t$ 2,500\n"
SHELF = Shelf(
    {"cedar.md": ["Cedar"], "birch.md": ["Birch"], "report.pdf": [REPORT]},
    {"report.pdf": DocumentProfile("en", "annual report", "", "2023", ("Halyard Ltd",))},
)


def compare(question: str, *, mode: str = "", **answers: str) -> Answer | str:
    named = Compare(SHELF, name_documents=lambda text, collection: [3] if "revenue" in text else [])
    said = {key.replace("_", " ") + "?": sentence for key, sentence in answers.items()}
    _, answer = finish(named, asked(question, said, SHELF, mode=mode))
    return answer


@pytest.mark.parametrize(
    ("question", "items", "subject"),
    [
        ("Compare the rent of Cedar House and Birch House", ("Cedar House", "Birch House"), "rent"),
        ("compare a.pdf with b.pdf on notice period", ("a.pdf", "b.pdf"), "notice period"),
        ("Compare 2022 and 2023 revenue", ("2022", "2023"), "revenue"),
        ("Vergleiche die Miete von Haus A und Haus B", ("Haus A", "Haus B"), "Miete"),
        ("Comparer le loyer de A, B et C", ("A", "B", "C"), "loyer"),
        ("Compara el precio de A y B", ("A", "B"), "precio"),
        ("Compare a.pdf and b.pdf", ("a.pdf", "b.pdf"), ""),
        ("Compare the net income of 2016 and 2017 by Amazon", ("2016", "2017"), "net income"),
        ("Compare the pieces of rye and oats sold in May", ("rye sold in May", "oats sold in May"), "pieces"),
        ("Compare the marks of Ida Holt in maths and art", ("Ida Holt in maths", "Ida Holt in art"), "marks"),
        ("Vergleiche die Gebühr vom Verein und vom Chor", ("Verein", "Chor"), "Gebühr"),
        ("Comparer le prix du pain de mai et de juin", ("pain de mai", "pain de juin"), "prix"),
        ("Compara el consumo de agua de mayo y de junio", ("agua de mayo", "agua de junio"), "consumo"),
    ],
)
def test_comparisons_are_read_in_four_languages(question: str, items: tuple[str, ...], subject: str) -> None:
    query = read_comparison(question)
    assert query is not None
    assert (query.items, query.subject) == (items, subject)


def test_a_question_that_tells_nothing_to_compare_is_none() -> None:
    assert read_comparison("How does the weather compare?") is None
    assert CompareQuery(("2022", "2023"), "rent").question_of("2022") == "What is the rent in 2022?"


def test_each_is_looked_up_and_the_difference_is_computed() -> None:
    answer = compare(
        "Compare the rent of Elm House and Oak House",
        What_is_the_rent_of_Elm_House="The rent is 900 EUR.",
        What_is_the_rent_of_Oak_House="The rent is 1,000 EUR.",
    )
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert answer.table.columns[1:3] == ("Elm House", "Oak House")
    assert [cell.verdict for cell in answer.table.rows[0].cells[1:3]] == [Verdict.SUPPORTED] * 2
    assert [cell.quote for cell in answer.table.rows[0].cells[1:3]] == [
        "The rent is 900 EUR.",
        "The rent is 1,000 EUR.",
    ]


def test_documents_of_a_year_answer_for_it_where_each_year_has_some() -> None:
    shelf = Shelf({"rules-2023.md": ["It cost 120 EUR."], "rules-2025.md": ["It replaces the rules of 2023."]}, {})
    seen: list[Sequence[int] | None] = []
    question = asked("Compare the limit in 2023 and 2025", {}, shelf, seen=seen)
    finish(Compare(shelf, name_documents=lambda text, collection: []), question)
    assert seen[:2] == [[1], [2]]


def test_one_passage_found_for_both_compares_nothing() -> None:
    answer = compare(
        "Compare the rent of Elm House and Oak House",
        What_is_the_rent_of_Elm_House="The rent is 900 EUR.",
        What_is_the_rent_of_Oak_House="The rent is 900 EUR.",
    )
    assert isinstance(answer, str)
    assert "Nothing was found on the rent" in answer


def test_years_are_compared_from_the_rows_of_a_table() -> None:
    answer = compare("Compare the revenue of 2022 and 2023")
    assert isinstance(answer, Answer)
    assert answer.text.endswith("Difference (2022 − 2023): -500 million USD.")
    assert answer.table is not None
    assert [cell.text for cell in answer.table.rows[0].cells] == [
        "revenue", "2,000 million USD", "2,500 million USD", "-500 million USD",
    ]  # fmt: skip


def test_one_alone_is_no_comparison_and_it_is_said_what_is_missing() -> None:
    answer = compare(
        "Compare the rent of Elm House and Oak House", What_is_the_rent_of_Elm_House="The rent is 900 EUR."
    )
    assert isinstance(answer, Answer)
    assert answer.refused
    assert answer.text == "Oak House: nothing was found that answers it"
    assert answer.table is not None
    assert answer.table.rows[0].cells[2].note == "nothing was found that answers it"


def test_nothing_found_at_all_is_for_a_look_up_unless_the_mode_was_chosen() -> None:
    assert isinstance(compare("Compare the rent of Elm House and Oak House"), str)
    chosen = compare("Compare the rent of Elm House and Oak House", mode="compare")
    assert isinstance(chosen, Answer)
    assert chosen.refused


def test_documents_without_a_question_are_compared_by_what_is_known_of_them() -> None:
    answer = compare("Compare cedar.md and report.pdf")
    assert isinstance(answer, Answer)
    assert "differ in kind, about, organisations" in answer.text


def test_the_mode_without_anything_to_compare_says_how_to_ask() -> None:
    with pytest.raises(QuestionError, match="what is to be compared"):
        compare("When is lunch?", mode="compare")


def test_words_are_not_compared_with_a_figure() -> None:
    figure = Compared("A", "190 kWh", Quantity(Decimal(190), "kWh"))
    assert with_figures([figure, Compared("B", "It is read each hour.")])[1].problem == "nothing found"
    assert with_figures([figure, Compared("B", "three months")])[1].text == "three months"
    assert with_figures([Compared("A", "black"), Compared("B", "green")])[1].text == "green"
