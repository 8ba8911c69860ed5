"""A numeric answer is told right from wrong however it is written."""

from __future__ import annotations

import pytest

from benchmarks.planning_numbers import is_right, read_number


@pytest.mark.parametrize(
    ("answer", "true"),
    [
        ("The ratio is 24.26 [1].", "24.26"),
        ("It was 24.3.", "24.26"),
        ("It was $11,588 million [2].", "$11588.00"),
        ("It grew by 30.8 % [1][2].", "30.8%"),
        ("A share of 0.308", "30.8%"),
        ("60,197 [1] − 57,883 [2] = 2,314 million USD", "2314"),
    ],
)
def test_the_true_number_is_right_in_any_scale_and_rounding(answer: str, true: str) -> None:
    assert is_right(answer, true, "What is it in 2019?")


@pytest.mark.parametrize("answer", ["The ratio is 26.24 [1].", "It is 24.6.", "See page [24].", "It is of 2019."])
def test_another_number_a_citation_and_a_year_of_the_question_are_not_right(answer: str) -> None:
    assert not is_right(answer, "24.26", "What is it in 2019?")


def test_a_sentence_is_no_number() -> None:
    assert read_number("$60.00 million") == 60.0
    assert read_number("Yes, by 3 %") is None
