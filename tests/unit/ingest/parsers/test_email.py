"""Mails of Python's own writer come out with every text part, what they forward and what is attached to them."""

from __future__ import annotations

import io
import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ingest.parsers.options import ParseOptions
from rag.errors import ParseError
from tests.unit.ingest.parsers.office_files import make_xlsx
from tests.unit.ingest.parsers.reading import all_text, blocks, parse


def make_mail(subject: str = "Crane", text: str = "See below.") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "Ines <ines@quay.example>"
    mail["To"] = "tom@quay.example"
    mail["Date"] = "Tue, 04 Mar 2025 09:12:00 +0100"
    if text:
        mail.set_content(text)
    return mail


def save(mail: EmailMessage, path: Path) -> Path:
    path.write_bytes(mail.as_bytes())
    return path


def make_pdf(words: str) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(72, 700, words)
    canvas.save()
    return stream.getvalue()


def test_all_head_lines_that_say_something_are_read(tmp_path: Path) -> None:
    mail = make_mail()
    mail["Cc"] = "board@quay.example"
    mail["Reply-To"] = "office@quay.example"
    document = parse(save(mail, tmp_path / "a.eml"))
    assert blocks(document.pages[0]) == [
        "Subject: Crane",
        "From: Ines <ines@quay.example>",
        "To: tom@quay.example",
        "Cc: board@quay.example",
        "Reply-To: office@quay.example",
        "Date: Tue, 04 Mar 2025 09:12:00 +0100",
        "See below.",
    ]
    assert document.created == "2025-03-04"


def test_forwarded_messages_are_read_under_their_own_head_lines(tmp_path: Path) -> None:
    inner = make_mail("Inspection", "The crane is closed until 9 April.")
    middle = make_mail("Fwd: Inspection")
    middle.add_attachment(inner)
    outer = make_mail("Fwd: Fwd: Inspection")
    outer.add_attachment(middle)
    document = parse(save(outer, tmp_path / "a.eml"))
    assert "The crane is closed until 9 April." in all_text(document)
    assert [section.title for section in document.sections] == [
        "Message inside: Fwd: Inspection",
        "Message inside: Inspection",
    ]


def test_attachments_are_pages_named_after_them_and_listed_in_the_message(tmp_path: Path) -> None:
    mail = make_mail()
    mail.add_attachment(b"Decision: the pontoon is leased.", maintype="text", subtype="plain", filename="minutes.txt")
    mail.add_attachment(
        make_pdf("The winch holds 3 tonnes"), maintype="application", subtype="pdf", filename="winch.pdf"
    )
    mail.add_attachment(make_xlsx(), maintype="application", subtype="octet-stream", filename="fees.xlsx")
    mail.add_attachment(b"\x00\x01\x02" * 50, maintype="application", subtype="octet-stream", filename="data.bin")
    document = parse(save(mail, tmp_path / "a.eml"))
    assert [page.label for page in document.pages] == ["message", "minutes.txt", "winch.pdf", "fees.xlsx, Fees"]
    assert "Attachments: minutes.txt, winch.pdf, fees.xlsx, data.bin" in document.pages[0].text
    assert document.pages[3].text.endswith("Berth | Fee\nInner | 40")
    assert document.pages[3].text[document.sections[-1].start :].startswith("Fees")
    assert document.warnings == ("Attachments were not read: data.bin.",)


def test_the_form_of_a_message_that_says_more_is_read_and_a_text_in_both_once(tmp_path: Path) -> None:
    stub = make_mail(text="Your program shows no HTML.")
    stub.add_alternative("<p>The invoice comes to <b>18,240 crowns</b> and is due on 1 May.</p>", subtype="html")
    assert "18,240 crowns" in all_text(parse(save(stub, tmp_path / "a.eml")))
    both = make_mail(text="The invoice comes to 18,240 crowns.")
    both.add_alternative("<p>The invoice comes to 18,240 crowns.</p>", subtype="html")
    assert all_text(parse(save(both, tmp_path / "b.eml"))).count("18,240") == 1


