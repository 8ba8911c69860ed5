"""Checks that the estimate of answerability moves the right way; how well it separates is the benchmark's business."""

import pytest

from rag.refusal import (
    MAX_PASSAGES,
    READ_THRESHOLD,
    REFUSAL_THRESHOLD,
    answerability,
    answerability_as_read,
    logit,
    quote_probability,
    sigmoid,
)

QUESTION = "How often does the Brennick lamp flash?"
ANSWER = ("Lighthouse\nThe Brennick lamp flashes every seven seconds, often in fog.", 0.8)
NEARBY = ("Harbour\nThe harbour of Brennick is deep.", 0.45)
ELSEWHERE = ("Cooking\nBoil the rice for twelve minutes.", 0.05)


def test_a_passage_that_answers_passes_and_one_about_something_else_is_refused() -> None:
    assert answerability(QUESTION, [ANSWER, NEARBY]) > REFUSAL_THRESHOLD
    assert answerability(QUESTION, [ELSEWHERE, ELSEWHERE]) < REFUSAL_THRESHOLD


def test_nothing_retrieved_answers_nothing() -> None:
    assert answerability(QUESTION, []) == 0.0


def test_a_higher_cosine_makes_an_answer_likelier() -> None:
    text = ANSWER[0]
    estimates = [answerability(QUESTION, [(text, cosine)]) for cosine in (0.2, 0.5, 0.8)]
    assert estimates == sorted(estimates)
    assert estimates[0] < estimates[-1]


def test_more_of_the_questions_words_make_an_answer_likelier() -> None:
    without = answerability(QUESTION, [("It turns round.", 0.6)])
    assert without < answerability(QUESTION, [(ANSWER[0], 0.6)])


def test_a_passage_only_lexical_search_found_counts_by_its_words() -> None:
    assert answerability("What is part 4711-B?", [("Part 4711-B is a valve.", 0.0)]) > answerability(
        "What is part 4711-B?", [("Soup is served.", 0.0)]
    )


def test_passages_far_down_change_nothing() -> None:
    few = [ANSWER] * MAX_PASSAGES
    assert answerability(QUESTION, few) == answerability(QUESTION, [*few, ELSEWHERE])


@pytest.mark.parametrize("question", ["", "Why?", "東京の人口は?", "a" * 100_000, "\x00"])
def test_an_odd_question_still_gives_a_probability(question: str) -> None:
    assert 0.0 <= answerability(question, [ANSWER, ELSEWHERE]) <= 1.0
    assert 0.0 <= answerability(question, [("", 0.0)]) <= 1.0


def test_the_likelier_the_best_passage_answers_the_likelier_the_question_is_answered() -> None:
    estimates = [answerability_as_read([0.001, best]) for best in (0.0, 0.01, 0.2, 1.0)]
    assert estimates == sorted(estimates)
    assert estimates[0] < READ_THRESHOLD < estimates[-1]


def test_nothing_read_answers_nothing() -> None:
    assert answerability_as_read([]) == 0.0


def test_a_probability_of_0_or_1_has_a_logit() -> None:
    assert sigmoid(logit(0.3)) == pytest.approx(0.3)
    assert logit(0.0) < -20 < 20 < logit(1.0)


def test_a_quote_is_likelier_right_the_surer_the_judge_is_of_it_and_of_what_was_found() -> None:
    assert quote_probability(0.5, None) == 0.5
    assert quote_probability(0.5, -4.0) < quote_probability(0.5, 0.0) < quote_probability(0.5, 4.0)
    assert quote_probability(0.1, 1.0) < quote_probability(0.9, 1.0)
