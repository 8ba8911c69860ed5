"""Checks which days of the week a text names."""

from __future__ import annotations

import pytest

from rag.words.weekdays import weekdays_in


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("On Sundays it opens at 8 am.", {6}),
        ("Open Monday to Friday, and Sat.", {0, 1, 2, 3, 4, 5}),
        ("Sa ist Ruhetag, montags auch.", {0}),
        ("von Freitag bis Montag", {4, 5, 6, 0}),
        ("du lundi au mercredi", {0, 1, 2}),
        ("cerrado los domingos", {6}),
        ("They sat in the sun.", set()),
    ],
)
def test_days_and_ranges_of_days_are_found(text: str, days: set[int]) -> None:
    assert weekdays_in(text) == days
