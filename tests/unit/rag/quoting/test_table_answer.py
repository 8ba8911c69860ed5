"""Checks that a cell is looked up by its row, its column and the headings above, and only where one fits."""

from __future__ import annotations

import pytest

from rag.quoting.table_answer import find_cell, is_of_sibling
from rag.text import content_words
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def _sheet(number: int, sheet: str, text: str) -> list[Unit]:
    document = DocumentInfo(1, "houses.xlsx", "folder", "houses", "xlsx", "indexed")
    return units_of(number, Source(number, document, sheet, text, (Span(0, 0, len(text)),), 1.0), every=True)


def _find(question: str, units: list[Unit]) -> str:
    words = content_words(question)
    cell = find_cell(question, units, dict.fromkeys(words, 1 / len(words)))
    return cell.value if cell else ""


HOUSES = [
    *_sheet(1, "Cedar House", "Item | Value\nMonthly rent | 990\nCaretaker | Ruan"),
    *_sheet(2, "Birch House", "Item | Value\nMonthly rent | 1385\nCaretaker | Quist"),
]
CREW = _sheet(1, "", "Name | Ship | Hours\nHume | Skua | 12\nOrr | Tern | 37:30\nOrr | Tern | 37:30")


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What is the monthly rent of Cedar House?", "990"),
        ("Who is the caretaker of Birch House?", "Quist"),
        ("Who is the caretaker?", ""),
        ("Who is the gardener of Birch House?", ""),
    ],
)
def test_the_name_of_a_sheet_says_which_of_two_like_rows_is_meant(question: str, value: str) -> None:
    assert _find(question, HOUSES) == value


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("On which ship does Hume serve?", "Skua"),
        ("How many hours has Orr?", "37:30"),
        ("On which ship does Pym serve?", ""),
        ("When does Hume sail?", ""),
    ],
)
def test_a_cell_is_found_by_its_row_and_column(question: str, value: str) -> None:
    assert _find(question, CREW) == value


STORE = _sheet(1, "", "Item | Price | Unit\nOak plank | 32,00 | metre\nBrass hinge | 7,25 | piece")


@pytest.mark.parametrize(
    ("question", "is_sibling"),
    [
        ("What is the price of a steel hinge?", True),
        ("What is the price of a brass hinge?", False),
        ("What is the price of a hinge?", False),
        ("What does a brass hinge cost?", False),
    ],
)
def test_a_row_about_a_sibling_is_told_from_the_one_that_is_asked_for(question: str, is_sibling: bool) -> None:
    hinge = STORE[-1]
    assert is_of_sibling(question, hinge, dict.fromkeys(content_words(question), 1.0)) == is_sibling
