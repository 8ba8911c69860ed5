"""Words and phrases are found however they are inflected and spelled, and nothing else is."""

from __future__ import annotations

import pytest

from rag.planning.phrases import Phrase


def found(phrase: str, text: str, language: str = "") -> list[str]:
    read = Phrase.read(phrase)
    assert read is not None
    return [text[start:end] for start, end in read.find(text, language)]


@pytest.mark.parametrize(
    ("phrase", "text", "language", "words"),
    [
        ("fire drills", "The Fire-Drill was held.", "en", ["Fire-Drill"]),
        ("fire drill", "Two firedrills.", "en", ["firedrills"]),
        ("HX2041", "see HX-2041 and HX 2041", "", ["HX-2041", "HX 2041"]),
        ("HX-2041", "see HX2041 now", "", ["HX2041"]),
        ("colour", "many colors", "en", ["colors"]),
        ("organisation", "the Organizations", "en", ["Organizations"]),
        ("Verträge", "den Vertrag", "de", ["Vertrag"]),
        ("café", "the CAFES", "en", ["CAFES"]),
        ("1,234.50", "pay 1234.5 now", "", ["1234.5"]),
        ("鍵", "灯台の鍵は", "ja", ["鍵"]),
        ("dry dock", "the dry\ndock", "en", ["dry\ndock"]),
    ],
)
def test_other_forms_of_a_phrase_are_found(phrase: str, text: str, language: str, words: list[str]) -> None:
    assert found(phrase, text, language) == words


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("fire drill", "Put out the fire. Drill a hole."),
        ("fire drill", "the fire of the drill"),
        ("lift", "the uplift"),
        ("HX-2041", "HX-2410 and X2041"),
        ("four", "this is for you"),
        ("39", "in 1939 and 390"),
    ],
)
def test_what_only_looks_alike_is_not_found(phrase: str, text: str) -> None:
    assert found(phrase, text, "en") == []


def test_a_phrase_without_a_word_is_none() -> None:
    assert Phrase.read("…?") is None
