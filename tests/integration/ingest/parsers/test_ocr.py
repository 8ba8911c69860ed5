"""Pages whose text is missing or noise are read by OCR, these only, with their words in place."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pypdf
import pytest
import rapidocr
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ingest.parsers import ocr
from ingest.parsers.pdf.pdfium import PagePicture, open_pdfium
from ingest.parsing import ParseOptions, parse_file
from rag.errors import UnsettledFileError
from rag.page_layout import rectangles_under

pytestmark = pytest.mark.skipif(not ocr.is_available(), reason="the OCR package is not installed")

LINES = ("The lighthouse keeper counted nineteen ships", "before the fog closed over the northern strait.")
TEXT = "The harbour master keeps a register of every vessel that lies in the outer basin for longer than a night."


def draw_scan(canvas: Canvas, folder: Path) -> None:
    """Fill the page with a picture of LINES."""
    source = Canvas(str(folder / "source.pdf"))
    source.setFont("Helvetica", 14)
    for number, line in enumerate(LINES):
        source.drawString(100, 600 - 24 * number, line)
    source.showPage()
    source.save()
    with open_pdfium(folder / "source.pdf") as document:
        picture = document.render(0, scale=2)
    assert picture is not None
    canvas.drawImage(ImageReader(Image.fromarray(picture.pixels)), 0, 0, *canvas._pagesize)


def draw_text(canvas: Canvas) -> None:
    for number in range(6):
        canvas.drawString(72, 700 - 16 * number, TEXT)


class Counting:
    """Counts the pictures that are read."""

    def __init__(self) -> None:
        self.pictures = 0
        self._read = ocr.read_picture

    def __call__(self, picture: PagePicture, models: tuple[str, ...]) -> ocr.Recognised:
        self.pictures += 1
        return self._read(picture, models)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counted = Counting()
    monkeypatch.setattr(ocr, "read_picture", counted)
    return counted


def test_scans_among_pages_with_text_cost_as_many_pages_of_ocr_and_the_confidence_is_told(
    tmp_path: Path, counting: Counting
) -> None:
    canvas = Canvas(str(tmp_path / "mixed.pdf"))
    for number in range(60):
        if number in (7, 31):
            draw_scan(canvas, tmp_path)
        else:
            draw_text(canvas)
        canvas.showPage()
    canvas.save()
    document = parse_file(tmp_path / "mixed.pdf", ParseOptions())
    assert counting.pictures == 2
    assert all("counted nineteen ships" in document.pages[number].text for number in (7, 31))
    (note,) = document.warnings
    assert note.startswith("Read by OCR with a confidence of 9")
    assert note.endswith("pages 8, 32.")


def test_a_text_layer_of_noise_over_a_scan_gives_way_to_ocr(tmp_path: Path, counting: Counting) -> None:
    canvas = Canvas(str(tmp_path / "noise.pdf"))
    draw_scan(canvas, tmp_path)
    layer = canvas.beginText(100, 600)
    layer.setTextRenderMode(3)
    for _ in range(4):
        layer.textLine("!\"#$% &'()*+ ,-./:; <=>?@ [\\]^_ {|}~ $%&'( #\"!+*")
    canvas.drawText(layer)
    canvas.showPage()
    canvas.save()
    page = parse_file(tmp_path / "noise.pdf", ParseOptions()).pages[0]
    assert counting.pictures == 1
    assert "counted nineteen ships" in page.text
    assert "#$%" not in page.text


def test_a_stamp_on_a_scan_does_not_pass_for_its_text(tmp_path: Path, counting: Counting) -> None:
    canvas = Canvas(str(tmp_path / "stamp.pdf"))
    draw_scan(canvas, tmp_path)
    canvas.drawString(72, 30, "Copy 3")
    canvas.showPage()
    draw_text(canvas)
    canvas.drawImage(ImageReader(Image.fromarray(np.full((50, 50, 3), 200, np.uint8))), 0, 0, 600, 300)
    canvas.showPage()
    canvas.save()
    document = parse_file(tmp_path / "stamp.pdf", ParseOptions())
    assert counting.pictures == 1
    assert "counted nineteen ships" in document.pages[0].text


def test_glyphs_without_unicode_are_recognised_where_they_are_drawn(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas = Canvas(str(tmp_path / "mapped.pdf"))
    canvas.setFont("Vera", 13)
    for number in range(5):
        canvas.drawString(72, 700 - 30 * number, "The lighthouse keeper counted nineteen ships")
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=tmp_path / "mapped.pdf")
    for font in writer.pages[0]["/Resources"]["/Font"].values():
        font.get_object().pop("/ToUnicode", None)
    writer.write(tmp_path / "unmapped.pdf")
    page = parse_file(tmp_path / "unmapped.pdf", ParseOptions()).pages[0]
    start = page.text.index("counted nineteen")
    (box,) = rectangles_under(page.layout, start, start + len("counted"))
    assert box.bottom < 705 < box.top
    assert 210 < box.left < 270


def test_without_ocr_or_time_for_it_pages_that_were_not_read_are_named(tmp_path: Path, counting: Counting) -> None:
    canvas = Canvas(str(tmp_path / "mixed.pdf"))
    draw_text(canvas)
    canvas.showPage()
    draw_scan(canvas, tmp_path)
    canvas.showPage()
    canvas.save()
    for options in (ParseOptions(ocr=False), ParseOptions(ocr_seconds=0)):
        document = parse_file(tmp_path / "mixed.pdf", options)
        assert document.warnings == ("Without usable text and not read by OCR: page 2.",)
    assert counting.pictures == 0


def test_the_surest_of_several_models_reads_a_page(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    draw_scan(canvas, tmp_path)
    canvas.showPage()
    canvas.save()
    with open_pdfium(tmp_path / "scan.pdf") as document:
        picture = document.render(0, scale=ocr.PIXELS_PER_POINT)
    assert picture is not None
    top = 842 - 620
    shape = picture.shape._replace(height=50.0)
    strip = picture._replace(pixels=np.ascontiguousarray(picture.pixels[2 * top : 2 * top + 100]), shape=shape)
    (model,) = Path(rapidocr.__file__).parent.glob("models/*rec*.onnx")
    alone, both = ocr.read_picture(strip), ocr.read_picture(strip, (ocr.BUILT_IN, str(model)))
    assert both == alone
    assert alone.confidence > 0.9


def test_where_ocr_cannot_be_loaded_the_pages_with_text_are_read_and_the_others_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    ocr._engine.cache_clear()
    mixed, scanned = tmp_path / "mixed.pdf", tmp_path / "scanned.pdf"
    for file in (mixed, scanned):
        canvas = Canvas(str(file))
        if file == mixed:
            draw_text(canvas)
            canvas.showPage()
        draw_scan(canvas, tmp_path)
        canvas.showPage()
        canvas.save()
    document = parse_file(mixed, ParseOptions())
    assert "harbour master" in document.pages[0].text
    (warning,) = document.warnings
    assert warning.startswith("Without usable text and not read by OCR: page 2. The library onnxruntime cannot be")
    with pytest.raises(UnsettledFileError, match="The library onnxruntime cannot be loaded"):
        parse_file(scanned, ParseOptions())
