"""The reader is kept from languages that it does not know; words and cosines judge there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.cosines import comparable_cosine, is_multilingual
from rag.language_gate import NEUTRAL, GatedReader, LanguageGate, choose_calibration, is_readable
from rag.quoting.word_evidence import question_words, share_held, weigh_terms
from rag.retrieval import DENSE, FUSED
from rag.types import Chunk, DocumentInfo, DocumentProfile, Hit, Reading, Span, StageRank

ENGLISH = "The red crane lifts seven tonnes and is not used in winter."
GERMAN = "Der rote Kran hebt sieben Tonnen und wird im Winter nicht benutzt."


class CountingReader:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        self.seen += passages
        return [5.0] * len(passages)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        return [Reading(5.0, 0, 1, 5.0)] * len(passages)


def hit(text: str, language: str, *, rank: int = 0, cosine: float = 0.5) -> Hit:
    document = DocumentInfo(1, "a.txt", "f", "", "txt", "indexed", profile=DocumentProfile(language=language))
    stages = {DENSE: StageRank(rank, cosine), FUSED: StageRank(rank, 1 / (61 + rank))}
    return Hit(f"1.a:{rank}", document, Chunk(rank, text, "", "", (Span(0, 0, len(text)),)), 0.0, stages)


@pytest.mark.parametrize(
    ("asked", "passage", "readable"),
    [
        ("en", "en", True),
        ("", "en", True),
        ("en", "", True),
        ("de", "en", False),
        ("en", "de", False),
        ("", "ja", False),
    ],
)
def test_the_reader_reads_english_alone(asked: str, passage: str, readable: bool) -> None:
    assert is_readable(asked, passage) is readable


def test_the_readers_probability_of_english_is_left_as_it_is_and_others_are_judged_by_words() -> None:
    gate = LanguageGate()
    hits = [hit(ENGLISH, "en"), hit(GERMAN, "de", rank=1)]
    assert gate.correct("What does the red crane lift?", hits[:1], [0.3], embedder="m") == [0.3]
    english, german = gate.correct("What does the red crane lift?", hits, [0.3, 0.99], embedder="m")
    assert english == 0.3
    assert german < 0.05
    question = "Wie viel hebt der rote Kran?"
    assert gate.is_readable(question, hits) == [False, False]
    judged = gate.correct(
        question, [hit(GERMAN, "de"), hit("Das Boot ist blau und neu.", "de", rank=1)], [0, 0], embedder="m"
    )
    assert judged[0] > 0.8 > 0.05 > judged[1]


def test_a_question_of_one_word_is_answered_where_the_word_stands_though_its_cosine_says_little() -> None:
    hits = [hit("Zahlbar ist der Beitrag bis zum 15. Februar.", "de", cosine=0.8)]
    (judged,) = LanguageGate().correct("Zahlbar bis wann?", hits, [0.0], embedder="multilingual-e5-small@1")
    assert judged > 0.5
    (other,) = LanguageGate().correct("Wann ist die Weihnachtsfeier?", hits, [0.0], embedder="multilingual-e5-small@1")
    assert other < 0.05


def test_what_the_reader_cannot_read_is_neither_confirmed_nor_denied_and_costs_it_nothing() -> None:
    reader = CountingReader()
    assert GatedReader(reader).score("The red crane lifts how much?", [ENGLISH, GERMAN]) == [5.0, NEUTRAL]
    assert reader.seen == [ENGLISH]


def test_an_embedder_of_several_languages_carries_an_answer_across_them() -> None:
    assert is_multilingual("multilingual-e5-small@ab12")
    assert not is_multilingual("all-MiniLM-L6-v2@ab12")
    across = choose_calibration("de", "en", multilingual=True)
    assert across.judge(0.85, 0.0) > 0 > across.judge(0.75, 0.0)
    assert choose_calibration("de", "en", multilingual=False).judge(0.99, 0.5) < 0


def test_an_exact_word_is_worth_more_than_an_inflected_one_and_a_missing_one_nothing() -> None:
    words = question_words("roter Kran", "de", ["de"])
    held = [words.held_by(text, "de") for text in ("Ein roter Kran.", "Die roten Kräne.", "Ein Boot.")]
    shares = [share_held(one, weigh_terms(len(words.terms), held)) for one in held]
    assert shares[0] == 1.0
    assert shares[0] > shares[1] >= shares[2] == 0.0


def test_cosines_of_the_multilingual_embedder_come_on_the_scale_of_the_english_one() -> None:
    assert comparable_cosine(0.5, "all-MiniLM-L6-v2@ab12") == 0.5
    assert comparable_cosine(0.75, "multilingual-e5-small@ab12") == pytest.approx(0.06, abs=0.02)
    assert comparable_cosine(0.88, "multilingual-e5-small@ab12") == pytest.approx(0.6, abs=0.02)
