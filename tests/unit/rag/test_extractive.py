"""Checks which sentences the extractive reader picks and how it quotes them, on a hand-written embedder."""

from collections.abc import Sequence

import numpy as np

from rag.extractive import MAX_CANDIDATES, Extract, ExtractiveReader, compose
from rag.protocols import MayGoOn, always
from rag.types import DocumentInfo, Source, Span, Vector, Vectors


class TopicEmbedder:
    """Texts about light point one way, all others another; counts the texts it was given."""

    fingerprint = "topic"
    max_tokens = 256

    def __init__(self) -> None:
        self.batches: list[int] = []

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        self.batches.append(len(texts))
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> Vector:
        return np.array([1, 0] if "lamp" in text.lower() or "beam" in text.lower() else [0, 1], dtype=np.float32)


def source(number: int, text: str) -> Source:
    document = DocumentInfo(number, f"{number}.txt", "folder", "Title", "txt", "indexed")
    return Source(number, document, "", text, (Span(0, 0, len(text)),), 1.0)


def read(question: str, *texts: str) -> list[Extract]:
    return ExtractiveReader(TopicEmbedder()).read(question, [source(n, text) for n, text in enumerate(texts, 1)])


def test_the_sentence_with_the_questions_words_is_copied_verbatim() -> None:
    text = "The tower is white.\nThe keeper of the tower\nretired in 1968. It rains a lot."
    best = read("When did the keeper retire?", "Dogs bark loudly.", text)[0]
    assert best.number == 2
    assert best.text == "The keeper of the tower\nretired in 1968."
    assert text[best.start : best.end] == best.text


def test_meaning_decides_where_no_word_is_shared() -> None:
    assert read("What does the lamp do?", "The harbour is deep. A beam sweeps out every hour.")[0].text.startswith(
        "A beam"
    )


def test_the_kind_of_thing_asked_for_breaks_a_tie() -> None:
    text = "The Brennick tower opened with music. The Brennick tower opened in 1871. "
    assert "1871" in read("When was the Brennick tower opened?", text)[0].text
    people = "The tower was painted by volunteers today. The tower was painted by Ann Miller today."
    assert "Ann Miller" in read("Who painted the tower?", people)[0].text


def test_a_table_row_comes_with_its_header() -> None:
    table = "Metric\t2019\t2018\nNet sales\t5,794\t5,173\nNet income\t1,234\t902"
    best = read("How much was net income in 2019?", table)[0]
    assert (best.header, best.text) == ("Metric\t2019\t2018", "Net income\t1,234\t902")
    assert compose([best]) == '"Metric 2019 2018 / Net income 1,234 902" [1]'


def test_the_same_sentence_in_two_sources_is_given_once_from_the_first() -> None:
    sentence = "The lamp flashes every seven seconds."
    extracts = read("How often does the lamp flash?", sentence, sentence)
    assert [(extract.number, extract.text) for extract in extracts] == [(1, sentence)]


def test_at_most_three_extracts_come_best_first() -> None:
    text = " ".join(f"The lamp number {n} is bright and flashes." for n in range(2, 9))
    extracts = read("How bright is the lamp?", text)
    assert len(extracts) == 3
    assert [extract.score for extract in extracts] == sorted((extract.score for extract in extracts), reverse=True)


def test_a_far_worse_sentence_is_not_added() -> None:
    extracts = read("How often does the lamp flash?", "The lamp flashes every 7 seconds. Bread costs money here.")
    assert len(extracts) == 1


def test_many_sentences_are_embedded_in_one_bounded_batch() -> None:
    embedder = TopicEmbedder()
    long_text = " ".join(f"Sentence number {n} says little." for n in range(500))
    ExtractiveReader(embedder).read("What says little?", [source(1, long_text)])
    assert embedder.batches == [MAX_CANDIDATES]


def test_sources_without_a_sentence_give_nothing() -> None:
    assert read("Anything?") == []
    assert read("Anything?", "", "Title", "x" * 5000) == []
    assert compose([]) == ""


def test_an_extract_reads_as_one_quote_with_its_number() -> None:
    extract = Extract(3, 'He said "no"\n to it.', 0, 20, 1.0)
    assert compose([extract, Extract(1, "Yes.", 0, 4, 0.9)]) == '"He said \'no\' to it." [3]\n\n"Yes." [1]'


def test_a_footnote_mark_in_a_quote_is_not_shown_as_a_citation() -> None:
    assert compose([Extract(2, "The lamp is old.[7]", 0, 19, 1.0)]) == '"The lamp is old." [2]'
