"""How questions, passages and answers become training groups and batches."""

from __future__ import annotations

import random

from benchmarks.beir import BeirPassage
from training.mine import WINDOW_CHARACTERS, TrainingGroup, as_claim, as_keywords, cut, find_answers
from training.mixture import HELD_OUT_SHARE, is_held_out

PASSAGE = (
    "The mill on the river was built in 1782 by two brothers from the valley. "
    "It ground rye and barley for nine villages until the railway came. "
    "A flood in the spring of 1901 carried the great wheel down to the weir. "
    "Since then the building has housed a school, a bakery and a museum of clocks."
)


def test_answers_are_found_as_whole_words_in_any_case_and_spacing() -> None:
    text = "In 1782 it rose; 17820 did not. Two\nBrothers built it: two brothers."
    assert [text[start:end] for start, end in find_answers(["1782"], text)] == ["1782"]
    assert [text[start:end] for start, end in find_answers(["two brothers"], text)] == ["Two\nBrothers", "two brothers"]


def test_signs_in_an_answer_are_no_pattern() -> None:
    text = "It rose by 4.5% (a record), not by 415%."
    assert [text[start:end] for start, end in find_answers(["4.5% (a record)"], text)] == ["4.5% (a record)"]
    assert find_answers([" ", ""], text) == ()


def test_windows_hold_the_whole_passage_in_order_and_keep_to_their_length() -> None:
    text = " ".join(PASSAGE.replace("1782", str(year)) for year in range(1700, 1720))
    windows = cut(BeirPassage("p", "finance/MILL_2021", text), titled=True)
    assert len(windows) > 3
    assert " ".join(window.text for window in windows) == text
    assert all(len(window.text) <= WINDOW_CHARACTERS for window in windows)
    assert {window.title for window in windows} == {"finance MILL 2021"}


def test_a_sentence_without_end_is_cut_and_not_dropped() -> None:
    windows = cut(BeirPassage("p", "", "grain " * 2_000), titled=False)
    assert len(windows) == 1
    assert len(windows[0].text) == 2 * WINDOW_CHARACTERS


def test_keywords_are_the_telling_words_of_the_question_as_it_spells_them() -> None:
    assert as_keywords("When was the old mill on the Wend built?") == "old mill Wend built"


def test_a_claim_is_taken_out_of_the_passage_that_it_asks_for() -> None:
    group = TrainingGroup("set", "Who built the mill?", ("Mill", PASSAGE), ((40, 52),), (("", "Other."),))
    claim = as_claim(group, random.Random(1))
    assert claim is not None
    assert claim.question in PASSAGE
    assert claim.question not in claim.positive[1]
    assert claim.answers is None


def test_a_passage_of_few_sentences_gives_no_claim() -> None:
    group = TrainingGroup("set", "Who?", ("", "One short line. And another one here."), None, ())
    assert as_claim(group, random.Random(1)) is None


def test_about_one_question_in_the_stated_share_is_held_out_whatever_its_case() -> None:
    held_out = [number for number in range(5_000) if is_held_out(f"Question {number}?")]
    assert 0.7 < len(held_out) * HELD_OUT_SHARE / 5_000 < 1.3
    assert all(is_held_out(f"question {number}?") for number in held_out)
