"""Makes documents with a known text in many formats, by libraries that Lectern does not read with."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import xlsxwriter
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

WORD = nsdecls("w")
DUTIES = {
    700: ("Duty", "Who", "Every"),
    680: ("Wash the deck", "Mate", "2 days"),
    660: ("Check the lamps", "Engineer", "14 days"),
    648: ("and the bell", "", ""),
}
"""Height in points -> a line of the table; the last is the wrapped rest of the cell above."""

ODF = {"office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style"}
CALENDAR = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Dredging of basin 4\r\nDTSTART:20250402T140000\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
EQUATIONS = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A file and what a reader of it sees: `ordered` from top to bottom, `anywhere` at a place of the parser's choice.

    `hidden` are words that are not shown, such as a tracked deletion: they should not be read.
    """

    path: Path
    ordered: tuple[str, ...]
    anywhere: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def make_documents(folder: Path) -> list[KnownDocument]:
    """Write one document of each format into a folder."""
    return [make(folder) for make in MAKERS]


def make_docx(folder: Path) -> KnownDocument:
    """Write a Word file with content controls, tracked changes, fields, equations, comments and nested tables."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Berth licence BL-2041"
    document.sections[0].footer.paragraphs[0].text = "Harbour office of Skarvik"
    document.add_heading("Fees and duties", level=1)
    price = document.add_paragraph("A berth costs 32")
    price.add_run("1").font.superscript = True
    price.add_run(" crowns a night.")
    _append(document, f"<w:p {WORD}><w:r><w:t>The licence ends on </w:t></w:r>{_inserted('30 June 2027')}"
            f"{_deleted('31 May 2026')}<w:r><w:t>.</w:t></w:r></w:p>")  # fmt: skip
    _append(document, f"<w:sdt {WORD}><w:sdtContent><w:p><w:r><w:t>Vessel: Margit Olsen, 14.20 m</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>")  # fmt: skip
    _append(document, f"<w:p {WORD}><w:r><w:t xml:space='preserve'>Owner </w:t></w:r><w:smartTag w:uri='x' "
            "w:element='y'><w:r><w:t>Tamsin Orde</w:t></w:r></w:smartTag><w:r><w:t xml:space='preserve"
            "'> of Westport</w:t></w:r></w:p>")  # fmt: skip
    _append(document, f"<w:p {WORD}><w:r><w:t xml:space='preserve'>Deposit </w:t></w:r><w:r><w:fldChar "
            "w:fldCharType='begin'/></w:r><w:r><w:instrText>MERGEFIELD deposit</w:instrText></w:r><w:r><w:fldChar "
            "w:fldCharType='separate'/></w:r><w:r><w:t>450.00</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
            "<w:r><w:t xml:space='preserve'> crowns</w:t></w:r></w:p>")  # fmt: skip
    _append(document, f"<w:p {WORD} {EQUATIONS}><w:r><w:t xml:space='preserve'>Area </w:t></w:r><m:oMath><m:r><m:t>A"
            "</m:t></m:r><m:r><m:t>=</m:t></m:r><m:r><m:t>7</m:t></m:r></m:oMath></w:p>")  # fmt: skip
    table = document.add_table(rows=3, cols=2)
    for row, (name, fee) in zip(
        table.rows, (("Length", "Fee"), ("to 8 m", "18.50"), ("to 12 m", "27.75")), strict=True
    ):
        row.cells[0].text, row.cells[1].text = name, fee
    crew = document.add_table(rows=3, cols=2)
    for row, (ship, mate) in zip(crew.rows, (("Ship", "Mate"), ("Petrel", "Ames"), ("", "Boyd")), strict=True):
        row.cells[0].text, row.cells[1].text = ship, mate
    crew.cell(1, 0).merge(crew.cell(2, 0))
    remark = document.add_paragraph("The mole is lit.")
    document.add_comment(remark.runs, text="Since 1931?", author="Ines", initials="i")
    outer = document.add_table(rows=1, cols=1)
    outer.cell(0, 0).text = "Winter storage"
    inner = outer.cell(0, 0).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "Shed C", "1,260.00"
    path = folder / "licence.docx"
    document.save(str(path))
    return KnownDocument(
        path,
        ("Fees and duties", "A berth costs 32 1 crowns a night.", "The licence ends on 30 June 2027.",
         "Vessel: Margit Olsen, 14.20 m", "Owner Tamsin Orde of Westport", "Deposit 450.00 crowns", "Area A = 7",
         "Length Fee", "to 8 m 18.50", "to 12 m 27.75", "Ship Mate", "Petrel Ames",
         "Petrel Boyd", "The mole is lit.", "Winter storage", "Shed C 1,260.00"),
        ("Berth licence BL-2041", "Harbour office of Skarvik", "Since 1931?"),
        ("31 May 2026", "MERGEFIELD"),
    )  # fmt: skip


def make_pptx(folder: Path) -> KnownDocument:
    """Write a presentation with a chart, a table, a group and notes."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Catch by year"
    data = CategoryChartData()
    data.categories = ["2021", "2022"]
    data.add_series("Herring", (412.5, 388.0))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(3), data)
    slide.notes_slide.notes_text_frame.text = "Say that 2022 was stormy."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Crew"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(6), Inches(1)).table
    for column, (head, value) in enumerate((("Skipper", "Ada Brandt"), ("Since", "2014"))):
        table.cell(0, column).text, table.cell(1, column).text = head, value
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(5), Inches(4), Inches(1)).text_frame.text = "Radio channel 12"
    path = folder / "catch.pptx"
    deck.save(str(path))
    return KnownDocument(
        path,
        ("Catch by year", "Crew", "Skipper Since", "Ada Brandt 2014", "Radio channel 12"),
        ("Herring", "412.5", "388", "Say that 2022 was stormy."),
    )


