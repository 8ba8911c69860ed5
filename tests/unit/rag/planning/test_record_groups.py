"""A question for each town, inspector or month is answered by what each group of records comes to, or by none."""

from __future__ import annotations

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.over_documents import OverDocuments
from rag.planning.over_other_records import OverOtherRecords
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

ORDERS = Shelf(
    {
        "work-orders.csv": [
            "Order | Trade | Job | Cost (GBP) | Status | Reported | Contractor\n"
            "R1 | Plumbing | Tap drips | 60.00 | done | 04/03/2024 | Voss & Sons\n"
            "R2 | Roofing | Slipped tiles | 310.00 | open | 18/03/2024 | Kestrel\n"
            "R3 | plumbing | Blocked drain | 140.00 | open | 20/03/2024 | Voss and Sons\n"
            "R4 | Glazing | Cracked pane | 112.50 | done | 02/04/2024 | Clear View\n"
            "R5 | Plumbing | New boiler | 900.00 | done | 09/04/2024 | Kestrel\n"
            "R6 | Roofing | Gutter torn off | 85.00 | cancelled | 11/04/2024 | "
        ]
    }
)
MARKS = Shelf(
    {
        "pupils.csv": [
            "Pupil | Branch | Class | Mark | Cost per child\n"
            "Ada Lund | North | 7a | 62 | 12.00\nBen Kray | North | 7b | 70 | 14.00\n"
            "Cleo Hart | South | 7a | 81 | 12.00\nDan Moss | South | 7a | 59 | 10.00\nEve Penn | West | 7b | 90 | 12.00"
        ]
    }
)
VISITS = Shelf(
    {
        f"visit-{at}.md": [
            f"Inspection form\n\nSite: {site}\nTown: {town}\nInspected by: {person}\nDate of visit: {day}\n"
            f"Result: {result}\nDefects: {defects}"
        ]
        for at, (site, town, person, day, result, defects) in enumerate(
            (
                ("Tarn House", "Ashby", "Ruth Okafor", "4 March 2024", "passed", 0),
                ("Quay Depot", "Denham", "Marco Silva", "11 March 2024", "failed", 4),
                ("Old Mill", "Ashby", "Ruth Okafor", "2 April 2024", "passed", 1),
                ("Pier Hall", "Denham", "Ruth Okafor", "9 April 2024", "failed", 3),
                ("Gym", "Millbrook", "Ina Brandt", "12 April 2024", "passed", 0),
            )
        )
    },
    {f"visit-{at}.md": DocumentProfile("en") for at in range(5)},
)
SPENT = Shelf(
    {
        "kasse.csv": [
            "Nr | Datum | Kategorie | Lieferant | Betrag (EUR)\n"
            "1 | 03.01.2024 | Material | Sport Kessler | 120,00\n2 | 17.01.2024 | Miete | Stadt Ulm | 300,00\n"
            "3 | 05.02.2024 | Material | Huth | 80,50\n4 | 19.02.2024 | Miete | Stadt Ulm | 300,00\n"
            "5 | 01.03.2024 | Fahrten | Busreisen Ott | 210,00"
        ]
    }
)
BIKES = Shelf(
    {
        f"rad-{at}.md": [f"Werkstattauftrag\n\nKunde: {name}\nFahrrad: {kind}\nMechaniker: {by}\nPreis: {price},00 EUR"]
        for at, (name, kind, by, price) in enumerate(
            (
                ("Lang", "Rennrad", "Yusuf", 40),
                ("Maas", "E-Bike", "Silke", 90),
                ("Ott", "Rennrad", "Silke", 25),
                ("Roth", "Kinderrad", "Yusuf", 15),
            )
        )
    },
    {f"rad-{at}.md": DocumentProfile("de") for at in range(4)},
)
LOGEMENTS = Shelf(
    {
        "logements.csv": [
            "Logement | Ville | Type | Loyer (EUR)\nLes Tilleuls | Lyon | T2 | 650\nLe Moulin | Vienne | T3 | 720\n"
            "Gambetta | Lyon | T3 | 810\nLes Arcades | Lyon | T1 | 480"
        ]
    }
)
FACTURAS = Shelf(
    {
        f"factura-{at}.md": [
            f"Factura\n\nNúmero: F-{at}\nProveedor: {firm}\nCiudad: {town}\nFecha: {day}\nImporte total: {total},00 €"
        ]
        for at, (firm, town, day, total) in enumerate(
            (
                ("Alba", "Sevilla", "04/03/2024", 240),
                ("Rueda", "Málaga", "18/03/2024", 95),
                ("Alba", "Sevilla", "02/04/2024", 110),
                ("Soto", "Córdoba", "15/04/2024", 1475),
            )
        )
    },
    {f"factura-{at}.md": DocumentProfile("es", "invoice") for at in range(4)},
)
SPEAKERS = Shelf(
    {
        "guides.csv": [
            "Guide | Languages | Tours\nAda Lund | English, French | 4\nBen Kray | German, English | 2\n"
            "Cleo Hart | French | 6\nDan Moss | English | 1"
        ]
    }
)
SEVERAL = Shelf(
    {
        f"meals_2024-0{month}.csv": [
            "School | Lunches | Cost EUR\n" + "\n".join(f"{school} | {count} | {3 * count}" for school, count in of_it)
        ]
        for month, of_it in (
            (1, (("Ahornweg", 210), ("Birkenhof", 180), ("Talblick", 95))),
            (2, (("Ahornweg", 190), ("Birkenhof", 200), ("Talblick", 90))),
        )
    }
)


