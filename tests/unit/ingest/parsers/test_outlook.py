"""Messages of Outlook as programs other than Outlook write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsers.options import ParseOptions
from ingest.parsers.outlook import parse_msg
from tests.unit.ingest.parsers.compound_files import Tree, outlook_storage, write_compound

SUBJECT, BODY, HTML, NAME, ADDRESS = 0x0037, 0x1000, 0x1013, 0x3001, 0x3003
RECIPIENT_TYPE, CODE_PAGE, SHORT_NAME, METHOD = 0x0C15, 0x3FFD, 0x3704, 0x3705
BODY_TEXT = "Der Kühlraum kostet 32 € je Tag."


def read(tmp_path: Path, tree: Tree) -> str:
    (tmp_path / "a.msg").write_bytes(write_compound(tree))
    return "\n".join(page.text for page in parse_msg(tmp_path / "a.msg", ParseOptions()).pages)


@pytest.mark.parametrize(
    ("encoding", "code_page"), [("utf-8", 0), ("utf-8", 1252), ("cp1252", 1252), ("cp1252", 0), ("cp1252", 99_999)]
)
def test_texts_of_eight_bits_are_read_whatever_code_page_is_named(
    tmp_path: Path, encoding: str, code_page: int
) -> None:
    numbers = {CODE_PAGE: code_page} if code_page else {}
    told = outlook_storage(32, {SUBJECT: "Gebühr".encode(encoding), BODY: BODY_TEXT.encode(encoding)}, numbers)
    text = read(tmp_path, told)
    assert "Subject: Gebühr" in text
    assert BODY_TEXT in text


def test_a_body_in_html_of_eight_bits_is_read(tmp_path: Path) -> None:
    html = f"<html><body><p>{BODY_TEXT}</p></body></html>".encode()
    assert BODY_TEXT in read(tmp_path, outlook_storage(32, {SUBJECT: "Fee", HTML: html}))


def test_copies_are_told_from_those_it_is_written_to(tmp_path: Path) -> None:
    tree = {
        **outlook_storage(32, {SUBJECT: "Fee", BODY: "See below."}),
        "__recip_version1.0_#00000000": outlook_storage(8, {NAME: "Bram", ADDRESS: "b@x.example"}, {RECIPIENT_TYPE: 1}),
        "__recip_version1.0_#00000001": outlook_storage(8, {NAME: "Céline"}, {RECIPIENT_TYPE: 2}),
    }
    text = read(tmp_path, tree)
    assert "To: Bram <b@x.example>\n" in text
    assert "Cc: Céline\n" in text


def test_an_attached_message_with_the_header_of_an_outer_one_is_read(tmp_path: Path) -> None:
    inner = outlook_storage(32, {SUBJECT: "Gate", BODY: "The code is 4711."})
    attachment = {**outlook_storage(8, {SHORT_NAME: "x"}, {METHOD: 5}), "__substg1.0_3701000D": inner}
    tree = {**outlook_storage(32, {SUBJECT: "Fwd", BODY: "See it."}), "__attach_version1.0_#00000000": attachment}
    text = read(tmp_path, tree)
    assert "Message inside: Gate" in text
    assert "The code is 4711." in text