def make_xlsx(folder: Path) -> KnownDocument:
    """Write a workbook with number formats, a formula with its value, a comment, merged labels and three sheets."""
    path = folder / "loans.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Loans")
    percent = book.add_format({"num_format": "0.0%"})
    money = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    code = book.add_format({"num_format": "00000"})
    for column, head in enumerate(("Code", "Rate", "Sum", "Due")):
        sheet.write(0, column, head)
    for row, values in enumerate(((73, 0.045, 12500, 45444), (1204, 0.0525, 98000.5, 45809)), start=1):
        for column, (value, form) in enumerate(zip(values, (code, percent, money, day), strict=True)):
            sheet.write(row, column, value, form)
    sheet.write(3, 0, "Total")
    sheet.write_formula(3, 2, "=SUM(C2:C3)", money, 110500.5)
    duration = book.add_format({"num_format": "[h]:mm"})
    crowns = book.add_format({"num_format": '#,##0.00 "kr"'})
    sheet.write_row(5, 0, ("Work", "Hours", "Pay"))
    sheet.write(6, 0, "Dredging")
    sheet.write(6, 1, 1.5625, duration)
    sheet.write(6, 2, 1250.5, crowns)
    sheet.write_comment(6, 0, "ends in May")
    watches = book.add_worksheet("Watches")
    watches.write_row(0, 0, ("Ship", "Officer"))
    watches.merge_range(1, 0, 2, 0, "Tern")
    watches.write_column(1, 1, ("Dunn", "Eyre"))
    other = book.add_worksheet("Houses")
    other.write_row(0, 0, ("House", "Rooms"))
    other.write_row(1, 0, ("Fyrgate 3", 7))
    book.close()
    return KnownDocument(
        path,
        ("Code Rate Sum Due", "00073 4.5% 12,500.00 2024-06-01", "01204 5.3% 98,000.50 2025-06-01",
         "Total 110,500.50", "Work Hours Pay", "Dredging", "37:30 1,250.50 kr", "Ship Officer", "Tern Dunn",
         "Tern Eyre", "House Rooms", "Fyrgate 3 7"),
        ("Loans", "Watches", "Houses", "ends in May"),
    )  # fmt: skip


def make_csv(folder: Path) -> KnownDocument:
    """Write a table with separators of its own."""
    path = folder / "lights.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerows([("Light", "Height (m)", "Range"), ("Carrow Head", "41,5", "18"), ("Mell", "12,0", "007")])
    return KnownDocument(path, ("Light Height (m) Range", "Carrow Head 41,5 18", "Mell 12,0 007"))


def make_html(folder: Path) -> KnownDocument:
    """Write a page whose text stands in forms, details, captions, lists, roles and outside of its main part."""
    path = folder / "faq.html"
    path.write_text(
        """<!doctype html><html lang=en><head><title>Ferry questions</title><style>p{}</style></head><body>
        <main><h1>Ferry questions</h1></main>
        <form><p>The crossing takes 55 minutes.</p></form>
        <details><summary>Dogs</summary><p>A dog costs 4<sup>2</sup> crowns.</p></details>
        <figure><img src=x alt=""><figcaption>The Sigrid in 1998</figcaption></figure>
        <dl><dt>Bicycle</dt><dd>6.50 crowns</dd></dl>
        <table><caption>Winter sailings</caption><tr><th>Day<th>Leaves</tr>
        <tr><td rowspan=2>Monday<td>07:40</tr><tr><td>19:15</tr></table>
        <ol type=a><li>Pay first<li>Board last</ol>
        <form><label for=boat>Boat</label> <input id=boat value="Dorada 77"></form>
        <div role=row><span role=cell>Deck</span><span role=cell>3</span></div>
        <p>Half: <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math></p>
        <script>var hidden = "nobody sees 999";</script></body></html>""",
        encoding="utf-8",
    )
    return KnownDocument(
        path,
        ("Ferry questions", "The crossing takes 55 minutes.", "Dogs", "A dog costs 4 2 crowns.", "The Sigrid in 1998",
         "Bicycle 6.50 crowns", "Winter sailings", "Day Leaves", "Monday 07:40", "Monday 19:15", "a Pay first",
         "b Board last", "Boat Dorada 77", "Deck 3", "Half: 1/2"),
        hidden=("999",),
    )  # fmt: skip


