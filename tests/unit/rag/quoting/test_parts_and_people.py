"""What one part of a sentence says is not said of another; who does something is told by a word for people."""

from __future__ import annotations

import pytest

from rag.quoting.answer_kind import holds_kind
from rag.quoting.asked_colour import lacks_colour
from rag.quoting.asked_measure import lacks_duration
from rag.quoting.asked_price import asks_price, lacks_price
from rag.quoting.asked_role import lacks_rank
from rag.quoting.asked_who import lacks_person
from rag.quoting.line_shapes import is_of_names_alone
from rag.quoting.opposite_things import is_of_opposite
from rag.quoting.sentence_parts import is_told_of_other_part
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def cut(text: str) -> Unit:
    document = DocumentInfo(1, "notes.txt", "folder", "Notes", "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)[0]


GRANTS = "Bell Ringers £200; Toddler Group £350; the request from the Bowls Club was deferred as no accounts were sent."
STUDIO = "The studio (not the main stage) is 38 an hour on weekdays."


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("How much was granted to the Bowls Club?", GRANTS, True),
        ("How much was granted to the Toddler Group?", GRANTS, False),
        ("How much is it to rent the main stage?", STUDIO, True),
        ("How much is it to rent the studio?", STUDIO, False),
        ("May I rent the main stage?", STUDIO, False),
    ],
)
def test_what_is_said_of_another_part_answers_nothing(question: str, text: str, is_other: bool) -> None:
    assert is_told_of_other_part(question, cut(text)) is is_other


@pytest.mark.parametrize(
    ("question", "text", "is_lacking"),
    [
        ("Who is in charge of the kiosk?", "The kiosk opens daily from April to October, in winter at noon.", True),
        ("Who gets the bread?", "Yesterday's bread is sold at half price near the till.", True),
        ("Who cleans the stairs?", "The stairs are swept weekly by volunteers.", False),
        ("Who opens the gate?", "Each morning the gate is opened by Mrs Carr.", False),
        ("Who opens the gate?", "They open it at noon.", False),
        ("When does the gate open?", "It opens at noon.", False),
        ("Wer öffnet das Tor?", "Das Tor öffnet um neun.", False),
    ],
)
def test_who_is_told_by_a_name_or_a_word_for_people(question: str, text: str, is_lacking: bool) -> None:
    assert lacks_person(question, text) is is_lacking


def test_a_manager_is_no_deputy_manager() -> None:
    unit = cut("Complaints go to the manager, Fatima Rowe.")
    assert lacks_rank("Who is the deputy manager?", unit)
    assert not lacks_rank("Who is the manager?", unit)
    assert not lacks_rank("Who is the deputy manager?", cut("The manager's deputy is Ann Orr."))


def test_what_lies_in_the_north_does_not_lie_in_the_south() -> None:
    text = "We deliver on Wednesdays (town) and Fridays (villages to the north)."
    assert is_of_opposite("On which day do you deliver to the villages in the south?", text)
    assert not is_of_opposite("On which day do you deliver to the villages in the north?", text)


@pytest.mark.parametrize(
    ("question", "text", "is_lacking"),
    [
        ("What colour is the pedal boat?", "Pedal boat | 4 | £15", True),
        ("What colour are the tablets?", "The tablets are round, yellow and scored.", False),
        ("Welche Farbe hat der Kran?", "Der Kran ist rot.", False),
        ("What is the boat made of?", "It is made of oak.", False),
    ],
)
def test_a_colour_is_told_by_a_word_for_one(question: str, text: str, is_lacking: bool) -> None:
    assert lacks_colour(question, text) is is_lacking


def test_how_long_a_thing_is_may_be_told_in_centimetres_and_a_fee_is_money() -> None:
    blade = "Pocket knives with a blade under 7 cm are allowed."
    assert not lacks_duration("How long may the blade of a pocket knife be?", blade)
    assert lacks_duration("How long may the knife be borrowed?", "Knives with a blade in the box are lent.")
    assert asks_price("What is the annual membership fee?")
    assert lacks_price("What is the annual membership fee?", "Members may borrow equipment for two weeks.")


def test_a_row_of_names_and_years_tells_no_cause() -> None:
    document = DocumentInfo(1, "notes.txt", "folder", "Notes", "txt", "indexed")
    text = "Collection | Years | Remarks\nHarlan Brewery | 1798-1964 | originals\nMill | 1801 | shut after the flood\n"
    units = units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)
    assert [is_of_names_alone(unit) for unit in units[1:]] == [True, False]


def test_numbers_of_sections_count_nothing_and_who_is_in_charge_costs_nothing() -> None:
    assert not holds_kind("Set the hardness (see section 4) before the first use.", "amount")
    assert holds_kind("Section 4: there are 12 place settings.", "amount")
    assert lacks_price("How much does the cake cost?", "Time | What | In charge\n17:00 | Cake | Zoe")
    assert lacks_price("What is the price of a pack of 50?", "Packs of 20, 50 and 100.")
