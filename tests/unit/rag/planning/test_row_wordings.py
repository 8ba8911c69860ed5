"""Rows are asked for in many wordings and four languages; an ordinary question over the same tables stays a look-up."""

from __future__ import annotations

import pytest

from rag.planning.modes import Mode, choose_mode
from rag.planning.over_rows import NO_TABLE, OverRows
from rag.planning.row_query import read_rows
from rag.types import Answer
from tests.unit.rag.planning.shelf import Shelf, asked, finish

STAFF = (
    "Name | Role | Site | Hourly rate (GBP) | Started\nTobias Brack | Owner | Workshop | 0 | 2015-03-01\n"
    "Mina Castell | Joiner | Site team | 21 | 2019-09-02\nJoe Adeyemi | Apprentice | Workshop | 11.2 | 2023-08-28\n"
    "Petra Lund | Finisher | Site team | 17.8 | 2021-01-18\nRavi Shah | Joiner | Site team | 20.25 | 2022-05-09\n"
)
TIMBER = "Timber | Boards | Price per board (GBP)\nOak | 42 | 38.5\nAsh | 17 | 29\nPine | 130 | 8.4\n"
BOATS = (
    "Boot | Typ | Baujahr | Plätze | Wert (EUR)\nMöwe | Doppelzweier | 2009 | 2 | 3200\n"
    "Kranich | Vierer | 2016 | 4 | 9800\nReiher | Einer | 2012 | 1 | 2100\nEisvogel | Einer | 2020 | 1 | 4300\n"
)
MEMBERS = (
    "Name | Eintritt | Gruppe | Beitrag bezahlt\nIlse Brandt | 2004 | Erwachsene | ja\nJonas Keil | 2019 |"
    " Jugend | nein\n"
    "Derya Aksoy | 2021 | Jugend | ja\nPer Nissen | 2010 | Erwachsene | nein\n"
)
LOG = "ACCIDENT BOOK\n11 February 2024: Joe cut his thumb.\n19 June 2024: Ravi fell.\n3 May 2023: A splinter.\n"
BOOKS = "Title | Author | Copies | Year\nThe Iron Heron | M. Tasker | 4 | 2011\nSalt Roads | P. Anand | 2 | 2019\n"
BOOKS += "The Iron Gate | M. Tasker | 6 | 2015\n"
PUPILS = "Pupil | Born | Bus\nAda Quill | 2014-05-02 | yes\nBen Osei | 2014-11-19 | no\nEve Lund | 2012-10-08 | yes\n"
STOCK = "Artikel | Bestand | Einzelpreis (EUR)\nKerzen | 120 | 2.5\nLampen | 12 | 49\n"
FEES = "Nombre | Clase | Cuota pagada\nLucía Ramos | 3A | sí\nHugo Peña | 3B | no\n"
SHELF = Shelf(
    {
        "staff.xlsx": [STAFF],
        "timber.xlsx": [TIMBER],
        "Boote.xlsx": [BOATS],
        "Mitglieder.xlsx": [MEMBERS],
        "log.txt": [LOG],
        "library.csv": [BOOKS],
        "pupils.xlsx": [PUPILS],
        "Lager.xlsx": [STOCK],
        "Alumnos.xlsx": [FEES],
    }
)


