"""Checks exact match and F1 against values worked out by hand."""

import pytest

from benchmarks.answers import exact_match, normalise, token_f1


def test_case_punctuation_articles_and_space_do_not_count() -> None:
    assert normalise("  The  Denver-Broncos, (a) team! ") == "denverbroncos team"


def test_an_article_inside_a_word_stays() -> None:
    assert normalise("Theatre and anthem") == "theatre and anthem"


def test_any_one_reference_makes_an_exact_match() -> None:
    assert exact_match("the 14 lamps.", ["fourteen lamps", "14 Lamps"]) == 1.0
    assert exact_match("14", ["14 lamps"]) == 0.0


def test_f1_shares_words_as_often_as_both_have_them() -> None:
    # Shared: red, red. Precision 2/3, recall 2/4.
    assert token_f1("red red blue", ["red red red green"]) == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))


def test_f1_is_that_of_the_best_reference() -> None:
    assert token_f1("north quay", ["harbour", "the north quay"]) == 1.0


@pytest.mark.parametrize(("answer", "references", "f1"), [("", ["lamp"], 0.0), ("the", ["a"], 1.0), ("lamp", [], 0.0)])
def test_empty_answers_match_only_empty_references(answer: str, references: list[str], f1: float) -> None:
    assert token_f1(answer, references) == f1
