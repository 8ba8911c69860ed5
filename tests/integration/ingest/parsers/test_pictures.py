"""Pictures are read by OCR like scanned pages; what is broken, enormous or without words is refused with a reason."""

from __future__ import annotations

import io
from pathlib import Path

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from ingest.page_image import draw_page
from ingest.parsers import ocr
from ingest.parsing import ParseOptions, parse_file
from rag.errors import ParseError
from rag.page_layout import rectangles_under
from rag.types import ParsedDocument

needs_ocr = pytest.mark.skipif(not ocr.is_available(), reason="the OCR package is not installed")


def parse(path: Path, options: ParseOptions | None = None) -> ParsedDocument:
    return parse_file(path, options or ParseOptions())


def draw(words: str) -> PIL.Image.Image:
    picture = PIL.Image.new("RGB", (800, 120), "white")
    PIL.ImageDraw.Draw(picture).text((30, 40), words, fill="black", font=PIL.ImageFont.load_default(32))
    return picture


@needs_ocr
def test_a_picture_is_read_and_says_how_sure_it_is(tmp_path: Path) -> None:
    draw("Paid 412 crowns for the rope").save(tmp_path / "receipt.png")
    document = parse(tmp_path / "receipt.png")
    assert "412 crowns" in document.pages[0].text
    assert (document.file_type, document.page_word) == ("png", "")
    assert document.warnings[0].startswith("Read by OCR")


@needs_ocr
def test_each_picture_of_a_tiff_is_a_page_and_turned_ones_are_put_upright(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # Turned by a quarter: what telephones write.
    first, second = draw("The winch holds 3 tonnes"), draw("The crane is closed")
    first.save(tmp_path / "scan.tiff", save_all=True, append_images=[second])
    second.rotate(90, expand=True).save(tmp_path / "photo.jpg", exif=exif)
    document = parse(tmp_path / "scan.tiff")
    assert ["winch" in page.text for page in document.pages] == [True, False]
    assert document.page_word == "page"
    assert "crane" in parse(tmp_path / "photo.jpg").pages[0].text


@needs_ocr
def test_a_picture_without_words_is_refused_with_what_was_tried(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (200, 200), "white").save(tmp_path / "white.png")
    with pytest.raises(ParseError, match="no words in"):
        parse(tmp_path / "white.png")


def test_without_ocr_a_picture_is_refused_with_the_setting(tmp_path: Path) -> None:
    draw("words").save(tmp_path / "a.png")
    with pytest.raises(ParseError, match="OCR, which reads pictures, is not installed or turned off"):
        parse(tmp_path / "a.png", ParseOptions(ocr=False))


@needs_ocr
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tiff", ".webp", ".gif", ".bmp"])
def test_a_picture_that_was_cut_off_is_refused_as_damaged(tmp_path: Path, suffix: str) -> None:
    draw("words").save(tmp_path / f"whole{suffix}")
    content = (tmp_path / f"whole{suffix}").read_bytes()
    (tmp_path / f"cut{suffix}").write_bytes(content[: min(len(content) // 3, 60)])
    with pytest.raises(ParseError) as caught:
        parse(tmp_path / f"cut{suffix}")
    assert caught.value.remedy


@needs_ocr
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    PIL.Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    with pytest.raises(ParseError, match="million pixels"):
        parse(tmp_path / "huge.png")


def test_what_only_is_called_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"words")
    with pytest.raises(ParseError, match="is not a picture"):
        parse(tmp_path / "a.png")
    (tmp_path / "a.heic").write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(40))
    with pytest.raises(ParseError, match=r"HEIC|damaged"):
        parse(tmp_path / "a.heic")


@needs_ocr
def test_a_page_of_a_picture_is_drawn_with_its_words_marked(tmp_path: Path) -> None:
    draw("Paid 412 crowns for the rope").save(tmp_path / "receipt.png")
    page = parse(tmp_path / "receipt.png").pages[0]
    start = page.text.index("412")
    (box,) = rectangles_under(page.layout, start, start + 3)
    marks = [(box.left, box.bottom, box.right, box.top)]
    plain, marked = (draw_page(tmp_path / "receipt.png", 0, 2.0, marks=some) for some in ([], marks))
    with PIL.Image.open(io.BytesIO(marked)) as picture:
        assert picture.size == (800, 120)
        colours = {colour: count for count, colour in picture.convert("RGB").getcolors(maxcolors=1 << 20) or ()}
    assert 0 < colours[(255, 225, 102)] < 800 * 120 / 5
    assert plain != marked
