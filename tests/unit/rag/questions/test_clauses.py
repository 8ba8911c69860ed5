"""Clauses, rules and items of them are found in every written form, and only the lines that stand in them count."""

from __future__ import annotations

import pytest

from rag.questions.clauses import find_clauses, units_in_clause
from rag.questions.constraints import asks_for_clause, find_constraints

RULES = [
    "Rule 4. Targets",
    "(1) At the range:",
    "(a) The novice waxes the string.",
    "(b) The marshal counts the arrows.",
    "(2) In the meadow:",
    "(a) The archer lends a tab.",
    "(b) The captain closes the shutters.",
    "Rule 5. Signals",
    "(1) The horn sounds twice.",
]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What does Rule 7(2)(b) say?", "7.2b"),
        ("rule 11 (3) (a)", "11.3a"),
        ("What does rule 7.2.b say?", "7.2b"),
        ("What does Rule 7, 2(b) say?", "7.2b"),
        ("What does Rule 7(2) lit. b say?", "7.2b"),
        ("What does 7(2)(b) of the rules require?", "7.2b"),
        ("What does item (b) of Rule 7(2) say?", "7.2b"),
        ("What does clause 4.2(b)(ii) say?", "4.2b.ii"),
        ("What does bye-law 12(3) say?", "12.3"),
        ("What does Regulation 9 require?", "9"),
        ("What does item 7(b) say?", "7b"),
        ("What does 3.2 of the agreement say?", "3.2"),
        ("What does 3.2 say?", "3.2"),
        ("Was sagt § 7 Abs. 2 lit. b?", "7.2b"),
        ("Was steht in § 7 Abs. 2 Nr. 3 Buchst. a?", "7.2.3a"),
        ("Was sagt Absatz 2 Nr. 3 des § 5?", "5.2.3"),
        ("Was steht in 3.2 des Vertrags?", "3.2"),
        ("Que dit l'article 7, alinéa 2, b) ?", "7.2b"),
        ("Que prévoit le point b) de l'article 7.2 ?", "7.2b"),
        ("¿Qué dice el artículo 7.2.b?", "7.2b"),
        ("¿Qué dice el apartado 2 del artículo 7?", "7.2"),
    ],
)
def test_a_clause_is_read_in_every_form(question: str, value: str) -> None:
    assert [(one.kind, one.value) for one in find_constraints(question)] == [("clause", value)]
    assert asks_for_clause(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is new in version 3.2 of the policy?",
        "What does table 3.2 of the rules show?",
        "What happened on 3.5 of the contract?",
        "What does 3.2 kg of flour cost?",
        "How much is 2.5 % of the contract?",
        "Who scored 3.5 in the test?",
        "What does Regulation 2016/679 say?",
        "What are the rules 2024?",
        "What does Rule 7 say about dogs?",
        "What does item 7 cost?",
    ],
)
def test_other_numbers_are_no_clauses(question: str) -> None:
    assert find_clauses(question) == []


def test_a_word_behind_the_number_is_no_letter_of_it() -> None:
    assert [one.value for one in find_clauses("¿Qué dice el artículo 7 y el anexo?")] == ["7"]
    assert [one.value for one in find_clauses("What must a tenant keep under clause 4 a year?")] == ["4"]


def inside(asked: str, units: list[str], context: str = "") -> list[str]:
    (clause,) = find_clauses(asked)
    met = units_in_clause(units, clause.value, clause.written, context)
    return [unit for unit, is_met in zip(units, met, strict=True) if is_met]


def test_an_item_is_that_of_its_paragraph_and_rule() -> None:
    assert inside("Rule 4(2)(b)", RULES) == ["(b) The captain closes the shutters."]
    assert inside("Rule 4(1)", RULES) == RULES[1:4]
    assert inside("Rule 4(3)(a)", RULES) == []
    assert inside("Rule 5(2)(b)", RULES) == []


def test_a_letter_without_its_paragraph_must_be_the_only_one() -> None:
    assert inside("Rule 4(b)", RULES) == []
    assert inside("Rule 4(b)", RULES[:4]) == ["(b) The marshal counts the arrows."]


def test_a_text_goes_on_in_the_rule_of_its_section() -> None:
    assert inside("Rule 4(1)(a)", RULES[1:4], "Club rules > Rule 4. Targets") == [RULES[2]]
    assert inside("Rule 5(1)(a)", RULES[1:4], "Club rules > Rule 4. Targets") == []


def test_numbered_lines_below_a_rule_are_its_parts() -> None:
    law = [
        "§ 7 Hunde",
        "(1) Klein.",
        "(2) Der Hund:",
        "1. kurz",
        "2. lang:",
        "a) braun",
        "b) gelb",
        "§ 8 Ende",
        "(2) X.",
    ]
    assert inside("§ 7 Abs. 2 Nr. 2 lit. b", law) == ["b) gelb"]
    assert inside("§ 7 Abs. 2", law) == law[2:7]
    assert inside("Rule 7.2.b", ["Rule 7 Play", "1. First.", "2. Second:", "a. Red.", "b. Blue."]) == ["b. Blue."]


def test_numbered_lines_are_clauses_where_a_sentence_begins_with_another() -> None:
    lines = ["1. Scope", "2. Fees", "Section 2 applies to all.", "3. Notice", "It is a month."]
    assert inside("section 3", lines) == lines[3:]
    assert inside("section 2", lines) == lines[1:3]


def test_roman_numbers_below_letters_and_the_letter_i() -> None:
    nested = ["Rule 8", "(a) One:", "(i) Alpha.", "(ii) Beta.", "(b) Two:", "(i) Gamma."]
    assert inside("Rule 8(b)(i)", nested) == ["(i) Gamma."]
    assert inside("Rule 8(a)", nested) == nested[1:4]
    letters = ["Rule 9", *(f"({letter}) Item {letter}." for letter in "abcdefghij")]
    assert inside("Rule 9(i)", letters) == ["(i) Item i."]
    assert inside("Rule 9(h)", letters) == ["(h) Item h."]


def test_a_clause_with_a_letter_in_its_number_is_another() -> None:
    law = ["§ 7 Hunde", "(1) Bellen.", "§ 7a Katzen", "(1) Miauen."]
    assert inside("§ 7", law) == law[:2]
    assert inside("§ 7a Abs. 1", law) == ["(1) Miauen."]


def test_a_line_that_leads_in_stands_over_its_item() -> None:
    lines = [
        "Rule 4. Targets",
        "(2) In the meadow:\n(a) The archer waits.",
        "(2) In the meadow:\n(b) The captain waits.",
    ]
    assert inside("Rule 4(2)(b)", lines) == lines[2:]
