"""A sum takes in every document of a form, the field that counts tells a count, and one line answers not for all."""

from __future__ import annotations

import pytest

from rag.planning.several_asked import read_several
from rag.quoting.asked_about import counted_matter
from rag.types import Answer
from tests.unit.rag.planning.shelf import Shelf, told_over_documents


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("What is the difference between the rent of Ann Orr and that of Ben Ray?", "difference"),
        ("What is the difference between a lease and a licence?", None),
        ("Who reported more than one incident?", "who"),
        ("Wer hat mehr als eine Rechnung geschickt?", "who"),
        ("What happens if I am late more than once?", None),
        ("Which work orders are not closed yet?", "list"),
        ("Which work order is not closed yet?", None),
        ("¿Qué receta tarda más?", "most"),
    ],
)
def test_what_is_told_of_all_is_read(question: str, how: str | None) -> None:
    asked = read_several(question)
    assert (asked.how if asked else None) == how


def test_what_is_counted_stands_before_any_verb() -> None:
    assert counted_matter("How many incidents involved a forklift?") == "incident"
    assert counted_matter("How much notice do I have to give?") == "notic"


VISITS = Shelf(
    {
        "inspection_elm.md": ["Playground inspection\n\nSite: Elm Street\nNumber of defects: 1\nDefects: worn grip"],
        "inspection_oak.md": ["Playground inspection\n\nSite: Oak Row\nNumber of defects: 5\nDefects: foundation"],
        "inspection_ash.md": ["Playground inspection\n\nSite: Ash End\nNumber of defects: 2\nDefects: loose chain"],
        "ivy.md": ["Form\n\nPlayground inspection\n\nSite: Ivy Lane\nNumber of defects: 4\nDefects: litter"],
    }
)


def test_a_form_whose_title_does_not_say_what_it_is_takes_part() -> None:
    answer = told_over_documents("What is the total number of defects of all playground inspections?", VISITS)
    assert isinstance(answer, Answer)
    assert "2 + 1 + 5 + 4 = 12" in answer.text


def test_how_many_were_found_is_told_by_the_field_that_counts_them() -> None:
    answer = told_over_documents("How many defects were found altogether?", VISITS)
    assert isinstance(answer, Answer)
    assert "2 + 1 + 5 + 4 = 12" in answer.text
