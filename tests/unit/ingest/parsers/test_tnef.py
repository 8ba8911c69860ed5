"""Messages that Outlook wraps as winmail.dat, and texts that it keeps as compressed RTF, are read."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.parsers.rtf.compressed import decompress
from tests.unit.ingest.parsers.compound_files import outlook_storage, write_compound
from tests.unit.ingest.parsers.reading import all_text, parse

HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The example of [MS-OXRTFCP] 3.1.1."""


def attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 0, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def text_property(name: int, text: str) -> bytes:
    value = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x001F, name, 1, len(value)) + value.ljust(-(-len(value) // 4) * 4, b"\0")


def wrap(*properties: bytes) -> bytes:
    named = struct.pack("<HH16sIIi", 0x0003, 0x8001, bytes(16), 0, 7, 5)
    listed = struct.pack("<I", len(properties) + 1) + named + b"".join(properties)
    attached = attribute(2, 0x9002, bytes(14)) + attribute(2, 0x8010, b"NOTES~1.TXT\0")
    attached += attribute(2, 0x800F, b"The keeper has the key.")
    attached += attribute(2, 0x9005, struct.pack("<I", 1) + text_property(0x3707, "notes of May.txt"))
    return b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x9003, listed) + attached


def test_compressed_rtf_is_unpacked() -> None:
    assert decompress(HELLO) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress(struct.pack("<II4sI", 21, 9, b"MELA", 0) + b"{\\rtf1 x}") == b"{\\rtf1 x}"


@pytest.mark.parametrize("length", range(0, len(HELLO), 5))
def test_compressed_rtf_that_is_cut_off_is_unpacked_as_far_as_it_goes(length: int) -> None:
    assert b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".startswith(decompress(HELLO[:length]))


def test_a_wrapped_message_is_read_with_its_text_and_what_is_attached_to_it(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Key"
    mail.set_content("See the message.")
    rtf = struct.pack("<HHII", 0x0102, 0x1009, 1, len(HELLO)) + HELLO.ljust(-(-len(HELLO) // 4) * 4, b"\0")
    mail.add_attachment(wrap(rtf), maintype="application", subtype="ms-tnef", filename="winmail.dat")
    path = tmp_path / "key.eml"
    path.write_bytes(mail.as_bytes())
    document = parse(path)
    assert "hello world" in all_text(document)
    assert document.pages[-1].text == "notes of May.txt\n\nThe keeper has the key."

    (tmp_path / "winmail.dat").write_bytes(wrap(text_property(0x1000, "The gate is shut until June.")))
    assert "shut until June" in parse(tmp_path / "winmail.dat").pages[0].text


def test_a_wrapped_message_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    whole = wrap(text_property(0x1000, "The gate is shut until June."))
    path = tmp_path / "winmail.dat"
    for length in range(200, len(whole), 7):
        path.write_bytes(whole[:length])
        assert "shut until June" in parse(path).pages[0].text


def test_a_message_of_outlook_whose_only_text_is_compressed_rtf_is_read(tmp_path: Path) -> None:
    storage = outlook_storage(32, {0x0037: "Greeting", 0x001A: "IPM.Note"})
    storage["__properties_version1.0"] += struct.pack("<HHIII", 0x0102, 0x1009, 6, len(HELLO), 0)
    storage["__substg1.0_10090102"] = HELLO
    path = tmp_path / "greeting.msg"
    path.write_bytes(write_compound({**storage, "__nameid_version1.0": {}}))
    assert "hello world" in parse(path).pages[0].text
