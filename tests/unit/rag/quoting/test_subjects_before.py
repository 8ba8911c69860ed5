"""What is said of another than the question names answers nothing, by a pronoun, a heading or a name before it."""

from __future__ import annotations

import pytest

from rag.quoting.excerpts import make_excerpt
from rag.quoting.subjects_before import leaning_on_others, says_it_of_another
from rag.units import Unit
from tests.unit.rag.quoting.test_right_or_silent import can_answer, cut

SHIPS = (
    "The Fulmar was built in 1997 at Brattvik.\nShe carries 140 passengers and 18 cars.\nHer top speed is 13 knots.\n\n"
    "The Anna Thorsen was built in 1968.\nShe carries 60 passengers and no cars.\nHer master is Sigrun Dahl."
)
QUEENS = "Augusta was bought from the breeder Jost Harmsen.\n\nBeatrix will be replaced next spring."
CRAFTS = (
    "Bookbinding (C210)\n\nTaught by Wanda Sorrel on two Saturdays. The fee is £85 with paper and thread.\n\n"
    "Wood turning (C225)\n\nTaught by Alec Drummond on six evenings in autumn. The fee is £140 with all the wood."
)


def left_out(question: str, text: str) -> list[str]:
    units = cut(text)
    places = leaning_on_others(question, units)
    return [unit.text for unit in units if unit.place in places]


def test_sentences_that_lean_on_another_name_are_left_out() -> None:
    assert left_out("How many passengers does the Anna Thorsen carry?", SHIPS) == [
        "She carries 140 passengers and 18 cars.",
        "Her top speed is 13 knots.",
    ]
    assert left_out("Who is the master of the Fulmar?", SHIPS) == [
        "She carries 60 passengers and no cars.",
        "Her master is Sigrun Dahl.",
    ]


@pytest.mark.parametrize(
    "question", ["How many passengers does she carry?", "How many passengers does the Skua carry?"]
)
def test_all_are_read_where_the_text_does_not_have_the_name(question: str) -> None:
    assert left_out(question, SHIPS) == []


def test_what_a_sentence_denies_beside_what_it_says_does_not_make_it_the_opposite() -> None:
    read = make_excerpt("How many passengers does the Anna Thorsen carry?", cut(SHIPS))
    assert "She carries 60 passengers and no cars." in [unit.text for unit in read.units]


def said_of(text: str, beginning: str) -> tuple[Unit, list[Unit]]:
    units = cut(text)
    return next(unit for unit in units if unit.text.startswith(beginning)), units


def test_what_is_said_of_the_name_that_opens_a_sentence_is_not_said_of_another() -> None:
    unit, units = said_of(QUEENS, "Augusta")
    assert says_it_of_another("From which breeder was Beatrix bought?", unit, units)
    assert not says_it_of_another("From which breeder was Augusta bought?", unit, units)
    assert not says_it_of_another("From which breeder was Clementine bought?", unit, units)


def test_a_sentence_below_another_heading_than_all_words_of_one_name_answers_nothing() -> None:
    assert not can_answer("What is the fee for wood turning?", CRAFTS, "The fee is £85")
    assert can_answer("What is the fee for wood turning?", CRAFTS, "The fee is £140")
    assert can_answer("What is the fee for bookbinding?", CRAFTS, "The fee is £85")
