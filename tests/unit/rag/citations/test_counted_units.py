"""A number that a source counts in another unit carries no claim."""

from __future__ import annotations

import pytest

from rag.citations.counted_units import differs_in_unit

LAMP = "The standby lamp is weaker and carries only 11 nautical miles. The harbour office says so on channel 12."


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The bulb uses 11 watts.", LAMP),
        ("It carries 11 miles.", LAMP),
        ("Notice is given 14 hours before.", "Notice of 14 days is given."),
        ("The fine is £30.", "The boat is 30 m long."),
        ("The tank holds 1,200 kg.", "The tank holds 1200 litres."),
        ("It takes 40 per cent.", "It takes 40 minutes."),
    ],
)
def test_another_unit_is_told(claim: str, source: str) -> None:
    assert differs_in_unit(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It carries 11 nautical miles.", LAMP),
        ("Its number is 11.", LAMP),
        ("The 11 watts are measured on channel 12.", "The bulb draws 11 W; it carries 11 nautical miles."),
        ("It is 14 metres long.", "Length overall: 14 m"),
        ("The fine is 30 euros.", "A fine of €30 is due."),
        ("The fine is £30.", "Fine | 30 | 45"),
        ("He weighed 12 kilos.", "He brought 12 boxes."),
        ("The share is 40%.", "40 per cent of them came."),
        ("A 3-day course costs £80.", "The course lasts 3 days and costs £80."),
        ("The hall has 90 square meters.", "Hall: 90 m²"),
        ("It was 5°C.", "The water had 5 degrees."),
        ("Meet at 10:30 for 2 hours.", "We meet at 10:30, for 2 hours."),
        ("On 3 May it took 3 hours.", "Three came on 3 May; it took 3 days."),
    ],
)
def test_the_same_unit_in_other_words_and_no_unit_tell_nothing(claim: str, source: str) -> None:
    assert not differs_in_unit(claim, source)
