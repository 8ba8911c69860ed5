"""E-books are read in the order of their spine, wherever their files lie, with notes where their marks stand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument
from tests.unit.ingest.parsers.office_files import kinds, texts

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def page(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body>{body}</body></html>'
    )


def book(path: Path, chapters: dict[str, str], spine: str = "", **more: str) -> ParsedDocument:
    """What is read of a book with these files; `spine` lists their names, "-" before one that is not linear."""
    manifest = "".join(
        f'<item id="{name}" href="{name}" media-type="application/xhtml+xml" '
        f'properties="{"nav" if name == "nav.xhtml" else ""}"/>'
        for name in chapters
    )
    order = "".join(
        f'<itemref idref="{name.lstrip("-")}" linear="{"no" if name[0] == "-" else "yes"}"/>'
        for name in (spine.split() or chapters)
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>The keepers</dc:title></metadata><manifest>{manifest}</manifest><spine>{order}</spine></package>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/content.opf", package)
        for name, body in chapters.items():
            file = f"OEBPS/{name}" if not name.startswith("../") else name[3:]
            archive.writestr(file.replace("%20", " "), page(body))
        for name, text in more.items():
            archive.writestr(f"META-INF/{name}.xml", text)
    return parse_file(path, ParseOptions())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keepers.epub"


def test_chapters_are_found_above_their_package_and_read_in_its_order(path: Path) -> None:
    chapters = {
        "two.xhtml": "<p>Two</p>",
        "../text/one%20a.xhtml": "<h1>One</h1>",
        "aside.xhtml": "<p>Aside</p>",
        "unused.xhtml": "<p>Not in the spine</p>",
    }
    document = book(path, chapters, "-aside.xhtml ../text/one%20a.xhtml two.xhtml")
    assert (document.title, texts(document)) == ("The keepers", ["One", "Two", "Aside"])
    assert document.warnings == ()


def test_notes_are_read_where_their_mark_stands_whatever_the_book_calls_them(path: Path) -> None:
    chapters = {
        "one.xhtml": (
            '<p>A ticket costs 32<a epub:type="noteref" href="#n1">1</a> crowns, the box 7'
            '<sup><a id="r2" href="notes.xhtml#n2">2</a></sup>.</p>'
            '<p>See <a href="two.xhtml#x">12</a> and <sup><a href="#n1">1</a></sup>.</p>'
            '<aside epub:type="footnote" id="n1"><p>1. Since May.</p></aside>'
        ),
        "two.xhtml": '<p id="x">12 men are here.</p>',
        "notes.xhtml": '<h2>Notes</h2><p><a id="n2"/><a href="one.xhtml#r2">2</a> Children are free. ↩</p>',
    }  # fmt: skip
    assert texts(book(path, chapters)) == [
        "A ticket costs 32 [note 1] crowns, the box 7 [note 2].", "[note 1] Since May.", "[note 2] Children are free.",
        "See 12 and [note 1].", "12 men are here.", "Notes",
    ]  # fmt: skip


def test_notes_may_be_marked_with_signs(path: Path) -> None:
    body = '<p>Free<sup><a id="r" href="#s">*</a></sup></p><p id="s"><a href="#r">*</a> On Sundays.</p>'
    assert texts(book(path, {"one.xhtml": body})) == ["Free [note *]", "[note *] On Sundays."]


def test_raised_runs_lists_tables_formulas_and_pictures_are_read_as_shown(path: Path) -> None:
    body = (
        "<div>Fee 41,500<sup>4</sup> for 5&nbsp;m<sup>2</sup> of H<sub>2</sub>O<br/>in all<script>no()</script></div>"
        '<ol start="3"><li>Call</li><li><p>Wait</p><ol type="a"><li>here</li></ol></li></ol><ul><li>dot</li></ul>'
        "<table><thead><tr><th>Zone</th><th colspan='2'>Speed</th></tr></thead><tr><td rowspan='2'>Inner</td><td>3</td>"
        "<td>2</td></tr><tr><td>4</td><td>5</td></tr></table>"
        '<p>area <math xmlns="http://www.w3.org/1998/Math/MathML"><mi>π</mi><msup><mi>r</mi><mn>2</mn></msup></math></p>'
        '<figure><img src="x.png" alt="A lighthouse at dusk"/><figcaption>The light</figcaption></figure>'
        "<p><ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby></p><pre>a\n b</pre>"
    )
    assert texts(book(path, {"one.xhtml": body})) == [
        "Fee 41,500 ⁴ for 5 m² of H2O\nin all", "3. Call", "4. Wait", "a. here", "dot", "Zone | Speed | Speed",
        "Inner | 3 | 2", "Inner | 4 | 5", "area πr^2", "Picture: A lighthouse at dusk", "The light",
        "漢字(かんじ)", "a\nb",
    ]  # fmt: skip


def test_contents_are_furniture_and_missing_chapters_are_said(path: Path) -> None:
    links = "".join(f'<p><a href="one.xhtml#{number}">Chapter {number}</a></p>' for number in range(6))
    chapters = {
        "nav.xhtml": "<nav><ol><li>One</li></ol></nav>",
        "toc.xhtml": links,
        "one.xhtml": "<p>Text of it.</p>" * 9,
    }
    document = book(path, chapters)
    assert {kind for kind, text in kinds(document) if text != "Text of it."} == {BlockKind.FURNITURE}
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "OEBPS/toc.xhtml"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    document = parse_file(path, ParseOptions())
    assert document.warnings == ("A part of the file could not be read: OEBPS/toc.xhtml.",)


def test_contents_typed_by_hand_are_furniture_with_what_they_say_of_a_chapter(path: Path) -> None:
    led = "".join(f"<p>{number}. Tides . . . . . {number}9<br/>When they turn</p>" for number in range(1, 4))
    document = book(path, {"toc.xhtml": led, "one.xhtml": "<p>Text of it.</p>" * 9})
    assert {kind for kind, text in kinds(document) if text != "Text of it."} == {BlockKind.FURNITURE}


def test_a_protected_book_is_refused_and_one_with_hidden_fonts_is_not(path: Path) -> None:
    def encrypted(name: str) -> str:
        return f'<encryption><EncryptedData><CipherReference URI="{name}"/></EncryptedData></encryption>'

    chapters = {"one.xhtml": "<p>Text</p>"}
    assert texts(book(path, chapters, encryption=encrypted("OEBPS/font.otf"))) == ["Text"]
    with pytest.raises(ParseError, match="DRM"):
        book(path, chapters, encryption=encrypted("OEBPS/one.xhtml"))


def test_a_book_without_a_list_of_its_files_is_read_by_their_names(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<broken")
        for number in (2, 1):
            archive.writestr(f"text/{number}.xhtml", page(f"<p>{number}</p>"))
    assert texts(parse_file(path, ParseOptions())) == ["1", "2"]


def test_what_a_class_raises_stays_apart_and_hidden_landmarks_are_no_unread_words(path: Path) -> None:
    sheet = "<style>span.up {vertical-align: super; font-size: 60%}</style>"
    landmarks = "<nav epub:type='landmarks' hidden='hidden'><h2>Guide</h2><ol><li>Table of Contents</li></ol></nav>"
    document = book(path, {"one.xhtml": f"{sheet}<p>It costs 32<span class='up'>4</span> crowns.</p>{landmarks}"})
    assert texts(document) == ["It costs 32 ⁴ crowns."]
    assert document.warnings == ()
