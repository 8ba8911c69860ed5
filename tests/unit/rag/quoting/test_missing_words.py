"""A sentence that leaves out the thing asked about, which its document names elsewhere, may be about another."""

from __future__ import annotations

import pytest

from rag.extractive import weights_of
from rag.quoting.missing_words import leaves_thing_out
from tests.unit.rag.quoting.test_right_or_silent import cut

LIBRARY = (
    "The late fee for books is 20 cents per day. Board games are lent for two weeks.\n\n"
    "The X-ray machine was last inspected on 12 February. The compressor stands in the cellar. It is loud.\n\n"
    "[endnote i] Paid for by the savings bank."
)


@pytest.mark.parametrize(
    ("question", "beginning", "leaves_out"),
    [
        ("What is the late fee for board games?", "The late fee", True),
        ("What is the late fee for books?", "The late fee", False),
        ("What is the late fee for records?", "The late fee", False),
        ("When was the compressor last inspected?", "The X-ray", True),
        ("Is the compressor loud?", "It is loud", False),
        ("Who paid for the board games?", "[endnote i]", False),
    ],
)
def test_the_thing_asked_about_is_missed_where_the_document_knows_it(
    question: str, beginning: str, leaves_out: bool
) -> None:
    units = cut(LIBRARY)
    unit = next(unit for unit in units if unit.text.startswith(beginning))
    assert leaves_thing_out(question, unit, units, weights_of(question, units)) is leaves_out
