"""Spellings of one word are equal once folded, in many scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words.folding import fold, fold_signs, without_vowel_points


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ＨＸ２０４１", "hx2041"),
        ("ﾌｪﾘｰ", "フェリー"),
        ("ｶﾞｽ", "ガス"),
        ("الثَّامِنَةِ", "الثامنة"),
        ("أصحاب", "اصحاب"),
        ("إلى", "الي"),
        ("الإدارة", "الاداره"),
        ("مـيـنـاء", "ميناء"),
        ("ﻻ", "لا"),
        ("תְּשַׁע", "תשע"),
        ("שלום", "שלומ"),
        ("İSTANBUL", "istanbul"),
        ("ısı", "ISI"),
        ("ёлка", "Елка"),
        ("ﬁnance", "finance"),
        ("Œuvre", "oeuvre"),
        ("smørrebrød", "smorrebrod"),
        ("Άθήνα", "ΑΘΗΝΑ"),
        ("λόγος", "ΛΟΓΟΣ"),
        ("l’école", "L'ecole"),
        ("10‑K", "10–K"),
        ("١٢٣", "123"),
        ("१२३", "１２３"),
        ("co\u00adoperate", "cooperate"),
        ("e\u0301te\u0301", "été"),
        ("CO₂", "co2"),
        ("m²", "m2"),
    ],
)
def test_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ガス", "カス"), ("नमस्ते", "नमसत"), ("Wort²", "Wort2"), ("Öl", "Ol2")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_signs_are_folded_without_touching_letters() -> None:
    assert fold_signs("§ ４.２（b） – “März” ١٢") == '§ 4.2(b) - "März" 12'


def test_vowel_points_fall_and_letters_stay() -> None:
    assert without_vowel_points("يُفْتَحُ مَكْتَبُ") == "يفتح مكتب"
    assert without_vowel_points("נִבְנָה, הַמִּגְדַּלּוֹר") == "נבנה, המגדלור"
    assert without_vowel_points("naïve 1,234.5") == "naïve 1,234.5"
