"""Checks what kind of thing a question asks for, and whether a text holds it."""

from __future__ import annotations

import pytest

from rag.quoting.answer_kind import AnswerKind, asked_kind, holds_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When does the ferry sail?", "time"),
        ("In which year was the pier built?", "time"),
        ("Wann öffnet das Lager?", "time"),
        ("À quelle heure ferme le musée ?", "time"),
        ("How many hours were worked?", "amount"),
        ("Wie viel hebt der rote Kran?", "amount"),
        ("¿Cuántos remos hay?", "amount"),
        ("Who is the caretaker?", "name"),
        ("Wer leitet die Werft?", "name"),
        ("Why was the bridge closed?", "cause"),
        ("What is the phone number of the museum?", "phone"),
        ("Wie lautet die Telefonnummer der Werft?", "phone"),
        ("What is Ann's e-mail address?", "e-mail"),
        ("Is there a fine when a ship is late?", None),
        ("What is a slipway?", None),
    ],
)
def test_a_question_asks_for_one_kind_of_thing(question: str, kind: AnswerKind | None) -> None:
    assert asked_kind(question) == kind


@pytest.mark.parametrize(
    ("kind", "holding", "lacking"),
    [
        ("time", "It closes on Fridays.", "It closes its doors."),
        ("time", "They met in May.", "It was decided that marched goods may be marked."),
        ("time", "The lamp flashes three times.", "The lamp flashes white."),
        ("time", "Geöffnet nach Sonnenuntergang.", "Geöffnet ist das Tor."),
        ("time", "The band plays from a quarter past two.", "The band plays a quarter of it."),
        ("time", "Doors open at seven.", "Doors open at one of the sides."),
        ("amount", "The crane lifts two tonnes.", "The crane lifts boats."),
        ("amount", "Es sind zwölf Remos.", "Es sind Boote."),
        ("amount", "Plates are kept for eighteen months.", "Plates are kept in our store."),
        ("amount", "Hay veinticinco barcos.", "Hay barcos."),
        ("name", "The tower was painted by Ann Miller.", "The tower was painted by volunteers."),
        ("phone", "Call 4417 or +49 40 1234-5.", "Open daily from 10 to 18."),
        ("e-mail", "Write to ann@example.org.", "Write to Ann."),
        ("cause", "It was closed because of rust.", "It was closed in spring."),
    ],
)
def test_a_text_holds_a_kind_or_lacks_it(kind: AnswerKind, holding: str, lacking: str) -> None:
    assert holds_kind(holding, kind)
    assert not holds_kind(lacking, kind)
