"""Values are read from what people write, in one form, and what can be two things is in doubt."""

from __future__ import annotations

import pytest

from rag.extraction.columns import Column, ColumnKind
from rag.extraction.days import find_day_order, find_days
from rag.extraction.quantities import find_decimal_mark, find_quantities, number_text
from rag.extraction.values import Conventions, read_values, split_items

NUMBER = Column("n", "How much?", ColumnKind.NUMBER)
DATE = Column("d", "When?", ColumnKind.DATE)
ANSWER = Column("y", "Is it?", ColumnKind.YES_NO)
TEXT = Column("t", "What?")


@pytest.mark.parametrize(
    ("written", "number", "unit"),
    [
        ("€1.234,56", "1234.56", "EUR"),
        ("1,234.56 EUR", "1234.56", "EUR"),
        ("£ 12", "12", "GBP"),
        ("US$ 4,000", "4000", "USD"),
        ("EUR 4.500,-", "4500", "EUR"),
        ("1 234,50 €", "1234.5", "EUR"),
        ("CHF 1'200.00", "1200", "CHF"),
        ("(1,200)", "-1200", ""),
        ("-12.50", "-12.5", ""),
        ("$1.2 million", "1200000", "USD"),
        ("3.5 %", "3.5", "%"),
        ("thirty (30) days", "30", "days"),
        ("12 (twelve) months", "12", "months"),
        ("two years", "2", "years"),
        ("7 kg", "7", "kg"),
    ],
)
def test_a_number_is_read_with_its_unit(written: str, number: str, unit: str) -> None:
    found = find_quantities(written)
    assert [(number_text(one.number), one.unit) for one in found] == [(number, unit)]


@pytest.mark.parametrize("written", ["INV-2024-001", "#4471", "2024-05-01 x", "12/34/5678", "§ 12", "A4711-B"])
def test_identifiers_and_dates_are_no_numbers(written: str) -> None:
    assert read_values(written, NUMBER, Conventions()) == []


def test_three_digits_behind_a_point_are_in_doubt_unless_the_document_shows_how_it_writes() -> None:
    assert find_quantities("1.234")[0].doubt
    assert find_decimal_mark("a 12,50 b 3,20") == ","
    (german,) = find_quantities("1.234", decimal_mark=",")
    assert (number_text(german.number), german.doubt) == ("1234", "")
    (english,) = find_quantities("1.234", decimal_mark=".")
    assert (number_text(english.number), english.doubt) == ("1.234", "")


@pytest.mark.parametrize(
    "written",
    ["3 March 2024", "March 3rd, 2024", "2024-03-03", "03.03.2024", "3. März 2024", "03-Mar-2024", "3 Mar 24",
     "3rd day of March, 2024", "2024年3月3日", "3.3.24"],
)  # fmt: skip
def test_a_day_is_read_in_the_forms_that_people_write(written: str) -> None:
    assert [value.text for value in read_values(written, DATE, Conventions())] == ["2024-03-03"]


def test_a_day_in_figures_is_in_doubt_unless_the_document_shows_the_order() -> None:
    (found,) = find_days("03/04/2024")
    assert found.other is not None
    assert find_day_order("On 13/04/2024.") is True
    assert find_day_order("On 04/13/2024.") is False
    assert find_day_order("On 13/04/2024 and 04/13/2024.") is None
    (told,) = find_days("03/04/2024", day_first=True)
    assert (told.day.isoformat(), told.other) == ("2024-04-03", None)
    (doubted,) = read_values("03/04/2024", DATE, Conventions())
    assert doubted.doubt == "03/04/2024 can be 2024-04-03 or 2024-03-04."


@pytest.mark.parametrize("written", ["31.02.2024", "2024-13-01", "99/99/2024"])
def test_a_day_that_there_is_not_is_none(written: str) -> None:
    assert read_values(written, DATE, Conventions()) == []


def test_another_currency_than_the_columns_is_told_and_a_missing_one_is_taken_from_the_document() -> None:
    euros = Column("n", "How much?", ColumnKind.NUMBER, "EUR")
    (dollars,) = read_values("$5.00", euros, Conventions())
    assert dollars.doubt == "It is in USD and not in EUR."
    (bare,) = read_values("5.00", euros, Conventions())
    assert bare.doubt
    (known,) = read_values("5.00", euros, Conventions(currency="EUR"))
    assert (known.unit, known.doubt) == ("EUR", "")


def test_two_years_are_24_months_in_a_column_of_months() -> None:
    months = Column("n", "How long?", ColumnKind.NUMBER, "months")
    (value,) = read_values("two (2) years", months, Conventions())
    assert (value.text, value.unit, value.doubt) == ("24", "months", "")


@pytest.mark.parametrize(
    ("written", "answer"),
    [("Yes", "yes"), ("ja, jährlich", "yes"), ("No", "no"), ("none", "no"), ("[x] Yes [ ] No", "yes"), ("☒ No", "no")],
)
def test_yes_and_no_are_read_also_from_boxes(written: str, answer: str) -> None:
    assert [value.text for value in read_values(written, ANSWER, Conventions())] == [answer]


@pytest.mark.parametrize("written", ["", " - ", "n/a", "TBD", "x" * 400])
def test_blanks_and_passages_are_no_text_values(written: str) -> None:
    assert read_values(written, TEXT, Conventions()) == []


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("Harlow Tools, Inc. and Brandt GmbH", ("Harlow Tools, Inc.", "Brandt GmbH")),
        ("A Ltd; B, C and D; E", ("A Ltd", "B, C and D", "E")),
        ("- one\n- two\n- one", ("one", "two")),
        ("Ann, Bob and Cy", ("Ann", "Bob", "Cy")),
    ],
)
def test_a_list_is_cut_where_its_writer_parts_it(written: str, items: tuple[str, ...]) -> None:
    assert split_items(written) == items
