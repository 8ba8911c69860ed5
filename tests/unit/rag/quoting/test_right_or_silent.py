"""A sentence of another rate, dimension or event answers nothing; what goes on with the sentence before it may."""

from __future__ import annotations

import pytest

from rag.extractive import Extract, weights_of
from rag.quoting.answer_gates import held_back_by
from rag.quoting.answer_kind import holds_kind
from rag.quoting.asked_about import asked_matter, is_of_other_matter
from rag.quoting.asked_event import is_of_another_event
from rag.quoting.asked_measure import is_of_another_dimension, lacks_measure
from rag.quoting.asked_price import asks_price
from rag.quoting.asked_rate import is_of_another_rate
from rag.quoting.candidate import Candidate
from rag.quoting.date_before import date_before
from rag.quoting.excerpts import make_excerpt
from rag.quoting.marking_by_words import STANDS_OUT
from rag.quoting.opposite_things import is_of_opposite
from rag.quoting.own_words import own_share
from rag.quoting.sureness import MIN_SURE, MIN_SURE_OF_TIME, sureness
from rag.text import stem
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def cut(text: str) -> list[Unit]:
    document = DocumentInfo(1, "notice.txt", "folder", "Notice", "txt", "indexed")
    return units_of(0, Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


def can_answer(question: str, text: str, beginning: str, *, score: float = 5.0, is_by_words: bool = False) -> bool:
    units = cut(text)
    unit = next(unit for unit in units if unit.text.startswith(beginning))
    weights = weights_of(question, units)
    return not held_back_by(Candidate(question, Extract.of(unit, score), unit, units, weights, is_by_words=is_by_words))


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("How much is the cabin per week?", "The cabin costs 80 pounds per night.", True),
        ("How much is the cabin per week?", "80 pounds a night, 400 a week.", False),
        ("What is the rent per month?", "The rent is 1,140 pounds per calendar month.", False),
        ("Was kostet das Zimmer in der Woche?", "Das Zimmer kostet 80 Euro pro Nacht.", True),
        ("Combien coûte la chambre par semaine ?", "La chambre coûte 80 euros la nuit.", True),
        ("¿Cuánto cuesta a la semana?", "Cuesta 80 euros por noche.", True),
        ("What does it cost per person?", "Groups pay 90 euros per group.", True),
        ("What does it cost per person?", "It costs 20 euros per day.", False),
        ("Is it 80 pounds per week?", "The cabin costs 80 pounds per night.", False),
    ],
)
def test_what_is_given_for_another_unit_of_time_answers_nothing(question: str, text: str, is_other: bool) -> None:
    assert is_of_another_rate(question, text) is is_other


def test_the_nearest_text_that_names_a_unit_tells_the_rate() -> None:
    assert not is_of_another_rate("How much is it per week?", "Small boat | 45", "", "Prices per week")
    assert is_of_another_rate("How much is it per week?", "Small boat | 45 a day", "", "Prices per week")


def test_a_height_is_no_width_and_a_price_is_no_size() -> None:
    assert is_of_another_dimension("How wide is the cut?", "Cutting height: 25 to 75 mm.")
    assert not is_of_another_dimension("How wide is the gate?", "The gate is 3 m wide and 2 m high.")
    assert not is_of_another_dimension("How wide is the gate?", "The gate measures 3 m.")
    assert is_of_another_dimension("How high is the gate?", "Length m: 14 | Width m: 2 | Fee EUR: 90")
    assert not is_of_another_dimension("How high is the fee?", "Length m: 14 | Width m: 2 | Fee EUR: 90")
    assert not is_of_another_dimension("Wie hoch ist die Miete?", "Länge: 14 m, Breite: 2 m, Miete: 90 EUR")
    assert lacks_measure("How big is a full plot?", "The fee for a full plot rises to 54 pounds a year.")
    assert not lacks_measure("How big is a full plot?", "A full plot has 250 square metres.")


def test_who_helps_with_a_cost_asks_for_no_price() -> None:
    assert not asks_price("Who helped find donors to help with the cost?")
    assert asks_price("How much does the gate cost?")


def test_one_week_is_a_length_of_time() -> None:
    assert holds_kind("Johnson responded approximately one week later.", "amount")
    assert holds_kind("Die Frist beträgt einen Monat.", "amount") is holds_kind("Die Frist ist ein Monat.", "amount")
    assert not holds_kind("One of them responded.", "amount")


@pytest.mark.parametrize(
    ("question", "matter"),
    [
        ("What is the position Derek Wolfe plays currently?", "position"),
        ("What is often misunderstood as the cause of it?", ""),
        ("What is the annual Christmas party?", "annual Christmas party"),
        ("What is the written notice?", "written notice"),
    ],
)
def test_what_is_asked_for_ends_where_a_clause_begins(question: str, matter: str) -> None:
    assert asked_matter(question) == matter


def test_by_when_tells_a_deadline() -> None:
    question = "What is the deadline for using up carried-over holidays?"
    told = cut("Unused holidays may be carried over, but they must be taken by 31 March.")[-1]
    other = cut("Holidays carried over are counted in whole days.")[-1]
    assert not is_of_other_matter(question, 4.0, told, {}, None)
    assert is_of_other_matter(question, 4.0, other, {}, None)


def test_a_sentence_goes_on_with_the_one_before_it() -> None:
    notice = "From 4 to 22 August the stop Mill Lane is not served. Please use the stop Old Brewery instead."
    question = "Where do I get on while Mill Lane is closed?"
    assert can_answer(question, notice, "Please use", score=3.9)
    units = cut(notice)
    assert own_share(units[-1], {"mill": 0.5, "lan": 0.5}) == 1.0


