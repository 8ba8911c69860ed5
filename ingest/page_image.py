"""Draws one page of a PDF or a picture as a PNG; meant to run inside a WorkerPool."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ingest.parsers.pdf.pdfium import OpenError, PagePicture, open_pdfium
from ingest.parsers.sniffing import read_head
from rag.errors import ParseError

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points of the page's user space."""

MARK = np.array([102, 225, 255], dtype=np.uint16)
"""The yellow (BGR) of a felt pen: multiplied with the page, so that black words stay black."""

PDF_MARK = b"%PDF-"

MARGIN_POINTS = 1.0
"""Around marked words, whose boxes end where their letters do."""


def draw_page(path: Path, number: int, scale: float, passwords: Sequence[str] = (), marks: Sequence[Box] = ()) -> bytes:
    """Return a page (0-based) as PNG, `scale` pixels for each point; large pages get fewer. Raises ParseError.

    What lies in `marks` is marked.
    """
    if path.suffix.lower() != ".pdf" and PDF_MARK not in read_head(path)[:1024]:
        # Loaded here: most pages are those of PDFs, and this needs much more.
        from ingest.parsers.pictures import as_pdf

        with as_pdf(path) as (converted, _):
            return _draw(converted, number, scale, (), marks)
    return _draw(path, number, scale, passwords, marks)


def place_boxes(
    path: Path, number: int, boxes: Sequence[Box], passwords: Sequence[str] = ()
) -> list[tuple[float, float, float, float]]:
    """Return where boxes lie on the picture of a page (0-based): left, top, right, bottom from 0 to 1. Raises
    ParseError.
    """
    if path.suffix.lower() != ".pdf" and PDF_MARK not in read_head(path)[:1024]:
        from ingest.parsers.pictures import as_pdf

        with as_pdf(path) as (converted, _):
            return _place(converted, number, boxes, ())
    return _place(path, number, boxes, passwords)


def _place(
    path: Path, number: int, boxes: Sequence[Box], passwords: Sequence[str]
) -> list[tuple[float, float, float, float]]:
    for password in ("", *passwords):
        try:
            with open_pdfium(path, password) as document:
                shape = document.shape(number) if 0 <= number < document.page_count else None
        except OpenError:
            continue
        if shape is None:
            raise ParseError(f"Page {number + 1} of {path.name} cannot be drawn.", "Open the file itself.")
        size = np.array([shape.width, shape.height] * 2).clip(1.0)
        places = (shape.place(boxes) / size).clip(0.0, 1.0).round(5)
        return [(left, top, right, bottom) for left, top, right, bottom in places.tolist()]
    raise ParseError(f"{path.name} cannot be opened.", "It may have changed: sync its folder again.")


def _draw(path: Path, number: int, scale: float, passwords: Sequence[str], marks: Sequence[Box]) -> bytes:
    for password in ("", *passwords):
        try:
            with open_pdfium(path, password) as document:
                picture = document.render(number, scale=scale) if 0 <= number < document.page_count else None
        except OpenError:
            continue
        if picture is None:
            raise ParseError(f"Page {number + 1} of {path.name} cannot be drawn.", "Open the file itself.")
        encoded = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(_mark(picture, marks)[:, :, ::-1])).save(encoded, "PNG")
        return encoded.getvalue()
    raise ParseError(f"{path.name} cannot be opened.", "It may have changed: sync its folder again.")


def _mark(picture: PagePicture, marks: Sequence[Box]) -> Any:
    if not marks:
        return picture.pixels
    pixels = picture.pixels.copy()
    touched = np.zeros(pixels.shape[:2], dtype=bool)
    margin = np.array([-MARGIN_POINTS, -MARGIN_POINTS, MARGIN_POINTS, MARGIN_POINTS])
    for x0, y0, x1, y1 in picture.place(np.asarray(marks) + margin).clip(0).tolist():
        touched[y0:y1, x0:x1] = True
    pixels[touched] = pixels[touched] * MARK // 255
    return pixels
