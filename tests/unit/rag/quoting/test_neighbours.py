"""The neighbour of what is asked for answers nothing: another quarter, year, price, row, or part of a sentence."""

from __future__ import annotations

import pytest

from rag.extractive import Extract, weights_of
from rag.questions.constraints import find_constraints, names_constraint
from rag.quoting.answer_gates import held_back_by
from rag.quoting.answer_kind import holds_kind
from rag.quoting.candidate import Candidate
from rag.quoting.extremes import is_outranked
from rag.quoting.sentence_parts import is_of_other_part
from rag.quoting.table_cells import pick_cell
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def cut(text: str) -> list[Unit]:
    document = DocumentInfo(1, "report.txt", "folder", "Report", "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


def is_answered(question: str, text: str, picked: str) -> bool:
    units = cut(text)
    unit = next(unit for unit in units if picked in unit.text)
    return not held_back_by(Candidate(question, Extract.of(unit, 20.0), unit, units, weights_of(question, units)))


REVENUE = "Revenue in the second quarter was EUR 4.55 million. Revenue in the third quarter was EUR 4.82 million."


def test_another_quarter_answers_nothing() -> None:
    assert is_answered("What was the revenue in Q3?", REVENUE, "third")
    assert not is_answered("What was the revenue in the first quarter?", REVENUE, "second")


def test_what_is_said_of_another_year_answers_nothing() -> None:
    text = "The dividend for 2023 is EUR 0.85 per share. It is paid in May."
    assert is_answered("What dividend is paid for 2023?", text, "0.85")
    assert not is_answered("What dividend is paid for 2024?", text, "0.85")


def test_what_names_no_price_tells_no_cost() -> None:
    text = "The pool opens from 15 June on. The pool costs 3 a visit. Replace the pump of the pool (no. 77-3120)."
    assert is_answered("How much does the pool cost?", text, "3 a visit")
    assert not is_answered("How much does the pool cost?", text, "15 June")
    assert not is_answered("What does the pump of the pool cost?", text, "77-3120")


def test_a_row_that_is_not_the_cheapest_is_outranked() -> None:
    text = "Article | Price EUR\nHand saw | 27.00\nRubber mallet | 12.40\nHammer | 18.50"
    units = cut(text)
    outranked = [unit.text for unit in units if is_outranked("Which is the cheapest article?", unit, units)]
    assert outranked == ["Hand saw | 27.00", "Hammer | 18.50"]


def test_what_compares_nothing_does_not_tell_which_ends_first() -> None:
    text = "The tenancy ends on 31 May 2025. The other tenancy ends on 14 September 2024."
    units = cut(text)
    question = "Which tenancy ends first?"
    assert bool(
        held_back_by(Candidate(question, Extract.of(units[0], 1.0), units[0], units, weights_of(question, units)))
    )


def test_yes_or_no_is_not_told_by_a_sentence_without_a_word_of_the_question() -> None:
    text = "Furniture is insured. Thefts are reported to the police."
    assert is_answered("Is furniture insured?", text, "Furniture")
    assert not is_answered("Is a stolen car insured?", text, "Thefts")


@pytest.mark.parametrize(
    ("question", "is_other"), [("What is the excess for glass?", True), ("What is the excess per claim?", False)]
)
def test_an_amount_of_another_part_of_the_sentence_is_not_the_answer(question: str, is_other: bool) -> None:
    sentence = "The excess is GBP 150 per claim, for glass GBP 50."
    assert is_of_other_part(question, sentence, "GBP 150") is is_other


def test_a_day_with_its_year_is_no_phone_number() -> None:
    assert not holds_kind("Edward Finn, Customer Service 12 January 2025", "phone")
    assert holds_kind("Edward Finn, ext. 4702", "phone")


def test_a_number_of_digits_and_hyphens_is_found_in_a_row() -> None:
    (constraint,) = find_constraints("What does part 77-3150 cost?")
    assert names_constraint("77-3150 | Filter basket | 11.20", constraint)
    assert not names_constraint("77-3160 | Impeller | 19.50", constraint)


def test_a_property_in_a_row_is_read_in_the_column_of_the_thing() -> None:
    header = "Property | AquaLift 300 | AquaLift 500"
    assert pick_cell("How heavy is the AquaLift 300?", header, "Weight | 4.1 kg | 5.3 kg") == "4.1 kg"
    assert pick_cell("How heavy is the AquaLift 300?", header, "Power | 300 W | 500 W") == ""
