"""What a sentence or row says of a neighbour of the thing, place or day that a question names answers nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.extractive import Extract, weights_of
from rag.questions.constraints import find_constraints
from rag.quoting.answer_gates import held_back_by
from rag.quoting.asked_about import is_of_other_matter
from rag.quoting.asked_event import is_of_another_event
from rag.quoting.asked_measure import lacks_duration
from rag.quoting.asked_price import lacks_price
from rag.quoting.asked_where import lacks_place
from rag.quoting.candidate import Candidate
from rag.quoting.excerpts import make_excerpt
from rag.quoting.labels_asked import is_form_of_others, labels_another
from rag.quoting.named_headings import is_of_other_heading
from rag.quoting.named_subjects import fills_otherwise, is_of_another_deed
from rag.quoting.numbered_things import counts_nothing, is_of_another_letter
from rag.quoting.opposite_things import is_of_opposite
from rag.quoting.other_documents import is_namesake_alone
from rag.quoting.other_kinds import is_of_another_kind, is_of_another_version, is_row_of_another_kind
from rag.quoting.other_places import is_of_another_day, is_of_another_place
from rag.quoting.periods_asked import is_on_other_side
from rag.quoting.sureness import is_sure
from rag.types import DocumentInfo, Source, Span, Vectors
from rag.units import Unit, units_of


def cut(text: str, *, title: str = "Notes") -> list[Unit]:
    document = DocumentInfo(1, "notes.txt", "folder", title, "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


def unit_with(text: str, part: str, *, title: str = "Notes") -> Unit:
    return next(unit for unit in cut(text, title=title) if part in unit.text)


def embed(words: Sequence[str]) -> Vectors:
    """Give each different text a direction of its own."""
    known = list(dict.fromkeys(words))
    return np.eye(len(known), dtype=np.float32)[[known.index(word) for word in words]]


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("When does support for 4.2 end?", "Support for 4.1 ends in May.", True),
        ("When does support for 4.2 end?", "Support for 4.1 ends in May, that for 4.2 in June.", False),
        ("When does support for 4.2 end?", "Support ends in May.", False),
        ("Wann endet die Wartung von 4.2?", "Die Wartung von 4.1 endet im Mai.", True),
        ("Does it run with Python 3.12?", "It needs Python 3.10 or newer.", False),
        ("How long is a walk of 4.2 km?", "A walk of 3.5 km takes an hour.", False),
    ],
)
def test_another_version_behind_the_same_noun(question: str, text: str, is_other: bool) -> None:
    assert is_of_another_version(question, text) is is_other


def test_a_kind_beside_the_kinds_that_a_sentence_tells_apart() -> None:
    unit = cut("With a standard key you may send 120 requests, with a premium key 600.")[0]
    assert is_of_another_kind("How many requests can I send with an enterprise key?", unit, embed)
    assert not is_of_another_kind("How many requests can I send with a premium key?", unit, embed)
    assert not is_of_another_kind("How many requests can I send with a new key?", unit, embed)


@pytest.mark.parametrize(
    ("question", "begins", "is_other"),
    [
        ("Who runs the workshop on pruning roses?", "The workshop on pruning fruit", True),
        ("Who runs the workshop on pruning fruit trees?", "The workshop on pruning fruit", False),
        ("Who was top scorer of the women's team?", "Top scorer of the reserves", True),
        ("Who was top scorer of the reserves?", "Top scorer of the reserves", False),
    ],
)
def test_the_same_of_another_thing_below_a_title_that_names_both(question: str, begins: str, is_other: bool) -> None:
    text = (
        "Women, reserves, roses\n\nThe workshop on pruning fruit trees is held by Lewis Hart. "
        "Top scorer of the reserves was Ollie Prentice."
    )
    unit = unit_with(text, begins, title="Women, reserves, roses")
    assert fills_otherwise(question, unit, embed) is is_other


def test_what_a_source_tells_of_others_is_not_read() -> None:
    text = "Top scorer of the reserves was Ollie Prentice.\n\nThe women's team won. Top scorer was Ife Balogun."
    read = [unit.text for unit in make_excerpt("Who was top scorer of the women's team?", cut(text)).units]
    assert read == ["The women's team won.", "Top scorer was Ife Balogun."]


def test_a_row_of_another_thing_of_which_the_same_is_said() -> None:
    text = "Angabe | Wert\nJahresbeitrag Hausrat | 118,40 Euro\nVersicherungssumme | 65.000 Euro"
    row = unit_with(text, "118,40")
    assert is_row_of_another_kind("Wie hoch ist der Jahresbeitrag der Privathaftpflicht?", row)
    assert not is_row_of_another_kind("Wie hoch ist der Jahresbeitrag der Hausratversicherung?", row)


def test_a_cell_names_the_opposite_behind_the_thing() -> None:
    row = "Date | Work\n20 June | Brake discs front"
    assert is_of_opposite("When were the rear brake discs replaced?", row)
    assert not is_of_opposite("When were the front brake discs replaced?", row)
    assert not is_of_opposite("When were the rear brake discs replaced?", f"{row}, pads rear")


LOG = (
    "We lay in Oban for a day.\n\nThe jib was sewn in Mallaig. We took on 62 litres of diesel. "
    "It rained.\n\nSkipper: Ann Orr"
)


def test_a_sentence_in_a_paragraph_about_another_place() -> None:
    unit = unit_with(LOG, "diesel")
    assert is_of_another_place("How much diesel did we take on in Oban?", unit)
    assert not is_of_another_place("How much diesel did we take on in Mallaig?", unit)
    assert not is_of_another_place("How much diesel did we take on in Leeds?", unit)


def test_a_letter_from_another_place() -> None:
    unit = unit_with("Granada, 17 March\n\nDear Gran,\n\nMy room costs 52 euros.", "room")
    assert is_of_another_place("What did she pay for her room in Rome?", unit)
    assert not is_of_another_place("What did she pay for her room in Granada?", unit)


def test_a_label_where_another_sentence_tells_of_the_place() -> None:
    assert is_of_another_place("Who lay for a day in Oban?", unit_with(LOG, "Skipper"))
    assert not is_of_another_place("Who is the skipper?", unit_with(LOG, "Skipper"))


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("What was decided on 21 October 2024?", True),
        ("What was decided on 7 October 2024?", False),
        ("How many laminators were bought in May?", True),
        ("How many laminators were bought in October?", False),
        ("When was the laminator bought after 21 October 2024?", False),
    ],
)
def test_a_document_of_one_other_day(question: str, is_other: bool) -> None:
    unit = unit_with("Meeting of 7 October 2024\n\nA laminator is bought.", "laminator")
    assert is_of_another_day(question, unit) is is_other


def test_years_from_and_to_hold_other_days() -> None:
    unit = unit_with("Edition of 3 June 2024\n\nAnn Orr was mayor from 2008 to 2012.", "mayor")
    assert not is_of_another_day("Who was the mayor on 1 May 2010?", unit)


def test_the_other_side_of_a_year() -> None:
    assert is_on_other_side("Wann war er vor 2024 im Klinikum?", "Er lag bis zum 11. Januar 2024 bei uns.")
    assert not is_on_other_side("When was he here before 2024?", "He was here in 2021 and in 2024.")
    assert is_on_other_side("When was it painted after 2010?", "It was painted in 1998.")


def test_what_else_was_done_in_the_year() -> None:
    unit = cut("870 cots were sold in 2022.")[0]
    assert is_of_another_deed("Which product was recalled in 2022?", unit, embed)
    assert not is_of_another_deed("Which product was sold in 2022?", unit, embed)
    assert not is_of_another_deed("Which product was recalled in 2021?", unit, embed)


def test_a_birth_tells_not_of_what_somebody_died() -> None:
    born = cut("Leandro Quiroga nació el 4 de octubre de 1858, hijo de un molinero.")[0]
    assert is_of_another_event("¿De qué murió Leandro Quiroga?", born)
    assert not is_of_another_event("¿De qué murió Leandro Quiroga?", cut("Leandro Quiroga murió de gripe.")[0])


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("How long can the DNA be kept at minus 20 °C?", "Store the DNA at minus 20 °C.", True),
        ("How long do the seeds take to germinate?", "Height: 60 cm", True),
        ("How long do the seeds take to germinate?", "They come up in 10 to 14 days.", False),
        ("How long is the plank?", "Length: 60 cm", False),
        ("How long may the reference be?", "reference | text of at most 35", False),
        ("Wie lange darf ich parken?", "Parken bis 50 m vor dem Tor.", False),
        ("Wie lange hält es sich bei 8 °C?", "Bei 8 °C lagern.", True),
    ],
)
def test_a_temperature_or_height_is_no_length_of_time(question: str, text: str, lacks: bool) -> None:
    assert lacks_duration(question, text) is lacks


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("What does a pack of 50 tablets cost?", "A pack holds 20 or 50 tablets.", True),
        ("What did the auditors charge?", "Auditors: Ann Orr and Jakob Winther.", True),
        ("What did the auditors charge?", "The auditors sent a bill for 900 euros.", False),
        ("Combien a coûté le beurre ?", "Bon n° : BL-4412, 4 avril 2024, 24 cartons", True),
        ("Was hat die Butter gekostet?", "Die Butter wurde am 4. April 2024 geliefert.", True),
        ("¿Cuánto costó la mantequilla?", "La mantequilla costó 12 euros.", False),
        ("What does a pack of 50 cost?", "Packs of 20, 50 and 100.", True),
        ("What does the studio cost?", "The studio is 38 an hour on weekdays and 52 at weekends.", False),
    ],
)
def test_a_price_is_money(question: str, text: str, lacks: bool) -> None:
    assert lacks_price(question, text) is lacks


def test_the_price_of_something_else() -> None:
    text = "Ann carries the rings.\n\nThe dress was made by Miriam Osei and cost 1,240 pounds."
    dress = unit_with(text, "dress")
    assert is_of_other_matter("How much did the rings cost?", 6.0, dress, {}, embed)
    assert not is_of_other_matter("How much did the dress cost?", 6.0, dress, {}, embed)


def test_where_wants_a_place() -> None:
    unit = cut("La prochaine fête du canal aura lieu le 6 juillet 2024.")[0]
    assert lacks_place("Où s'est tenue l'assemblée ?", unit)
    assert not lacks_place("Quand aura lieu la fête ?", unit)
    assert not lacks_place("Where is the key?", cut("The key hangs in the hall.")[0])
    assert not lacks_place("Where do we meet?", cut("We meet, as always, outside Harrow Hall.")[0])


def test_a_label_says_of_what_sort_its_value_is() -> None:
    place = cut("Place: Main pool, deep end")[0]
    assert labels_another("Which hospital was the girl taken to?", place, embed)
    assert not labels_another("Which place was it?", place, embed)
    form = cut("Boursier: Inès Kaddour Discipline: Droit")[0]
    assert is_form_of_others("Quelle note Inès Kaddour a-t-elle eue ?", form)
    assert not is_form_of_others("Quelle discipline Inès Kaddour étudie-t-elle ?", form)


def test_numbers_of_other_things_and_money_count_nothing() -> None:
    assert counts_nothing("How many seats are there?", "A | Stalls rows 1 to 8 | £38 | £27")
    assert not counts_nothing("How many seats are there?", "Room 4 | 12 | £38")
    assert not counts_nothing("How many rooms are there?", "Flat 4 | two rooms")
    assert not counts_nothing("How many guests are expected?", "Number of guests expected\t85")
    assert counts_nothing("How many tenders were received?", "Tenders to be received\t6 June 2025, 12 noon")


def test_a_row_found_by_its_identifier_is_sure() -> None:
    text = "Code | Meaning\nE2 | Water does not drain\nE4 | Door is open"
    row = unit_with(text, "E2")
    weights = weights_of("machine shows E2, whats wrong", cut(text))
    assert is_sure("machine shows E2, whats wrong", 0.03, Extract.of(row, -4.0), row, weights, {}, embed)
    assert not is_sure("machine hums, whats wrong", 0.03, Extract.of(row, -4.0), row, weights, {}, embed)


@pytest.mark.parametrize(
    ("question", "part", "is_answer"),
    [
        ("Who takes the photos?", "Photography", True),
        ("Who bakes the cake?", "Photography", False),
        ("What is the max head?", "Maximum head", True),
        ("What is the static head?", "Maximum head", False),
    ],
)
def test_rows_of_one_family_and_of_a_sibling(question: str, part: str, is_answer: bool) -> None:
    text = "Name | Matter | Value\nNadia Kamara | Photography | 1,725\nMaximum head | pump | 9.5 m"
    units = cut(text)
    unit = unit_with(text, part)
    held_back = held_back_by(Candidate(question, Extract.of(unit, 5.0), unit, units, weights_of(question, units)))
    assert (held_back == "") is is_answer


def test_the_row_of_the_group_that_is_asked_about_is_read() -> None:
    text = "Vicar | From | Note\nEdmund Carrow | 1712 | vicar at the fire\nMargaret Ellery | 1996 | first woman"
    read = make_excerpt("Who was the first female vicar?", cut(text)).units
    assert [unit.text.partition(" | ")[0] for unit in read] == ["Margaret Ellery"]


def test_an_age_in_german_is_in_years() -> None:
    text = "Leistung | Gebühr\nAusweis ab 24 Jahren | 37,00\nAusweis unter 24 Jahren | 22,80"
    read = make_excerpt("Was kostet ein Ausweis für einen 20-Jährigen?", cut(text)).units
    assert [unit.text for unit in read if unit.is_row] == ["Ausweis unter 24 Jahren | 22,80"]


def test_a_second_table_has_its_own_head() -> None:
    text = (
        "Key | Number | Note\nFlat | 4 | one spare\n\nMeter | Number | Reading\nGas | G-20 | 8,906\nWater | W-4 | 312"
    )
    assert unit_with(text, "Gas").header == "Meter | Number | Reading"
    assert unit_with(text, "Flat").header == "Key | Number | Note"


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("What is the fee for the Coastal Skipper course?", "The fee of the Day Skipper course is 640 pounds.", True),
        ("What is the fee for the Coastal Skipper course?", "A skipper pays 640 pounds.", False),
        ("Who is Ann Orr?", "Ben Orr is the baker.", True),
        ("Who is Ann Orr?", "Mrs Orr is the baker.", False),
        ("Who is Ann Orr?", "The baker is Orr.", False),
    ],
)
def test_a_name_of_which_only_the_last_word_stands_there_behind_another(
    question: str, text: str, is_other: bool
) -> None:
    (name,) = find_constraints(question)
    assert is_namesake_alone(name, [text]) is is_other


def test_a_row_below_the_line_that_names_another() -> None:
    text = (
        "Luna - dog, born 2 November 2025\n\nAge | Date | Vaccine\n15 weeks | 23 February 2026 | Rabies\n\n"
        "Max - cat, born 20 October 2025\n\nAge | Date | Vaccine\n9 weeks | 22 December 2025 | RCP"
    )
    units = cut(text)
    row = next(unit for unit in units if "Rabies" in unit.text)
    assert is_of_other_heading("When does Max get his rabies shot?", row, units)
    assert not is_of_other_heading("When does Luna get her rabies shot?", row, units)


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("What does Hall C cost?", "Hire costs 18 pounds for Hall A and 12 pounds for Hall B.", True),
        ("hourly rent hall B", "Hire costs 18 pounds for Hall A and 12 pounds for Hall B.", False),
        ("What does Hall C cost?", "Hire costs 18 pounds.", False),
        ("What does a hall cost?", "Hire costs 18 pounds for Hall A.", False),
    ],
)
def test_one_of_several_things_that_a_letter_tells_apart(question: str, text: str, is_other: bool) -> None:
    assert is_of_another_letter(question, unit_with(text, text)) is is_other


def test_the_head_of_a_table_says_nothing_of_a_row() -> None:
    text = "Flat | Reading 31.12.2024 | Reading 31.12.2025\n4 | 250 | 288\n6 | 311 | 340"
    units = cut(text)
    question = "What was the reading in flat 5?"
    weights = weights_of(question, units)
    assert held_back_by(Candidate(question, Extract.of(units[0], 9.0), units[0], units, weights))


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("Was kostet eine Wurzelfüllung?", True),
        ("Was kostet ein Provisorium?", False),
        ("Combien coûte une Wurzelfüllung ?", True),
        ("¿Cuánto cuesta una Wurzelfüllung?", True),
    ],
)
def test_a_price_of_something_else(question: str, is_other: bool) -> None:
    text = "Ein Provisorium kostet 61,30 EUR."
    unit = unit_with(text, text)
    assert is_of_other_matter(question, 0.0, unit, {}, embed) is is_other
