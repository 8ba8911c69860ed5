"""Numbers come out as a spreadsheet program shows them."""

from __future__ import annotations

import math

import pytest

from ingest.parsers.sheets.number_formats import format_number, format_text, plain_number


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.0725, "0.00%", "7.25%"),
        (1250.5, '#,##0.00 "kr"', "1,250.50 kr"),
        (1250.5, "#,##0.00\\ [$kr-41D]", "1,250.50 kr"),
        (3, '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-', "3.00 €"),
        (71203, "0000000", "0071203"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (-5.5, "0.00", "-5.50"),
        (-0.004, "0.00", "0.00"),
        (0, "#,##0;(#,##0);-", "-"),
        (1234567, '0.0,,"M"', "1.2M"),
        (2.5, "0", "3"),
        (1234, "#,##0.###", "1,234"),
        (1.75, "# ??/??", "1 3/4"),
        (0.25, "?/4", "1/4"),
        (12345, "0.00E+00", "1.23E+04"),
        (12, '[<10]0;[>=10]"many" 0', "many 12"),
        (7, "[Red]0.0%", "700.0%"),
    ],
)
def test_amounts_follow_their_format(value: float, code: str, shown: str) -> None:
    assert format_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1.5625, "[h]:mm", "37:30"),
        (0.6979166667, "h:mm", "16:45"),
        (0.6979166667, "h:mm AM/PM", "4:45 PM"),
        (0.5, "[mm]:ss", "720:00"),
        (45385, "d mmm yyyy", "3 Apr 2024"),
        (45385, "dd.mm.yyyy", "03.04.2024"),
        (45385, "yyyy-mm-dd", "2024-04-03"),
        (45385.75, "yyyy-mm-dd hh:mm:ss", "2024-04-03 18:00:00"),
        (45385, "mmmm d, yyyy", "April 3, 2024"),
        (45385, "mmm-yy", "Apr-24"),
        (45415, "[$-407]d. mmmm yyyy", "3. Mai 2024"),
        (45415, "[$-fr-FR]dddd d mmmm yyyy", "vendredi 3 mai 2024"),
        (45415, "[$-F800]dddd, mmmm dd", "Friday, May 03"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (-1, "yyyy-mm-dd", "-1"),
    ],
)
def test_dates_and_times_follow_their_format(value: float, code: str, shown: str) -> None:
    assert format_number(value, code) == shown


def test_a_date_that_reads_two_ways_has_the_iso_date_beside_it_and_others_have_not() -> None:
    assert format_number(45385, "dd/mm/yyyy") == "03/04/2024 (2024-04-03)"
    assert format_number(45400, "dd/mm/yyyy") == "18/04/2024"


def test_a_workbook_that_counts_from_1904_has_the_dates_of_its_own() -> None:
    assert format_number(43923, "yyyy-mm-dd", from_1904=True) == "2024-04-03"


def test_plain_numbers_keep_all_their_digits() -> None:
    assert plain_number(1234567890123.45) == "1234567890123.45"
    assert plain_number(0.1 + 0.2) == "0.3"
    assert plain_number(1e20) == "1" + "0" * 20
    assert plain_number(1e-7) == "0.0000001"


def test_no_format_hides_a_number_or_fails_on_one() -> None:
    assert format_number(5, ";;;") == "5"
    long = ("0" * 5000, "yyyy" * 300, "#" * 300 + "." + "0" * 300)
    for code in ("", "[", '"', *long, "@@@", "\\", "[$", "E+E+0", "?/?/?"):
        for value in (0.0, -1.5, 1e300, -1e-300, 45385.5, math.inf, math.nan):
            assert isinstance(format_number(value, code), str)


def test_words_around_text_are_shown_with_it() -> None:
    assert format_text("A-7", '"Pier "@') == "Pier A-7"
    assert format_text("A-7", "0.00") == "A-7"
