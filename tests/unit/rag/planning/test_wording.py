"""Every text of planning is there in four languages, and says the same values in each."""

from __future__ import annotations

import json
import string
from datetime import date
from decimal import Decimal

import pytest

from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.wording import FILE, LANGUAGES, Wording

TEXTS: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))


def values_in(text: str) -> set[str]:
    # Only English verbs are told by number.
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"verb"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_says_the_same_values_in_every_language(name: str) -> None:
    assert set(TEXTS[name]) == set(LANGUAGES)
    assert len({frozenset(values_in(text)) for text in TEXTS[name].values()}) == 1


@pytest.mark.parametrize(
    ("question", "day", "amount"),
    [
        ("What is the rent?", "3 May 2024", "1,234.50 EUR"),
        ("Wie hoch ist die Miete?", "3. Mai 2024", "1.234,50 EUR"),
        ("Quel est le loyer du bail ?", "3 mai 2024", "1\u202f234,50 EUR"),
        ("¿Cuál es el alquiler de la casa?", "3 de mayo de 2024", "1.234,50 EUR"),
    ],
)
def test_days_and_amounts_are_written_as_the_language_writes_them(question: str, day: str, amount: str) -> None:
    wording = Wording(question)
    assert wording.day(date(2024, 5, 3)) == day
    assert wording.amount(Quantity(Decimal("1234.5"), "EUR")) == amount


def test_why_nothing_is_computed_is_said_in_the_language_of_the_question() -> None:
    with pytest.raises(CalculationError) as refused:
        common_unit([Quantity(Decimal(1), "EUR"), Quantity(Decimal(1), "USD")])
    assert "EUR, USD" in Wording("Wie hoch ist die Miete?").reason(refused.value)
    assert "EUR and USD" in Wording("What is the rent?").reason(refused.value)
