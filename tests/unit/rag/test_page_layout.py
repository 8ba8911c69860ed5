"""Packing the boxes of words, and the rectangles under a stretch of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.page_layout import rectangles_under
from rag.types import Rectangle
from tests.layouts import pack_words

#  "Good morning," / "world"
WORDS = [
    (0, 4, Rectangle(10.0, 100.0, 40.0, 112.0)),
    (5, 13, Rectangle(45.0, 98.5, 100.0, 112.0)),
    (14, 19, Rectangle(10.0, 80.0, 42.5, 92.0)),
]


def test_no_words_take_no_bytes_and_have_no_rectangles() -> None:
    assert pack_words([]) == b""
    assert rectangles_under(b"", 0, 100) == ()


def test_the_words_of_a_line_share_one_rectangle_and_lines_stay_apart() -> None:
    layout = pack_words(WORDS)
    assert rectangles_under(layout, 0, 19) == (Rectangle(10.0, 98.5, 100.0, 112.0), Rectangle(10.0, 80.0, 42.5, 92.0))


def test_only_words_that_are_touched_count() -> None:
    layout = pack_words(WORDS)
    assert rectangles_under(layout, 0, 4) == (WORDS[0][2],)
    assert rectangles_under(layout, 4, 5) == ()
    assert rectangles_under(layout, 12, 14) == (WORDS[1][2],)
    assert rectangles_under(layout, 16, 17) == (WORDS[2][2],)
    assert rectangles_under(layout, 19, 40) == ()


def test_a_word_broken_over_two_lines_has_a_rectangle_on_each() -> None:
    upper, lower = Rectangle(90.0, 100.0, 120.0, 112.0), Rectangle(10.0, 80.0, 30.0, 92.0)
    assert rectangles_under(pack_words([(0, 9, upper), (0, 9, lower)]), 2, 3) == (upper, lower)


def test_the_next_column_at_the_same_height_begins_a_new_rectangle_when_text_goes_back_left() -> None:
    right, left = Rectangle(300.0, 100.0, 340.0, 112.0), Rectangle(10.0, 101.0, 40.0, 113.0)
    assert rectangles_under(pack_words([(0, 4, right), (5, 9, left)]), 0, 9) == (right, left)


def test_a_superscript_belongs_to_its_line() -> None:
    layout = pack_words([(0, 4, Rectangle(10.0, 100.0, 40.0, 112.0)), (4, 5, Rectangle(40.0, 106.0, 44.0, 114.0))])
    assert rectangles_under(layout, 0, 5) == (Rectangle(10.0, 100.0, 44.0, 114.0),)


edges = st.floats(-20_000, 20_000, allow_nan=False)


@given(st.lists(st.tuples(edges, edges, edges, edges), min_size=1, max_size=30))
def test_every_box_survives_packing_to_a_tenth_of_a_point(boxes: list[tuple[float, float, float, float]]) -> None:
    words = [
        (10 * index, 10 * index + 5, Rectangle(min(a, c), min(b, d), max(a, c), max(b, d)))
        for index, (a, b, c, d) in enumerate(boxes)
    ]
    layout = pack_words(words)
    for start, end, box in words:
        (found,) = rectangles_under(layout, start, end)
        for edge in ("left", "bottom", "right", "top"):
            assert abs(getattr(found, edge) - getattr(box, edge)) <= 0.051
