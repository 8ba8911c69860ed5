"""The rows of a single table are records, where nothing else has answered."""

from __future__ import annotations

import pytest

from rag.planning.over_other_records import OverOtherRecords
from rag.planning.rows import tables_in
from rag.types import Answer, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

COURSES = Shelf(
    {
        "programm.csv": [
            "Kursnummer | Titel | Bereich | Leitung | Beginn | Gebühr (EUR)\n"
            "K1 | Italienisch A1 | Sprachen | Carla Monti | 16.09.2024 | 108\n"
            "K2 | Yoga am Abend | Gesundheit | Rolf Abt | 05.11.2024 | 85\n"
            "K3 | Spanisch A2 | Sprachen | Ines Paz | 07.11.2024 | 120\n"
            "K4 | Brot backen | Küche | Rolf Abt | 02.10.2024 | 62"
        ]
    }
)
MEMBERS = Shelf(
    {
        "entregas-socios.csv": [
            "Socio | Municipio | Kg 2022 | Kg 2023 | Alta\n"
            "Ana Ruiz | Baena | 31000 | 24800 | 12/03/1998\n"
            "Luis Sanz | Luque | 21500 | 25800 | 02/11/2005\n"
            "Eva Mora | Baena | 9600 | 12480 | 05/05/2021"
        ]
    }
)
FLEET = Shelf(
    {
        "fleet.xlsx": [
            "Reg: AA1 | Body: Van | Depot: Norwich | Driver: Gary Holt | Mileage: 98,450\n\n"
            "Reg: AA2 | Body: Van | Depot: Ipswich | Mileage: 41,000\n\n"
            "Reg: AA3 | Body: Lorry | Depot: Ipswich | Driver: Ruth Penn | Mileage: 60,500 | Note: on loan"
        ]
    }
)
METERS = Shelf(
    {
        "meters.csv": [
            "Meter | Building | Use 2023 (kWh) | Use 2024 (kWh)\nM1 | Mill | 100 | 120\nM2 | Barn | 200 | 210\n"
            "M3 | Lodge | 50 | 70"
        ]
    }
)
PLANTS = Shelf(
    {
        "plants.csv": [
            "Plant | Group | Pot (litres) | Light\nSage | Herbs | 1 | sun\nMint | Herbs | 1 | shade\n"
            "Fern | Shade | 3 | shade"
        ]
    }
)
SERVICE = Shelf(
    {
        "services.csv": [
            "Machine | Work done | Baked bread on\n412 | headstock oil changed, belt tightened | Monday and Friday\n"
            "607 | gib strips set, headstock oil checked | Tuesday\n618 | chuck cleaned | Friday"
        ]
    }
)
GIFTS = Shelf(
    {
        "gifts.csv": [
            "Date | Donor | Purpose | Amount\n3 March 2025 | Ada Lund | Organ | £75.00\n"
            "9 April 2025 | Ben Kray | Roof | £40.00\n2 May 2025 | Ada Lund | Organ | £60.00"
        ]
    }
)


def told(question: str, shelf: Shelf) -> Answer | str:
    return finish(OverOtherRecords(shelf), asked(question, shelf=shelf))[1]


@pytest.mark.parametrize(
    ("question", "shelf", "said", "not_said"),
    [
        ("Wie viele Sprachkurse gibt es?", COURSES, ("2 von 4", "Italienisch A1", "Spanisch A2"), ("Yoga",)),
        ("Welche Kurse gibt Rolf Abt?", COURSES, ("Yoga am Abend", "Brot backen"), ("Spanisch",)),
        ("Welche Kurse beginnen nach dem 1. November 2024?", COURSES, ("Yoga am Abend", "Spanisch A2"), ("Brot",)),
        ("Welcher Kurs ist am teuersten?", COURSES, ("Spanisch A2",), ("Brot",)),
        ("¿Cuántos kilos entregaron en 2023 los socios de Baena en total?", MEMBERS, ("37.280",), ()),
        ("How many vans are there?", FLEET, ("2 of 3", "AA1", "AA2"), ("AA3",)),
        ("What is the average mileage at Ipswich?", FLEET, ("50,750",), ()),
        ("How much was donated for the organ?", GIFTS, ("135",), ()),
        ("How many times did Ada Lund give?", GIFTS, ("2 of 3",), ()),
        ("How many kWh did the mill and the barn use altogether in 2024?", METERS, ("330",), ()),
    ],
)
def test_rows_of_one_table_answer(
    question: str, shelf: Shelf, said: tuple[str, ...], not_said: tuple[str, ...]
) -> None:
    answer = told(question, shelf)
    assert isinstance(answer, Answer), answer
    assert all(part in answer.text for part in said), answer.text
    assert not any(part in answer.text for part in not_said), answer.text
    assert answer.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("question", "shelf"),
    [
        ("How many kayaks are there?", FLEET),
        ("How many pots of herbs are there?", PLANTS),
        ("Which vehicles are blue?", FLEET),
        ("What oil goes in the headstock?", SERVICE),
        ("On which days does the machine bake bread?", SERVICE),
        ("Welche Kurse sind ausgebucht?", COURSES),
        ("How much was donated for the choir?", GIFTS),
        ("Which gifts were refunded before May 2025?", Shelf({"one.csv": ["Paid on | Sum\n3 May 2025 | 20"]})),
    ],
)
def test_what_a_table_does_not_have_is_left_to_others(question: str, shelf: Shelf) -> None:
    assert isinstance(told(question, shelf), str)


