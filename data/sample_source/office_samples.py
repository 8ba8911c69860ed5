"""Makes the Word, PowerPoint, Excel, EPUB, ODT and RTF samples. Knows no text but what it reads."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pypandoc
from archive import fix_archive
from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Cm, Pt
from tables import FARES, PASSENGERS_2023, TIMETABLE
from text_blocks import TEXTS, TextBlock, read_blocks, sections

FIXED_DATE = datetime(2024, 1, 1)
PANDOC_EPOCH = "1704067200"
"""2024-01-01 in seconds: pandoc writes it in place of the time of the run."""


def make_minutes(path: Path) -> None:
    """The council minutes as a Word document with heading styles and one table."""
    blocks = read_blocks("council-minutes.md")
    document = Document()
    properties = document.core_properties
    properties.title, properties.author = blocks[0].text, "Owen Strake"
    properties.created = properties.modified = FIXED_DATE
    for block in blocks:
        if block.kind == "heading":
            document.add_heading(block.text, level=block.level)
        elif block.kind == "table":
            table = document.add_table(0, len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(block.text)
    document.save(str(path))
    fix_archive(path)


def make_slides(path: Path) -> None:
    """The energy report as slides with bullets, tables and speaker's notes."""
    presentation = Presentation()
    properties = presentation.core_properties
    properties.title, properties.author = "Power from the Sound of Mell", "Idris Cole"
    properties.created = properties.modified = FIXED_DATE
    for title, blocks in sections(read_blocks("tidal-energy.md"), level=1):
        has_table = any(block.kind == "table" for block in blocks)
        slide = presentation.slides.add_slide(presentation.slide_layouts[5 if has_table else 1])
        slide.shapes.title.text = title
        for block in blocks:
            _fill_slide(slide, block)
    presentation.save(str(path))
    fix_archive(path)


def _fill_slide(slide, block: TextBlock) -> None:  # type: ignore[no-untyped-def]
    if block.kind == "bullets":
        slide.placeholders[1].text = "\n".join(block.items)
    elif block.kind == "table":
        shape = slide.shapes.add_table(len(block.rows), len(block.rows[0]), Cm(1.8), Cm(5), Cm(21.5), Cm(8))
        for row, texts in zip(shape.table.rows, block.rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
                cell.text_frame.paragraphs[0].font.size = Pt(18)
    else:
        slide.notes_slide.notes_text_frame.text = block.text.removeprefix("Notes: ")


def make_ferry_workbook(path: Path) -> None:
    """Timetable, fares and the passengers of 2023 as three sheets."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in (("Timetable 2024", TIMETABLE), ("Fares 2024", FARES), ("Passengers 2023", PASSENGERS_2023)):
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = max(len(str(cell.value or "")) for cell in column)
    workbook.properties.title = "Brennick Ferry Company: timetable, fares and passengers"
    workbook.properties.creator = "Brennick Ferry Company"
    workbook.save(path)
    fix_archive(path)


def make_with_pandoc(text: str, path: Path) -> None:
    """Convert `texts/TEXT` to the format of the suffix of `path`, with a fixed date."""
    os.environ["SOURCE_DATE_EPOCH"] = PANDOC_EPOCH
    arguments = ["--standalone"]
    pypandoc.convert_file(str(TEXTS / text), path.suffix[1:], "markdown", arguments, outputfile=str(path))
    if path.suffix != ".rtf":
        fix_archive(path)
