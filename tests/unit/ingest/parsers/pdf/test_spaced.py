"""Parts of a word whose letters are set apart are joined where nothing but the usual gap is between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ingest.parsers.pdf.spaced import find_parts, join_parts

HEIGHT = 10.0
WIDTH = 5.0


def words_of(text: str, *, apart: float, between: Sequence[float], drawn: bool = False) -> list[str]:
    """The words of one line whose letters are `apart`, with gaps `between` what pdfium took for words."""
    gaps, boxes, left = iter(between), [], 0.0
    for place, letter in enumerate(text):
        if letter == " ":
            boxes.append((left, HEIGHT, left, 0.0))
            continue
        boxes.append((left, HEIGHT, left + WIDTH, 0.0))
        left += WIDTH + (next(gaps) if text[place + 1 : place + 2] == " " else apart)
    known = np.asarray(boxes)

    def read(places: Sequence[int]) -> Any:
        return known[list(places)]

    spans, start = [], 0
    for word in text.split(" "):
        spans.append((start, start + len(word)))
        start += len(word) + 1
    corners = np.asarray([(known[first], known[end - 1]) for first, end in spans])
    lines = find_parts(text, spans, [0], corners)
    joined, several = join_parts(text, spans, lines, read, lambda _: drawn)
    assert several == {place for place, span in enumerate(joined) if span not in spans}
    return [text[first:end].replace(" ", "") for first, end in joined]


def test_what_the_usual_gap_parts_is_one_word() -> None:
    assert words_of("cost 27 gui lders", apart=1.8, between=(11, 11, 1.8)) == ["cost", "27", "guilders"]


@pytest.mark.parametrize(
    ("text", "apart", "between", "drawn"),
    [
        pytest.param("sea lion house", 0.0, (2.2, 2.2), False, id="letters that touch"),
        pytest.param("sea lion house", 1.0, (2.4, 2.4), False, id="spaces that are narrow"),
        pytest.param("sea lion house", 1.8, (1.8, 8.0), True, id="a space that stands in the file"),
        pytest.param("aisle 4 5 gates", 1.8, (8.0, 1.8, 8.0), False, id="figures"),
        pytest.param("a b c", 0.0, (1.8, 1.8), False, id="letters alone"),
    ],
)
def test_words_are_left_apart(text: str, apart: float, between: Sequence[float], drawn: bool) -> None:
    assert words_of(text, apart=apart, between=between, drawn=drawn) == text.split()
