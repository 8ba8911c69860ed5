"""Names, sizes and numbers with letters that a question names to the letter."""

from __future__ import annotations

import pytest

from rag.questions.constraints import find_constraints, names_constraint


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("From which breeder was Beatrix bought?", [("name", "beatrix")]),
        ("When did Ishbel Rusk die?", [("name", "ishbel rusk")]),
        ("Was kostet die Fähre nach Orlick?", []),
        ("In which drawer are the M6×25 screws?", [("identifier", "m6x25")]),
        ("How many seats has room 12a?", [("identifier", "12a")]),
        ("What is the QZT-1108 A?", [("identifier", "qzt1108a")]),
    ],
)
def test_what_is_named_is_found(question: str, found: list[tuple[str, str]]) -> None:
    assert [(one.kind, one.value) for one in find_constraints(question)] == found


@pytest.mark.parametrize(
    ("text", "question", "names"),
    [
        ("Article M6 x 25", "Where are the M6×25 screws?", True),
        ("Article M6 x 25", "Where are the M6 screws?", True),
        ("Article M6x20", "Where are the M6×25 screws?", False),
        ("2 | Central Station | 4:30 | 0:15", "When does line 4 leave?", False),
        ("4 | Market Square | 6:20 | 21:35", "When does line 4 leave?", True),
    ],
)
def test_a_text_names_it_in_any_of_its_forms(text: str, question: str, names: bool) -> None:
    (constraint,) = [one for one in find_constraints(question) if one.kind == "identifier"]
    assert names_constraint(text, constraint) is names
