"""The language of a question is told by its script and small words, that of a passage also by its document."""

from __future__ import annotations

import pytest

from rag.words.language import guess_language, language_of_passage


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Which parts of the yard may visitors not enter?", "en"),
        ("Was it an e-mail?", "en"),
        ("how much is the rent of Casa de la Playa?", "en"),
        ("Wie viel hebt der rote Kran?", "de"),
        ("Wo liegt das Löschboot?", "de"),
        ("Où se trouve la clé du phare ?", "fr"),
        ("¿Cuándo abre la oficina del puerto?", "es"),
        ("quanto costa il biglietto?", "it"),
        ("Hoeveel kost het?", "nl"),
        ("Hur mycket kostar det?", "sv"),
        ("Когда открывается порт?", "ru"),
        ("Коли відчиняється порт і де він?", "uk"),
        ("灯台の鍵はどこにありますか", "ja"),
        ("灯塔的灯多久闪一次？", "zh"),
        ("متى يفتح مكتب الميناء؟", "ar"),
        ("מתי נבנה המגדלור?", "he"),
        ("여객선은 언제 떠납니까?", "ko"),
        ("HX2041", ""),
        ("Crane?", ""),
        ("Smith v. de la Cruz", ""),
    ],
)
def test_the_language_of_a_short_question_is_told(question: str, language: str) -> None:
    assert guess_language(question) == language


def test_a_passage_of_an_english_document_needs_more_than_foreign_names_to_be_in_another_language() -> None:
    names = "The ferry sails from Rio de la Plata to Isla de los Estados and stops at Puerto de las Palmas."
    spanish = "La oficina del puerto abre a las ocho y cierra a las cinco de la tarde, pero no los domingos."
    assert language_of_passage(names, "en") == "en"
    assert language_of_passage(spanish, "en") == "es"


def test_a_passage_without_small_words_is_in_the_language_of_its_document() -> None:
    assert language_of_passage("Umsatz | 2022 | 48,3", "de") == "de"
    assert language_of_passage("Revenue | 2022 | 48.3", "") == ""
