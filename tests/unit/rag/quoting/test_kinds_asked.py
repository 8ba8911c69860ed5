"""Checks that a quote holds what is asked for: a name, a code, a price, hours; and the sentence that it leans on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from rag.extractive import Extract
from rag.quoting.answer_kind import lacks_name_or_code
from rag.quoting.asked_event import asks_hours, gives_hours
from rag.quoting.asked_price import lacks_price
from rag.quoting.asked_time import lacks_time_asked
from rag.quoting.labels_asked import labels_another
from rag.quoting.marking import MarkingReader
from rag.quoting.range_columns import cell_of_range
from rag.types import DocumentInfo, Reading, Source, Span
from rag.units import Unit, units_of
from tests.fakes import HashEmbedder


class WordReader:
    """Marks the first of some words that a passage holds, as sure as it is told."""

    def __init__(self, confidence: Mapping[str, float]) -> None:
        self.confidence = confidence

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevance for reading in self.read(question, passages)]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        for words, confidence in self.confidence.items():
            if (start := passage.find(words)) >= 0:
                return Reading(0.0, start, start + len(words), confidence)
        return Reading(-9.0, 0, 0, -9.0)


def _source(text: str) -> Source:
    document = DocumentInfo(1, "a.txt", "folder", "Rules", "txt", "indexed")
    return Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0)


def _units(text: str) -> list[Unit]:
    return units_of(0, _source(text), every=True)


def _answer(question: str, text: str, **confidence: float) -> Extract | None:
    marks = {words.replace("_", " "): value for words, value in confidence.items()}
    return next(iter(MarkingReader(WordReader(marks), HashEmbedder()).read(question, [_source(text)])), None)


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("What is the plumber's name?", "The plumber comes on Friday.", True),
        ("What is the plumber's name?", "The plumber, Ron Sealy, comes on Friday.", False),
        ("Quel est le nom du gardien ?", "Le gardien a les clés.", True),
        ("¿Cuál es el nombre del guarda?", "El guarda es Pedro Ruiz.", False),
        ("What is the new password?", "The password was changed on Monday, please ask in IT.", True),
        ("What is the Wi-Fi password?", "The network is Sea-guest and the password is herring-and-rye.", False),
        ("What is the door code?", "The key is in the box. The code is 4471.", False),
        ("Wie lautet das Passwort?", "Das Passwort wurde am Montag geändert.", True),
        ("What does the code mean?", "It means trouble.", False),
    ],
)
def test_a_name_or_a_code_that_is_asked_for_has_to_be_there(question: str, text: str, lacks: bool) -> None:
    assert lacks_name_or_code(question, text) is lacks


def test_how_much_something_is_needs_an_amount() -> None:
    question = "How much is the Linden grant?"
    assert _answer(question, "The grant from the Linden fund runs out in June 2025.", fund=1.0) is None
    assert _answer(question, "The grant from the Linden fund is 4,000 crowns.", fund=1.0) is not None


def test_the_value_of_a_row_that_says_nothing_of_what_is_counted_answers_nothing() -> None:
    text = "To: The Kettle, 22 Fish Street\n\nNet | 145.75\nTo pay | 149.70"
    assert _answer("How much rent do we pay for Fish Street?", text, **{"149.70": 8.0}) is None


def test_an_address_says_neither_yes_nor_no() -> None:
    assert _answer("Can we have a dog in flat 3?", "Mr D Osei\nFlat 3, Rowan Court", Flat=1.0) is None


def test_who_does_something_is_read_again_among_sentences_with_a_name() -> None:
    text = "We are sorry that the surgeon is on leave. Your date is in July. The surgeon will be Mr Sanjay Menon."
    extract = _answer("who is the surgeon", text, the_surgeon_is_on_leave=1.0, Mr_Sanjay_Menon=0.5)
    assert extract is not None
    assert extract.answer == "Mr Sanjay Menon"


def test_a_sentence_that_names_what_is_counted_takes_the_place_of_one_that_does_not() -> None:
    text = "The probation lasts three months. During that time one week's notice is enough."
    extract = _answer("How much notice do I have to give on probation?", text, three_months=6.0, one_week=1.0)
    assert extract is not None
    assert extract.answer == "one week"


def test_a_quote_comes_with_the_sentence_that_it_leans_on() -> None:
    text = "Only Ann and Bob hold a licence. Nobody else may drive the lorry."
    extract = _answer("who may drive the lorry", text, Nobody_else=9.0)
    assert extract is not None
    assert (extract.text, extract.answer) == (text, "")
    text = "You may cancel within 14 days. After that we keep a charge of £35."
    extract = _answer("What does it cost to cancel after 14 days?", text, **{"£35": 9.0})
    assert extract is not None
    assert (extract.text, extract.answer) == (text, "£35")


@pytest.mark.parametrize(
    ("question", "line", "is_another"),
    [
        ("who do I complain to", "Insured by: Ms Fiona Adair.", True),
        ("who inspected the kitchen", "Inspector: Judith Amory.", False),
        ("who is the tenant", "Tenant: Ann Lee.", False),
        ("who looks after it", "Contact: Ann Lee.", False),
        ("when is it", "Insured by: Ms Fiona Adair.", False),
    ],
)
def test_a_label_says_whose_name_stands_behind_it(question: str, line: str, is_another: bool) -> None:
    assert labels_another(question, _units(line)[0], None) is is_another


PRICES = "Cirugía | Gato (€) | Perro hasta 10 kg (€) | Perro de 10 a 25 kg (€) | Perro de más de 25 kg (€)"


def test_the_column_whose_range_holds_the_weight_has_the_price() -> None:
    rows = _units(f"{PRICES}\nCastración | 85 | 140 | 165 | 190\nEsterilización | 130 | 195 | 230 | 275")[1:]
    assert {row.header for row in rows} == {PRICES}
    question = "¿Cuánto cuesta esterilizar a una perra de 18 kg?"
    assert cell_of_range(question, PRICES, rows[1].text) == ("230", "Perro de 10 a 25 kg (€)")
    assert cell_of_range(question, PRICES, rows[0].text) == ("", "")


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("¿A qué hora cierra la tienda?", True),
        ("¿Abre la tienda los sábados?", True),
        ("Wann öffnet das Museum?", True),
        ("Qui a ouvert la porte ?", False),
        ("When was the bridge built?", False),
    ],
)
def test_opening_hours_are_told_from_other_times(question: str, asks: bool) -> None:
    assert asks_hours(question) is asks
    assert gives_hours("Abierto de 10:00 a 14:00.")
    assert not gives_hours("Cerrado los viernes, desde 2011.")


@pytest.mark.parametrize(
    ("question", "text", "is_lacking"),
    [
        (
            "What time does the party start?",
            "The party takes place on Thursday 11 December at the Corn Exchange.",
            True,
        ),
        (
            "What time does the club close on Sunday?",
            "The club shuts at ten in the evening, or at seven on Sundays.",
            False,
        ),
        ("What time does the bus leave?", "The bus leaves from the hut at 9.15 on Saturday morning.", False),
        ("Um wie viel Uhr beginnt die Sitzung?", "Die Sitzung findet am 4. Mai statt.", True),
        ("Um wie viel Uhr beginnt die Sitzung?", "Die Sitzung beginnt um 19 Uhr.", False),
        ("À quelle heure ferme la piscine ?", "La piscine ferme le lundi.", True),
        ("À quelle heure ferme la piscine ?", "La piscine ferme à 20 heures.", False),
        ("¿A qué hora abre la oficina?", "La oficina abre a las nueve.", False),
        ("When does the post start?", "This is a post for two years, at 37 hours a week.", True),
        ("When is the office open?", "Spares are handled by the Halifax office, which keeps shorter hours.", True),
        ("When was the mill built?", "The mill was built in 1874.", False),
        ("When do I get my deposit back?", "The deposit is paid back within ten days.", False),
        ("When can I cancel?", "You can cancel after two years.", False),
    ],
)
def test_a_time_asked_is_a_time_of_day_or_a_day_and_not_how_long_something_lasts(
    question: str, text: str, is_lacking: bool
) -> None:
    assert lacks_time_asked(question, text) is is_lacking


@pytest.mark.parametrize(
    ("question", "text", "is_lacking"),
    [
        (
            "How much does a Brevia 350 Milk cost?",
            "For the Brevia 350 Milk the pump is guaranteed for five years.",
            True,
        ),
        ("How much does a pack of Dolorex cost?", "Each pack has 24 tablets, which carry a score line.", True),
        ("Wie teuer ist der Bausatz?", "Der T5 kann mit dem Bausatz auf die W7 gestellt werden.", True),
        ("How much does it cost to keep my boat here?", "Yes, from October to April on land, for 240 crowns.", False),
        ("What does the ticket cost?", "Tickets are 12 for adults, 8 for children.", False),
        ("What did the concrete cost?", "Pour from 7.50 until 10.15.", True),
        (
            "What does the rod licence cost?",
            "The rod licence is sold online, and anybody aged 13 has to carry one.",
            True,
        ),
        ("What does the ticket cost?", "It costs from 7.50 to 12.00.", False),
        ("How much is a night?", "A night is 35 in summer.", False),
    ],
)
def test_numbers_of_models_and_of_things_are_no_prices(question: str, text: str, is_lacking: bool) -> None:
    assert lacks_price(question, text) is is_lacking


def test_the_words_of_a_question_are_nobodys_name() -> None:
    assert lacks_name_or_code("What is the coordinator's name?", "Coordinator, two days a week | £11,200")
    assert lacks_name_or_code(
        "¿Cómo se llaman los vecinos?", "Tres vecinos deben recibos, por un total de 1.290 euros."
    )
    assert not lacks_name_or_code("What is the landlord's name?", "Landlord: Harriet Colebrook")
    assert not lacks_name_or_code("Wie heißt der Trainer?", "Trainer ist Jonas Weber.")
