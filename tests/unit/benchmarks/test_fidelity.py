"""Checks the score of what was read against documents whose words are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fidelity import compare
from benchmarks.fidelity_documents import KnownDocument

FARES = KnownDocument(
    Path("fares.pdf"), ("A ticket costs 32 1 crowns", "Ends on 5 May"), ("Order 48510",), ("Draft 9",)
)


@pytest.mark.parametrize(
    ("text", "words", "altered", "hidden"),
    [
        ("Order 48510\nA ticket costs 32 1 crowns\nEnds on 5 May", 1.0, 0.0, 0),
        ("A ticket costs 321 crowns. Ends on 5 May. Order 48510", 10 / 12, 1 / 4, 0),
        ("Ends on 5 May", 4 / 12, 0.0, 0),
        ("Draft 9\nA ticket costs 32 1 crowns\nEnds on 5 May\nOrder 48510", 1.0, 0.0, 2),
    ],
)
def test_words_in_order_altered_numbers_and_hidden_words_are_counted(
    text: str, words: float, altered: float, hidden: int
) -> None:
    found = compare(FARES, text)
    assert (found.words, found.altered, found.hidden) == (pytest.approx(words), pytest.approx(altered), hidden)
