"""Calendar files and business cards say when, where and who, however their lines are folded."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.errors import ParseError
from tests.unit.ingest.parsers.reading import blocks, parse

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\n"
    "DTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1@quay.example\r\n"
    "SUMMARY:Dredging of the east\r\n  basin\r\nDTSTART;TZID=Europe/Berlin:20250402T140000\r\n"
    "DTEND:20250402T150000Z\r\n"
    "LOCATION:Hut 6\\, upper floor\r\nDESCRIPTION:Bring the budget\\nand pens\r\n"
    'ORGANIZER;CN="Holt, Ines":mailto:ines@quay.example\r\nRDATE;VALUE=DATE:20250409,20250416\r\n'
    "BEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
READ = (
    "Event: Dredging of the east basin\nStart: 2025-04-02 14:00 (Europe/Berlin)\nEnd: 2025-04-02 15:00 UTC\n"
    "Place: Hut 6, upper floor\nDescription: Bring the budget\nand pens\nOrganizer: Holt, Ines <ines@quay.example>\n"
    "Also on: 2025-04-09, 2025-04-16\nStatus: CONFIRMED"
)


def test_an_event_is_read_with_its_days_place_and_people(tmp_path: Path) -> None:
    path = tmp_path / "dredging.ics"
    path.write_text(EVENT, encoding="utf-8", newline="")
    document = parse(path)
    assert (document.file_type, blocks(document.pages[0])) == ("ics", [READ])


def test_business_cards_of_both_versions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "keepers.vcf"
    path.write_text(
        "BEGIN:VCARD\nVERSION:2.1\nN:Bäcker;Jörg\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg B=\n=C3=A4cker\n"
        'TEL;CELL:555 0110\nTEL;TYPE=WORK;TYPE="voice,fax":555 0111\nPHOTO;ENCODING=BASE64:AAAA\nEND:VCARD\n'
        "BEGIN:VCARD\nVERSION:4.0\nFN:Rita Sohn\nitem1.EMAIL;TYPE=work:rita@quay.example\nADR:;;Quay 5;Kelderby;;\n"
        "ADR;TYPE=HOME:;;Mole 1;Kelderby;;\n",
        encoding="utf-8",
    )
    assert blocks(parse(path).pages[0]) == [
        "Name: Jörg Bäcker\nMobile phone: 555 0110\nWork fax: 555 0111",
        "Name: Rita Sohn\nWork e-mail: rita@quay.example\nAddress: Quay 5, Kelderby\nHome address: Mole 1, Kelderby",
    ]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=12",
            "Repeats: every 2 weeks on Tuesday and Thursday, 12 times",
        ),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20251231", "Repeats: every month on last Friday, until 2025-12-31"),
        ("RRULE:FREQ=YEARLY;BYMONTH=3", "Repeats: FREQ=YEARLY;BYMONTH=3"),
        ("DURATION:PT1H30M", "Duration: 1 hour 30 minutes"),
    ],
)
def test_repetitions_and_durations_are_written_in_words(tmp_path: Path, line: str, read: str) -> None:
    path = tmp_path / "choir.ics"
    path.write_text(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Choir\n{line}\nEND:VEVENT\nEND:VCALENDAR\n", encoding="utf-8"
    )
    assert blocks(parse(path).pages[0]) == [f"Event: Choir\n{read}"]


def test_a_calendar_without_entries_is_refused_and_long_lines_take_no_time(tmp_path: Path) -> None:
    path = tmp_path / "empty.ics"
    path.write_text("BEGIN:VCALENDAR\nX" + ";a=b,c" * 20_000 + "\nEND:VCALENDAR\n", encoding="utf-8")
    with pytest.raises(ParseError, match="has no entries"):
        parse(path)


def test_an_invitation_beside_the_text_of_a_mail_is_read(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Invitation"
    mail.set_content("You are invited.")
    mail.add_alternative(EVENT, subtype="calendar")
    path = tmp_path / "invitation.eml"
    path.write_bytes(mail.as_bytes())
    assert blocks(parse(path).pages[0]) == ["Subject: Invitation", "You are invited.", READ]
