"""A row is chosen by the words that only some rows hold, a cell by the name of its column."""

from __future__ import annotations

import pytest

from rag.quoting.table_cells import ASKS_HIGH_AMOUNT, fitting_rows, pick_cell, split_cells

HEADER = "Day | First high | Second high | First low"
ROWS = ("Monday | 4.11 | 4.32 | 0.71", "Tuesday | 4.25 | 4.40 | 0.60", "Wednesday | 4.39 | 4.51 | 0.48")


def test_the_row_that_the_question_names_fits() -> None:
    assert fitting_rows("What is the second high on Wednesday?", ROWS) == [False, False, True]
    assert fitting_rows("What are the tides?", ROWS) == [True, True, True]


@pytest.mark.parametrize(
    ("question", "header", "row", "cell"),
    [
        ("What is the second high on Wednesday?", HEADER, ROWS[2], "4.51"),
        ("What is high on Wednesday?", HEADER, ROWS[2], ""),
        ("Who is the caretaker?", "Item | Value", "Caretaker | Ruan", "Ruan"),
        ("How many stairs has Corr Point?", "", "Station: Corr Point | Stairs: 94 | Height m: 22", "94"),
        ("What does it cost?", "Gate | Keeper", "North gate | Otto Lamm", ""),
        ("How many audiobooks were lent in 2023?", "| 2022 | 2023", "Audiobooks | 917 | 1,264", "1,264"),
        ("How many audiobooks were lent in 2023?", "2022\t2023", "Audiobooks\t917\t1,264", "1,264"),
        ("How many audiobooks were lent in 2023?", "2022\t2023", "Audiobooks\t917 1,264", "1,264"),
        ("What is the number of Ruan?", "Name\tNumber", "Ruan\t030 4411", "030 4411"),
        ("What is the second high on Wednesday?", "Day\tFirst high\tSecond high", "Wednesday\t4.39\t4.51", "4.51"),
    ],
)
def test_the_cell_under_the_named_column_is_read(question: str, header: str, row: str, cell: str) -> None:
    assert pick_cell(question, header, row) == cell


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| 2022 | 2023", ["", "2022", "2023"]),
        (" | | 2022 | 2023", ["", "", "2022", "2023"]),
        ("| 2022 | 2023 |", ["2022", "2023"]),
        ("| | 2022 | |", ["", "2022", ""]),
        ("Novels | 8 | 9", ["Novels", "8", "9"]),
        ("Gate | Key |", ["Gate", "Key"]),
        ("Novels\t8\t9", ["Novels", "8", "9"]),
    ],
)
def test_a_row_that_only_begins_with_a_bar_has_nothing_in_its_first_cell(row: str, cells: list[str]) -> None:
    assert split_cells(row) == cells


@pytest.mark.parametrize(
    ("question", "is_amount"),
    [
        ("How high is the insurance of the tram Amsel?", True),
        ("How high are the monthly fees?", True),
        ("How high was the deposit for the hall?", True),
        ("Wie hoch ist die Miete der Wohnung 3?", True),
        ("Wie hoch war die monatliche Kaltmiete?", True),
        ("Wie hoch sind die Nebenkosten?", True),
        ("How high is the toll bridge?", False),
        ("How high is the wall of the tax office?", False),
        ("Wie hoch ist der Turm?", False),
    ],
)
def test_how_high_an_amount_is_asks_for_no_height(question: str, is_amount: bool) -> None:
    assert (ASKS_HIGH_AMOUNT.search(question) is not None) is is_amount
    assert pick_cell(f"{question} Mill", "Place | Height m | EUR", "Mill | 12 | 90") == ("90" if is_amount else "12")
