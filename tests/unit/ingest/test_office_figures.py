"""Pictures of presentations and Word files: on which slide or page they are, and which are figures."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import PIL.Image
import pptx
import pytest
from docx.enum.text import WD_BREAK
from docx.shared import Pt as DocxPt
from pptx.util import Pt

from ingest.describing import with_descriptions
from ingest.figures import draw_figure, find_figures
from ingest.parsers.docx.document import parse_docx
from ingest.parsers.options import ParseOptions
from rag.errors import ParseError
from tests.fakes import WordTokenizer
from tests.pictures import bars


def chart(colour: str) -> io.BytesIO:
    return io.BytesIO(bars(colour))


def write_slides(path: Path) -> Path:
    """Four slides: a logo on each, charts on the second and the fourth, an icon on the third."""
    deck = pptx.Presentation()
    for number in range(4):
        shapes = deck.slides.add_slide(deck.slide_layouts[5]).shapes
        shapes.title.text = f"Slide {number}"
        shapes.add_picture(chart("green"), 0, 0, Pt(90), Pt(60))
        if number in (1, 3):
            shapes.add_picture(chart("blue" if number == 1 else "red"), 0, 0, Pt(300), Pt(200))
        if number == 2:
            shapes.add_picture(chart("black"), 0, 0, Pt(20), Pt(20))
    deck.save(str(path))
    return path


def write_report(path: Path) -> Path:
    """A page of text with a chart, and a second one, after a break, with a chart in a table and a damaged picture."""
    report = docx.Document()
    report.add_paragraph("Passengers of the ferry.")
    report.add_picture(chart("blue"), DocxPt(300))
    report.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    report.add_paragraph("Freight of the ferry.")
    cell = report.add_table(1, 1).cell(0, 0).paragraphs[0]
    cell.add_run().add_picture(chart("red"), DocxPt(300))
    report.save(str(path))
    return path


def test_charts_on_slides_are_figures_and_logos_and_icons_are_none(tmp_path: Path) -> None:
    file = write_slides(tmp_path / "deck.pptx")
    first, second = find_figures(file)
    assert [(figure.page, figure.box) for figure in (first, second)] == [(1, None), (3, None)]
    image = draw_figure(file, second)
    red, green, blue = PIL.Image.open(io.BytesIO(image.content)).convert("RGB").getpixel((65, 100))
    assert (image.width, image.height, red > 200, green < 60, blue < 60) == (300, 200, True, True, True)
    (other,) = find_figures(write_report(tmp_path / "report.docx"))[:1]
    assert other.picture == first.picture  # The same pixels have the same name in whatever file.
    with pytest.raises(ParseError, match="is not there"):
        draw_figure(tmp_path / "report.docx", second)


def test_pictures_of_a_text_are_on_the_pages_on_which_the_text_is_read(tmp_path: Path) -> None:
    file = write_report(tmp_path / "report.docx")
    figures = find_figures(file)
    assert [figure.page for figure in figures] == [0, 1]
    parsed = parse_docx(file, ParseOptions())
    assert "lecternpicture" not in "".join(page.text for page in parsed.pages)
    described, chunks = with_descriptions(
        parsed, [], [(figures[1], "Bars of freight: 9,300")], described_by="ollama:seer#1", tokenizer=WordTokenizer()
    )
    first, second = described.pages
    assert (first.text, second.own_text) == (parsed.pages[0].text, parsed.pages[1].text)
    assert second.text.endswith("[Figure, described by ollama:seer]\nBars of freight: 9,300")
    assert (chunks[0].text, chunks[0].first_page, second.layout) == ("Bars of freight: 9,300", 1, b"")
    taken_away, left = with_descriptions(described, chunks, [], described_by="", tokenizer=WordTokenizer())
    assert (taken_away.pages, left) == (parsed.pages, [])


def test_what_cannot_be_decoded_is_passed_over_and_a_damaged_file_is_said_to_be_so(tmp_path: Path) -> None:
    file = write_report(tmp_path / "report.docx")
    damaged = tmp_path / "damaged.docx"
    with zipfile.ZipFile(file) as good, zipfile.ZipFile(damaged, "w") as copy:
        for name in good.namelist():
            copy.writestr(name, b"no picture" if name.endswith("image1.png") else good.read(name))
    assert [figure.page for figure in find_figures(damaged)] == [1]
    damaged.write_bytes(file.read_bytes()[:2_000])
    with pytest.raises(ParseError, match="cannot be opened"):
        find_figures(damaged)
