"""What speaks of another matter, day, measure or case than a question answers nothing, however near it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.extractive import Extract, weights_of
from rag.questions.constraints import find_constraints
from rag.quoting.answer_gates import held_back_by
from rag.quoting.answer_kind import holds_kind
from rag.quoting.asked_about import asked_matter, is_of_other_matter
from rag.quoting.asked_measure import lacks_measure
from rag.quoting.asked_price import lacks_price, lacks_price_column
from rag.quoting.candidate import Candidate
from rag.quoting.excerpts import make_excerpt, missing_constraints
from rag.quoting.own_words import own_share
from rag.quoting.table_answer import find_cell
from rag.quoting.table_cells import asked_column, named_cell
from rag.text import content_words
from rag.types import DocumentInfo, Source, Span, Vectors
from rag.units import Unit, units_of
from rag.words.days import holds_day, names_other_day

SYNONYMS = {"salary": 0, "wage": 0, "colour": 1}


def embed(words: Sequence[str]) -> Vectors:
    """Give words of one meaning one direction, and all others one of their own."""
    known = list(dict.fromkeys(words))
    return np.eye(len(known) + 10, dtype=np.float32)[[SYNONYMS.get(word, 10 + known.index(word)) for word in words]]


def source(text: str, *, title: str = "Terms", section: str = "") -> Source:
    document = DocumentInfo(1, "terms.txt", "folder", title, "txt", "indexed")
    return Source(1, document, section, text, (Span(0, 0, len(text)),), 1.0)


def cut(text: str, *, section: str = "") -> list[Unit]:
    return units_of(0, source(text, section=section), every=True)


def is_other(question: str, score: float, text: str, beside: str = "") -> bool:
    unit = cut(text)[-1]
    return is_of_other_matter(question, score, unit, {1: beside}, embed)


def kept(question: str, text: str, *, section: str = "") -> list[str]:
    return [unit.text for unit in make_excerpt(question, cut(text, section=section)).units]


@pytest.mark.parametrize(
    ("question", "matter"),
    [
        ("What is the interest on the deposit?", "interest"),
        ("What is Igor Petrov's e-mail address?", "e-mail address"),
        ("How many goals did Tolven United score?", "goals"),
        ("What colour is the van?", "colour"),
        ("price of the oak bench", "price"),
        ("What is Clara Berger's date of birth?", "birth"),
        ("When is it due?", ""),
    ],
)
def test_what_a_question_asks_for_is_read_from_its_words(question: str, matter: str) -> None:
    assert asked_matter(question) == matter


def test_another_attribute_of_the_same_thing_answers_nothing() -> None:
    deposit = "The tenant pays a deposit of 4,350 pounds."
    assert is_other("What is the interest on the deposit?", 6.4, deposit)
    assert not is_other("What is the amount of the deposit?", 6.4, deposit)
    assert is_other("What colour is Van 1?", -0.2, "Vehicle | Plate | Driver\nVan 1 | MK-220 | Oona Reid")


def test_what_has_its_price_asked_stands_at_least_in_the_passage() -> None:
    rules = "The sauna costs 90 NOK per person. A ticket is needed. Children pay 40 NOK."
    assert is_other("How much is parking at the hotel?", 5.0, rules)
    assert not is_other("How much is a ticket for a child?", 5.0, rules)


def test_a_word_of_the_same_meaning_speaks_of_what_is_asked_for() -> None:
    assert not is_other("What is the salary of Mr Weiss?", 4.0, "Mr Weiss gets a wage of 17.40 euros an hour.")


def test_a_sure_mark_needs_no_word_of_the_question() -> None:
    assert not is_other("What are the side effects of Corvexa?", 12.9, "Corvexa: common are headache and dizziness.")


def test_what_narrows_the_question_has_to_stand_in_the_document() -> None:
    guarantee = "The guarantee is 3 years on oak and 2 years on pine."
    assert is_other("How long is the guarantee on walnut?", -1.2, guarantee)
    assert not is_other("How long is the guarantee on walnut?", -1.2, guarantee, beside="Walnut counts as oak.")


def test_where_everything_is_need_not_be_said_again() -> None:
    assert not is_other(
        "Which parts of the yard may visitors not enter?", 1.0, "Visitors may not enter the paint shop."
    )


def test_a_measure_of_another_sort_answers_nothing() -> None:
    depth = "The pump lifts water from wells up to 18 metres deep."
    assert lacks_measure("How heavy is the pump?", depth)
    assert lacks_measure("How old is Agnes Thorne?", "Named drivers: Agnes Thorne, Colin Thorne.")
    assert not lacks_measure("How deep may the well be?", depth)
    assert not lacks_measure("How heavy is the pump?", "Property | Weight kg\nPump | 7.2")
    assert not lacks_measure("Wie alt muss man sein?", "Mitglied wird, wer das 12. Lebensjahr vollendet hat.")


def test_the_number_of_a_list_or_of_a_house_is_no_price() -> None:
    assert lacks_price("How much do the lockers cost?", "3. He will get offers for new lockers.")
    assert lacks_price("How much is the rent?", "between Hollis Ltd and Dana Whitlock for 14 Maple Street.")
    assert not lacks_price("How much is the rent?", "2.1 The monthly rent is 840 pounds.")
    assert lacks_price_column("What is the price of the pump?", "Property | Pump", "Power | 750 W")
    assert not lacks_price_column("What is the price of the bench?", "Article | Price GBP", "Bench | 79")


def test_the_number_of_a_house_is_no_phone_number() -> None:
    assert not holds_kind("Strandgata 17, 4006 Stavanger.", "phone")
    assert holds_kind("Name | Phone\nJoan Lindqvist | 4400", "phone")
    assert holds_kind("You reach us in the evening on 01632 960 881.", "phone")


def test_the_title_of_a_document_does_not_make_its_sentences_speak_of_what_is_asked() -> None:
    (unit,) = [unit for unit in cut("Terms\nThe sauna is closed on Mondays.") if "sauna" in unit.text]
    assert own_share(unit, {"term": 1.0}) == 0.0


def test_a_day_without_its_year_is_named_to_the_letter() -> None:
    (constraint,) = find_constraints("When is high water on 9 June?")
    assert (constraint.kind, constraint.value) == ("day", "06-09")
    assert find_constraints("How many may 3 adults take?") == ()
    table = "Date | High water\n2 June | 05:03\n4 June | 07:01"
    assert kept("When is high water on 2 June?", table)[-1] == "2 June | 05:03"
    assert not any("|" in text and "June" in text for text in kept("When is high water on 9 June?", table))
    trips = "The outing on 22 August leaves at 8:30. The outing on 23 August leaves at 9:00."
    assert kept("When does the outing on 22 August leave?", trips) == ["The outing on 22 August leaves at 8:30."]


def test_a_stretch_of_days_holds_those_within_it() -> None:
    assert holds_day("closed from 14 to 25 July", 7, 20)
    assert not names_other_day("closed from 1 to 15 August", 8, 5)
    assert not names_other_day("open until 15 August", 8, 5)
    assert names_other_day("4 June | 07:01", 6, 9)


def test_numbers_in_cells_are_no_years() -> None:
    text = "Item | Q1 | Q3\nRent | 6000 | 6000\nFuel | 1450 | 1980"
    units = cut(text, section="2023")
    assert kept("fuel q3 2023", text, section="2023")[-1] == "Fuel | 1450 | 1980"
    cell = find_cell("fuel q3 2023", units, weights_of("fuel q3 2023", units))
    assert cell is not None
    assert cell.value == "1980"


def test_the_case_that_is_asked_about_is_spoken_of() -> None:
    text = "Tell your doctor if you have kidney problems. If you forget a tablet, take the next one at the usual time."
    assert kept("What should I do if I forget to take it?", text) == [
        "If you forget a tablet, take the next one at the usual time."
    ]


def test_a_value_behind_a_label_is_of_whom_its_document_names() -> None:
    units = cut("Policy HC-55201\n\nSum insured: 45,000 pounds\nAnnual premium: 212.40 pounds")
    question = "What is the annual premium of HC-55201?"
    cell = find_cell(question, units, weights_of(question, units))
    assert cell is not None
    assert cell.value == "212.40 pounds"


def test_a_label_says_more_than_a_column_of_dates() -> None:
    orders = cut("Order | Date | Status\n48510 | 2025-02-03 | delivered\n48511 | 2025-02-05 | open")
    note = [
        replace(unit, source=replace(unit.source, number=2)) for unit in cut("Order: 48510\nDelivered: 6 March 2025")
    ]
    question = "When was order 48510 delivered?"
    cell = find_cell(question, [*orders, *note], weights_of(question, [*orders, *note]))
    assert cell is not None
    assert (cell.value, cell.is_surer) == ("6 March 2025", True)


def test_a_sentence_without_a_change_does_not_tell_by_how_much() -> None:
    units = cut("The monthly rent is 1,450 pounds. The rent rises by 2 per cent each June.")
    question = "By how much does the rent go up?"
    weights = weights_of(question, units)
    told = [
        unit.text
        for unit in units
        if not held_back_by(Candidate(question, Extract.of(unit, 7.0), unit, units, weights))
    ]
    assert told == ["The rent rises by 2 per cent each June."]


def test_the_column_that_which_names_is_read() -> None:
    question = "Which customers ordered anchor A-7?"
    header, row = "Order | Customer | Article", "48513 | Ida Strand | Anchor A-7"
    cell = named_cell(frozenset(content_words(question)), header, row, sort=asked_column(question))
    assert cell is not None
    assert cell.value == "Ida Strand"


def test_a_row_of_the_measure_that_is_asked_for_is_no_sibling() -> None:
    units = cut("Property | AquaLift 300 | AquaLift 500\nPower | 750 W | 1,100 W\nNoise | 62 dB | 68 dB")
    question = "How loud is the AquaLift 500?"
    weights = weights_of(question, units)
    assert not held_back_by(Candidate(question, Extract.of(units[-1], 7.0), units[-1], units, weights))
    assert held_back_by(Candidate(question, Extract.of(units[1], 7.0), units[1], units, weights))


def test_a_paragraph_in_parentheses_stays_in_its_clause() -> None:
    text = "§ 3 Dues\n(1) Adults pay 96 euros.\n§ 4 Board\n(1) The board has three members.\n(2) It is elected yearly."
    assert kept("What does § 4 say?", text) == ["(1) The board has three members.", "(2) It is elected yearly."]


def test_a_short_line_right_above_a_sentence_is_its_heading() -> None:
    text = "Leaflet\n\nWhat it is used for\nIt eases dry cough in adults and in children from 6 years on."
    heading, sentence = cut(text)[-2:]
    assert (heading.is_heading, sentence.heading) == (True, "What it is used for")


def test_a_name_that_stands_elsewhere_in_the_document_is_not_missing() -> None:
    clause = source("4.3 The tenant may keep two bicycles in the cellar.")
    question = "How many bicycles may Dana keep in the cellar?"
    assert [it.written for it in missing_constraints(question, [clause])] == ["Dana"]
    assert missing_constraints(question, [clause], beside={1: "between Hollis Ltd and Dana Whitlock"}) == []
