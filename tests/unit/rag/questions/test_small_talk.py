"""A greeting, thanks or a goodbye gets one sentence in its language; everything else is a question."""

from __future__ import annotations

import pytest

from rag.questions.small_talk import small_talk_reply


@pytest.mark.parametrize(
    ("message", "begins"),
    [
        ("hello", "Hello"),
        ("Hi Lectern!", "Hello"),
        ("👋 hi", "Hello"),
        ("ok thanks", "You are welcome"),
        ("Danke schön!", "Gern geschehen"),
        ("Guten Tag", "Hallo"),
        ("Grüß Gott", "Hallo"),
        ("Merci beaucoup !", "Je vous en prie"),
        ("Bonjour", "Bonjour"),
        ("Hola, buenos días", "¡Hola"),
        ("gracias", "De nada"),
        ("goodbye", "Goodbye"),
        ("谢谢", "不客气"),
        ("شكراً", "على الرحب"),
        ("תודה", "בבקשה"),
    ],
)
def test_small_talk_is_answered_in_its_language(message: str, begins: str) -> None:
    assert small_talk_reply(message).startswith(begins)


@pytest.mark.parametrize(
    "message",
    [
        "hello world program",
        "thanks for the fish",
        "hello, what is the rent?",
        "Was ist Danke?",
        "",
        "?",
        "hello " * 20,
    ],
)
def test_a_question_is_no_small_talk(message: str) -> None:
    assert small_talk_reply(message) == ""
