"""A sentence that answers stands against its neighbours, which tell of the same thing and do not."""

from __future__ import annotations

import random

from training.mine import TrainingGroup
from training.sentences import SENTENCES, sentences

OWN = "The council of the island first met in the hall by the quay in 1833."
NEAR = "The hall by the quay was painted white when the council paid for it."
FAR = "Sheep graze on the hills above the village from April to late October."
OTHER = "The council of the mainland met in a school behind the old market."


def group(text: str, answer: str, set_name: str = "nq_oracle") -> TrainingGroup:
    at = text.index(answer)
    question = "When did the council of the island first meet in the hall?"
    return TrainingGroup(set_name, question, ("Island", text), ((at, at + len(answer)),), (("Mainland", OTHER),))


def test_the_sentences_beside_the_answer_and_one_of_another_passage_do_not_answer() -> None:
    (made,) = sentences([group(f"{NEAR} {OWN} {FAR}", "1833")], random.Random(1))
    assert (made.set, made.positive) == (SENTENCES, ("Island", OWN))
    assert [OWN[start:end] for start, end in made.answers or ()] == ["1833"]
    assert made.negatives == (("Island", NEAR), ("Island", FAR), ("Mainland", OTHER))


def test_a_neighbour_that_holds_the_answer_is_not_called_wrong() -> None:
    again = "Since 1833 the members of the island's council have been paid for their meetings."
    (made,) = sentences([group(f"{OWN} {again} {FAR}", "1833")], random.Random(1))
    assert ("Island", again) not in made.negatives


def test_a_sentence_that_tells_too_little_and_a_set_without_sure_answers_are_left_out() -> None:
    assert not list(sentences([group(f"It met in 1833. {NEAR}", "1833")], random.Random(1)))
    assert not list(sentences([group(f"{NEAR} {OWN}", "1833", set_name="policyqa")], random.Random(1)))
