"""A phrase is found and counted also where a page ends in its middle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.planning.all_documents import AllDocuments
from rag.planning.page_ends import find_in_pages
from rag.planning.phrases import Phrase
from rag.types import Answer, Page
from tests.unit.rag.planning.shelf import Shelf, asked, finish


def found(phrase: str, *texts: str, page_word: str = "page") -> list[tuple[int, str]]:
    read = Phrase.read(phrase)
    assert read is not None
    shelf = Shelf({"a.pdf": list(texts)})
    document = replace(shelf.documents[0], page_word=page_word)  # type: ignore[arg-type]
    pages = [Page(number, text, ()) for number, text in enumerate(texts)]
    return [(place.page, texts[place.page][place.start : place.end]) for place in find_in_pages(read, document, pages)]


@pytest.mark.parametrize(
    ("phrase", "one", "two", "words"),
    [
        ("fire drill", "Each spring a fire", "drill is held.", "fire"),
        ("fire drill", "Each spring a fire\n\n12", "drill is held.", "fire"),
        ("fire drill", "Each spring a fire\nPage 1 of 2\n", "\nPage 2 of 2\ndrill is held.", "fire"),
        ("fire drill", "Rules of the house 1\nA fire", "Rules of the house 2\ndrill is held.", "fire"),
        ("timetable", "We print the time-", "table of the ferry.", "time-"),
        ("dry dock gate", "the dry dock", "gates of the yard", "dry dock"),
    ],
)
def test_a_phrase_over_a_pages_end_is_found_behind_page_numbers_and_running_titles(
    phrase: str, one: str, two: str, words: str
) -> None:
    assert found(phrase, one, two) == [(0, words)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("They put out the fire.", "Drill a hole."),
        ("the fire", "of the drill"),
        ("the fire", "12 drills"),
    ],
)
def test_words_that_only_stand_on_both_sides_are_no_phrase(one: str, two: str) -> None:
    assert found("fire drill", one, two) == []


def test_slides_and_sheets_do_not_run_on() -> None:
    assert found("fire drill", "A fire", "drill is held", page_word="slide") == []


def test_a_phrase_within_a_page_and_over_its_end_are_both_counted_once() -> None:
    assert found("fire drill", "A fire drill, and a fire", "drill. A fire drill.") == [
        (0, "fire drill"),
        (0, "fire"),
        (1, "fire drill"),
    ]


def test_a_list_of_documents_has_those_in_which_the_phrase_goes_over_a_pages_end() -> None:
    shelf = Shelf({"a.md": ["We plan the fire", "drill for May."], "b.md": ["The fire.", "A drill."]})
    _, answer = finish(AllDocuments(shelf, most_read=5), asked('How many documents mention the "fire drill"?'))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.rows] == ["a.md"]
