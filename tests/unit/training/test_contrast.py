"""Groups whose passages differ in one word, and groups about made-up things."""

from __future__ import annotations

import random

from training.contrast import SWAPPED, Swap, collect_names, contrast, find_swaps, narrow, negate
from training.facts import contents, facts
from training.mine import TrainingGroup
from training.mixture import recipe_of
from training.refine import mix_groups

TEXT = (
    "Tamsin Orde has been the harbour master of Bergen since 2019. Her deputy is from Oslo. "
    "The northern quay may be used by ferries until 2031."
)

ELSEWHERE = TrainingGroup("nq_oracle", "Where?", ("", "Vera Lund sailed from Narvik to Trondheim."), None, ())
"""Holds other names."""


def asked(question: str, answer: str) -> TrainingGroup:
    start = TEXT.index(answer)
    return TrainingGroup("nq_oracle", question, ("Port", TEXT), ((start, start + len(answer)),), (("", "Other."),))


def test_a_swap_keeps_case_and_leaves_longer_numbers_alone() -> None:
    swap = Swap({"north": "south", "2019": "2021"})
    assert swap.apply("North and NORTH, the north in 2019: 2019.5 or 12019") == (
        "South and SOUTH, the south in 2021: 2019.5 or 12019"
    )


def test_swapped_passages_hold_the_answer_and_are_told_by_a_word_of_the_question_alone() -> None:
    group = asked("Who is the harbour master of Bergen?", "Tamsin Orde")
    made = list(contrast([ELSEWHERE, *[group] * 10], random.Random(3)))
    assert made
    assert {one.set for one in made} == {SWAPPED}
    for one in made:
        assert one.answers is not None
        assert [one.positive[1][start:end] for start, end in one.answers] == ["Tamsin Orde"]
        assert one.negatives[0][1] != one.positive[1]
    other = [one for one in made if one.question != group.question]
    assert other
    for one in other:
        assert "Bergen" not in one.question
        assert "Bergen" not in one.positive[1]
        assert one.negatives[0][1] == TEXT


def test_words_of_the_answer_are_never_swapped() -> None:
    group = asked("Since when is Tamsin Orde harbour master of Bergen, 2019?", "since 2019")
    names = collect_names([TEXT, ELSEWHERE.positive[1]])
    swaps = [swap for seed in range(9) for swap in find_swaps(group, names, random.Random(seed))]
    assert swaps
    assert all("2019" not in swap.words for swap in swaps)


def test_the_beginning_of_a_sentence_is_no_name() -> None:
    names = collect_names(["Rescue came late. The rescue was led by Vera Lund."])
    assert names.by_length == {2: ["Vera Lund"]}


def test_the_opposite_is_said_only_of_a_sentence_that_is_about_the_question() -> None:
    until = asked("Until when may ferries use the northern quay?", "2031")
    assert negate(until, random.Random(1)) == TEXT.replace("may be", "may not be")
    elsewhere = asked("Which city is the capital of Norway?", "Oslo")
    assert negate(elsewhere, random.Random(1)) is None


def test_a_long_passage_is_narrowed_to_what_stands_around_the_answer() -> None:
    filler = "Grain was weighed here for nine villages every autumn. " * 30
    start = len(filler) + TEXT.index("2031")
    group = TrainingGroup("nq_oracle", "Until when?", ("", filler + TEXT), ((start, start + 4),), ())
    narrowed = narrow(group)
    assert narrowed is not None
    assert narrowed.answers is not None
    assert [narrowed.positive[1][first:last] for first, last in narrowed.answers] == ["2031"]
    assert len(narrowed.positive[1]) <= 700


def test_a_made_up_fact_stands_in_the_first_passage_and_in_no_other() -> None:
    made = list(facts(60, random.Random(5)))
    assert len(made) > 40
    for one in made:
        assert one.answers is not None
        (start, end), *more = one.answers
        assert not more
        said = one.positive[1][start:end]
        # A short value may stand in another passage as a part of something else.
        assert len(said) < 6 or all(said not in text for _, text in one.negatives)


def test_a_contents_page_names_the_topic_and_is_no_answer() -> None:
    group = asked("Who is the harbour master of Bergen?", "Tamsin Orde")
    (made,) = contents([group], 5, random.Random(2))
    assert made.positive == group.positive
    assert all("arbour master Bergen" in text and "Tamsin" not in text for _, text in made.negatives)


def test_made_groups_are_mixed_with_the_mined_ones_and_have_recipes() -> None:
    group = asked("Who is the harbour master of Bergen?", "Tamsin Orde")
    mixed = mix_groups([ELSEWHERE, *[group] * 10], seed=1)
    assert {one.set for one in mixed} == {"nq_oracle", "swapped", "facts", "contents"}
    assert all(recipe_of(one.set).sure for one in mixed)
    assert mixed == mix_groups([ELSEWHERE, *[group] * 10], seed=1)