def test_a_verb_that_names_no_column_is_taken_for_the_only_day_and_said() -> None:
    answer = told("¿Qué socios se apuntaron antes del año 2010?", MEMBERS)
    assert isinstance(answer, Answer), answer
    assert "Ana Ruiz" in answer.text
    assert "Luis Sanz" in answer.text
    assert "Eva Mora" not in answer.text
    assert answer.verdict is Verdict.PARTLY
    assert "apuntaron" in answer.sentences[0].reason
    assert "Alta" in answer.sentences[0].reason


def test_rows_that_lack_a_cell_are_rows_of_the_same_table() -> None:
    (document,) = FLEET.documents
    (table,) = tables_in(document, FLEET.page_texts([document.id])[document.id])
    assert table.names == ("Reg", "Body", "Depot", "Driver", "Mileage", "Note")
    assert [row.cells for row in table.rows] == [
        ("AA1", "Van", "Norwich", "Gary Holt", "98,450", ""),
        ("AA2", "Van", "Ipswich", "", "41,000", ""),
        ("AA3", "Lorry", "Ipswich", "Ruth Penn", "60,500", "on loan"),
    ]


@pytest.mark.parametrize("text", [
    "| 2022 | 2023\nNovels | 8,410 | 8,795\nAudiobooks | 917 | 1,264",
    "2022\t2023\nNovels\t8,410\t8,795\nAudiobooks\t917\t1,264",
])  # fmt: skip
def test_a_table_whose_labels_have_no_head_keeps_its_columns(text: str) -> None:
    shelf = Shelf({"loans.pdf": [text]})
    (document,) = shelf.documents
    (table,) = tables_in(document, shelf.page_texts([document.id])[document.id])
    assert table.names == ("", "2022", "2023")
    assert [row.cells for row in table.rows] == [("Novels", "8,410", "8,795"), ("Audiobooks", "917", "1,264")]


def _parted(number: int, name: str, insurance: int) -> str:
    """The text of a row with many columns, as it is written in two lines."""
    many = " | ".join(f"Column {at}: {at * number}" for at in range(30))
    return f"Car: {number} | Name: {name} | {many}\n\nCar: {number} | Name: {name} | Insurance EUR: {insurance}"


def test_a_row_that_goes_on_in_a_further_line_is_one() -> None:
    shelf = Shelf(
        {"trams.csv": ["\n\n".join((_parted(1, "Amsel", 90), _parted(2, "Star", 70), _parted(3, "Fink", 80)))]}
    )
    (document,) = shelf.documents
    (table,) = tables_in(document, shelf.page_texts([document.id])[document.id])
    assert (table.names[:2], table.names[-1], len(table.names)) == (("Car", "Name"), "Insurance EUR", 33)
    assert [(row.cells[1], row.cells[-1]) for row in table.rows] == [("Amsel", "90"), ("Star", "70"), ("Fink", "80")]


def test_short_rows_of_one_thing_stay_rows_of_their_own() -> None:
    shelf = Shelf({"log.csv": ["Car: 1 | Wash: May\n\nCar: 1 | Brakes: June\n\nCar: 2 | Wash: July"]})
    (document,) = shelf.documents
    assert all(len(table.rows) != 1 for table in tables_in(document, shelf.page_texts([document.id])[document.id]))
