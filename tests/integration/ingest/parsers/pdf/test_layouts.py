"""Hard layouts made with known text come out in reading order: columns, rotation, forms, notes, other scripts."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
from pypdf.annotations import FreeText
from pypdf.generic import NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from benchmarks.layout_pages import PAGES, make_page
from ingest.parsing import ParseOptions, parse_file
from rag.page_layout import rectangles_under


@pytest.mark.parametrize("name", PAGES)
def test_a_layout_is_read_in_the_order_it_was_written(tmp_path: Path, name: str) -> None:
    truth = make_page(name, tmp_path / "page.pdf")
    (page,) = parse_file(tmp_path / "page.pdf", ParseOptions()).pages
    assert page.text.split() == truth


def make_form(path: Path) -> Path:
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "Application for a mooring")
    canvas.acroForm.textfield(name="f1", tooltip="Name of the vessel", value="Margit Olsen", x=72, y=640, width=200)
    canvas.acroForm.textfield(name="f2", value="", x=72, y=600, width=200)
    canvas.acroForm.checkbox(name="f3", checked=False, x=72, y=560)
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=path)
    writer.add_annotation(0, FreeText(text="Refused by the harbour master", rect=(300, 600, 500, 640)))
    hidden = FreeText(text="draft only", rect=(300, 500, 500, 540))
    hidden.flags = 2
    writer.add_annotation(0, hidden)
    note = writer.add_annotation(0, FreeText(text="", rect=(300, 400, 500, 440)))
    note[NameObject("/Contents")] = TextStringObject("Å ferry: naïve")
    writer.add_attachment("dues 1911.csv", b"a;b")
    writer.write(path)
    return path


def test_what_is_filled_in_and_noted_is_read_where_it_stands_and_attachments_are_named(tmp_path: Path) -> None:
    document = parse_file(make_form(tmp_path / "form.pdf"), ParseOptions())
    text = document.pages[0].text
    assert "Name of the vessel: Margit Olsen" in text
    assert "Refused by the harbour master" in text
    assert "Å ferry: naïve" in text
    assert "draft only" not in text
    start = text.index("Margit")
    (box,) = rectangles_under(document.pages[0].layout, start, start + len("Margit Olsen"))
    assert 70 <= box.left < box.right <= 275
    assert 640 <= box.bottom < box.top <= 680
    assert document.warnings == ("Attachments were not read: dues 1911.csv.",)
