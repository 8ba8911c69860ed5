"""Who was at a meeting, who was not, and how often, is told by lists and sentences of the minutes."""

from __future__ import annotations

import pytest

from rag.planning.all_documents import AllDocuments
from rag.planning.attendance import names_in
from rag.planning.attendance_query import read_attendance
from rag.planning.modes import Mode, choose_mode
from rag.types import Answer, DocumentProfile
from tests.unit.rag.planning.shelf import Shelf, asked, finish

TEXTS = {
    "jan.md": (
        "2024-01-16",
        "Minutes\n\nIn the chair: Ada Berg\nPresent: Ada Berg (chair), Mina Castell, Tom Kerr\nApologies: Ravi"
        " Shah\n\nSold.",
    ),
    "apr.md": (
        "2024-04-23",
        "Minutes\n\nPresent:\n- Ada Berg\n- Ravi Shah\n\nApologies for absence were received from Mina Castell and"
        " Tom Kerr.",
    ),
    "may.md": (
        "2024-05-07",
        "Protokoll\n\nAnwesend: Ada Berg, Ravi Shah, Tom Kerr, Mina Castell\nEntschuldigt: niemand\n\nEs wurde"
        " gesungen.",
    ),
    "oct.md": ("2024-10-01", "Minutes\n\nThe choir sang."),
}  # fmt: skip
SHELF = Shelf(
    {path: [text] for path, (_, text) in TEXTS.items()},
    {path: DocumentProfile("en", "minutes", day) for path, (day, _) in TEXTS.items()},
)


def told(question: str) -> Answer | str:
    assert choose_mode(question).mode is Mode.ALL_DOCUMENTS
    return finish(AllDocuments(SHELF, most_read=5), asked(question, shelf=SHELF))[1]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who was absent at the meeting on 16 January 2024?", "Absent, jan.md (2024-01-16): Ravi Shah [1]."),
        ("Who was excused on 23 April 2024?", "Absent, apr.md (2024-04-23): Mina Castell, Tom Kerr [1]."),
        ("Who was present at the April 2024 meeting?", "Present, apr.md (2024-04-23): Ada Berg, Ravi Shah [1]."),
        ("Who was absent in January?", "Absent, jan.md (2024-01-16): Ravi Shah [1]."),
        ("Wer fehlte bei der Sitzung vom 7. Mai 2024?", "Abwesend, may.md (2024-05-07): niemand [1]."),
        ("Who attended all meetings?", "Present at all 3 meetings: Ada Berg."),
        (
            "How often was Mina Castell absent?",
            "Mina Castell was absent from 1 of 3 meetings: apr.md (2024-04-23) [1].",
        ),
        ("Wie oft war Ravi Shah abwesend?", "Ravi Shah fehlte bei 1 von 3 Sitzungen: jan.md (2024-01-16) [1]."),
        ("At which meetings was nobody absent?", "Nobody was absent, of 3 meetings: may.md (2024-05-07) [1]."),
        (
            "At which meetings was Ada Berg in the chair?",
            "1 document: meetings chaired by Ada Berg, jan.md. Of 2 more it is not decided: apr.md, may.md.",
        ),
        ("When was the last meeting?", "oct.md is the newest of 4 meetings: 2024-10-01."),
    ],
)
def test_who_was_there_is_told_by_the_minutes(question: str, text: str) -> None:
    answer = told(question)
    assert isinstance(answer, Answer), answer
    assert answer.text == text


def test_minutes_that_do_not_say_who_was_there_are_listed_apart() -> None:
    answer = told("Who was absent most often?")
    assert isinstance(answer, Answer)
    assert answer.text.startswith("Ravi Shah, Mina Castell, Tom Kerr: absent most often, from 1 of 3 meetings")
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.undecided] == ["oct.md"]


@pytest.mark.parametrize(
    "question",
    ["Who was present?", "Who was the first president?", "How often was the pump serviced?", "Who attended in 1850?"],
)
def test_other_questions_are_not_about_meetings(question: str) -> None:
    found = read_attendance(question)
    assert found is None or found.minutes.conditions


def test_names_are_read_without_titles_and_roles() -> None:
    assert names_in("Ada Berg (chair), Dr. Mina Castell; Tom Kerr and Ravi Shah, the treasurer") == [
        "Ada Berg", "Dr. Mina Castell", "Tom Kerr", "Ravi Shah",
    ]  # fmt: skip


MORE = Shelf(
    {
        "jan.txt": ["Minutes, 14 January 2025\n\nPresent | Absent\nDora Keane | Bill Yarrow\nPriti Nair"],
        "feb.txt": [
            "Minutes, 11 February 2025\n\nIn the chair: Dora Keane. Also there: Priti Nair.\nAbsent: Bill Yarrow"
        ],
        "may.txt": [
            "Minutes, 13 May 2025\n\nPresent were Bill Yarrow, who took the chair, and Priti Nair."
            " Dora Keane sent apologies."
        ],
    },
    {name: DocumentProfile("en", kind="minutes") for name in ("jan.txt", "feb.txt", "may.txt")},
)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who was absent in more than one meeting?", "Absent from at least 2 of 3 meetings: Bill Yarrow (2)."),
        ("Who attended at least three meetings?", "Present at at least 3 of 3 meetings: Priti Nair (3)."),
        ("Wer fehlte bei mehreren Sitzungen?", "Bei mindestens 2 von 3 Sitzungen abwesend: Bill Yarrow (2)."),
        ("Who was at every meeting?", "Present at all 3 meetings: Priti Nair."),
        ("Which meetings was Dora Keane not at?", "1 document: meetings with Dora Keane absent, may.txt."),
    ],
)
def test_lists_in_tables_and_sentences_tell_who_was_there_how_often(question: str, text: str) -> None:
    _, answer = finish(AllDocuments(MORE, most_read=5), asked(question, {}, MORE))
    assert isinstance(answer, Answer)
    assert answer.text == text


def test_who_was_there_is_told_by_a_table_of_yes_and_no_and_by_a_welcome() -> None:
    shelf = Shelf(
        {
            "2025-01-07-meeting.md": ["7 January\n\nName | Present\nAda Berg | yes\nTom Kerr | no\nMina Castell | no"],
            "2025-02-04-meeting.md": [
                "4 February\n\nAda Berg welcomed Mina Castell and Ravi Shah. Tom Kerr had sent his apologies."
            ],
        }
    )
    said = finish(AllDocuments(shelf, most_read=5), asked("Who was absent from more than one meeting?", shelf=shelf))[1]
    assert isinstance(said, Answer)
    assert said.text == "Absent from at least 2 of 2 meetings: Tom Kerr (2)."
    question = asked("Who attended all meetings?", shelf=shelf)
    everywhere = finish(AllDocuments(shelf, most_read=5), question)[1]
    assert isinstance(everywhere, Answer)
    assert everywhere.text == "Present at all 2 meetings: Ada Berg."


def test_one_list_tells_nobody_who_was_absent_twice() -> None:
    shelf = Shelf({"one-meeting.md": ["Present: Ada Berg\nAbsent: Tom Kerr"], "two-meeting.md": ["We sang."]})
    told = finish(AllDocuments(shelf, most_read=5), asked("Who was absent from more than one meeting?", shelf=shelf))[1]
    assert isinstance(told, str)
