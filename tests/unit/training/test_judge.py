"""Passages for the judge are cut around their answers, and sets are used as its own recipe says."""

from __future__ import annotations

from training.judge import ROOM, judging_recipe, mix_for_judge
from training.mine import TrainingGroup
from training.mixture import recipe_of

SENTENCES = [
    f"In the year {1800 + number} the council of the island met in the hall by the quay." for number in range(40)
]
LONG = " ".join(SENTENCES)
ANSWER = "1833"
AT = LONG.index(ANSWER)


def group(text: str, answers: tuple[tuple[int, int], ...] | None) -> TrainingGroup:
    return TrainingGroup("nq_oracle", "When did the council meet?", ("Council", text), answers, (("Other", LONG),))


def test_a_long_passage_is_cut_to_sentences_that_hold_the_answer() -> None:
    (cut,) = [one for one in mix_for_judge([group(LONG, ((AT, AT + 4),))], seed=3) if one.set == "nq_oracle"]
    text = cut.positive[1]
    assert len(text) <= ROOM
    assert text.startswith("In the year")
    assert text.endswith("quay.")
    assert [text[start:end] for start, end in cut.answers or ()] == [ANSWER]
    assert all(len(negative) <= ROOM for _, negative in cut.negatives)


def test_a_passage_whose_answer_is_not_known_stays_whole() -> None:
    (kept,) = [one for one in mix_for_judge([group(LONG, None)], seed=3) if one.set == "nq_oracle"]
    assert (kept.positive[1], kept.negatives[0][1]) == (LONG, LONG)


def test_made_groups_are_used_as_often_as_by_the_reader() -> None:
    assert judging_recipe("facts") == recipe_of("facts")
    assert judging_recipe("squadshifts_reddit").uses < recipe_of("squadshifts_reddit").uses
    assert judging_recipe("lfrqa").negatives == 1
