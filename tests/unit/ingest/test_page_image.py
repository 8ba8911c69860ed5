"""Marks on the picture of a page lie where the words are, however the page is turned and cut."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject
from reportlab.pdfgen.canvas import Canvas

from ingest.page_image import draw_page

BOX = (100.0, 300.0, 160.0, 340.0)
WHITE, MARKED = (255, 255, 255), (255, 225, 102)


def write_page(file: Path, *, turn: int) -> None:
    """A page whose black square is the box, cut on two sides and turned."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(400, 500))
    canvas.rect(BOX[0], BOX[1], BOX[2] - BOX[0], BOX[3] - BOX[1], fill=1)
    canvas.save()
    page = PdfReader(drawn).pages[0]
    page.cropbox = RectangleObject((50, 80, 400, 500))
    page.rotate(turn)
    writer = PdfWriter()
    writer.add_page(page)
    writer.write(file)


def frame_of(found: np.ndarray) -> list[int]:
    rows, columns = np.nonzero(found)
    return [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_mark_surrounds_its_words_and_leaves_them_black(tmp_path: Path, turn: int) -> None:
    file = tmp_path / "page.pdf"
    write_page(file, turn=turn)
    plain, marked = (np.asarray(Image.open(io.BytesIO(draw_page(file, 0, 2.0, marks=marks)))) for marks in ((), (BOX,)))
    words = (plain == 0).all(axis=2)
    assert (marked[words] == 0).all()
    assert {tuple(pixel) for pixel in marked[(plain == 255).all(axis=2)].tolist()} == {WHITE, MARKED}
    left, top, right, bottom = frame_of(words)
    assert (
        np.abs(np.subtract(frame_of((marked == MARKED).all(axis=2)), [left - 2, top - 2, right + 2, bottom + 2])).max()
        <= 2
    )


def test_a_mark_beside_the_page_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    write_page(file, turn=0)
    assert draw_page(file, 0, 1.0, marks=((-900.0, -900.0, -800.0, -800.0),)) == draw_page(file, 0, 1.0)
