"""What is said of another person, position, group or payment answers nothing; dates and measures have several forms."""

from __future__ import annotations

import pytest

from rag.quoting.answer_kind import asked_kind
from rag.quoting.asked_about import is_of_other_matter
from rag.quoting.asked_event import is_of_another_event, tells_asked_event
from rag.quoting.asked_price import asks_price, is_of_another_payment, lacks_price
from rag.quoting.asked_role import lacks_role
from rag.quoting.excerpts import excerpt_of
from rag.quoting.named_subjects import acts_on_the_asked, fills_otherwise, is_of_another_person
from rag.quoting.other_groups import is_of_after
from rag.quoting.periods_asked import is_row_of_another_date
from rag.quoting.table_answer import words_met
from rag.quoting.table_cells import pick_cell
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def cut(text: str, *, title: str = "Papers") -> list[Unit]:
    document = DocumentInfo(1, "papers.txt", "folder", title, "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


LETTER = "The tuning is done by Ivo Brandt. Greta Holm sings the solo for 200 euros. She lives in Rye."


@pytest.mark.parametrize(
    ("question", "begins", "is_anothers"),
    [
        ("What fee does Ivo Brandt get?", "Greta", True),
        ("What fee does Greta Holm get?", "Greta", False),
        ("What fee does Ivo Brandt get?", "She", False),
        ("Who replaces Ivo Brandt?", "Greta", False),
        ("What is sung while Ivo Brandt tunes?", "Greta", False),
        ("What fee does Otto Lang get?", "Greta", False),
    ],
)
def test_a_sentence_of_another_person(question: str, begins: str, is_anothers: bool) -> None:
    unit = next(unit for unit in cut(LETTER) if unit.text.startswith(begins))
    assert is_of_another_person(question, unit) is is_anothers


@pytest.mark.parametrize(
    ("question", "text", "answer", "is_object"),
    [
        ("Who does Harrow Lifts send for the check?", "The caretaker will ring Harrow Lifts.", "The caretaker", True),
        ("Who does Harrow Lifts send for the check?", "Harrow Lifts will send Mr Dunn.", "Mr Dunn", False),
        ("Who does Harrow Lifts send?", "Mr Dunn was chosen by Harrow Lifts.", "Mr Dunn", False),
        ("Who rings Harrow Lifts?", "The caretaker will ring Harrow Lifts.", "The caretaker", False),
    ],
)
def test_whom_the_asked_one_does_something_to(question: str, text: str, answer: str, is_object: bool) -> None:
    assert acts_on_the_asked(question, text, answer) is is_object


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("What is the share of women among drivers?", "The share of women among guides was 17%.", True),
        ("What is the share of women among guides?", "The share of women among guides was 17%.", False),
        ("What is the deposit for dinghies?", "The deposit for keelboats is 300 euros.", True),
        ("What is the deposit for a boat?", "The deposit for the Kittiwake is 300 euros.", False),
    ],
)
def test_the_same_of_others(question: str, text: str, is_other: bool) -> None:
    assert fills_otherwise(question, cut(text)[0], None) is is_other


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("Who was elected secretary?", "Ann Reed was re-elected as chairman.", True),
        ("Who was elected chairman?", "Ann Reed was re-elected as chairman.", False),
        ("Who was elected in March?", "Ann Reed was re-elected as chairman.", False),
    ],
)
def test_the_position_that_somebody_was_chosen_for(question: str, text: str, lacks: bool) -> None:
    assert lacks_role(question, cut(text)[0]) is lacks


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is Ivo Brandt paid?", "amount"),
        ("What does the Petrel weigh?", "amount"),
        ("What did the bench cost?", "amount"),
        ("What is the fine when I am late?", None),
        ("When is the hall closed?", "time"),
        ("On which day and when do we meet?", "time"),
    ],
)
def test_the_kind_asked_for(question: str, kind: str | None) -> None:
    assert asked_kind(question) == kind


@pytest.mark.parametrize(
    ("question", "text", "is_another"),
    [
        ("How much did Edmund get for the watch?", "He found me a place for 38 dollars a week.", True),
        ("How much did the insurance pay for the mast?", "I ordered a mast, they want 1,340 euros.", True),
        ("How much did the insurance pay for the mast?", "The mast cost 1,340 euros.", False),
        ("How much did we spend on the roof?", "Hadley repaired the roof for 900 euros.", False),
        ("How much do pupils pay for admission?", "Admission is 11 francs; pupils pay 4 francs.", False),
    ],
)
def test_what_was_paid_for_something_else(question: str, text: str, is_another: bool) -> None:
    assert is_of_another_payment(question, text) is is_another


