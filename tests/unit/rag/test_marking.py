"""Checks which marked sentences become the answer and how it is shown, on a hand-written passage reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.extractive import MARK_MARGIN, MAX_READ, Extract, MarkingReader, compose
from rag.types import DocumentInfo, Reading, Source, Span


class ScriptedReader:
    """Marks the words it is told to wherever they stand, as sure as it is told."""

    def __init__(self, confidence: Mapping[str, float]) -> None:
        self.confidence = confidence
        self.seen: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevance for reading in self.read(question, passages)]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        self.seen += passages
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        for words, confidence in self.confidence.items():
            if (start := passage.find(words)) >= 0:
                return Reading(0.0, start, start + len(words), confidence)
        return Reading(-9.0, 0, 0, -9.0)


def source(number: int, text: str) -> Source:
    document = DocumentInfo(number, f"{number}.txt", "folder", "Harbour guide", "txt", "indexed")
    return Source(number, document, "", text, (Span(0, 0, len(text)),), 1.0)


def read(reader: ScriptedReader, *texts: str) -> list[Extract]:
    return MarkingReader(reader).read("?", [source(number, text) for number, text in enumerate(texts, 1)])


def test_the_whole_sentence_around_the_marked_words_is_the_extract() -> None:
    text = "The pier is long. It was rebuilt in 1907 by the navy. Boats moor there."
    (extract,) = read(ScriptedReader({"1907": 5.0}), text)
    assert (extract.text, extract.answer) == ("It was rebuilt in 1907 by the navy.", "1907")
    assert text[extract.start : extract.end] == extract.text


def test_the_surest_source_comes_first_and_unsure_ones_are_left_out() -> None:
    reader = ScriptedReader({"1907": 1.0, "1850": 3.0, "1700": 3.0 - MARK_MARGIN - 0.1})
    extracts = read(reader, "It was rebuilt in 1907.", "It was built in 1850.", "It was drawn in 1700.")
    assert [extract.number for extract in extracts] == [2, 1]


def test_words_marked_in_the_title_are_no_extract() -> None:
    assert read(ScriptedReader({"Harbour guide": 9.0}), "The pier is long and old.") == []


def test_only_the_first_sources_are_read() -> None:
    reader = ScriptedReader({})
    read(reader, *(f"The pier has number {number}." for number in range(MAX_READ + 3)))
    assert len(reader.seen) == MAX_READ


def test_an_unsure_answer_and_one_as_long_as_its_sentence_are_quoted_without_being_set_apart() -> None:
    (unsure,) = read(ScriptedReader({"1907": -0.5}), "It was rebuilt in 1907 by the navy.")
    (whole,) = read(ScriptedReader({"It was rebuilt in 1907 by the nav": 5.0}), "It was rebuilt in 1907 by the navy.")
    assert (unsure.answer, whole.answer) == ("", "")


def test_the_answer_stands_before_the_first_quote_only() -> None:
    extracts = [
        Extract(2, "It was rebuilt in 1907.", 0, 23, 5.0, "", "1907"),
        Extract(1, "Built 1850.", 0, 11, 4.0, "", "1850"),
    ]
    assert compose(extracts) == '1907: "It was rebuilt in 1907." [2]\n\n"Built 1850." [1]'


def test_a_footnote_mark_in_the_answer_is_not_taken_for_a_citation() -> None:
    extract = Extract(2, "It has 40 berths [7] now.", 0, 25, 5.0, "", "40 berths [7]")
    assert compose([extract]) == '40 berths: "It has 40 berths now." [2]'
