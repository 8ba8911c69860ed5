"""What a list over very many documents costs is bounded, and a stop is kept to."""

from __future__ import annotations

import threading
from dataclasses import replace

from rag.planning.all_documents import AllDocuments
from rag.types import Answer, PlanStep, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

MANY = Shelf({f"{number}.md": [f"Paper {number}. The lift is mentioned."] for number in range(10_000)})
READ = "List all documents that allow subletting"


def test_of_ten_thousand_documents_only_so_many_are_read_and_the_answer_says_so() -> None:
    events, answer = finish(AllDocuments(MANY, most_read=5), asked(READ, {}, MANY))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert answer.table.completeness == "stopped after 5 of 10,000"
    assert answer.verdict is Verdict.PARTLY
    assert [event.done for event in events if isinstance(event, PlanStep) and event.total == 5] == [1, 2, 3, 4, 5]


def test_words_are_looked_for_in_all_ten_thousand() -> None:
    _, answer = finish(AllDocuments(MANY, most_read=5), asked("How many documents mention the lifts?"))
    assert isinstance(answer, Answer)
    assert answer.text == "10,000 documents mention the lifts."


def test_nothing_more_is_read_once_nobody_waits() -> None:
    stop = threading.Event()
    stop.set()
    _, answer = finish(AllDocuments(MANY, most_read=500), replace(asked(READ, {}, MANY), stop=stop))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert answer.table.completeness == "stopped after 0 of 10,000"


def test_a_note_that_only_names_a_thing_further_down_is_not_about_it() -> None:
    notes = Shelf(
        {
            "notes/note-1.md": ["# Note 1\n\nThe fire drills are held on Monday."],
            "notes/note-2.md": ["# Note 2\n\nBring sandwiches. The fire drill in building 39 was moved."],
        }
    )
    _, answer = finish(AllDocuments(notes, most_read=5), asked("How many notes are about fire drills?"))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.rows] == ["notes/note-1.md"]
    assert [row.cells[0].text for row in answer.table.undecided] == ["notes/note-2.md"]
