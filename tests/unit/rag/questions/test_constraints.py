"""What a question names to the letter is found in every written form, and holds for the right sentences and rows."""

from __future__ import annotations

import pytest

from rag.questions.constraints import (
    asks_for_clause,
    canonical_number,
    find_constraints,
    is_negated,
    names_constraint,
    names_something,
    negated_words,
    units_that_meet,
)


def values(question: str) -> list[tuple[str, str]]:
    return [(constraint.kind, constraint.value) for constraint in find_constraints(question)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What does order 48510 contain?", [("identifier", "48510")]),
        ("Price of HX-2041?", [("identifier", "hx2041")]),
        ("Price of HX 2041?", [("identifier", "hx2041")]),
        ("What does P-4 cost?", [("identifier", "p4")]),
        ("What does § 7.3(a) say?", [("clause", "7.3a")]),
        ("What does clause 4.2 say?", [("clause", "4.2")]),
        ("Who signed on 3 May 2024?", [("date", "2024-05-03")]),
        ("How big was the fleet in 2022?", [("year", "2022")]),
        ("What was revenue in FY22?", [("year", "2022")]),
        ("Who paid 1,234.50 crowns?", [("number", "1234.5")]),
        ("Which 3 boats came first?", []),
        ("When does the ferry leave?", []),
    ],
)
def test_what_is_named_to_the_letter_is_found(question: str, found: list[tuple[str, str]]) -> None:
    assert values(question) == found


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Price of HX2041?", "The HX-2041 costs 3 crowns."),
        ("Price of HX-2041?", "HX 2041 | 3"),
        ("Who signed on 3 May 2024?", "signed 2024-05-03"),
        ("revenue in fiscal 2022?", "FY22 revenue"),
        ("Who paid 1,234.50?", "paid 1234.5 crowns"),
        ("order ４８５１０?", "Order 48510"),
    ],
)
def test_forms_that_mean_the_same_are_equal(question: str, text: str) -> None:
    (constraint,) = find_constraints(question)
    assert names_constraint(text, constraint)


@pytest.mark.parametrize(
    ("question", "text"), [("order 48510?", "Order 48511"), ("in 2022?", "in 2024"), ("HX-2041?", "HX-20410")]
)
def test_a_neighbour_is_another(question: str, text: str) -> None:
    (constraint,) = find_constraints(question)
    assert not names_constraint(text, constraint)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What is laid down in clause 6.1?", True),
        ("What does § 4.2(a) lay down?", True),
        ("What is written in section 3?", True),
        ("What does the fee in clause 3 cover?", False),
    ],
)
def test_what_asks_for_nothing_but_a_clause(question: str, asks: bool) -> None:
    assert asks_for_clause(question) is asks


def test_a_clause_goes_on_until_the_next() -> None:
    (constraint,) = find_constraints("What does § 7.3(a) say?")
    units = [
        "7.2 Roofs",
        "(a) The agent mends the roof.",
        "7.3 Birds",
        "(a) The tenant feeds no gulls.",
        "(b) Nor owls.",
    ]
    assert units_that_meet(units, constraint, context="", rows=[False] * 5) == [False, False, False, True, False]


def test_a_sentence_is_about_what_was_named_before_it_and_a_row_about_itself() -> None:
    (constraint,) = find_constraints("What was in order 48510?")
    units = ["Order 48509 held rope.", "Order 48510 went to Voss.", "It held three barrels.", "Order 48511 held tar."]
    assert units_that_meet(units, constraint, context="", rows=[False] * 4) == [False, True, True, False]
    rows = ["48509 | rope", "48510 | barrels", "total | 2"]
    assert units_that_meet(rows, constraint, context="", rows=[True] * 3) == [False, True, False]


def test_negation_is_seen_in_question_and_text() -> None:
    assert is_negated("Which parts may visitors not enter?")
    assert is_negated("Visitors mustn't enter the paint shop.")
    assert not is_negated("Which parts may visitors enter?")
    assert not is_negated("See No. 4 for notices.")


@pytest.mark.parametrize(
    ("written", "number"),
    [("1,234.50", "1234.5"), ("1.234,5", "1234.5"), ("12 500", "12500"), ("007", "7"), ("2,5", "2.5")],
)
def test_numbers_have_one_form(written: str, number: str) -> None:
    assert canonical_number(written) == number


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("The HR department has eight people.", True),
        ("Human resources has eight people.", True),
        ("Research and development has eight people.", False),
    ],
)
def test_an_acronym_is_named_by_itself_or_by_what_it_stands_for(text: str, is_named: bool) -> None:
    (constraint,) = find_constraints("What is the budget of the HR department?")
    assert constraint.kind == "acronym"
    assert names_constraint(text, constraint) == is_named


def test_what_is_denied_is_the_word_behind_the_negation() -> None:
    assert negated_words("Which rooms have no window?") == negated_words("The archive has no windows.")
    assert not negated_words("Which rooms have no window?") & negated_words("Room Fjord has no projector.")


@pytest.mark.parametrize(
    ("question", "names"), [("is it", False), ("7", False), ("of the and", False), ("48510", True), ("Kran?", True)]
)
def test_a_question_of_only_small_words_or_a_small_number_names_nothing(question: str, names: bool) -> None:
    assert names_something(question) == names
