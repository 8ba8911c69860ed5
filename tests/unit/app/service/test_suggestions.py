"""First questions are made of headings that name a subject."""

from __future__ import annotations

from app.service.suggestions import suggest_questions
from rag.types import DocumentSections

HANDBOOK = DocumentSections("Harbour Handbook", ("1 Introduction", "2.1 Berths and moorings", "3 Harbour dues"))
MINUTES = DocumentSections("Council minutes", ("Council minutes", "Council minutes > Street lamps"))


def test_each_document_is_asked_about_before_one_is_asked_about_twice() -> None:
    assert suggest_questions([HANDBOOK, MINUTES], limit=3) == [
        "What does “Harbour Handbook” say about “Berths and moorings”?",
        "What does “Council minutes” say about “Street lamps”?",
        "What does “Harbour Handbook” say about “Harbour dues”?",
    ]


def test_headings_that_name_no_subject_make_no_question() -> None:
    silent = ("Methods and results", "II. Discussion", "A", "2023", "x" * 80, "")
    assert suggest_questions([DocumentSections("Report", silent), DocumentSections("", ("Berths",))], limit=6) == []


def test_a_suggestion_is_in_the_language_of_its_document() -> None:
    lease = DocumentSections("Mietvertrag", ("Einleitung", "§ 4 Kaution und Miete"), "de")
    rules = DocumentSections("Règlement du phare", ("Préface", "Tarifs d'entrée"), "fr")
    assert suggest_questions([lease, rules], limit=4) == [
        "Was steht in „Mietvertrag“ über „§ 4 Kaution und Miete“?",
        "Que dit « Règlement du phare » sur « Tarifs d'entrée » ?",
    ]


def test_nothing_is_asked_of_a_letterhead_or_of_what_all_forms_say() -> None:
    forms = [
        DocumentSections(
            f"Form {number}",
            (
                "Harbour Office Ltd",
                "Telephone 01234 5678",
                "Declaration of the owner",
                f"Berth {'ABCDEF'[number]} repairs",
            ),
            "en",
        )
        for number in range(6)
    ]
    asked = suggest_questions(forms, limit=10)
    assert asked == [f"What does “Form {number}” say about “Berth {'ABCDEF'[number]} repairs”?" for number in range(6)]
