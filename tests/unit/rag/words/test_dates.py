"""Dates and periods are found in the forms that people write."""

from __future__ import annotations

from datetime import date

import pytest

from rag.words.dates import Period, find_dates, find_periods


@pytest.mark.parametrize(
    "text",
    [
        "signed on 2024-05-03 in Bergen",
        "signed on 3 May 2024 in Bergen",
        "signed on 3rd of May, 2024 in Bergen",
        "signed on May 3, 2024 in Bergen",
        "unterzeichnet am 3. Mai 2024 in Bergen",
        "unterzeichnet am 03.05.2024 in Bergen",
        "signé le 3 mai 2024 à Bergen",
        "firmado el 3 de mayo de 2024 en Bergen",
        "signed on 5/3/2024 in Bergen",
    ],
)
def test_one_day_is_the_same_in_every_form(text: str) -> None:
    (found,) = find_dates(text)
    assert found.day == date(2024, 5, 3)
    assert text[found.start - 1] == " "


@pytest.mark.parametrize("text", ["31 February 2023", "May be 2024", "part 2024-13-40", "10.03.20"])
def test_what_is_no_day_is_not_found(text: str) -> None:
    assert find_dates(text) == []


def test_a_day_above_twelve_tells_how_slashes_are_meant() -> None:
    assert [found.day for found in find_dates("28/02/2023 and 02/28/2023")] == [date(2023, 2, 28)] * 2


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("revenue in FY22", [Period(2022)]),
        ("for the fiscal year 2021", [Period(2021)]),
        ("im Geschäftsjahr 2023", [Period(2023)]),
        ("the second quarter of 2023", [Period(2023, 2)]),
        ("Q3 2021 results", [Period(2021, 3)]),
        ("2Q'19", [Period(2019, 2)]),
        ("im ersten Quartal 2020", [Period(2020, 1)]),
        ("the second quarter was weak", []),
        ("seat 2022", []),
    ],
)
def test_periods_of_reports_are_found(text: str, periods: list[Period]) -> None:
    assert find_periods(text) == periods