def told(question: str, shelf: Shelf) -> Answer | str:
    mode = OverDocuments(Aggregation(AllDocuments(shelf, most_read=5), shelf), shelf)
    answer = finish(mode, asked(question, shelf=shelf))[1]
    return answer if isinstance(answer, Answer) else finish(OverOtherRecords(shelf), asked(question, shelf=shelf))[1]


def plain(answer: Answer) -> str:
    """Return an answer without the marks of its sources."""
    return " ".join(part.rpartition("]")[2] for part in answer.text.split("[")).replace(" ,", ",")


@pytest.mark.parametrize(
    ("question", "shelf", "said"),
    [
        ("How many jobs did each trade get?", ORDERS, ("6 of 6 rows by Trade", "Plumbing 3", "Roofing 2", "Glazing 1")),
        ("Number of orders by status", ORDERS, ("done 3", "open 2", "cancelled 1")),
        ("How many open orders does each trade have?", ORDERS, ("Roofing 1", "Plumbing 1", "Glazing 0")),
        ("How many orders per trade in March?", ORDERS, ("Plumbing 2", "Roofing 1")),
        ("What is the number of orders for each trade?", ORDERS, ("Plumbing 3", "Glazing 1")),
        ("For each status, how many orders are there?", ORDERS, ("done 3", "cancelled 1")),
        ("Orders per status", ORDERS, ("done 3", "open 2")),
        ("Total cost by trade", ORDERS, ("Plumbing 1,100", "Roofing 395", "Glazing 112.5")),
        ("What did each trade cost?", ORDERS, ("Plumbing 1,100", "Roofing 395")),
        ("What was the total cost of open orders per trade?", ORDERS, ("Roofing 310", "Plumbing 140")),
        ("How many orders were there per month?", ORDERS, ("by month: March 2024: 3", "April 2024: 3")),
        ("What did we spend each month?", ORDERS, ("March 2024: 510", "April 2024: 1,097.5")),
        ("What is the most expensive job in each trade?", ORDERS, ("Plumbing 900", "(R5", "Roofing 310", "(R2")),
        ("What is the highest mark in each branch?", MARKS, ("West 90", "South 81", "North 70")),
        ("How many different contractors worked for each status?", ORDERS, ("done 3", "open 2")),
        ("List the orders by trade", ORDERS, ("Plumbing 3", "Roofing 2")),
        ("average mark per branch", MARKS, ("West 90", "South 70", "North 66")),
        ("What is the average mark in each class?", MARKS, ("7b 80", "7a 67.33")),
        ("How many pupils are in every class?", MARKS, ("7a 3", "7b 2")),
        ("How many pupils does each branch have?", MARKS, ("North 2", "South 2", "West 1")),
        ("How many visits did each inspector make?", VISITS, ("Ruth Okafor 3", "Marco Silva 1", "Ina Brandt 1")),
        ("How many visits did each person make?", VISITS, ("Ruth Okafor 3", "Marco Silva 1")),
        ("How many sites are there in each town?", VISITS, ("5 of 5 documents by Town", "Ashby 2", "Millbrook 1")),
        ("How many defects were found in each town?", VISITS, ("Denham 7", "Ashby 1", "Millbrook 0")),
        ("How many failed inspections were there per town?", VISITS, ("Denham 2", "Ashby 0")),
        ("Wie hoch sind die Ausgaben je Kategorie?", SPENT, ("Miete 600", "Fahrten 210", "Material 200,5")),
        ("Was haben wir pro Lieferant ausgegeben?", SPENT, ("Stadt Ulm 600", "Huth 80,5")),
        ("Wie viel haben wir in jedem Monat ausgegeben?", SPENT, ("Januar 2024: 420", "März 2024: 210")),
        ("Wie viele Einträge gibt es je Kategorie?", SPENT, ("Material 2", "Miete 2", "Fahrten 1")),
        ("Wie viele Fahrräder gibt es von jeder Art?", BIKES, ("Rennrad 2", "E-Bike 1", "Kinderrad 1")),
        ("Wie viele Aufträge hat jeder Mechaniker?", BIKES, ("Yusuf 2", "Silke 2")),
        ("Anzahl der Aufträge nach Mechaniker", BIKES, ("Yusuf 2", "Silke 2")),
        ("Durchschnittlicher Preis je Mechaniker", BIKES, ("Silke 57,5", "Yusuf 27,5")),
        ("Combien de logements par ville ?", LOGEMENTS, ("Lyon 3", "Vienne 1")),
        ("Combien de logements y a-t-il dans chaque ville ?", LOGEMENTS, ("Lyon 3", "Vienne 1")),
        ("Quel est le loyer moyen par ville ?", LOGEMENTS, ("Vienne 720", "Lyon 646,67")),
        ("Nombre de logements par type", LOGEMENTS, ("T3 : 2", "T1 : 1")),
        ("¿Cuántas facturas hay de cada ciudad?", FACTURAS, ("Sevilla 2", "Málaga 1", "Córdoba 1")),
        ("¿Cuánto hemos gastado por proveedor?", FACTURAS, ("Soto 1.475", "Alba 350", "Rueda 95")),
        ("¿Cuántas facturas hay por mes?", FACTURAS, ("marzo 2024: 2", "abril 2024: 2")),
        ("Número de facturas por proveedor", FACTURAS, ("Alba 2", "Soto 1")),
        ("How many guides speak each language?", SPEAKERS, ("English 3", "French 2", "German 1")),
        ("How many lunches did each school have?", SEVERAL, ("Ahornweg 400", "Birkenhof 380", "Talblick 185")),
    ],
)
def test_each_group_is_told(question: str, shelf: Shelf, said: tuple[str, ...]) -> None:
    answer = told(question, shelf)
    assert isinstance(answer, Answer), answer
    assert all(one in answer.text for one in said), answer.text
    assert answer.citations
    assert answer.verdict is Verdict.SUPPORTED
    assert answer.table is not None


