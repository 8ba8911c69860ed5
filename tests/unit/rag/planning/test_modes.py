"""Which way a question is answered: a look-up, unless it surely asks for a list or a count."""

from __future__ import annotations

from typing import get_args

import pytest

from app.api.schemas.questions import ModeName
from app.web.texts import ASK_MODES
from rag.errors import QuestionError
from rag.planning.modes import Mode, choose_mode, read_mode

LOOK_UPS = (
    "How many pages does the manual say a logbook has?",
    "What is the total of invoice 7?",
    "How many carpenters does the yard employ?",
    "Which crane lifts more?",
    "What documents do I need for a passport?",
    "Which policies apply to visitors?",
    "How many contracts were signed in 2023?",
    "How many notices must the tenant give?",
    "How many articles has the constitution?",
    "How many orders were placed?",
    "What papers need to be filed?",
    "How many reports did the committee write?",
    "List the documents needed for a passport",
    "What does the letter mention about the lift?",
    "Name the captain of the Tern",
    "Wann endet der Pachtvertrag?",
    "Wie viel hebt der rote Kran?",
    "Wie viele Briefe schrieb Goethe?",
    "Quel jour le café du phare est-il fermé ?",
    "Combien de passagers le ferry a-t-il transportés ?",
    "¿Cuántas cartas escribió Colón?",
    "Which documents " + "and mention the lift " * 60,
    "HX-2041",
    "Crane?",
)
LISTS = (
    "How many notes are about fire drills?",
    "How many contracts end in 2025?",
    "Which documents mention the lift?",
    "Which document contains the phrase “red lead”?",
    "List all PDFs in German",
    "how many documents are there",
    "List all contracts that allow subletting",
    "Which invoices are from Halyard & Sons?",
    "Wie viele Verträge enden 2025?",
    "Welche Briefe wurden von Ada Berg unterschrieben?",
    "Combien de contrats se terminent avant 2026 ?",
    "¿Qué documentos mencionan el ascensor?",
)


@pytest.mark.parametrize("question", LOOK_UPS)
def test_a_question_that_a_passage_answers_is_a_look_up(question: str) -> None:
    assert choose_mode(question).mode is Mode.LOOK_UP


@pytest.mark.parametrize("question", LISTS)
def test_a_list_or_a_count_of_documents_is_asked_of_all_of_them(question: str) -> None:
    choice = choose_mode(question)
    assert choice.mode is Mode.ALL_DOCUMENTS
    assert "all are looked at" in choice.reason


def test_a_mode_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(QuestionError) as refused:
        read_mode("everything")
    assert "'everything'" in refused.value.reason
    assert "look-up, all-documents" in refused.value.remedy


def test_all_surfaces_name_the_same_modes() -> None:
    assert set(get_args(ModeName)) == {"", *Mode}
    assert set(ASK_MODES) == set(Mode)
