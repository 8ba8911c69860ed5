"""Rows tell what their cells and sheets say, and what somebody died of or why something is so is told by a cause."""

from __future__ import annotations

import pytest

from rag.extractive import Extract, weights_of
from rag.quoting.asked_measure import lacks_measure
from rag.quoting.asked_who import lacks_person
from rag.quoting.dated_sections import with_dated_section
from rag.quoting.labelled import put_label_asked_first
from rag.quoting.line_shapes import answers_why_with_amount, has_no_cell_asked, tells_no_death_cause
from rag.quoting.marked_sentence import without_struck
from rag.quoting.opposite_things import is_of_another_rank
from rag.quoting.periods_asked import is_of_another_period
from rag.quoting.superseded import with_notes
from rag.quoting.table_answer import find_cell
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of
from tests.unit.rag.quoting.test_right_or_silent import cut

PROGRAMME = "Start | What | Place\n08:00 | Bread market | Church green\n15:00 | Puppet theatre | School yard"
GIFTS = (
    "donor | year | kind | amount\nCorley Bakers | 2022 | bread | 1450 loaves\n"
    "Hartwell Eggs | 2023 | eggs | 6200 pieces"
)
CINEMA = "Show | Price in euros\nMatinee (until 31 August) | 6.90\nMatinee | 8.20\nEvening | 12.50"


def row(text: str, beginning: str, section: str = "") -> Unit:
    document = DocumentInfo(1, "list.xlsx", "folder", "List", "xlsx", "indexed")
    units = units_of(0, Source(1, document, section, text, (Span(0, 0, len(text)),), 1.0), every=True)
    return next(unit for unit in units if unit.text.startswith(beginning))


@pytest.mark.parametrize(
    ("question", "section", "answer"),
    [
        ("On which day is the bread market held?", "Festival > Saturday", "Saturday"),
        ("In which month is the bread market held?", "May 2024", "May 2024"),
        ("In which year is the bread market held?", "Saturday", ""),
        ("At what time is the bread market held?", "Saturday", ""),
    ],
)
def test_the_sheet_of_a_row_tells_the_day_that_is_asked_for(question: str, section: str, answer: str) -> None:
    unit = row(PROGRAMME, "08:00", section)
    assert with_dated_section(question, Extract.of(unit, 1.0), unit).answer == answer


def test_the_row_of_another_year_is_of_another_period() -> None:
    assert is_of_another_period("How many eggs did Hartwell Eggs give in 2022?", row(GIFTS, "Hartwell"))
    assert not is_of_another_period("How many eggs did Hartwell Eggs give in 2023?", row(GIFTS, "Hartwell"))


def test_a_row_of_which_no_cell_is_asked_for_is_not_sure_to_answer() -> None:
    unit = row(GIFTS, "Corley")
    assert has_no_cell_asked("Who is the baker's landlord?", Extract.of(unit, 1.0), unit)
    assert not has_no_cell_asked("What kind did Corley Bakers give?", Extract.of(unit, 1.0, "bread"), unit)
    assert not has_no_cell_asked("Did Corley Bakers give bread?", Extract.of(unit, 1.0), unit)


@pytest.mark.parametrize("question", ["What does a matinee ticket cost?", "What does it cost to order a matinee?"])
def test_the_row_that_is_named_with_all_its_words_has_the_price(question: str) -> None:
    units = cut(CINEMA)
    cell = find_cell(question, units, weights_of(question, units))
    assert cell is not None
    assert cell.value == "8.20"


def test_that_somebody_died_does_not_tell_what_of() -> None:
    asked = "What did the hamster of Class 1 die of?"
    assert tells_no_death_cause(asked, "The hamster of Class 1 has died.")
    assert not tells_no_death_cause(asked, "The hamster died of a cold.")
    assert not tells_no_death_cause("When did the hamster die?", "The hamster of Class 1 has died.")


def test_an_amount_does_not_tell_why() -> None:
    asked, told = "Why was the harvest smaller?", "The apiary gave 148 kilos."
    assert answers_why_with_amount(asked, "148 kilos", told)
    assert answers_why_with_amount("Why was the buoy moved?", "40 metres to the north", "It was moved 40 metres.")
    assert not answers_why_with_amount(asked, "148 kilos", "It gave 148 kilos because of wasps.")
    assert not answers_why_with_amount("How large was the harvest?", "148 kilos", told)


def test_who_came_third_did_not_come_second() -> None:
    assert is_of_another_rank("Who came second in the blitz?", "Third in the blitz was Mika Salonen.")
    assert not is_of_another_rank("Who came second in the blitz?", "Second was Ann Orr, third Mika Salonen.")
    assert not is_of_another_rank("Who is the second secretary?", "Mika Salonen has been secretary since May.")


def test_square_metres_are_no_height() -> None:
    assert lacks_measure("How tall may a greenhouse be?", "Greenhouses may cover at most 9 square metres.")
    assert not lacks_measure("How tall may a greenhouse be?", "Greenhouses may have 2.5 metres.")


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("Henrik carries the rope", False),
        ("Branch head: decides whether the book is thrown out", False),
        ("Parking costs four euros", True),
        ("This takes an hour", True),
    ],
)
def test_a_name_and_what_it_does_names_somebody(text: str, lacks: bool) -> None:
    assert lacks_person("Who looks after it?", text) is lacks


def test_a_note_that_tells_why_comes_before_the_row_that_it_is_about() -> None:
    units = cut(
        "Crop | Germination\nParsnip | not tested [note 1]\nLeek | 81 %\n\n"
        "[note 1] No test was made for the parsnip because mice had eaten the sample."
    )
    parsnip = next(unit for unit in units if unit.text.startswith("Parsnip"))
    given = with_notes("Why was no test made for the parsnip?", [Extract.of(parsnip, 5.0)], units)
    assert [one.text[:8] for one in given] == ["[note 1]", "Parsnip "]


def test_what_is_struck_out_is_no_answer() -> None:
    sentence = "Day ticket: (struck out: 18 euros) 21 euros."
    assert without_struck("(struck out: 18 euros) 21 euros", sentence) == "21 euros"
    assert without_struck("18 euros", sentence) == ""
    assert without_struck("21 euros", sentence) == "21 euros"


def test_the_label_that_is_all_that_is_asked_for_comes_first() -> None:
    units = cut("Name of the child: Ottar Lindqvist\n\nDiet: vegan\n\nWorkshop: Canoe building")
    question = "Which diet is wanted for the child?"
    (first, *_) = put_label_asked_first(question, [Extract.of(units[0], 1.0)], units, weights_of(question, units))
    assert first.answer == "vegan"
