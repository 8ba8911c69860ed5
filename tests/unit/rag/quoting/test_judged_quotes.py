"""What the judge takes for no answer is not quoted; what may be of something else is quoted as not sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from rag.extractive import Extract, HeldBack
from rag.quoting.judged_quotes import MIN_ANSWERING, MIN_FOUND, MIN_SURE, read_quotes, tells_by_itself
from rag.types import DocumentInfo, Reading, Source, Span
from rag.units import Unit, units_of

TEXT = """The ferry to the island costs nine pounds in summer. The bell of the old chapel is rung by the sexton at noon.

Dogs ride free. The master of the harbour lives above the customs office.

| Ferry | Built |
| Kittiwake | 1890 |
"""
FARE, BELL = (
    "The ferry to the island costs nine pounds in summer.",
    "The bell of the old chapel is rung by the sexton at noon.",
)


class ByWord:
    """Scores a passage by the first of some words that it has, and keeps what it was given."""

    def __init__(self, logits: Mapping[str, float]) -> None:
        self._logits = logits
        self.read_passages: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        self.read_passages += passages
        return [next(logit for word, logit in self._logits.items() if word in it) for it in passages]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        raise AssertionError("only scores are wanted")


def cut() -> list[Unit]:
    document = DocumentInfo(1, "ferry.txt", "folder", "Ferry", "txt", "indexed")
    return units_of(0, Source(1, document, "", TEXT, (Span(0, 0, len(TEXT)),), 1.0), every=True)


def unit(word: str) -> Unit:
    return next(one for one in cut() if word in one.text)


def quote(
    judge: ByWord, *words: str, found: float = 0.1, held_back: list[HeldBack] | None = None
) -> list[tuple[str, float | None, bool]]:
    units = [unit(word) for word in words]
    extracts = [Extract.of(one, 5.0) for one in units]
    given = read_quotes(
        "What is the fare?", extracts, {one.place: one for one in units}, cut(), judge, found, held_back
    )
    return [(one.text, one.judged, one.is_unsure) for one in given]


def test_a_quote_that_hardly_answers_is_held_back_with_the_reason() -> None:
    held_back: list[HeldBack] = []
    judge = ByWord({"nine": 2.0, "noon": MIN_ANSWERING - 0.1})
    assert quote(judge, "noon", "nine", held_back=held_back) == [(FARE, 2.0, False)]
    assert [(one.text, one.reason) for one in held_back] == [(BELL, "hardly answers, read by itself")]


def test_where_what_was_found_likely_answers_a_quote_is_unsure_at_most() -> None:
    judge = ByWord({"noon": MIN_ANSWERING - 0.1})
    assert [is_unsure for _, _, is_unsure in quote(judge, "noon", found=MIN_FOUND)] == [True]


def test_a_first_quote_that_may_answer_something_else_is_unsure_and_a_further_one_is_left_out() -> None:
    doubted = MIN_SURE - 0.1
    judge = ByWord({"nine": 2.0, "noon": doubted})
    assert quote(judge, "noon") == [(BELL, doubted, True)]
    assert quote(judge, "nine", "noon") == [(FARE, 2.0, False)]


def test_rows_are_not_read_and_given_as_they_are() -> None:
    judge = ByWord({"Kittiwake": -9.0})
    assert [(judged, is_unsure) for _, judged, is_unsure in quote(judge, "Kittiwake")] == [(None, False)]
    assert judge.read_passages == []


@pytest.mark.parametrize(
    ("question", "tells"),
    [
        ("What is the fare?", True),
        ("Where is KR77/B kept?", False),
        ("Which step comes after calling on channel 12?", False),
        ("What does clause 4.2 say?", False),
    ],
)
def test_a_sentence_alone_does_not_tell_of_identifiers_clauses_and_neighbours(question: str, tells: bool) -> None:
    assert tells_by_itself(question, ["en"]) is tells


def test_a_short_sentence_is_read_with_those_beside_it_as_well() -> None:
    judge = ByWord({"master": 2.0, "Dogs": -4.0})
    assert quote(judge, "Dogs") == [("Dogs ride free.", 2.0, False)]
    assert len(judge.read_passages) == 2
