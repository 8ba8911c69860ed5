"""Draws the handbook, the two-column article and the tide tables as PDF. Knows no text but what it reads."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    ListFlowable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from tables import TIDE_HEADER, tide_rows
from text_blocks import TextBlock, read_blocks, sections

WIDTH, HEIGHT = A4
MARGIN = 25 * mm
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=12, leading=17, spaceAfter=9)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=16, leading=20, spaceAfter=10)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=28, leading=34, spaceAfter=12)
COLUMN = ParagraphStyle("column", BODY, fontSize=10, leading=13, spaceAfter=5, alignment=TA_JUSTIFY)
COLUMN_HEADINGS = {
    2: ParagraphStyle(
        "column2", fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=6, spaceAfter=3, keepWithNext=1
    ),
    3: ParagraphStyle(
        "column3", fontName="Helvetica-Oblique", fontSize=10, leading=13, spaceBefore=3, spaceAfter=2, keepWithNext=1
    ),
}
GRID = TableStyle(
    [
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8.5),
        ("FONT", (0, 1), (-1, -1), "Helvetica", 8.5),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.grey),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


def make_handbook(path: Path) -> None:
    """Twelve pages with an outline, and labels i, ii, 1 to 10; each section opens a page."""
    chapters = list(sections(read_blocks("harbour-handbook.md"), level=1))
    story: list[Flowable] = [
        Spacer(1, 70 * mm),
        Paragraph("Brennick Harbour Handbook", TITLE),
        Paragraph("Edition of 2024", HEADING),
        Paragraph("For skippers, passengers and anyone who has been told to ask at the blue door.", BODY),
        Paragraph("Published by the harbour office, Orlick, Isle of Brennick.", BODY),
        NextPageTemplate("inside"),
        PageBreak(),
        _Bookmark("Contents", "contents"),
        Paragraph("Contents", HEADING),
        _contents([title for title, _ in chapters]),
    ]
    for title, blocks in chapters:
        story += [PageBreak(), _Bookmark(title, f"section-{title.split()[0]}"), Paragraph(title, HEADING)]
        story += [_flowable(block, BODY, colour=True) for block in blocks]
    whole = Frame(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    document = _document(path, "Brennick Harbour Handbook 2024", "Brennick Harbour Office")
    document.addPageTemplates(
        [
            PageTemplate("cover", [whole], onPage=_label_pages),
            PageTemplate("inside", [whole], onPage=_handbook_furniture),
        ]
    )
    document.build(story)


def make_article(path: Path) -> None:
    """A two-column journal article, its title above both columns on the first page."""
    title, *rest = read_blocks("storm-petrels.md")
    authors, place, *blocks = rest
    gap, title_height = 7 * mm, 44 * mm
    column = (WIDTH - 2 * MARGIN - gap) / 2
    lefts = (MARGIN, MARGIN + column + gap)
    full = HEIGHT - 2 * MARGIN
    head = Frame(MARGIN, HEIGHT - MARGIN - title_height, WIDTH - 2 * MARGIN, title_height, id="head")
    first = [Frame(left, MARGIN, column, full - title_height) for left in lefts]
    later = [Frame(left, MARGIN, column, full) for left in lefts]
    story: list[Flowable] = [
        NextPageTemplate("later"),
        Paragraph(title.text, ParagraphStyle("article", TITLE, fontSize=17, leading=21, spaceAfter=4)),
        Paragraph(f"<b>{authors.text}</b>", BODY),
        Paragraph(f"<i>{place.text}</i>", BODY),
        FrameBreak(),
        *(_flowable(block, COLUMN, colour=False) for block in blocks),
    ]
    document = _document(path, title.text, authors.text)
    document.addPageTemplates(
        [
            PageTemplate("first", [head, *first], onPage=_journal_furniture),
            PageTemplate("later", later, onPage=_journal_furniture),
        ]
    )
    document.build(story)


def make_tide_tables(path: Path) -> None:
    """One table of 183 days that runs over several pages, its header repeated."""
    table = Table([TIDE_HEADER, *tide_rows()], repeatRows=1, colWidths=[30 * mm, 14 * mm] + [14.5 * mm] * 8)
    table.setStyle(GRID)
    table.setStyle([("ALIGN", (2, 0), (-1, -1), "RIGHT"), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)])
    notes = (
        "Times are British Summer Time and refer to the ice house at Orlick. Heights are in metres above chart datum. "
        "Strong winds from the south-east raise the water by up to half a metre.",
        "For Kelderby add 35 minutes to the time and 0.4 metres to the height of high water. For the landing at "
        "Carrow Head take off 12 minutes.",
    )
    story: list[Flowable] = [
        Paragraph("Tide tables for Orlick harbour, April to September 2024", HEADING),
        *(Paragraph(note, BODY) for note in notes),
        table,
        Spacer(1, 6 * mm),
        Paragraph("Calculated by the harbour office. Not to be used by anybody who has a better table.", BODY),
    ]
    document = _document(path, "Tide tables for Orlick harbour, April to September 2024", "Brennick Harbour Office")
    frame = Frame(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    document.addPageTemplates([PageTemplate("table", [frame], onPage=_tide_furniture)])
    document.build(story)


def _document(path: Path, title: str, author: str) -> BaseDocTemplate:
    return BaseDocTemplate(str(path), pagesize=A4, title=title, author=author, invariant=1)


def _contents(titles: list[str]) -> Table:
    rows = [(title.split(maxsplit=1)[1], title.split()[0]) for title in titles]
    table = Table(rows, colWidths=[130 * mm, 15 * mm])
    table.setStyle([("FONT", (0, 0), (-1, -1), "Times-Roman", 12), ("ALIGN", (1, 0), (1, -1), "RIGHT")])
    return table


def _flowable(block: TextBlock, body: ParagraphStyle, *, colour: bool) -> Flowable:
    if block.kind == "heading":
        return Paragraph(block.text, COLUMN_HEADINGS[block.level])
    if block.kind == "bullets":
        return ListFlowable([Paragraph(item, body) for item in block.items], bulletType="bullet")
    if block.kind == "table":
        table = Table(block.rows, hAlign="LEFT", spaceBefore=3, spaceAfter=9)
        table.setStyle(GRID)
        if colour:
            table.setStyle([("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#dfe8ee"))])
        return table
    return Paragraph(block.text, body)


class _Bookmark(Flowable):
    """An outline entry that points at the page it lands on; takes no space."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key

    def wrap(self, _available_width: float, _available_height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self._title, self._key, level=0)


def _label_pages(canvas: Canvas, _document: BaseDocTemplate) -> None:
    canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
    canvas.addPageLabel(2, style="ARABIC", start=1)


def _handbook_furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
    label = "ii" if document.page == 2 else str(document.page - 2)
    _furniture(canvas, "Brennick Harbour Handbook 2024", label)


def _journal_furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
    _furniture(canvas, "Brennick Naturalist 19 (2024)", str(document.page + 40))


def _tide_furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
    _furniture(canvas, "Brennick Harbour Office: tide tables 2024", f"Page {document.page}")


def _furniture(canvas: Canvas, header: str, footer: str) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, HEIGHT - 15 * mm, header)
    canvas.drawCentredString(WIDTH / 2, 13 * mm, footer)
