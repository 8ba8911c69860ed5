"""Which questions take several look-ups, by their words."""

from __future__ import annotations

import pytest

from rag.planning.several import FORMULA_REASON, PERIODS_REASON, TWO_QUESTIONS_REASON, why_several


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("When does the lease of the depot end, and who signed the contract with Hansen?", TWO_QUESTIONS_REASON),
        ("Who wrote the report? Which rooms were closed in May?", TWO_QUESTIONS_REASON),
        ("Wann endet der Mietvertrag und wer hat die Rechnung der Firma Kolb bezahlt?", TWO_QUESTIONS_REASON),
        ("What is the current ratio, if that is current assets divided by current liabilities?", FORMULA_REASON),
        ("What is the DPO? DPO is defined as: 365 * payables / COGS.", FORMULA_REASON),
        ("What was capex as a % of revenue for MGM?", FORMULA_REASON),
        ("How did revenue change from FY2016 to FY2017?", PERIODS_REASON),
        ("What is the FY2019 - FY2021 average operating margin?", PERIODS_REASON),
    ],
)
def test_a_question_of_several_things_takes_several_look_ups(question: str, reason: str) -> None:
    assert why_several(question) == reason


@pytest.mark.parametrize(
    "question",
    [
        "What is the notice period?",
        "Who is responsible for fire drills and for first aid?",
        "Which algorithm does it use, and how does it affect the size?",
        "What is the FY2019 net income attributable to shareholders?",
        "What is defined as the majority vote?",
        "Which numbers can be divided by 3?",
        "What were the results in 2019 and 2020?",
        "Are there any product / service categories above 20 %?",
    ],
)
def test_any_other_is_left_to_one_look_up(question: str) -> None:
    assert why_several(question) == ""
