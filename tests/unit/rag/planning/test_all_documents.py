"""What a list over very many documents costs is bounded, and a stop is kept to."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from rag.citations.checker import AnswerChecker
from rag.planning.all_documents import AllDocuments
from rag.planning.kept_replies import NoReplies
from rag.planning.llm_reading import LlmReading
from rag.types import Answer, DocumentProfile, PlanStep, Verdict
from tests.fakes import ScriptedModel
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


DATED = Shelf(
    {
        "invoices/7.txt": ["Invoice 7\n\nTotal due: EUR 96.00. Bill to: Tarn Architects"],
        "invoices/8.txt": ["Invoice 8\n\nTotal due: USD 780.00. Bill to: Gull Bakery"],
        "invoices/9.txt": ["Invoice 9\n\nTotal due: EUR 12.00, deposit $ 5.00"],
        "notes/old.txt": ["A note without a date"],
    },
    {
        "invoices/7.txt": DocumentProfile("en", "invoice", "2025-03-18"),
        "invoices/8.txt": DocumentProfile("en", "invoice", "2025-04-09"),
        "invoices/9.txt": DocumentProfile("en", "invoice", "2024-12-01"),
    },
)


def listed(question: str) -> tuple[str, list[str], list[str]]:
    _, answer = finish(AllDocuments(DATED, most_read=5), asked(question))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    rows = [[row.cells[0].text for row in some] for some in (answer.table.rows, answer.table.undecided)]
    return answer.text, rows[0], rows[1]


def test_the_newest_document_is_told_by_dates_and_those_without_are_apart() -> None:
    text, rows, undated = listed("Which is the newest document?")
    assert (
        text
        == "Of only the 3 of 4 documents whose day is known: invoices/8.txt is the newest of 3 documents: 2025-04-09."
    )
    assert rows == ["invoices/8.txt", "invoices/7.txt", "invoices/9.txt"]
    assert undated == ["notes/old.txt"]
    assert listed("What is the oldest invoice?")[0] == "invoices/9.txt is the oldest of 3 invoices: 2024-12-01."


LEASES = Shelf(
    {
        "maple.txt": ["Lease\n\nThe lease begins on 1 March 2025 and ends on 28 February 2028."],
        "canal.txt": [
            "Lease\n\nIt begins on 1 June 2024 and ends on 31 May 2029.\n\nIt may not end before 31 May 2027."
        ],
        "mill.txt": ["Lease\n\nIt begins on 1 May 2020. Notice is given by the end of June 2021."],
        "gate.txt": ["Lease\n\nTerm: 1 May 2019 to 30 April 2031"],
    },
    {path: DocumentProfile("en", "contract") for path in ("maple.txt", "canal.txt", "mill.txt", "gate.txt")},
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "Which lease ends first?",
            "Of only the 3 of 4 leases whose day is known: maple.txt ends first of 3 leases: 28 February 2028.",
        ),
        (
            "Which lease expires last?",
            "Of only the 3 of 4 leases whose day is known: gate.txt ends last of 3 leases: 30 April 2031.",
        ),
        (
            "Which contract starts last?",
            "Of only the 3 of 4 contracts whose day is known: maple.txt begins last of 3 contracts: 1 March 2025.",
        ),
    ],
)
def test_the_lease_that_ends_or_begins_first_is_told_by_the_days_in_each(question: str, told: str) -> None:
    _, answer = finish(AllDocuments(LEASES, most_read=5), asked(question))
    assert isinstance(answer, Answer)
    assert answer.text == told


def test_with_the_end_of_one_document_alone_none_ends_first() -> None:
    one = Shelf({"maple.txt": ["Ends on 28 February 2028."]}, {"maple.txt": DocumentProfile("en", "contract")})
    _, answer = finish(AllDocuments(one, most_read=5), asked("Which lease ends first?"))
    assert isinstance(answer, str)


def test_documents_in_one_currency_are_listed_and_those_in_two_are_undecided() -> None:
    assert listed("Which invoices are in EUR?")[1:] == (["invoices/7.txt"], ["invoices/9.txt"])
    assert listed("Which invoices are in dollars?")[1:] == (["invoices/8.txt"], ["invoices/9.txt"])


def test_invoices_to_somebody_are_those_that_name_him() -> None:
    assert listed("Which invoices were billed to Tarn Architects?")[1] == ["invoices/7.txt"]


def test_what_is_mentioned_in_which_documents_is_asked_as_which_mention_it() -> None:
    assert listed("In which invoices is the deposit mentioned?")[1] == ["invoices/9.txt"]


def test_an_llm_is_asked_about_none_of_ten_thousand_documents_before_somebody_agrees_to_the_cost() -> None:
    model = ScriptedModel(["YES"])
    reading = LlmReading(model, lambda _, sources: AnswerChecker(sources, rectangles=lambda *_: ()), NoReplies())
    mode = AllDocuments(MANY, most_read=200, reading=reading)
    _, answer = finish(mode, asked(READ, {}, MANY))
    assert isinstance(answer, Answer)
    assert model.asked == []
    assert answer.offer.startswith("200 calls of the LLM")
    assert any("can be stopped, and goes on where it was" in notice for notice in answer.notices)
    assert answer.table is not None
    assert answer.table.completeness == "stopped after 200 of 10,000"


def test_a_number_in_a_list_behind_a_plural_is_mentioned() -> None:
    minutes = Shelf({"may.md": ["Five plots are untended: 3, 9, 12 and 20."], "june.md": ["Plots 31 and 39 are new."]})
    _, answer = finish(AllDocuments(minutes, most_read=5), asked("Which documents mention plot 9?", {}, minutes))
    assert isinstance(answer, Answer)
    assert "may.md" in answer.text
    assert "june.md" not in answer.text


def test_documents_of_no_known_kind_are_of_a_sort_by_what_they_call_themselves() -> None:
    papers = Shelf(
        {
            "mill.md": ["# Lease of the mill\n\nThe lease ends on 30 June 2026."],
            "tanner.md": ["Assured tenancy: 14 Tanner Street\n\nThe tenancy comes to an end on 31 August 2026."],
            "policy.md": ["# Rules\n\nThe season ends on 31 August 2026."],
        },
        {"mill.md": DocumentProfile("en", kind="contract"), "tanner.md": DocumentProfile("en")},
    )
    _, answer = finish(AllDocuments(papers, most_read=5), asked("Which leases end in 2026?", {}, papers))
    assert isinstance(answer, Answer)
    assert answer.text == "2 leases end in 2026: mill.md, tanner.md."


def test_none_is_not_said_of_words_that_stand_apart_in_documents() -> None:
    shelf = Shelf(
        {
            "a.md": ["Appliance: pump, Norda 30\n\nIt leaked."],
            "b.md": ["The Norda was loud. I cleaned the pump."],
            "c.md": ["A pump was changed."],
        }
    )
    _, answer = finish(AllDocuments(shelf, most_read=5), asked("Which documents are about a Norda pump?", {}, shelf))
    assert isinstance(answer, Answer)
    assert answer.text.endswith("as one phrase: a.md, b.md.")
    assert answer.verdict is Verdict.PARTLY
    _, none = finish(AllDocuments(shelf, most_read=5), asked("Which documents mention a Calor pump?", {}, shelf))
    assert isinstance(none, Answer)
    assert none.text.startswith("0 documents")


def test_that_nothing_lacks_what_may_be_called_otherwise_is_no_answer() -> None:
    shelf = Shelf(
        {f"minutes-{at}.md": [f"Minutes of meeting {at}\n\nState of the account: £{at}0"] for at in range(1, 5)}
    )
    question = "In which minutes is the state of the account missing?"
    _, answer = finish(AllDocuments(shelf, most_read=5), asked(question, {}, shelf))
    assert isinstance(answer, str)
    assert "otherwise" in answer
