"""E-mails are counted and listed by who sent them and to whom; what is quoted in one is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.planning.all_documents import AllDocuments
from rag.planning.message_query import read_messages
from rag.planning.modes import Mode, choose_mode
from rag.types import Answer, DocumentProfile
from tests.unit.rag.planning.shelf import Shelf, asked, finish


def mail(sender: str, recipients: str, day: str, subject: str, body: str, copy: str = "") -> str:
    head = f"Subject: {subject}\n\nFrom: {sender}\n\nTo: {recipients}\n\n{f'Cc: {copy}' + chr(10) * 2 if copy else ''}"
    return f"{head}Date: {day}\n\n{body}"


TEXTS = {
    "1.eml": mail(
        "Ada Berg <ada@kestrel.example>",
        "Tom Kerr <tom@x.example>",
        "3 March 2024",
        "Lift",
        "The lift is broken.\n\nFrom: Tom Kerr\nTo: Ada Berg\nDate: 1 March 2024\n\nIs it?",
    ),
    "2.eml": mail("Ada Berg <ada@kestrel.example>", "Tom Kerr, Lena Ohm", "4 April 2023", "Van", "The van is sold."),
    "3.eml": mail("Tom Kerr <tom@x.example>", "Ada Berg", "4 May 2024", "Re: Lift", "Thanks.", copy="Lena Ohm"),
    "copy of 3.eml": mail("Tom Kerr <tom@x.example>", "Ada Berg", "4 May 2024", "Re: Lift", "Thanks.", copy="Lena Ohm"),
}


def shelf() -> Shelf:
    made = Shelf(
        {path: [text] for path, text in TEXTS.items()}, {path: DocumentProfile("en", "e-mail") for path in TEXTS}
    )
    made.documents = [replace(document, file_type="eml") for document in made.documents]
    return made


def told(question: str) -> Answer | str:
    assert choose_mode(question).mode is Mode.ALL_DOCUMENTS
    return finish(AllDocuments(shelf(), most_read=5), asked(question))[1]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "How many e-mails did Ada Berg send to Tom Kerr?",
            "2 e-mails from Ada Berg to Tom Kerr: “Lift” (1.eml), “Van” (2.eml).",
        ),
        ("How many e-mails did Ada send in 2024?", "1 e-mail from Ada: “Lift” (1.eml)."),
        ("How many e-mails did Ada send to Tom about the"
        " van?", "1 e-mail from Ada to Tom that name “van”: “Van” (2.eml)."),
        ("Wie viele E-Mails hat Tom an Ada geschrieben?", "1 E-Mail von Tom an Ada: “Re: Lift” (3.eml)."),
        ("Combien de courriels Ada a-t-elle envoyés à Lena ?", "1 e-mail de Ada à Lena : “Van” (2.eml)."),
        ("¿Cuántos correos recibió Ada?", "1 correo a Ada: “Re: Lift” (3.eml)."),
        ("Who sent the most e-mails?", "Ada Berg sent the most: 2 of 3 e-mails."),
        ("To whom did Ada write?", "Ada wrote to: Tom Kerr (2), Lena Ohm (1)."),
        ("To whom did Ada write on 3 March?", "Ada wrote to: Tom Kerr (1)."),
        (
            "What is the newest message?",
            "The newest of 3 e-mails: “Re: Lift” (3.eml) from Tom Kerr to Ada Berg, 4 May 2024.",
        ),
    ],
)  # fmt: skip
def test_messages_are_counted_by_their_heads_each_once(question: str, text: str) -> None:
    answer = told(question)
    assert isinstance(answer, Answer)
    assert answer.text == text


def test_a_copy_is_told_apart() -> None:
    answer = told("How many e-mails did Lena Ohm receive?")
    assert isinstance(answer, Answer)
    assert answer.text.startswith("1 e-mail to Lena Ohm")
    assert answer.notices == ("1 more went to Lena Ohm as a copy.",)


def test_of_whom_there_is_no_mail_nothing_is_counted() -> None:
    assert "so it was looked up" in str(told("How many e-mails did Zoe send?"))


@pytest.mark.parametrize(
    "question",
    ["How many e-mails mention the lift?", "How many e-mails did we send?", "How many letters did Ada write?"],
)
def test_other_questions_ask_for_no_senders(question: str) -> None:
    assert read_messages(question) is None
