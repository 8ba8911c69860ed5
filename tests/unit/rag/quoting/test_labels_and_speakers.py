"""Labels, speakers, notes and headings say whose a value is: what stands beside something else answers nothing."""

from __future__ import annotations

import pytest

from rag.extractive import Extract, weights_of
from rag.quoting.answer_gates import held_back_by
from rag.quoting.asked_about import asked_matter
from rag.quoting.candidate import Candidate
from rag.quoting.labelled import put_label_asked_first
from rag.quoting.labels_asked import lacks_role_label
from rag.quoting.numbered_things import of_the_list_asked
from rag.quoting.opposite_things import is_of_opposite
from rag.quoting.speakers import is_only_speaker, said_by_speaker
from rag.quoting.superseded import put_valid_first, with_notes
from rag.quoting.table_cells import pick_cell, words_asking
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def cut(text: str) -> list[Unit]:
    document = DocumentInfo(1, "notice.txt", "folder", "Notice", "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


def find(units: list[Unit], beginning: str) -> Unit:
    return next(unit for unit in units if unit.text.startswith(beginning))


def can_answer(question: str, text: str, beginning: str, answer: str = "") -> bool:
    units = cut(text)
    unit = find(units, beginning)
    return not held_back_by(
        Candidate(question, Extract.of(unit, 5.0, answer), unit, units, weights_of(question, units))
    )


@pytest.mark.parametrize(
    ("question", "text", "answers"),
    [
        ("Who is the treasurer of the hall?", "Delphine Astwood was elected chair of the hall.", False),
        ("Who is the treasurer of the hall?", "Delphine Astwood was elected treasurer of the hall.", True),
        ("Who is the treasurer of the hall?", "Delphine Astwood keeps the books of the hall.", True),
        ("How long has Ms Sale been a member?", "Injured person: Mr Dreyer, member 3381 of the club.", False),
        ("How long has Ms Sale been a member?", "Ms Sale, member 3381, joined the club in 2019.", True),
        ("How long has Ms Sale been a member?", "Ms Sale has been a member of the club for six years.", True),
        ("How much does the Kastanie charge per night?", "The Kastanie has us for the nights of 4 to 6 July.", False),
        ("How much does the Kastanie charge per night?", "The Kastanie takes 84 a night for each room.", True),
    ],
)
def test_another_office_no_time_and_no_price_do_not_answer(question: str, text: str, answers: bool) -> None:
    assert can_answer(question, text, text[:8]) is answers


def test_a_row_of_a_list_for_another_season_does_not_answer() -> None:
    for season, answers in (("autumn", False), ("spring", True)):
        question = f"What did Wychmoor Blue cost in the {season}?"
        table = "Prices in spring 2032\n\nCheese | Price (pounds)\nWychmoor Blue | 17.20"
        assert can_answer(question, table, "Wychmoor") is answers


def test_the_paragraph_before_a_table_says_what_its_figures_measure() -> None:
    table = "Pass\tNovember\tJanuary\nRavenpass\t62\t148"
    question = "How deep is the snow at Ravenpass in January?"
    assert can_answer(question, f"Snow on the passes; depths are in centimetres.\n\n{table}", "Ravenpass")
    assert not can_answer(question, f"Snow on the passes.\n\n{table}", "Ravenpass")


TALK = "[00:02] Dana: Let us start with the fair.\n\n[00:13] Ruben: That is late. I'll book the hotel for the fair."


@pytest.mark.parametrize(
    ("question", "answer", "is_only"),
    [
        ("Who books the hotel?", "Dana", True),
        ("Who said that they start with the fair?", "Dana", False),
        ("When is the fair?", "00:02", True),
        ("At which minute of the recording do they start?", "00:02", False),
        ("What do they start with?", "the fair", False),
    ],
)
def test_a_time_stamp_or_the_name_of_a_speaker_is_no_answer(question: str, answer: str, is_only: bool) -> None:
    unit = cut(TALK)[0]
    assert is_only_speaker(question, Extract.of(unit, 5.0, answer), unit) is is_only


def test_who_says_i_does_what_he_says() -> None:
    units = cut(TALK)
    found = said_by_speaker("Who books the hotel for the fair?", units, weights_of("Who books the hotel?", units))
    assert found is not None
    assert (found.answer, found.text) == ("Ruben", "I'll book the hotel for the fair.")
    assert said_by_speaker("Who starts with the fair?", units, weights_of("Who starts the show?", units)) is None


FORM = "Name of applicant: Ann Orr\n\nDate of birth: 9 May 1991\n\nDesired date of moving in | 15 February 2026"


def test_the_label_that_is_asked_for_comes_before_another_one() -> None:
    units = cut(FORM)
    question = "When would Ann Orr like to move in?"
    marked = Extract.of(find(units, "Date of birth"), 5.0, "9 May 1991")
    assert put_label_asked_first(question, [marked], units, weights_of(question, units))[0].answer == "15 February 2026"
    twice = cut(f"{FORM}\n\nDate of birth: 3 June 1999")
    assert put_label_asked_first(question, [marked], twice, weights_of(question, twice)) == [marked]


def test_a_form_of_two_columns_has_no_head_and_a_name_tells_nothing_of_its_bearer() -> None:
    units = cut("Full name\tCal Oy\nEmergency contact\tAda Oy (mother)\nKind of membership\tStudent")
    assert {unit.header for unit in units} == {""}
    assert not can_answer("Who is to be rung for Cal?", units[0].source.text, "Full name", "Oy")
    assert lacks_role_label("Who is Cal's doctor?", find(units, "Emergency"))
    assert not lacks_role_label("Who is Cal's contact?", find(units, "Emergency"))


NOTED = (
    "The insured value of the cup is 48,000 pounds. [endnote ii]\n\n"
    "[endnote ii] Out of date: since the valuation of June the insured value of the cup is 61,500 pounds.\n\n"
    "[endnote iii] The crate is made of oak."
)


def test_a_note_that_says_what_holds_now_comes_first() -> None:
    units = cut(NOTED)
    marked = Extract.of(units[0], 5.0, "48,000 pounds")
    notes = with_notes("What is the insured value of the cup?", [marked], units)
    assert [one.text[:12] for one in notes] == ["[endnote ii]", "The insured "]
    of_another = Extract.of(units[2], 5.0, "oak")
    assert with_notes("What is the crate made of?", [of_another], units) == [of_another]


@pytest.mark.parametrize(("question", "first"), [("How long is it?", 2), ("How long was it in 2022?", 1)])
def test_of_two_editions_the_one_valid_from_a_later_day_comes_first(question: str, first: int) -> None:
    units = []
    for number, text in enumerate(
        ("Valid from 1 January 2022. It is 60 days.", "Gültig ab 1. April 2025. It is 30 days."), 1
    ):
        document = DocumentInfo(number, f"{number}.odt", "folder", "Rules", "odt", "indexed")
        units += units_of(0, Source(number, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)
    told = [Extract.of(unit, 5.0) for unit in units if "days" in unit.text]
    assert put_valid_first(question, told, units, {})[0].number == first


THINGS = (
    "Loans\n\nHarrow cup\n\nThe insured value is 48,000 pounds in all.\n\n"
    "Wexcombe salver\n\nThe salver may be shown for the whole length of the exhibition."
)


def test_what_stands_below_the_heading_of_another_thing_answers_nothing() -> None:
    assert not can_answer("For how much is the Wexcombe salver insured?", THINGS, "The insured")
    assert can_answer("For how much is the Harrow cup insured?", THINGS, "The insured")


STEPS = "Start-up\n\nStep 1 Switch on the fan.\n\nShut-down\n\nStep 1 Wait for the display to show End."


@pytest.mark.parametrize(("question", "kept"), [("Step 1 of the shut-down?", "Wait"), ("step 1 to start it", "Switch")])
def test_an_item_is_that_of_the_list_whose_heading_is_named(question: str, kept: str) -> None:
    units = cut(STEPS)
    fits = of_the_list_asked(question, units)
    assert [unit.text.split()[2] for unit, fit in zip(units, fits, strict=True) if fit and "Step" in unit.text] == [
        kept
    ]


def test_an_entry_says_of_what_its_lines_are() -> None:
    units = cut("Event: Dentist\nStart: 14 September\nPlace: Priory Row\n\nEvent: Cello\nStart: 2 May")
    assert [unit.leans_on for unit in units] == ["", "Event: Dentist", "Event: Dentist", "", "Event: Cello"]


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("What is his private address?", "Work address: 12 Dock Street", True),
        ("What is his home address?", "Work address: 12 Dock Street", True),
        ("What is his private address?", "Home address: 3 Glebe Court", False),
        ("What is his office phone?", "Work phone: 0110", False),
    ],
)
def test_an_address_at_work_is_not_the_private_one(question: str, text: str, is_other: bool) -> None:
    assert is_of_opposite(question, text) is is_other


USE = "Site: Kassel | Water 2023: 5105 | Water 2024: 4990 | Waste 2024: 44.9"


def test_a_year_alone_names_none_of_several_columns() -> None:
    assert pick_cell("How much gas did Kassel use in 2024?", "", USE) == ""
    assert pick_cell("How much waste did Kassel produce in 2024?", "", USE) == "44.9"


def test_a_row_is_no_sum_of_all_rows() -> None:
    table = f"{USE}\n\nSite: Gdynia | Water 2023: 2875 | Water 2024: 3020 | Waste 2024: 35.1"
    assert not can_answer("How much water did all sites use together in 2024?", table, "Site: Gdynia", "3020")
    assert can_answer("How much water did Gdynia use in 2024?", table, "Site: Gdynia", "3020")


def test_units_written_out_and_what_stands_before_of_are_read() -> None:
    assert words_asking("How big is it in square metres?", "Size (m²)") >= {"squar", "metr"}
    assert asked_matter("What is the serial number of Orr's printer?") == "serial number"
