"""Reads the cell whose column's name is the range that holds what a question gives: 18 kg in "Dogs of 10 to 25 kg"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.quoting.ranges import Measure, measures_in, ranges_in
from rag.quoting.table_cells import columns_of
from rag.text import content_words
from rag.words.word_forms import is_of_family

MIN_RANGES = 2
"""Columns with a range in their names from which these tell the columns apart."""


def cell_of_range(question: str, header: str, row: str) -> tuple[str, str]:
    """Return the value of the one column whose name is a range with the number that a question gives, and that name;
    ("", "") where there is none, or the row is not one that the question names."""
    names, values = columns_of(header, row)
    asked = content_words(question)
    key = [word for word in content_words(values[0]) if not word[0].isdigit()] if values else []
    if len(names) != len(values) or not any(word == it or is_of_family(word, it) for word in key for it in asked):
        return "", ""
    for measure in measures_in(question):
        held = [
            at
            for at, name in enumerate(names[1:], 1)
            if any(one.unit == measure.unit and one.holds(measure.value) for one in ranges_in(name))
        ]
        if len(held) == 1 and _ranged(names, measure) >= MIN_RANGES:
            return values[held[0]], names[held[0]]
    return "", ""


def _ranged(names: Sequence[str], measure: Measure) -> int:
    return sum(any(one.unit == measure.unit for one in ranges_in(name)) for name in names)
