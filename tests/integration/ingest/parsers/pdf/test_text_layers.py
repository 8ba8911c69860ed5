"""Text layers that do not say what a page draws are found, and OCR of the drawn page is read in their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from pypdf.generic import DecodedStreamObject, NameObject
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ingest.parsers import ocr
from ingest.parsers.pdf.pdfium import open_pdfium
from ingest.parsing import ParseOptions, parse_file

TEXT = (
    "The harbour master keeps a register of every vessel that lies in",
    "the outer basin for longer than a night, and writes the fee down.",
    "Boats of members of the club pay one half of it in the summer and",
    "may stay without any further permission until the autumn begins.",
)
ROWS = (("Berth", "Length", "Fee"), ("Outer basin", "12 m", "4,250"), ("Fish quay", "18 m", "6,371"))
OTHER = (
    "Minutes of the meeting of the governors of the school on Monday:",
    "the budget of the library for the coming year was agreed at last.",
    "Shelves are ordered for the hall as soon as the plumber has left,",
    "and the chair thanked all who had helped to make the fair a joy.",
)
UNCHECKED = "The text may not be what is drawn, and was not compared with it by OCR: page 1."
OVERRULED = "The text of the file is not what is drawn, so this was read by OCR instead: page 1."
needs_ocr = pytest.mark.skipif(not ocr.is_available(), reason="the OCR package is not installed")

Remap = Callable[[str], str]


def shift(letter: str) -> str:
    return chr((ord(letter.lower()) - 96) % 26 + 97) if letter.isalpha() else letter


MAPS: dict[str, Remap] = {
    "letters shifted": shift,
    "figures swapped": lambda letter: str(9 - int(letter)) if letter.isdigit() else letter,
    "private use": lambda letter: chr(0xE000 + ord(letter)),
    "replacement characters": lambda letter: "\ufffd",
    "nothing": lambda letter: "\x00",
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of text and, in a font of its own, a table."""
    path = tmp_path_factory.mktemp("plain") / "plain.pdf"
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    pdfmetrics.registerFont(TTFont("VeraBd", "VeraBd.ttf"))
    canvas = Canvas(str(path), pagesize=(520, 260))
    canvas.setFont("Vera", 12)
    for number, line in enumerate(TEXT):
        canvas.drawString(40, 220 - 16 * number, line)
    canvas.setFont("VeraBd", 12)
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            canvas.drawString(40 + 150 * column, 120 - 20 * number, cell)
    canvas.showPage()
    canvas.save()
    return path


def remap(plain: Path, target: Path, change: Remap) -> Path:
    """Write a copy in which the table's font maps its glyphs to other letters."""

    def changed(match: re.Match[str]) -> str:
        letter = chr(int(match[2], 16))
        return f"{match[1]}{ord(change(letter) if letter > ' ' else letter):04X}>"

    writer = pypdf.PdfWriter(clone_from=plain)
    for entry in writer.pages[0]["/Resources"]["/Font"].values():
        font = entry.get_object()
        if "Bold" in font["/BaseFont"]:
            text = font["/ToUnicode"].get_object().get_data().decode()
            stream = DecodedStreamObject()
            stream.set_data(re.sub(r"(<[0-9A-F]{2}> <)([0-9A-F]{4})>", changed, text).encode())
            font[NameObject("/ToUnicode")] = writer._add_object(stream)
    writer.write(target)
    return target


@pytest.mark.parametrize("kind", MAPS)
def test_a_font_with_a_wrong_map_makes_its_page_doubtful(plain: Path, tmp_path: Path, kind: str) -> None:
    wrong = remap(plain, tmp_path / "wrong.pdf", MAPS[kind])
    assert parse_file(wrong, ParseOptions(ocr=False)).warnings == (UNCHECKED,)


def test_right_maps_raise_no_doubts(plain: Path) -> None:
    document = parse_file(plain, ParseOptions(ocr=False))
    assert document.warnings == ()
    assert "Fish quay\t18 m\t6,371" in document.pages[0].text


@needs_ocr
def test_what_is_drawn_is_read_where_a_font_has_a_wrong_map(plain: Path, tmp_path: Path) -> None:
    wrong = remap(plain, tmp_path / "wrong.pdf", MAPS["figures swapped"])
    document = parse_file(wrong, ParseOptions())
    text = document.pages[0].text
    assert " ".join(TEXT) in text
    assert "Outer basin\t12 m\t4,250" in text
    assert "Fish quay\t18 m\t6,371" in text
    assert document.warnings[0] == OVERRULED


@needs_ocr
@pytest.mark.parametrize(("layer", "warnings"), [(TEXT, 0), (OTHER, 2)])
def test_the_invisible_layer_of_a_scan_is_compared_with_its_picture(
    plain: Path, tmp_path: Path, layer: tuple[str, ...], warnings: int
) -> None:
    with open_pdfium(plain) as document:
        picture = document.render(0, scale=2)
    assert picture is not None
    canvas = Canvas(str(tmp_path / "scan.pdf"), pagesize=(520, 260))
    canvas.drawImage(ImageReader(Image.fromarray(picture.pixels)), 0, 0, 520, 260)
    text = canvas.beginText(40, 220)
    text.setTextRenderMode(3)
    text.setFont("Helvetica", 12, leading=16)
    text.textLines("\n".join(layer))
    canvas.drawText(text)
    canvas.save()
    parsed = parse_file(tmp_path / "scan.pdf", ParseOptions())
    assert " ".join(TEXT) in parsed.pages[0].text
    assert "Minutes of the meeting" not in parsed.pages[0].text
    assert len(parsed.warnings) == warnings
