"""Checks how questions that follow others are made and told apart."""

from __future__ import annotations

from benchmarks.beir import BeirPassage, BeirQuestion, BeirSet
from benchmarks.follow_up import ALONE, BOTH, PRODUCT, WAYS, leaning_questions, own_questions

PASSAGE = BeirPassage("island", "", "The Brennick Lighthouse flashes every 14 seconds. Masons built it in 1858.")


def set_of(*texts: str) -> BeirSet:
    questions = tuple(
        BeirQuestion(str(number), text, ("14",), {PASSAGE.id: 1}, "ANSWERABLE") for number, text in enumerate(texts)
    )
    return BeirSet("island", {PASSAGE.id: PASSAGE}, questions)


def test_each_question_follows_its_neighbour() -> None:
    asked = own_questions(set_of("Who?", "When was it built?", "Where?"), None)
    assert [(one.earlier.text, one.text) for one in asked] == [
        ("Who?", "When was it built?"),
        ("When was it built?", "Where?"),
    ]


def test_a_shared_name_becomes_a_pronoun() -> None:
    beir = set_of(
        "How often does the Brennick Lighthouse flash?",
        "Who built the Brennick Lighthouse?",
        "What is the Brennick Lighthouse's height?",
        "Where does the ferry land?",
    )
    assert [one.text for one in leaning_questions(beir, None)] == ["Who built it?", "What is its height?"]


def test_the_ways_to_ask_differ_in_what_of_the_earlier_question_is_asked() -> None:
    earlier, question = "How often does the Brennick Lighthouse flash?", "Who built it?"
    asked = {way: ask(earlier, question) for way, ask in WAYS.items()}
    assert asked[ALONE] == question
    assert asked[BOTH] == f"{earlier} {question}"
    assert asked[PRODUCT] == "Who built it? (often Brennick Lighthouse flash)"
