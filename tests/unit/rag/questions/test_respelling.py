"""Words with a typing error are read as those of the passages; other words, names and words that are there stay."""

from __future__ import annotations

import pytest

from rag.questions.respelling import respell

TEXTS = ["The warranty is 24 months.", "Flammable liquids go to the gatehouse.", "The contract names the county."]


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("How long is the waranty?", "How long is the warranty?"),
        ("Where do flamable liquids go?", "Where do flammable liquids go?"),
        ("Where do liqiuds go?", "Where do liquids go?"),
        ("where is the gatehouuse", "where is the gatehouse"),
    ],
)
def test_a_word_that_no_passage_has_is_read_as_the_one_it_stands_for(question: str, read: str) -> None:
    assert respell(question, TEXTS)[0] == read


@pytest.mark.parametrize(
    "question",
    [
        "Who is the contact?",
        "In which country is it?",
        "How long do the warranties run?",
        "How long is Mr Waranty here?",
        "Are liquid fuels stored?",
        "Is there a guarantee?",
        "",
    ],
)
def test_other_words_stay_as_they_are(question: str) -> None:
    assert respell(question, TEXTS) == (question, {})