def make_eml(folder: Path) -> KnownDocument:
    """Write a message with two inline parts, a forwarded one inside and an invitation."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Crane inspection", "ada@skarvik.example", "tom@mell.example"
    message["Cc"] = "office@mell.example"
    message.set_content("The crane is closed on 14 March.\n")
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "Report 88-C", "inspector@north.example"
    inner.set_content("Load limit 3.2 tonnes until the hook is changed.\n")
    message.add_attachment(inner)
    message.add_attachment("Bring the log book.\n", disposition="inline")
    message.add_attachment(CALENDAR.encode(), maintype="text", subtype="calendar", filename="dredging.ics")
    path = folder / "crane.eml"
    path.write_bytes(message.as_bytes())
    return KnownDocument(
        path,
        ("Crane inspection", "The crane is closed on 14 March.", "Load limit 3.2 tonnes until the hook is changed."),
        (
            "ada@skarvik.example",
            "office@mell.example",
            "Report 88-C",
            "Bring the log book.",
            "Dredging of basin 4",
            "2025-04-02 14:00",
        ),
    )


def make_rtf(folder: Path) -> KnownDocument:
    """Write a text with a code page of its own and a table."""
    path = folder / "hinweis.rtf"
    path.write_bytes(
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset238 Arial CE;}}\f0 Die Geb\'fchr "
        rb"betr\'e4gt 12,40 Euro.\par \f1 Miasto \'a3\'f3d\'9f ma port.\par \f0 "
        rb"\trowd\cellx2000\cellx4000\intbl Boot\cell Tarif\cell\row\trowd\cellx2000\cellx4000\intbl Jolle\cell 8,20"
        rb"\cell\row\pard Ende.\par}"
    )
    return KnownDocument(
        path, ("Die Gebühr beträgt 12,40 Euro.", "Miasto Łódź ma port.", "Boot Tarif", "Jolle 8,20", "Ende.")
    )


def make_epub(folder: Path) -> KnownDocument:
    """Write a book whose package lies beside its texts and not above them."""
    path = folder / "keepers.epub"
    chapter = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title></head><body><h1>The first keeper</h1>'
        "<p>He came on 3 November 1858 and lit 12<sup>4</sup> lamps.</p></body></html>"
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="id"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Keepers</dc:title><dc:language>en</dc:language>'
        '<dc:identifier id="id">x</dc:identifier></metadata><manifest><item id="c" href="../text/one.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>'
    )
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", container)
        book.writestr("OEBPS/book.opf", package)
        book.writestr("text/one.xhtml", chapter)
    return KnownDocument(path, ("The first keeper", "He came on 3 November 1858 and lit 12 4 lamps."))


def make_text(folder: Path) -> KnownDocument:
    """Write a text in a code page that it does not declare."""
    path = folder / "brief.txt"
    path.write_bytes(
        "Die Jahresgebühr für Boote bis 8 m beträgt 214,50 €.\nGrüße aus Köln – Ihr Hafenamt".encode("cp1252")
    )
    return KnownDocument(
        path, ("Die Jahresgebühr für Boote bis 8 m beträgt 214,50 €.", "Grüße aus Köln – Ihr Hafenamt")
    )


def make_markdown(folder: Path) -> KnownDocument:
    """Write a text with front matter, a table, nested lists, a note and HTML inside."""
    path = folder / "gates.md"
    path.write_text(
        "---\ntitle: Keepers of the gates\n---\n# Gates\n\nThe key hangs at gate 4[^1].\n\n"
        "| Gate | Phone |\n|---|---|\n"
        "| North | 555 0110 |\n\n1. Ring\n   - twice at night\n2. Wait\n\n<details><summary>More</summary>\n\n"
        "Closed in May.\n\n</details>\n\nUse `<port>` 8080.\n\n[^1]: The green one.\n",
        encoding="utf-8",
    )
    return KnownDocument(
        path,
        ("Gates", "The key hangs at gate 4", "Gate Phone", "North 555 0110", "1 Ring", "twice at night", "2 Wait",
         "More", "Closed in May.", "Use port 8080."),
        ("Keepers of the gates", "The green one."),
    )  # fmt: skip


def make_odt(folder: Path) -> KnownDocument:
    """Write an OpenDocument text with a tracked deletion, a note, a raised mark, a text box and merged cells."""
    path = folder / "mooring.odt"
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{value}:1.0"' for name, value in ODF.items())
    body = (
        '<text:tracked-changes><text:changed-region text:id="d"><text:deletion><text:p>old fee 41</text:p>'
        '</text:deletion></text:changed-region></text:tracked-changes><text:h text:outline-level="1">Mooring</text:h>'
        '<text:p>The fee is 45<text:span text:style-name="up">3</text:span> crowns<text:change text:change-id="d"/>.'
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>'
        "Half in winter.</text:p></text:note-body></text:note></text:p><text:p><draw:frame><draw:text-box><text:p>"
        "Ropes: 4</text:p></draw:text-box></draw:frame></text:p><table:table><table:table-row><table:table-cell "
        'table:number-rows-spanned="2"><text:p>East</text:p></table:table-cell><table:table-cell><text:p>Berth 11'
        "</text:p></table:table-cell></table:table-row><table:table-row><table:covered-table-cell/><table:table-cell>"
        "<text:p>Berth 12</text:p></table:table-cell></table:table-row></table:table>"
    )
    style = (
        '<office:automatic-styles><style:style style:name="up" style:family="text"><style:text-properties '
        'style:text-position="super 58%"/></style:style></office:automatic-styles>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("styles.xml", f"<office:document-styles {names}/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}>{style}<office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
        )
    return KnownDocument(
        path,
        ("Mooring", "The fee is 45 3 crowns", "East Berth 11", "East Berth 12"),
        ("Half in winter.", "Ropes: 4", "note 1"),
        ("41",),
    )


def make_pdf(folder: Path) -> KnownDocument:
    """Write pages with a note mark, a table with a wrapped cell, a form, a margin note and running lines."""
    path = folder / "fares.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number in (1, 2, 3):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 810, "Skarvik Harbour Board, order 48510")
        canvas.drawString(72, 30, f"page {number} of 3")
        canvas.setFont("Helvetica", 11)
        if number == 1:
            canvas.drawString(72, 760, "A return ticket costs 32")
            width = canvas.stringWidth("A return ticket costs 32", "Helvetica", 11)
            canvas.setFont("Helvetica", 7)
            canvas.drawString(72 + width, 764, "1")
            canvas.setFont("Helvetica", 11)
            canvas.drawString(72 + width + 6, 760, "crowns on weekdays.")
            for y, cells in DUTIES.items():
                for x, cell in zip((72, 220, 340), cells, strict=True):
                    canvas.drawString(x, y, cell)
        elif number == 2:
            for line, y in (("The board may close the quay in a storm. Boats then", 760),
                            ("lie at the mole until the harbour master opens it.", 746)):  # fmt: skip
                canvas.drawString(140, y, line)
            canvas.setFont("Helvetica", 7)
            canvas.drawString(72, 760, "Closing")
        else:
            canvas.drawString(72, 700, "Name of the vessel:")
            canvas.acroForm.textfield(name="vessel", value="Margit 77", x=200, y=694, width=160, height=16)
        canvas.showPage()
    canvas.save()
    return KnownDocument(
        path,
        ("A return ticket costs 32 1 crowns on weekdays.", "Duty Who Every", "Wash the deck Mate 2 days",
         "Check the lamps and the bell Engineer 14 days", "The board may close the quay in a storm. Boats then lie at "
         "the mole until the harbour master opens it.", "Name of the vessel: Margit 77"),
        ("Skarvik Harbour Board, order 48510", "Closing"),
    )  # fmt: skip


def _append(document: docx.document.Document, xml: str) -> None:
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def _inserted(text: str) -> str:
    return f"<w:ins w:id='1' w:author='a' w:date='2026-01-01T00:00:00Z'><w:r><w:t>{text}</w:t></w:r></w:ins>"


def _deleted(text: str) -> str:
    return (
        f"<w:del w:id='2' w:author='a' w:date='2026-01-01T00:00:00Z'><w:r><w:delText>{text}</w:delText></w:r></w:del>"
    )


MAKERS: tuple[Callable[[Path], KnownDocument], ...] = (
    make_pdf, make_docx, make_pptx, make_xlsx, make_csv, make_html, make_eml, make_rtf, make_epub, make_text,
    make_markdown, make_odt,
)  # fmt: skip