def test_what_somebody_is_paid_is_money() -> None:
    assert asks_price("What is Ivo Brandt paid?")
    assert lacks_price("What is Ivo Brandt paid?", "It will be paid on 24 May 2024.")
    assert lacks_price("What does the bottle cost?", "Add 200 ml, spin at 12,000 g for 8 minutes.")
    assert not lacks_price("What does the bottle cost?", "The bottle is sold at 12,000.")


@pytest.mark.parametrize(
    ("header", "row", "question", "value"),
    [
        ("Item\t2023\t2022", "Fuel\t(19,874) (21,450)", "How much was fuel in 2022?", "(21,450)"),
        ("Item\t2023\t2022", "Ticket revenue 48,215\t41,902", "ticket revenue 2023?", "48,215"),
        ("Item\t2023\t2022", "Net profit\t8,407\t4,011", "net profit 2022?", "4,011"),
        ("name | born | died", "Ida Hale | 1922 | 1996", "When did Ida Hale die?", "1996"),
        ("name | bought | sold", "Kittiwake | 2001 | 2010", "When was Kittiwake purchased?", "2001"),
        ("reagent | supplier | location", "RNase | BioNorth | Freezer 3", "Where is the RNase kept?", "Freezer 3"),
        ("name | born | occupation", "Ida Hale | 1922 | baker", "What did Ida do for a living?", "baker"),
    ],
)
def test_the_cell_of_a_column_that_is_named_otherwise(header: str, row: str, question: str, value: str) -> None:
    assert pick_cell(question, header, row) == value


def test_a_date_in_another_form_is_met() -> None:
    assert words_met("Where are we on 23 January?", "2025-01-23 | Chapel") == {"23", "januari"}
    assert not words_met("Where are we on 23 January?", "2025-01-30 | Chapel")


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("What is the temperature of the drying?", "Dry the leaves at 65 °C for an hour.", False),
        ("What is the colour of the drying?", "Dry the leaves at 65 °C for an hour.", True),
        ("What is the deadline for orders?", "Orders have to reach him before Wednesday noon.", False),
    ],
)
def test_a_measure_is_named_by_its_unit(question: str, text: str, is_other: bool) -> None:
    assert is_of_other_matter(question, 0.0, cut(text)[0], {}, None) is is_other


def test_who_tells_of_the_event_asked_about() -> None:
    will, row = cut("Ida Hale makes this her will on 2 May 1994.")[0], cut("name | died\nIda Hale | 6 April 1996")[1]
    assert not tells_asked_event("When did Ida Hale die?", will)
    assert tells_asked_event("When did Ida Hale die?", row)


@pytest.mark.parametrize(
    ("question", "is_anothers"),
    [
        ("Who is on call in the week of 29 January 2024?", True),
        ("Who is on call in the week of 8 January 2024?", False),
        ("When after 29 January 2024 is Ann on call?", False),
    ],
)
def test_a_row_of_another_date(question: str, is_anothers: bool) -> None:
    assert is_row_of_another_date(question, cut("week | primary\n2024-01-08 | Ann Reed")[1]) is is_anothers


def test_a_sentence_that_the_next_one_leans_on_stands_once_in_an_excerpt() -> None:
    excerpt = excerpt_of(cut("The board proposes a dividend of 34 cents. It will be paid in May."))
    assert excerpt.text.count("34 cents") == 1


def test_the_same_of_others_in_french() -> None:
    unit = cut("à partir du 1er juillet, le kilo de beurre passera à 10,15 €.")[0]
    assert fills_otherwise("Combien coûte le kilo de crème ?", unit, None)
    assert not fills_otherwise("Combien coûte le kilo de beurre ?", unit, None)


def test_a_shop_that_closes_does_not_reopen() -> None:
    closes, reopens = cut("La boutique ferme du 5 au 25 août. Réouverture le mardi 26 août.")
    assert is_of_another_event("Quand est-ce que la boutique rouvre ?", closes)
    assert not is_of_another_event("Quand est-ce que la boutique rouvre ?", reopens)


@pytest.mark.parametrize(
    ("text", "is_of_before"),
    [
        ("Our director, Ann Reed, will retire in June.", True),
        ("The board has appointed Ben Cole to follow her.", False),
        ("The new director is Ben Cole.", False),
    ],
)
def test_who_succeeds_somebody(text: str, is_of_before: bool) -> None:
    assert is_of_after("Who succeeds the director?", cut(text)[0]) is is_of_before
