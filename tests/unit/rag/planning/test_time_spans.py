"""How long something takes is computed from the days or times of day that one named document gives."""

from __future__ import annotations

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.over_documents import OverDocuments
from rag.planning.time_spans import read_span
from rag.types import Answer
from tests.unit.rag.planning.shelf import Shelf, asked, finish

PAPERS = Shelf(
    {
        "INV-41.md": ["Invoice INV-41\nDate: 12 January 2025\nDue: 11 February 2025\nTotal: £50.00\n"
                      "Status: paid 29 January 2025"],
        "INV-42.md": ["Invoice INV-42\nDate: 3 March 2025\nTotal: £70.00\nStatus: open"],
        "tarte-aux-pommes.md": ["Tarte aux pommes\n\nPréparation : 25 minutes\nCuisson : 35 minutes"],
        "tren-norte.md": ["Billete de tren\n\nSalida: 9:05\nLlegada: 12:33"],
        "may.md": ["Committee in May\n\nFrom 19:00 to 21:00."],
        "june.md": ["Committee in June\n\nOpened 19:00, closed 20:40."],
        "july.md": ["Committee in July\n\nThe meeting began at 19:00 and closed at 20:15."],
    }
)  # fmt: skip
MEETINGS = Shelf({f"{name}.md": [text] for name, text in (
    ("may", "Committee in May\n\nFrom 19:00 to 21:00."),
    ("june", "Committee in June\n\nOpened 19:00, closed 20:40."),
    ("july", "Committee in July\n\nThe meeting began at 19:00 and closed at 20:15."),
)})  # fmt: skip


def told(question: str, shelf: Shelf = PAPERS) -> Answer | str:
    mode = OverDocuments(Aggregation(AllDocuments(shelf, most_read=5), shelf), shelf)
    assert mode.reads(question)
    return finish(mode, asked(question, shelf=shelf))[1]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many days passed between the invoice date of INV-41 and its payment",
         "12 January 2025 [1] – 29 January 2025 [2]: 17 days."),
        ("How many days are there between the date and the due day of INV-41?", None),
        ("How many days passed between the invoice date of INV-42 and its payment?", None),
        ("Combien de temps faut-il en tout pour la tarte aux pommes ?",
         "tarte-aux-pommes.md : Préparation 25 [1] + Cuisson 35 [2] = 60 minutes."),
        ("¿Cuánto dura el viaje en el tren norte?", "tren-norte.md [1]: 3 h 28 min (208 minutos)."),
        ("How long does the tarte take?", None),
    ],
)  # fmt: skip
def test_days_and_times_of_one_document_are_computed_with(question: str, said: str | None) -> None:
    answer = told(question)
    if said is None:
        assert isinstance(answer, str)
    else:
        assert isinstance(answer, Answer), answer
        assert answer.text == said


def test_the_longest_of_what_has_a_beginning_and_an_end_is_found_by_the_clock() -> None:
    answer = told("Which meeting was the longest?", MEETINGS)
    assert isinstance(answer, Answer), answer
    assert answer.text == "may.md [1]: duration 120 minutes, the longest of 3 documents."
    assert [citation.quote for citation in answer.citations] == ["From 19:00 to 21:00"]


def test_other_questions_ask_for_no_stretch_of_time() -> None:
    assert read_span("How long is a piece of string that is not in the drawer and which nobody has seen?" * 3) is None
    assert read_span("Who pays?") is None
