"""Which document ends first is told by its own words; who was present, by the lists of those who were and were not."""

from __future__ import annotations

import pytest

from rag.planning.all_documents import AllDocuments
from rag.planning.document_query import read_document_query
from rag.planning.order_query import read_order
from rag.types import Answer, DocumentProfile
from tests.unit.rag.planning.shelf import Shelf, asked, finish

TEXTS = {
    "van.txt": "VEHICLE LEASE\nIt begins on 1 May 2023 and ends on 31 August 2025.\nSigned: Tobias Brack",
    "unit.txt": "LEASE\nIt begins on 1 April 2022 and ends on 31 March 2027.\nSigned: Ada Berg",
    "shed.txt": "LEASE OF A SHED\nThe rent is EUR 90.\nSigned: Tobias Brack",
    "jan.md": "Minutes, 16 January 2024\n\nPresent: Ada Berg, Mina Castell Apologies: Ravi Shah\n\nThe van was sold.",
    "apr.md": "Minutes, 23 April 2024\n\nPresent:\nAda Berg\nRavi Shah\nApologies: Mina Castell"
    "\n\nMina Castell was thanked.",
}
SHELF = Shelf(
    {path: [text] for path, text in TEXTS.items()},
    {path: DocumentProfile("en", "minutes" if path.endswith("md") else "contract") for path in TEXTS},
)


def listed(question: str) -> tuple[str, list[str]]:
    _, answer = finish(AllDocuments(SHELF, most_read=5), asked(question, shelf=SHELF))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    return answer.text, [row.cells[0].text for row in answer.table.rows]


def test_documents_are_put_in_order_by_the_day_on_which_they_end() -> None:
    text, rows = listed("Which contract ends first?")
    assert text == "Of only the 2 of 3 contracts whose day is known: van.txt ends first of 2 contracts: 31 August 2025."
    assert rows == ["van.txt", "unit.txt"]
    assert listed("Which contract began first?")[0].startswith(
        "Of only the 2 of 3 contracts whose day is known: unit.txt begins first"
    )


@pytest.mark.parametrize(
    "question",
    [
        "Which lease expires last?",
        "Welcher Vertrag endet zuletzt?",
        "Welcher Vertrag läuft am spätesten aus?",
        "Quel contrat se termine en dernier ?",
        "¿Qué contrato vence el último?",
    ],
)
def test_the_last_to_end_is_asked_for_in_four_languages(question: str) -> None:
    order = read_order(question)
    assert order is not None
    assert order.order == "ends last"


def test_who_is_among_the_absent_was_not_present() -> None:
    assert listed("In which meetings was Mina Castell present?") == (
        "1 document: meetings with Mina Castell present, jan.md.",
        ["jan.md"],
    )
    assert listed("Which meetings did Ravi Shah attend?")[1] == ["apr.md"]
    assert listed("In which meetings was Ravi Shah absent?")[1] == ["jan.md"]


def test_who_signed_is_asked_for_in_either_voice() -> None:
    assert listed("Which contracts did Tobias Brack sign?")[1] == ["van.txt", "shed.txt"]


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Welche Verträge hat Ada Berg unterschrieben?", ["signed"]),
        ("Quels contrats Ada Berg a-t-elle signés ?", ["signed"]),
        ("¿Qué contratos firmó Ada Berg?", ["signed"]),
        ("Bei welchen Sitzungen war Ada Berg anwesend?", ["present"]),
        ("À quelles réunions Ada Berg était-elle présente ?", ["present"]),
        ("Welche Rechnungen gingen 2024 an Farben Kruse?", ["dated", "mention"]),
        ("List the invoices from Halyard & Sons in 2024", ["organisation", "dated"]),
        ("List the invoices of March 2024 to Tarn Architects", ["dated", "mention"]),
        ("How many invoices are from 2020 and over 500 EUR?", ["dated", "amount"]),
    ],
)
def test_conditions_stand_behind_one_another_and_in_either_voice(question: str, kinds: list[str]) -> None:
    query = read_document_query(question)
    assert query is not None
    assert [condition.kind for condition in query.conditions] == kinds
