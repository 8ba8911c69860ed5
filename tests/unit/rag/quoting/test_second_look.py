"""A sentence far ahead of all others is found where no mark was made; one that is of something else is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.quoting.second_look import find_leader
from rag.types import DocumentInfo, Reading, Source, Span
from rag.units import Unit, units_of


class ByWord:
    """Scores a sentence by the first of some words that it has; what has none of them is far off."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores

    def score(self, question: str, sentences: Sequence[str]) -> list[float]:
        return [next((logit for word, logit in self._scores.items() if word in it), -11.0) for it in sentences]


def cut(text: str) -> list[Unit]:
    document = DocumentInfo(1, "leaflet.txt", "folder", "Leaflet", "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


LEAFLET = "The tablets are round, yellow and scored on one side. Packs of 20 are on sale. Keep away from children."


def test_the_sentence_far_ahead_of_all_others_answers() -> None:
    found = find_leader("What do the pills look like?", cut(LEAFLET), ByWord({"yellow": 4.0}))
    assert found is not None
    assert found.text.startswith("The tablets are round")


def test_where_two_are_close_none_answers() -> None:
    ranker = ByWord({"yellow": 4.0, "Packs": 1.0})
    assert find_leader("What do the pills look like?", cut(LEAFLET), ranker) is None


def test_what_is_not_of_the_kind_asked_for_answers_nothing() -> None:
    assert find_leader("When do the pills expire?", cut(LEAFLET), ByWord({"yellow": 4.0})) is None


def test_what_does_not_name_what_is_counted_answers_nothing() -> None:
    text = "From the hut allow 5 hours. Two guests brought 7 dogs. The stove is lit at noon."
    assert find_leader("How many dogs did they bring?", cut(text), ByWord({"hut": 4.0})) is None
    assert find_leader("How many dogs did they bring?", cut(text), ByWord({"dogs": 4.0})) is not None


def test_a_row_that_is_about_nothing_of_the_question_answers_nothing() -> None:
    rows = cut("Item | Fee\nWashing machine | 3.80 per load\nHot shower | 1.20 per token\n")
    assert find_leader("What is the fee for a tumble dryer load?", rows, ByWord({"Washing": 4.0})) is None
    assert find_leader("What is the fee for a washing load?", rows, ByWord({"Washing": 4.0})) is not None


def test_a_sentence_alone_has_to_be_good_by_itself() -> None:
    alone = cut("The tablets are round, yellow and scored on one side.")
    assert find_leader("What do the pills look like?", alone, ByWord({"yellow": 4.0})) is None
    assert find_leader("What do the pills look like?", alone, ByWord({"yellow": 6.0})) is not None


def test_nothing_is_found_where_nothing_was_read() -> None:
    assert find_leader("What colour is it?", [], ByWord({})) is None


class Judge(ByWord):
    """Scores sentences as the ranker does; it is asked for nothing else."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        raise AssertionError("only scores are wanted")


def test_the_first_of_all_answers_without_a_lead_where_the_judge_takes_it_for_the_answer() -> None:
    ranker = ByWord({"yellow": 4.0, "Packs": 1.0})
    found = find_leader("What do the pills look like?", cut(LEAFLET), ranker, Judge({"yellow": 2.0}))
    assert found is not None
    assert found.text.startswith("The tablets are round")
    doubtful = Judge({"yellow": 0.5})
    assert find_leader("What do the pills look like?", cut(LEAFLET), ranker, doubtful, 0.3) is None
    assert find_leader("What do the pills look like?", cut(LEAFLET), ranker, doubtful, 0.8) is not None


def test_a_sentence_far_ahead_does_not_answer_where_the_judge_says_that_it_does_not() -> None:
    ranker = ByWord({"yellow": 4.0})
    assert find_leader("What do the pills look like?", cut(LEAFLET), ranker, Judge({"yellow": -4.0})) is None
