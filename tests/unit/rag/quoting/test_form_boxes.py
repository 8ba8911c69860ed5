"""Checks which options of a form are chosen."""

from __future__ import annotations

import pytest

from rag.quoting.form_boxes import chosen_options, has_boxes


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        ("Fuel [_] Diesel [x] Petrol", ("Petrol",)),
        ("Winter storage [x] yes, ashore [_] yes, afloat [_] no", ("yes, ashore",)),
        ("Extras | [X] crane | [ ] water | [X] power", ("crane", "power")),
        ("☑ Member ☐ Guest", ("Member",)),
        ("Fuel [_] Diesel [_] Petrol", ()),
        ("See note [1].", ()),
    ],
)
def test_the_ticked_options_of_a_line_are_chosen(line: str, chosen: tuple[str, ...]) -> None:
    assert chosen_options(line) == chosen


def test_a_citation_is_no_box() -> None:
    assert not has_boxes("The lamp flashes. [1]")
    assert has_boxes("[ ] no")