def test_text_behind_an_attachment_is_read_in_its_place(tmp_path: Path) -> None:
    mail = make_mail(text="")
    mail.make_mixed()
    for number in range(2):
        part = EmailMessage()
        part.set_content(f"Paragraph {number} of the text.")
        mail.attach(part)
        mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename=f"{number}.gif", disposition="inline")
    text = all_text(parse(save(mail, tmp_path / "a.eml")))
    assert text.index("Paragraph 0") < text.index("Paragraph 1")


def test_undeclared_and_wrong_charsets_are_guessed_as_those_of_files(tmp_path: Path) -> None:
    head = b"Subject: Envoi\nFrom: a@b.example\n"
    body = "Envoyé par le service de Bell Mobilité, à côté.".encode()
    (tmp_path / "none.eml").write_bytes(head + b"\n" + body)
    (tmp_path / "wrong.eml").write_bytes(head + b"Content-Type: text/plain; charset=us-ascii\n\n" + body)
    (tmp_path / "unknown.eml").write_bytes(head + b"Content-Type: text/plain; charset=x-nowhere\n\n" + body)
    for name in ("none.eml", "wrong.eml", "unknown.eml"):
        assert "Envoyé par le service de Bell Mobilité" in all_text(parse(tmp_path / name))


def test_messages_of_a_mailbox_are_pages_with_their_attachments_behind_them(tmp_path: Path) -> None:
    box = mailbox.mbox(str(tmp_path / "Inbox"))
    first = make_mail("Winch", "From now on the winch is closed.\n\nFrom the office.")
    first.add_attachment(b"The winch holds 3 tonnes.", maintype="text", subtype="plain", filename="winch.txt")
    box.add(first)
    box.add(make_mail("Crane", "The crane is open."))
    box.close()
    (tmp_path / "box.mbox").write_bytes((tmp_path / "Inbox").read_bytes())
    for name in ("Inbox", "box.mbox"):
        document = parse(tmp_path / name)
        assert [page.label for page in document.pages] == ["Winch", "winch.txt", "Crane"]
        assert document.page_word == "message"
        assert "From the office." in document.pages[0].text
        assert [section.level for section in document.sections] == [1, 2, 1]


def test_a_message_of_apple_mail_and_a_saved_page_are_read(tmp_path: Path) -> None:
    content = make_mail().as_bytes()
    (tmp_path / "a.emlx").write_bytes(f"{len(content)}\n".encode() + content + b'<?xml version="1.0"?><plist/>')
    assert "plist" not in all_text(parse(tmp_path / "a.emlx"))
    page = EmailMessage()
    page["Subject"] = "Key"
    page.make_related()
    html = EmailMessage()
    html.set_content("<html><body>The spare key hangs behind the clock.</body></html>", subtype="html")
    page.attach(html)
    assert all_text(parse(save(page, tmp_path / "a.mht"))) == "The spare key hangs behind the clock."


def test_messages_within_messages_beyond_all_measure_end_somewhere(tmp_path: Path) -> None:
    mail = make_mail(text="innermost")
    for _ in range(40):
        outer = make_mail()
        outer.add_attachment(mail)
        mail = outer
    assert "See below." in all_text(parse(save(mail, tmp_path / "a.eml")))


def test_attachments_share_the_limit_of_the_message(tmp_path: Path) -> None:
    mail = make_mail()
    for number in range(3):
        mail.add_attachment(b"words " * 300, maintype="text", subtype="plain", filename=f"{number}.txt")
    document = parse(save(mail, tmp_path / "a.eml"), ParseOptions(max_characters=4000))
    assert document.warnings == ("Attachments were not read: 2.txt.",)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"words"])
def test_a_broken_outlook_message_is_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.msg").write_bytes(content)
    with pytest.raises(ParseError) as caught:
        parse(tmp_path / "a.msg")
    assert caught.value.remedy
