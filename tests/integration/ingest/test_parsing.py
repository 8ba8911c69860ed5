"""Files made by real writers come out as pages, blocks and sections; bad ones as a true reason."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]
import pptx
import pypdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ingest.parsers import ocr
from ingest.parsers.pdf.pdfium import open_pdfium
from ingest.parsers.sniffing import OLE_MAGIC
from ingest.parsing import _PARSERS, ParseOptions, is_supported, parse_file
from rag.errors import ParseError, UnsettledFileError
from rag.page_layout import rectangles_under
from rag.types import BlockKind, Page, ParsedDocument


def parse(path: Path, options: ParseOptions | None = None) -> ParsedDocument:
    return parse_file(path, options or ParseOptions())


def kinds(page: Page) -> list[tuple[BlockKind, str]]:
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def make_pdf(path: Path, pages: int = 4) -> Path:
    """A PDF with headers, page numbers, bookmarks, a broken word and a table row on each page."""
    canvas = Canvas(str(path))
    canvas.setTitle("Harbour dues of Orlick")
    canvas.setAuthor("Nell Tolliver")
    for number in range(pages):
        canvas.bookmarkPage(f"p{number}")
        canvas.addOutlineEntry(f"Part {'ABCD'[number % 4]}", f"p{number}", 0)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(72, 800, "Harbour Office, Orlick")
        canvas.drawString(290, 30, f"Page {number + 1}")
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 740, f"Part {'ABCD'[number % 4]}")
        canvas.setFont("Helvetica", 11)
        colour = ("red", "blue", "green", "grey")[number % 4]
        canvas.drawString(72, 700, f"The {colour} buoy marks the way, and the informa-")
        canvas.drawString(72, 686, "tion about it is printed on the chart.")
        canvas.drawString(72, 650, "Mooring fee")
        canvas.drawString(300, 650, "12.50")
        canvas.drawString(380, 650, "14.00")
        canvas.showPage()
    canvas.save()
    return path


def test_a_pdf_has_furniture_headings_paragraphs_table_rows_and_sections(tmp_path: Path) -> None:
    document = parse(make_pdf(tmp_path / "dues.pdf"))
    assert (document.title, document.author, document.page_word) == ("Harbour dues of Orlick", "Nell Tolliver", "page")
    assert kinds(document.pages[1]) == [
        (BlockKind.FURNITURE, "Harbour Office, Orlick"),
        (BlockKind.FURNITURE, "Page 2"),
        (BlockKind.HEADING, "Part B"),
        (BlockKind.PARAGRAPH, "The blue buoy marks the way, and the information about it is printed on the chart."),
        (BlockKind.TABLE_ROW, "Mooring fee\t12.50\t14.00"),
    ]
    section = document.sections[1]
    assert (section.title, section.page) == ("Part B", 1)
    assert document.pages[1].text[section.start :].startswith("Part B")


def test_boxes_lie_where_the_words_were_drawn(tmp_path: Path) -> None:
    page = parse(make_pdf(tmp_path / "dues.pdf")).pages[0]
    start = page.text.index("Mooring")
    (box,) = rectangles_under(page.layout, start, start + len("Mooring"))
    assert box.left == pytest.approx(72, abs=1)
    assert box.bottom < 650 < box.top


def test_boxes_of_a_cropped_page_are_in_the_page_user_space(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "crop.pdf"), pagesize=(400, 400))
    canvas.setCropBox((50, 50, 350, 350))
    canvas.drawString(100, 200, "Cropped words")
    canvas.showPage()
    canvas.save()
    page = parse(tmp_path / "crop.pdf").pages[0]
    (box,) = rectangles_under(page.layout, 0, len(page.text))
    assert box.left == pytest.approx(100, abs=1)
    assert box.bottom < 200 < box.top


def test_lines_of_turned_text_are_read_along_the_text(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "turned.pdf"))
    canvas.translate(300, 100)
    canvas.rotate(90)
    canvas.drawString(0, 0, "Net sales")
    canvas.drawString(300, 0, "1,234")
    canvas.drawString(400, 0, "5,678")
    canvas.showPage()
    canvas.save()
    page = parse(tmp_path / "turned.pdf").pages[0]
    assert kinds(page) == [(BlockKind.TABLE_ROW, "Net sales\t1,234\t5,678")]
    (box,) = rectangles_under(page.layout, 0, 3)
    assert box.right - box.left < 20
    assert box.left <= 300 <= box.right


def encrypt(source: Path, target: Path, user_password: str) -> Path:
    writer = pypdf.PdfWriter(clone_from=source)
    writer.encrypt(user_password, "owner", algorithm="AES-256")
    writer.write(target)
    return target


def test_a_pdf_with_an_empty_user_password_opens_like_any_other(tmp_path: Path) -> None:
    plain = make_pdf(tmp_path / "plain.pdf")
    assert parse(encrypt(plain, tmp_path / "locked.pdf", "")).pages == parse(plain).pages


def test_a_password_from_the_settings_opens_a_pdf_and_without_it_the_remedy_names_the_setting(tmp_path: Path) -> None:
    locked = encrypt(make_pdf(tmp_path / "plain.pdf"), tmp_path / "secret-plan.pdf", "sesame")
    with pytest.raises(ParseError) as caught:
        parse(locked, ParseOptions(passwords=(("other*", "sesame"),)))
    assert "password" in caught.value.reason
    assert "setting `passwords`" in caught.value.remedy
    options = ParseOptions(passwords=(("secret-*.pdf", "wrong"), ("*", "sesame")))
    assert "buoy" in parse(locked, options).pages[0].text


def test_a_pdf_without_text_says_so(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()
    with pytest.raises(ParseError, match="no text layer") as caught:
        parse(tmp_path / "scan.pdf", ParseOptions(ocr=False))
    assert "OCR" in caught.value.remedy


@pytest.mark.skipif(not ocr.is_available(), reason="the OCR package is not installed")
def test_a_scanned_page_is_read_by_ocr_with_its_words_in_place(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "letter.pdf"))
    canvas.setFont("Helvetica", 14)
    canvas.drawString(100, 600, "The lighthouse keeper counted nineteen ships")
    canvas.showPage()
    canvas.save()
    with open_pdfium(tmp_path / "letter.pdf") as document:
        picture = document.render(0, scale=2)
    assert picture is not None
    scan = Canvas(str(tmp_path / "scan.pdf"))
    scan.drawImage(ImageReader(Image.fromarray(picture.pixels)), 0, 0, *scan._pagesize)
    scan.showPage()
    scan.save()
    page = parse(tmp_path / "scan.pdf").pages[0]
    start = page.text.index("counted")
    (box,) = rectangles_under(page.layout, start, start + len("counted"))
    assert 220 < box.left < 260
    assert box.bottom < 605 < box.top


def test_too_many_pages_or_characters_are_refused_with_the_limit(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "dues.pdf", pages=3)
    with pytest.raises(ParseError, match="3 pages; the limit is 2"):
        parse(path, ParseOptions(max_pages=2))
    with pytest.raises(ParseError, match="limit is 10"):
        parse(path, ParseOptions(max_characters=10))


def test_a_word_file_keeps_headings_and_tables(tmp_path: Path) -> None:
    file = docx.Document()
    file.core_properties.title = "Minutes of the council"
    file.core_properties.author = "H. Vane"
    file.add_heading("Ferry", 1)
    file.add_paragraph("The council agreed to buy a second ferry before the winter storms begin.")
    file.add_heading("Costs", 2)
    table = file.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("Item", "Price"), ("Hull", "£90,000")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    file.save(str(tmp_path / "minutes.docx"))
    document = parse(tmp_path / "minutes.docx")
    assert (document.title, document.author) == ("Minutes of the council", "H. Vane")
    assert [(section.title, section.level) for section in document.sections] == [("Ferry", 1), ("Costs", 2)]
    assert (BlockKind.TABLE_ROW, "Hull | £90,000") in kinds(document.pages[0])


def test_slides_are_pages_and_an_empty_one_keeps_the_count_right(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for title in ("First things", "", "Third things"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        if title:
            slide.shapes.title.text = title
    deck.save(str(tmp_path / "talk.pptx"))
    document = parse(tmp_path / "talk.pptx")
    assert document.page_word == "slide"
    assert [page.text for page in document.pages] == ["First things", "", "Third things"]


def test_sheets_are_labelled_pages_of_rows(tmp_path: Path) -> None:
    folder_store = openpyxl.Workbook()
    folder_store.active.title = "Fares"
    for row in (["From", "Adult"], ["Orlick", 12.5], [None, None], ["Kelderby", 14]):
        folder_store.active.append(row)
    folder_store.create_sheet("Notes").append(["Dogs travel free"])
    folder_store.save(tmp_path / "fares.xlsx")
    document = parse(tmp_path / "fares.xlsx")
    assert [(page.label, page.text) for page in document.pages] == [
        ("Fares", "Fares\n\nFrom | Adult\nOrlick | 12.5\nKelderby | 14"),
        ("Notes", "Notes\n\nDogs travel free"),
    ]
    assert document.page_word == "sheet"


def test_a_csv_file_finds_its_delimiter_and_encoding(tmp_path: Path) -> None:
    (tmp_path / "birds.csv").write_bytes("Art;Zahl\nMöwe, groß;12\nDohle;7\n".encode("cp1252"))
    assert parse(tmp_path / "birds.csv").pages[0].text == "Art | Zahl\nMöwe, groß | 12\nDohle | 7"


def test_html_and_markdown_headings_become_sections(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<html><head><title>Museum guide for visitors</title></head><body><h1>Rooms</h1><p>There are four rooms.</p>"
        "<h2>Opening</h2><p>Open daily.</p></body></html>"
    )
    (tmp_path / "b.md").write_text("---\ntitle: Bakery notes\n---\n# Bread\n\nBake it.\n\n## Oven\n\nHot.\n")
    html, markdown = parse(tmp_path / "a.html"), parse(tmp_path / "b.md")
    assert html.title == "Museum guide for visitors"
    assert [(section.title, section.level) for section in html.sections] == [("Rooms", 1), ("Opening", 2)]
    assert markdown.title == "Bakery notes"
    assert [(section.title, section.level) for section in markdown.sections] == [("Bread", 1), ("Oven", 2)]


def test_an_email_gives_subject_sender_day_and_names_its_attachments(tmp_path: Path) -> None:
    (tmp_path / "m.eml").write_bytes(
        b"From: Ida <ida@example.org>\r\nSubject: Ferry refit in March\r\nDate: Fri, 01 Mar 2024 10:00:00 +0000\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: text/plain\r\n\r\nThe slip is booked.\r\n--x\r\nContent-Type: application/pdf\r\n"
        b'Content-Disposition: attachment; filename="plan.pdf"\r\n\r\nabc\r\n--x--\r\n'
    )
    document = parse(tmp_path / "m.eml")
    assert (document.title, document.created) == ("Ferry refit in March", "2024-03-01")
    assert "The slip is booked." in document.pages[0].text
    assert "plan.pdf" in document.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    text = "Die Möwen kehren im Frühjahr zurück.\n\nSie brüten auf den Klippen über dem Hafen."
    (tmp_path / "t.txt").write_bytes(text.encode(encoding))
    assert parse(tmp_path / "t.txt").pages[0].text == text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\t\n", "no words"),
        ("page.pdf", b"<html><body>hello</body></html>", "a web page"),
        ("note.docx", b"just text", "not a Word file"),
        ("really.txt", b"%PDF-1.7 ...", "a PDF"),
        ("data.txt", bytes(range(256)) * 20, "binary"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "damaged"),
        ("old.pages", b"x", "does not read .pages files"),
        ("noise.doc", b"just text", "not an old Office file"),
        ("zeros.pdf", bytes(5000), "zero bytes"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_gets_a_true_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ParseError, match=reason) as caught:
        parse(tmp_path / name)
    assert name in caught.value.reason
    assert caught.value.remedy


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(80 * 1024**2))
    with pytest.raises(ParseError, match="more than is safe"):
        parse(tmp_path / "bomb.docx")


@pytest.mark.parametrize(("name", "current"), [("letter.doc", "docx"), ("talk.ppt", "pptx")])
def test_an_old_office_file_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, current: str
) -> None:
    monkeypatch.setattr("ingest.parsers.legacy.office_program", lambda: None)
    (tmp_path / name).write_bytes(OLE_MAGIC + bytes(600))
    with pytest.raises(ParseError, match=rf"{name} .* LibreOffice") as caught:
        parse(tmp_path / name)
    assert caught.value.remedy.startswith("Install LibreOffice")
    assert caught.value.remedy.endswith(f"save the file as .{current}.")


def test_a_directory_a_missing_and_a_forbidden_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "d.pdf").mkdir()
    (tmp_path / "f.txt").write_text("words")
    with pytest.raises(ParseError, match="directory"):
        parse(tmp_path / "d.pdf")
    with pytest.raises(ParseError, match="vanished"):
        parse(tmp_path / "gone.txt")
    if os.geteuid() != 0:
        (tmp_path / "f.txt").chmod(0)
        with pytest.raises(ParseError, match="may not be read"):
            parse(tmp_path / "f.txt")


def test_a_file_name_that_is_not_utf8_can_be_parsed(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / os.fsdecode(b"caf\xe9\n.pdf"), pages=1)
    assert "buoy" in parse(path).pages[0].text


def test_what_is_supported_is_told_by_the_extension() -> None:
    assert is_supported(Path("a/B.PDF"))
    assert not is_supported(Path("a/b.pages"))


def test_a_library_that_cannot_be_loaded_is_not_taken_for_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.md").write_text("# Carrow Head\n\nThe lamp flashes three times.\n")
    module = _PARSERS["md"].partition(":")[0]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnsettledFileError, match=r"notes\.md cannot be read, as a library for it cannot be loaded"):
        parse_file(tmp_path / "notes.md", ParseOptions())
