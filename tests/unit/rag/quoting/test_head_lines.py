"""Checks that lines of a mail's head answer only what asks for them."""

from __future__ import annotations

import pytest

from rag.quoting.head_lines import asks_for_field, head_field, is_greeting


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("Date: Mon, 03 Feb 2025 08:00:00 +0100", "date"),
        ("To: Tom Reyes <tom@quay.example>", "to"),
        ("Kopie: Vorstand", "cc"),
        ("Von: Ida Holm", "from"),
        ("Crane fee: 85 crowns an hour", ""),
        ("The mail went to all.", ""),
    ],
)
def test_a_line_gives_a_field_of_a_mail_or_none(line: str, field: str) -> None:
    assert head_field(line) == field


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Who got a copy of the mail about the drawings?", "cc"),
        ("Who wrote about the slipway?", "from"),
        ("Wann wurde die Nachricht geschickt?", "date"),
        ("To whom was the letter addressed?", "to"),
    ],
)
def test_a_question_about_a_mail_asks_for_its_field(question: str, field: str) -> None:
    assert asks_for_field(question, field)


def test_a_question_about_something_else_asks_for_no_field() -> None:
    question = "When does the slipway open?"
    assert not any(asks_for_field(question, field) for field in ("from", "to", "cc", "date", "subject"))


@pytest.mark.parametrize(
    ("line", "greets"),
    [
        ("Dear Ivo,", True),
        ("Sehr geehrte Frau Holm,", True),
        ("Kind regards", True),
        ("Dear harbour master Orde, the crane is broken.", False),
        ("Hello boats may be hired by the hour", False),
    ],
)
def test_a_greeting_is_told_from_a_sentence(line: str, greets: bool) -> None:
    assert is_greeting(line) == greets