def test_what_gives_the_measure_that_is_asked_for_is_not_outdone_by_what_gives_none() -> None:
    sheet = "The mower is guaranteed for private use.\n\nWeight: 31.5 kg."
    assert can_answer("How heavy is the mower?", sheet, "Weight", score=4.0)


def test_when_something_is_not_so_does_not_tell_when_it_is() -> None:
    assert not can_answer("How often does line 7 run around noon?", "Line 7 does not run on Sundays.", "Line 7")
    assert can_answer("When does line 7 run?", "Line 7 runs daily.", "Line 7")


def test_a_sentence_in_another_language_need_not_share_words() -> None:
    leaflet = "Fréquents : somnolence, bouche sèche."
    assert can_answer("Can it make me sleepy?", leaflet, "Fréquents", is_by_words=True)
    assert not can_answer("Can it make me sleepy?", leaflet, "Fréquents", is_by_words=False)


def test_an_answer_is_surer_the_more_the_reader_and_the_words_say_so() -> None:
    assert sureness(0.6, 12.0, 0.8) > 0 > sureness(0.3, 1.0, 0.1)
    assert sureness(0.3, 1.0, 0.1) < MIN_SURE < MIN_SURE_OF_TIME


def test_a_german_noun_is_not_stemmed_as_an_english_verb() -> None:
    assert stem("mitglied") == "mitglied"
    assert stem("unterschied") == "unterschied"
    assert stem("carried") == stem("carry")


@pytest.mark.parametrize(
    ("question", "sentence", "is_other"),
    [
        ("When was the lease terminated?", "The lease was signed on 7 June 2024.", True),
        ("When was the budget signed?", "The lease was signed on 7 June 2024.", True),
        ("When was the lease signed?", "The lease was signed on 7 June 2024.", False),
        ("Who approved the lease?", "The lease was signed by Ann Lee.", True),
        ("Wann wurde der Vertrag gekündigt?", "Der Vertrag wurde am 3. Mai unterschrieben.", True),
        ("À quelle heure ferme le musée ?", "Le musée ouvre à neuf heures.", True),
        ("À quelle heure ferme le musée ?", "Le musée est ouvert de neuf heures à dix-sept heures.", False),
        ("¿A qué hora abre la biblioteca?", "La biblioteca cierra a las ocho de la tarde.", True),
        ("When does it close?", "Open daily 9 to 5.", False),
        ("When was the bridge founded?", "It dates from 1784.", False),
    ],
)
def test_the_date_of_another_event_answers_nothing(question: str, sentence: str, is_other: bool) -> None:
    assert is_of_another_event(question, cut(sentence)[-1]) is is_other


def test_the_new_one_is_not_the_old_one() -> None:
    assert is_of_opposite("How much is the old pontoon?", "The new pontoon costs 14,200 pounds.")
    assert not is_of_opposite("How much is the new pontoon?", "The new pontoon costs 14,200 pounds.")
    assert not is_of_opposite("How much is a double room?", "A double room costs 90 euros, a single room 60 euros.")
    assert not is_of_opposite("How much is the old pontoon?", "A new gate costs 300 pounds.")


def test_the_date_may_stand_in_the_sentence_before() -> None:
    units = cut("On 3 May 2024 the committee met in Leeds. It approved the budget and elected Ann Lee as chair.")
    question = "When was the budget approved?"
    told = date_before(question, units, weights_of(question, units))
    assert told is not None
    assert told.answer == "3 May 2024"
    assert told.text == units[0].source.text
    other = "When was the budget rejected?"
    assert date_before(other, units, weights_of(other, units)) is None


def test_a_heading_above_a_table_tells_the_day_of_its_rows() -> None:
    plan = (
        "Monday\n\nRoom | Course | Teacher\n3 | Yoga | Berg\n4 | Chess | Lind\n\n"
        "Tuesday\n\nRoom | Course | Teacher\n3 | Pottery | Kern\n4 | Dance | Moor"
    )
    units = cut(plan)
    kept = [unit.text for unit in make_excerpt("Who teaches in room 3 on Tuesday?", units).units if unit.is_row]
    assert "3 | Pottery | Kern" in kept
    assert "3 | Yoga | Berg" not in kept


def test_what_stands_out_and_is_named_is_surer() -> None:
    near = STANDS_OUT.judge(0.88, 0.87, 0.06, 0.5)
    assert near > 0 > STANDS_OUT.judge(0.83, 0.82, 0.01, 0.0)
    assert near > STANDS_OUT.judge(0.88, 0.87, 0.0, 0.5) > STANDS_OUT.judge(0.88, 0.87, -0.05, 0.3)


@pytest.mark.parametrize(
    ("question", "text", "beginning", "can"),
    [
        (
            "Which plate does the car of Nils Aaker have?",
            "Job 7\n\nClient: Nils Aaker\nCar: Tourer, red",
            "Client",
            False,
        ),
        ("Who is Nils Aaker?", "Job 7\n\nClient: Nils Aaker\nCar: Tourer, red", "Client", True),
        ("Who is the client?", "Job 7\n\nClient: Nils Aaker\nCar: Tourer, red", "Client", True),
        ("Who closes the bay in storms?", "Roles\n\nHarbour master: closes the bay in storms", "Harbour", True),
        ("Who has to be paid by May?", "I ask for 80 pounds by 3 May, please.\n\nYuki Harrow", "Yuki", False),
    ],
)
def test_a_line_that_only_names_somebody_tells_nothing_of_them(
    question: str, text: str, beginning: str, can: bool
) -> None:
    assert can_answer(question, text, beginning) is can
