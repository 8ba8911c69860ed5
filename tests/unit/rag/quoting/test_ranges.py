from decimal import Decimal

import pytest

from rag.quoting.range_rows import range_key, rows_of_range
from rag.quoting.ranges import holds_measure, measures_in, ranges_in


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("1 to 9", "9", "10"),
        ("10–19", "10", "20"),
        ("20-49 Stück", "20", "50"),
        ("from 50 on", "50", "49"),
        ("100 or more", "100", "99"),
        ("ab 20 Stück", "20", "19"),
        ("ab dem dritten Tag", "3", "2"),
        ("plus de deux jours", "3", "2"),
        ("à partir du deuxième enfant", "2", "1"),
        ("a partir de 10 unidades", "10", "9"),
        ("more than 1,000 km", "1001", "1000"),
        ("bis zu 1.000 km", "1000", "1001"),
        ("From the tenth year of service on, they have 31 days.", "12", "9"),
    ],
)
def test_a_range_holds_the_numbers_within_it(text: str, inside: str, outside: str) -> None:
    (found,) = ranges_in(text)
    assert found.holds(Decimal(inside))
    assert not found.holds(Decimal(outside))


@pytest.mark.parametrize("text", ["from 1 January 2024", "3 to 5 May", "200", "on 2024-05-03", "after the break"])
def test_dates_and_plain_numbers_are_no_ranges(text: str) -> None:
    assert not ranges_in(text)


def test_a_year_in_a_question_measures_nothing() -> None:
    assert measures_in("What did it cost in 2024?") == ()


def test_the_row_whose_range_holds_the_number_is_meant() -> None:
    rows = ["1 to 9 | none", "10 to 19 | 3 %", "20 to 49 | 7 %", "from 50 on | 12 %"]
    header = "Pieces | Discount"
    assert rows_of_range("What discount is given for 25 pieces?", header, rows) == [False, False, True, False]
    assert rows_of_range("What discount is given for more than 49 pieces?", header, rows) == [False, False, False, True]
    assert range_key("What discount is given for 25 pieces?", header, rows[2]) == "Pieces 20 to 49"


def test_of_two_columns_of_ranges_the_one_in_the_unit_asked_for_is_meant() -> None:
    rows = ["1 to 9 | up to 12 | none", "10 to 19 | over 12 | 3 %"]
    header = "Pieces | Months | Discount"
    assert rows_of_range("What is given after 14 months?", header, rows) == [False, True]


def test_a_sentence_tells_whether_it_is_about_the_number_asked_for() -> None:
    measures = measures_in("May I fly for a trip of 300 km?")
    assert holds_measure("Trips of more than 400 km may be made by plane.", measures) is False
    assert holds_measure("Trips of up to 400 km are made by train.", measures) is True
    assert holds_measure("Trips of more than 8 hours are paid.", measures) is None
