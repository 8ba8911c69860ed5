"""Who sent a mail, to whom, when and with a copy to whom is read from its head, of the one mail that is meant."""

from __future__ import annotations

import pytest

from rag.quoting.mail_heads import find_head_line
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of

OFFER = (
    "From: Nadia Feldman <nadia@marine.example>\nTo: Oscar Lindqvist <oscar@box.example>\nDate: 4 June 2024\n\n"
    "We can make the new mast for 3,480 euros including delivery. The minutes of our talk are attached."
)
ACCEPTANCE = (
    "From: Oscar Lindqvist <oscar@box.example>\nTo: Nadia Feldman <nadia@marine.example>\n"
    "Cc: Birgit Lindqvist <birgit@box.example>\nDate: 6 June 2024\n\n"
    "I accept, but please leave out the delivery of the mast."
)


def mail(number: int, text: str) -> list[Unit]:
    document = DocumentInfo(number, f"{number}.eml", "folder", "Offer for your mast", "eml", "indexed")
    return units_of(number - 1, Source(number, document, "", text, (Span(0, 0, len(text)),), 1.0), every=True)


MAILS = [mail(1, OFFER), mail(2, ACCEPTANCE)]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did Oscar write that he accepts?", "6 June 2024"),
        ("When was the mail from Nadia sent?", "4 June 2024"),
        ("Who got a copy of Oscar's acceptance?", "Birgit Lindqvist"),
        ("Who sent the message that accepts?", "Oscar Lindqvist"),
        ("Wann hat Oscar die Nachricht geschickt?", "6 June 2024"),
        ("Qui a envoyé le courriel à Nadia Feldman ?", "Oscar Lindqvist"),
        ("¿Quién escribió a Oscar Lindqvist?", "Nadia Feldman"),
    ],
)
def test_a_line_of_the_head_of_the_mail_that_is_meant_answers(question: str, answer: str) -> None:
    found = find_head_line(question, MAILS)
    assert found is not None
    assert answer in found.answer


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the minutes?",
        "When was the mail sent?",
        "When must the letter be sent to the landlord?",
        "What does the mast cost?",
        "Who sent the message about the insurance policy?",
    ],
)
def test_what_no_head_says_or_several_mails_say_is_not_answered_by_a_head(question: str) -> None:
    assert find_head_line(question, MAILS) is None