def over(question: str) -> Answer | str:
    query = read_rows(question)
    if query is None:
        return NO_TABLE

    class Mode:
        def answer(self, it):  # type: ignore[no-untyped-def]
            return OverRows(SHELF, name_documents=lambda text, collection: []).answer(it, query)

    return finish(Mode(), asked(question, shelf=SHELF))[1]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many people work here?", "5 rows of staff.xlsx"),
        ("Who started most recently?", "Joe Adeyemi [1]: Started 2023-08-28"),
        ("Who has worked here the longest?", "Tobias Brack [1]: Started 2015-03-01"),
        ("Which employees work on the site team?", "Mina Castell [1], Petra Lund [2], Ravi Shah [3]."),
        ("Which employees started after 2020?", "Joe Adeyemi [1], Petra Lund [2], Ravi Shah [3]."),
        ("How many employees earn more than 20 pounds?", "2 rows of staff.xlsx: Mina Castell [1], Ravi Shah [2]."),
        ("What percentage of the employees are joiners?", "2 of 5 rows of staff.xlsx = 40%."),
        ("How many boards of timber are in stock in total?", "= 42 + 17 + 130 = 189."),
        ("What is the value of the oak in stock?", "42 × 38.5 [1] = 1,617 GBP."),
        ("Welches Boot ist am ältesten?", "Möwe [1]: Baujahr 2009, am kleinsten unter 4 Zeilen"),
        ("Welches Boot ist am meisten wert?", "Kranich [1]: Wert (EUR) 9800"),
        ("Wie viele Boote hat der Verein?", "4 Zeilen von Boote.xlsx"),
        ("Liste alle Einer auf", "Reiher [1], Eisvogel [2]."),
        ("Wie viele Plätze haben alle Boote zusammen?", "= 2 + 4 + 1 + 1 = 8."),
        ("Durchschnittlicher Wert der Boote?", "= 4.850 EUR."),
        ("Welche Boote wurden nach 2015 gebaut?", "Kranich [1], Eisvogel [2]."),
        ("Wie viele Boote sind älter als 2010?", "1 Zeile von Boote.xlsx: Möwe [1]."),
        ("Wer hat den Beitrag nicht bezahlt?", "Jonas Keil [1], Per Nissen [2]."),
        ("Wie viele Jugendliche gibt es?", "2 Zeilen von Mitglieder.xlsx"),
        ("Wer ist am längsten Mitglied?", "Ilse Brandt [1]: Eintritt 2004"),
        ("Anteil der Jugend an den Mitgliedern in Prozent", "2 von 4 Zeilen von Mitglieder.xlsx = 50%."),
        ("How many boats are there?", "4 rows of Boote.xlsx"),
        ("Who has not paid?", "Jonas Keil [1], Per Nissen [2]."),
        ("Combien de bateaux y a-t-il ?", "4 lignes de Boote.xlsx"),
        ("¿Cuántos barcos hay?", "4 filas de Boote.xlsx"),
        ("Which books have more than 3 copies?", "The Iron Heron [1], The Iron Gate [2]."),
        ("Which is the oldest book?", "The Iron Heron [1]: Year 2011"),
        ("Which pupils take the bus?", "Ada Quill [1], Eve Lund [2]."),
        ("How many pupils do not take the bus?", "1 row of pupils.xlsx: Ben Osei [1]."),
        ("Who is the youngest pupil?", "Ben Osei [1]: Born 2014-11-19"),
        ("Welcher Artikel ist am teuersten?", "Lampen [1]: Einzelpreis (EUR) 49"),
        ("Welche Artikel haben weniger als 50 Stück Bestand?", "Lager.xlsx: Lampen [1]."),
        ("Was ist das ganze Lager wert?", "= 120 × 2,5 [1] + 12 × 49 [2] = 888 EUR."),
        ("¿Qué alumnos no han pagado la cuota?", "Hugo Peña [1]."),
        ("How many accidents were recorded?", "3 rows of log.txt"),
        ("How many accidents happened in 2024?", "2 rows of log.txt: 11 February 2024 (Joe cut his thumb.) [1]"),
    ],
)
def test_rows_are_counted_listed_and_computed(question: str, said: str) -> None:
    answer = over(question)
    assert isinstance(answer, Answer)
    assert said in answer.text
    assert answer.citations


LOOK_UPS = (
    "What is Mina Castell's hourly rate?",
    "Who is the apprentice?",
    "Who is responsible for the stock?",
    "When did Ravi Shah start?",
    "How much does a board of oak cost?",
    "How many boards of oak are there?",
    "How many boards may a tenant store?",
    "How many days of leave do employees get?",
    "How many people may enter the spray room?",
    "How many people are allowed in a boat?",
    "How many hours does the course take?",
    "How many accidents must be reported to the insurer?",
    "What is the average speed of the ferry?",
    "What is the total height of the tower?",
    "What is the value of honesty?",
    "Which rules apply to apprentices?",
    "Which tools do I need for oak?",
    "Which documents do apprentices need?",
    "Who must not enter the workshop?",
    "Who has not signed the lease?",
    "List the duties of the owner",
    "Name the ports of the ferry",
    "What share of the profit goes to the owner's children?",
    "How often is the boiler serviced?",
    "How often does the problem occur?",
    "Wie oft wird der Ofen gewartet?",
    "Wie viele Tage Urlaub haben Mitarbeiter?",
    "Wie hoch ist der Beitrag für Jugendliche?",
    "Wer darf das Boot nicht benutzen?",
    "Was ist ein Einer?",
    "Welche Regeln gelten für Boote?",
    "Combien de jours de congé ont les employés ?",
    "Quelles sont les règles pour les bateaux ?",
    "¿Cuántos días de vacaciones tienen los empleados?",
    "¿Quién no puede usar el barco?",
)


@pytest.mark.parametrize("question", LOOK_UPS)
def test_an_ordinary_question_that_looks_like_a_list_or_a_count_is_looked_up(question: str) -> None:
    assert choose_mode(question).mode is Mode.LOOK_UP
    assert over(question) == NO_TABLE