@pytest.mark.parametrize(
    ("question", "shelf"),
    [
        ("How many orders does each plumber have?", ORDERS),
        ("How many orders are there per depot?", ORDERS),
        ("How many kayaks did each trade get?", ORDERS),
        ("How many jobs did each trade get per month?", ORDERS),
        ("Which orders does each trade have?", ORDERS),
        ("Wie hoch ist der Preis jeder Art pro Auftrag?", BIKES),
        ("What did each trade cost per job?", ORDERS),
        ("How many orders by trade and status?", ORDERS),
        ("What did we spend per branch?", ORDERS),
        ("What is the average defect count per region?", VISITS),
        ("Wie viele Buchungen gibt es je Abteilung?", SPENT),
        ("Combien de logements par quartier ?", LOGEMENTS),
        ("¿Cuántas facturas hay de cada cliente?", FACTURAS),
    ],
)
def test_what_no_field_groups_is_not_answered(question: str, shelf: Shelf) -> None:
    assert isinstance(told(question, shelf), str)


@pytest.mark.parametrize(
    ("question", "shelf", "said"),
    [
        ("What is the average cost per child?", MARKS, "12"),
        ("How many visits were made by Ruth Okafor?", VISITS, "3 of 5"),
        ("How many orders cost more than £100?", ORDERS, "R2"),
    ],
)
def test_a_rate_and_who_does_something_are_no_groups(question: str, shelf: Shelf, said: str) -> None:
    answer = told(question, shelf)
    assert isinstance(answer, Answer), answer
    assert said in answer.text
    assert " by " not in answer.text


def test_values_that_differ_in_case_and_marks_are_one_group_and_rows_without_one_are_named() -> None:
    answer = told("How many orders did each contractor get?", ORDERS)
    assert isinstance(answer, Answer), answer
    assert "Voss & Sons 2" in answer.text
    assert "Kestrel 2" in answer.text
    assert "R6" in answer.text
    assert answer.verdict is Verdict.PARTLY
    assert answer.table is not None
    assert [row.cells[0].text.split(":")[0] for row in answer.table.rows[:2]] == ["Voss & Sons"] * 2
    assert len(answer.table.undecided) == 1


def test_every_group_is_cited() -> None:
    answer = told("How many jobs did each trade get?", ORDERS)
    assert isinstance(answer, Answer), answer
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert all(trade in quotes for trade in ("Plumbing", "Roofing", "Glazing"))
