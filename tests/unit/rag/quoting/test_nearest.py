"""Of a question that is refused, the nearest sentence of each of the first sources is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.quoting.nearest import MOST_SENTENCES, nearest_sentences
from rag.types import DocumentInfo, Source, Span, Vector, Vectors
from tests.unit.rag.quoting.test_second_look import ByWord

TEXTS = (
    "The studio has a piano. Rent falls due on the first working day of the month.",
    "The hall has a stage. The rent of the hall is paid in advance by bank transfer.",
    "Dogs are kept on a lead. Gates are closed behind you at all times of the day.",
    "The boiler is serviced every year. The meter stands behind the door of the cellar.",
)


class Counting:
    """Embeds a text by how often it has some letters, for what has to be told apart by its words alone."""

    fingerprint = "counting"
    max_tokens = 256

    def embed_passages(self, texts: Sequence[str], may_go_on: object = None) -> Vectors:
        rows = np.array([[text.count(letter) + 1.0 for letter in "aeiou"] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_question(self, text: str) -> Vector:
        vector: Vector = self.embed_passages([text])[0]
        return vector


def sources(*texts: str, language: str = "") -> list[Source]:
    return [
        Source(
            number,
            DocumentInfo(number, f"{number}.txt", "folder", "", "txt", "indexed"),
            "",
            text,
            (Span(0, 0, len(text)),),
            1.0,
        )
        for number, text in enumerate(texts, start=1)
    ]


def test_the_best_sentence_of_each_source_is_shown_the_nearest_first() -> None:
    ranker = ByWord({"bank": 2.0, "Rent falls": 6.0, "Dogs": -3.0, "boiler": -8.0})
    found = nearest_sentences("When do I pay the landlord?", sources(*TEXTS), Counting(), ranker)
    assert [(one.number, one.text.split()[0]) for one in found] == [(1, "Rent"), (2, "The"), (3, "Dogs")]
    assert len(found) == MOST_SENTENCES


def test_without_a_ranker_words_tell_what_is_near() -> None:
    (first, *_) = nearest_sentences("Is the boiler serviced?", sources(*TEXTS), Counting(), None)
    assert first.text == "The boiler is serviced every year."


def test_what_the_ranker_has_not_learnt_to_read_is_ordered_by_words() -> None:
    german = (
        "Die Miete ist am ersten Werktag des Monats zu zahlen, und der Schlüssel liegt im Büro der Verwaltung.",
        "Hunde sind im Hof an der Leine zu führen, und das Tor wird am Abend von dem Hausmeister geschlossen.",
    )
    ranker = ByWord({"Miete": 9.0})
    (first, *_) = nearest_sentences("Wer schließt das Tor am Abend?", sources(*german), Counting(), ranker)
    assert first.number == 2


def test_sources_without_a_sentence_give_none() -> None:
    assert nearest_sentences("Who pays?", sources("-", "12"), Counting(), ByWord({})) == []
