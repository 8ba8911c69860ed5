"""Files inside Office files and Outlook's messages are read as documents of their own."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import docx
import pytest

from ingest.parsers.embedded import unwrap
from ingest.parsers.unread import find_missing
from rag.types import Page
from tests.unit.ingest.parsers.compound_files import Tree, outlook_storage, packed_file, write_compound
from tests.unit.ingest.parsers.office_files import OFFICE, PACKAGE, element, make_xlsx, word_file
from tests.unit.ingest.parsers.reading import all_text, parse

SUBJECT, BODY, SENDER, CLASS, NAME, METHOD, DATA = 0x0037, 0x1000, 0x0C1A, 0x001A, 0x3707, 0x3705, 0x3701


def make_docx(text: str) -> bytes:
    stream = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


def embed(path: Path, source: str, files: dict[str, tuple[str, bytes]]) -> Path:
    """Put files beside the parts of a package, as a part links to them: name -> (kind, content)."""
    folder, _, name = source.rpartition("/")
    links = f"{folder}/_rels/{name}.rels"
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    known = members.get(links, f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'.encode())
    added = "".join(
        f'<Relationship Id="e{number}" Type="{OFFICE}/{kind}" Target="embeddings/{file}"/>'
        for number, (file, (kind, _)) in enumerate(files.items())
    )
    members[links] = known.replace(b"</Relationships>", f"{added}</Relationships>".encode())
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        for file, (_, content) in files.items():
            archive.writestr(f"{folder}/embeddings/{file}", content)
    return path


def test_files_in_a_word_file_are_pages_of_it_under_their_names(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(make_docx("The berths are listed below."))
    embed(
        path,
        "word/document.xml",
        {
            "Microsoft_Excel_Sheet1.xlsx": ("package", make_xlsx()),
            "oleObject1.bin": ("oleObject", packed_file("notes.txt", b"The keeper has the key.")),
            "oleObject2.bin": ("oleObject", write_compound({"Package": make_docx("Wrapped in an object.")})),
            "oleObject3.bin": ("oleObject", write_compound({"Equation Native": b"x" * 40})),
            "oleObject4.bin": ("oleObject", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"cut off"),
        },
    )
    document = parse(path)
    text = all_text(document)
    assert "berths are listed" in document.pages[0].text
    assert "Berth | Fee\nInner | 40" in text
    assert "notes.txt\n\nThe keeper has the key." in text
    assert "Wrapped in an object." in text
    assert [page.label for page in document.pages[1:]] == [
        "Microsoft_Excel_Sheet1.xlsx, Fees",
        "notes.txt",
        "oleObject2",
    ]
    assert document.warnings == ("Embedded files were not read: oleObject4.bin.",)


def test_files_in_a_workbook_and_a_text_of_opendocument_are_read(tmp_path: Path) -> None:
    workbook = tmp_path / "fees.xlsx"
    workbook.write_bytes(make_xlsx())
    embed(workbook, "xl/worksheets/sheet1.xml", {"Document1.docx": ("package", make_docx("See the harbour rules."))})
    assert "See the harbour rules." in parse(workbook).pages[-1].text

    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    with zipfile.ZipFile(tmp_path / "letter.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:text><text:p>Enclosed:"
            '<draw:frame><draw:object-ole xlink:href="./Object 1"/></draw:frame></text:p>'
            "</office:text></office:body></office:document-content>",
        )
        archive.writestr("Object 1", packed_file("tides.csv", b"Day;High\nMonday;4,11\n"))
    document = parse(tmp_path / "letter.odt")
    assert document.pages[-1].label == "tides.csv"
    assert "Day | High\nMonday | 4,11" in document.pages[-1].text


def test_a_file_inside_that_holds_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "file.docx"
    for level in range(6):
        inner = path.read_bytes() if path.exists() else b""
        path.write_bytes(make_docx(f"Level {level} of the matryoshka."))
        if inner:
            embed(path, "word/document.xml", {"inner.docx": ("package", inner)})
    document = parse(path)
    assert "Level 5" in document.pages[0].text
    assert "Level 0" not in all_text(document)
    assert "were not read" in document.warnings[-1]


@pytest.mark.parametrize("size", [0, 3, 600, 5000])
def test_objects_that_are_cut_off_are_handed_on_as_they_are(size: int) -> None:
    whole = packed_file("notes.txt", b"words " * 2000)
    name, content = unwrap("oleObject1.bin", whole[:size])
    assert isinstance(name, str)
    assert len(content) <= len(whole)


def test_messages_attached_to_a_message_of_outlook_are_read_with_what_is_attached_to_them(tmp_path: Path) -> None:
    words = b"The fee is 12 crowns."
    note = outlook_storage(8, {NAME: "a.txt"}, {METHOD: 1})
    note["__properties_version1.0"] += struct.pack("<HHIII", 0x0102, DATA, 6, len(words), 0)
    note[f"__substg1.0_{DATA:04X}0102"] = words
    inner: Tree = {
        **outlook_storage(24, {SUBJECT: "Gate", BODY: "Rita keeps the gate.", SENDER: "Otto", CLASS: "IPM.Note"}),
        "__attach_version1.0_#00000000": note,
    }
    outer: Tree = {
        **outlook_storage(32, {SUBJECT: "Fwd: Gate", BODY: "See the message.", SENDER: "Ines", CLASS: "IPM.Note"}),
        "__attach_version1.0_#00000000": {**outlook_storage(8, {}, {METHOD: 5}), "__substg1.0_3701000D": inner},
    }
    path = tmp_path / "gate.msg"
    path.write_bytes(write_compound({**outer, "__nameid_version1.0": {}}))
    document = parse(path)
    text = all_text(document)
    assert document.title == "Fwd: Gate"
    assert "See the message.\n\nMessage inside: Gate\n\nSubject: Gate\n\nFrom: Otto" in text
    assert "Rita keeps the gate." in text
    assert document.pages[1].text == "a.txt\n\nThe fee is 12 crowns."


def test_words_that_a_reader_passes_by_are_found_however_runs_are_cut() -> None:
    pages = [Page(0, "The harbour master keeps H₂O and 32 ¹ crowns.", ())]
    assert find_missing(["The har", "bour master keeps H", "2", "O and 32", "1", " crowns."], pages) == []
    assert find_missing(["The harbour master", " and the lost western bay"], pages) == [
        "the", "lost", "western", "bay",
    ]  # fmt: skip


def test_a_word_file_in_a_word_file_that_has_no_words_of_its_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "empty.docx"
    word_file(path, element("w:p", "<w:r><w:t>x</w:t></w:r>"))
    embed(path, "word/document.xml", {"rules.docx": ("package", make_docx("The slip is closed on Mondays."))})
    assert "closed on Mondays" in all_text(parse(path))
