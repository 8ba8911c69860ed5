"""Figures on drawn pages: which are found, where, and how they are drawn for an LLM."""

from __future__ import annotations

import io
from pathlib import Path

import PIL.Image
import pytest

from ingest.figures import draw_figure, find_figures
from tests.drawn_pdf import BARS, RULED_TABLE, picture_at, words, write_pdf
from tests.pictures import encoded


def test_pictures_and_charts_are_figures_and_ruled_tables_are_none(tmp_path: Path) -> None:
    file = write_pdf(
        tmp_path / "report.pdf",
        [words("Passengers") + BARS, words("Rents") + RULED_TABLE, words("The pier") + picture_at(72, 300, 200, 150)],
    )
    chart, picture = find_figures(file)
    assert chart.page == 0
    left, bottom, right, top = chart.box
    assert left <= 120 < 340 <= right
    assert bottom <= 400 < 590 <= top < 740
    assert (picture.page, [round(edge) for edge in picture.box]) == (2, [72, 300, 272, 450])
    image = draw_figure(file, picture)
    assert (image.width, image.height) == (400, 300)
    assert PIL.Image.open(io.BytesIO(image.content)).size == (400, 300)


def test_a_scan_is_one_figure_and_what_is_on_many_pages_is_a_letterhead(tmp_path: Path) -> None:
    head = picture_at(72, 700, 120, 60)
    file = write_pdf(tmp_path / "letters.pdf", [head + words(f"Letter {at}", bottom=500) for at in range(3)])
    assert find_figures(file) == []
    (scan,) = find_figures(write_pdf(tmp_path / "scan.pdf", [picture_at(0, 0, 612, 792)]))
    assert [round(edge) for edge in scan.box] == [0, 0, 612, 792]
    assert draw_figure(tmp_path / "scan.pdf", scan).width <= 1_568


def test_the_same_pixels_have_the_same_name_and_others_another(tmp_path: Path) -> None:
    page = words("The pier") + picture_at(72, 300, 200, 150)
    (one,) = find_figures(write_pdf(tmp_path / "a.pdf", [page]))
    (same,) = find_figures(write_pdf(tmp_path / "b.pdf", ["", page]))
    (other,) = find_figures(write_pdf(tmp_path / "c.pdf", [page], shade=20))
    assert one.picture == same.picture != other.picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_one_figure(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"chart.{kind.lower()}"
    drawn = PIL.Image.new("RGB", (300, 200), "white")
    drawn.paste("blue", (40, 40, 90, 180))
    file.write_bytes(encoded(drawn, kind))
    (figure,) = find_figures(file)
    assert figure.page == 0
    assert draw_figure(file, figure).media_type == "image/jpeg"
