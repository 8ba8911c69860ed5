"""Accents that are drawn apart go on the letters that they lie over; apostrophes and quotes stay what they are."""

from __future__ import annotations

import pytest

from ingest.cleanup import clean_word
from ingest.parsers.pdf.accents import put_accents


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("F\u00b4\u0131sica", "Física"),
        ("investigaci\u00b4on", "investigación"),
        ("M\u00a8 uhlenberg", "Mühlenberg"),
        ("facade c\u00b8", "facade ç"),
        ("\u0e15 \u0e31\u0e49 \u0e07\u0e09\u0e32\u0e01", "\u0e15\u0e31\u0e49\u0e07\u0e09\u0e32\u0e01"),
        ("(\u0e04 \u0e33\u0e41\u0e1b\u0e25)", "(\u0e04\u0e33\u0e41\u0e1b\u0e25)"),
    ],
)
def test_accents_over_their_letters_are_one_character_with_them(written: str, read: str) -> None:
    text = put_accents(written, lambda place: (0.0, 5.0))
    assert len(text) == len(written)
    assert clean_word(text) == read


@pytest.mark.parametrize("text", ["it\u00b4s", "x^n", "`quoted", "plain", ""])
def test_signs_beside_letters_stay_what_they_are(text: str) -> None:
    assert put_accents(text, lambda place: (5.0 * place, 5.0 * place + 5)) == text
