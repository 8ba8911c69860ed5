"""Characters and furniture are repaired without harming what is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleanup import clean_text, clean_word, find_furniture


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("eﬃcient", "efficient"),
        ("ﬁrst", "first"),
        ("in\u00adfor\u00admation", "information"),
        ("nul\x00byte", "nulbyte"),
        ("\ufeffmark", "mark"),
        ("half\ud83d", "half"),
        ("\ud83d\ude00", "\U0001f600"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("naïve", "naïve"),
        ("2²", "2²"),
        ("東京", "東京"),
    ],
)
def test_a_word_loses_only_what_cannot_be_read(raw: str, clean: str) -> None:
    assert clean_word(raw) == clean


@given(st.text(st.characters()))
def test_clean_words_can_always_be_stored_and_need_no_second_cleaning(word: str) -> None:
    clean = clean_word(word)
    clean.encode("utf-8")
    assert clean_word(clean) == clean


def test_line_breaks_survive_cleaning_and_spaces_become_single() -> None:
    assert clean_text("a \t b\r\nc\n\n\n\nd\u00a0e\n") == "a b\nc\n\nd e"


def page(*lines: str) -> list[tuple[str, int]]:
    return [(line, 8000 - 200 * index) for index, line in enumerate(lines)]


def test_repeated_headers_and_counting_page_numbers_are_furniture() -> None:
    pages = [page("Annual report 2023", f"Text {'abc'[n]}", f"More {'xyz'[n]}", str(n + 7)) for n in range(3)]
    assert find_furniture(pages) == [{0, 3}] * 3


def test_a_page_number_counts_as_furniture_wherever_the_page_ends() -> None:
    bodies = [["one"], ["two", "three"], ["four", "five", "six"]]
    pages = [page(*body, f"F-{n + 3}") for n, body in enumerate(bodies)]
    assert [sorted(found) for found in find_furniture(pages)] == [[1], [2], [3]]


def test_years_over_a_table_are_not_furniture() -> None:
    pages = [page("2022 2021 2020", f"row {letter}", f"end {letter}") for letter in "abcd"]
    assert find_furniture(pages) == [set()] * 4


def test_the_same_line_in_the_middle_of_pages_is_not_furniture() -> None:
    pages = [
        page(*(f"{word} {n * 'x'}" for word in "abcd"), "Total", *(f"{word} {n * 'y'}" for word in "efgh"))
        for n in range(1, 5)
    ]
    assert all(4 not in found for found in find_furniture(pages))


def test_two_pages_are_too_few_to_call_anything_repeated() -> None:
    assert find_furniture([page("Header", "a"), page("Header", "b")]) == [set(), set()]


@pytest.mark.parametrize(
    ("drawn", "plain"),
    [
        ("\ufee3\ufeae\ufea3\ufe92\ufe8e", "مرحبا"),
        ("\u2f8f\u2f25", "行女"),
        ("\ufb2a\ufb4b", "\u05e9\u05c1\u05d5\u05b9"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_letters_as_they_are_drawn_become_plain_ones(drawn: str, plain: str) -> None:
    assert clean_word(drawn) == plain
