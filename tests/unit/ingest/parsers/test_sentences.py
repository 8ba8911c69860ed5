"""Where a sentence ends, for telling headings from prose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsers.sentences import split_sentences, split_words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The lamp was lit in 1858. It has burned since.", ["The lamp was lit in 1858.", "It has burned since."]),
        ("Who keeps it? Mr. Pell does!", ["Who keeps it?", "Mr. Pell does!"]),
        ('"Come back." So he did.', ['"Come back."', "So he did."]),
        ("Built by J. Pell of Acme Inc. in Kelderby", ["Built by J. Pell of Acme Inc. in Kelderby"]),
        ("Version 2.13.0 of file.txt at www.example.org", ["Version 2.13.0 of file.txt at www.example.org"]),
        ("Tokens stand apart . As in some corpora .", ["Tokens stand apart .", "As in some corpora ."]),
        ("She sailed to the USA. He stayed.", ["She sailed to the USA.", "He stayed."]),
        ("灯塔建于1858年。它仍在闪光。", ["灯塔建于1858年。", "它仍在闪光。"]),
        ("ITEM 1A. RISK FACTORS", ["ITEM 1A. RISK FACTORS"]),
        ("", []),
    ],
)
def test_a_text_is_split_where_its_sentences_end(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_words_are_runs_of_letters_and_digits() -> None:
    assert split_words("The lamp's 3rd_lens, (Fresnel)") == ["The", "lamp", "s", "3rd", "lens", "Fresnel"]


@given(st.text(alphabet="aB. !?…\"')\n。1", max_size=60))
def test_no_character_but_white_space_is_lost(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())
