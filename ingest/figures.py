"""Finds the figures of a document, and draws each for an LLM that sees; meant to run inside a WorkerPool."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from ingest.page_image import PDF_MARK, Box
from ingest.parsers.pdf.figures import find_figures as find_on_page
from ingest.parsers.pdf.pdfium import OpenError, PdfiumDocument, open_pdfium
from ingest.parsers.sniffing import read_head
from ingest.question_image import JPEG_QUALITY, MAX_EDGE_SHOWN, MAX_PIXELS_SHOWN
from rag.errors import ParseError
from rag.types import Image

MAX_PAGES = 2_000
"""Of a document, looked through for figures."""

MAX_OF_DOCUMENT = 300
"""Figures of a document that are described."""

MOST_REPEATED = 2
"""A picture on more pages is a letterhead or a logo."""

ZIP_MARK = b"PK\x03\x04"
"""How files of Office begin."""

SCALE = 2.0
"""Pixels for each point: small print in a chart has 14 of them in height."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on a 0-based page; `picture` is the SHA-256 of its pixels."""

    page: int
    box: Box | None
    """In user space; None where pages are not drawn."""
    picture: str
    width: int
    height: int
    """Pixels in which it is drawn for an LLM."""


def find_figures(path: Path, passwords: Sequence[str] = ()) -> list[Figure]:
    """Return the figures of a PDF, picture, presentation or Word file, page by page, without those that are on many
    pages. Raises ParseError."""
    found = list(_in_office(path) if _is_office(path) else _on_drawn_pages(path, passwords))
    pages = Counter(picture for picture, _ in {(figure.picture, figure.page) for figure in found})
    return [figure for figure in found if pages[figure.picture] <= MOST_REPEATED][:MAX_OF_DOCUMENT]


def _on_drawn_pages(path: Path, passwords: Sequence[str]) -> Iterator[Figure]:
    with _opened(path, passwords) as document:
        for number in range(min(document.page_count, MAX_PAGES)):
            page = document.loaded.get(number)
            boxes = find_on_page(page) if page else []
            drawn = document.render(number, scale=1.0) if boxes else None
            if drawn is None:
                continue
            for box, pixels in zip(boxes, _cut(drawn, boxes), strict=True):
                if pixels.size and not _is_blank(pixels):
                    width, height = (box[2] - box[0]) * SCALE, (box[3] - box[1]) * SCALE
                    yield Figure(number, box, _name(pixels), *_shown_size(width, height))


def _in_office(path: Path) -> Iterator[Figure]:
    # Loaded here: most documents with figures are PDFs.
    from ingest.office_figures import office_pictures

    for page, picture in office_pictures(path):
        pixels = np.asarray(picture)
        if not _is_blank(pixels):
            yield Figure(page, None, _name(pixels), *_shown_size(*picture.size))


def draw_figure(path: Path, figure: Figure, passwords: Sequence[str] = ()) -> Image:
    """Return a figure as an image for an LLM. Raises ParseError."""
    picture = _find_in_office(path, figure) if figure.box is None else _cut_out(path, figure, figure.box, passwords)
    picture.thumbnail((figure.width, figure.height))
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=JPEG_QUALITY)
    return Image(f"figure on page {figure.page + 1}", "image/jpeg", encoded.getvalue(), picture.width, picture.height)


def _cut_out(path: Path, figure: Figure, box: Box, passwords: Sequence[str]) -> PIL.Image.Image:
    with _opened(path, passwords) as document:
        drawn = document.render(figure.page, scale=SCALE) if figure.page < document.page_count else None
        if drawn is None:
            raise ParseError(f"Page {figure.page + 1} of {path.name} cannot be drawn.", "Open the file itself.")
        (pixels,) = _cut(drawn, [box])
    if not pixels.size:
        raise _not_there(path, figure)
    return PIL.Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))


def _find_in_office(path: Path, figure: Figure) -> PIL.Image.Image:
    from ingest.office_figures import office_pictures

    for page, picture in office_pictures(path):
        if page == figure.page and _name(np.asarray(picture)) == figure.picture:
            return picture
    raise _not_there(path, figure)


def _not_there(path: Path, figure: Figure) -> ParseError:
    return ParseError(f"A figure on page {figure.page + 1} of {path.name} is not there.", "Sync its folder again.")


def _is_office(path: Path) -> bool:
    return read_head(path).startswith(ZIP_MARK)


def _name(pixels: Any) -> str:
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()


def _cut(drawn: Any, boxes: Sequence[Box]) -> list[Any]:
    """Return the pixels of boxes of a drawn page."""
    height, width = drawn.pixels.shape[:2]
    edges = np.clip(drawn.place(boxes), 0, [width, height, width, height]).tolist()
    return [drawn.pixels[y0:y1, x0:x1] for x0, y0, x1, y1 in edges]


def _is_blank(pixels: Any) -> bool:
    return int(pixels.max()) - int(pixels.min()) < 16


def _shown_size(width: float, height: float) -> tuple[int, int]:
    """Return the size in pixels in which an LLM is shown a picture of this one."""
    share = min(1.0, MAX_EDGE_SHOWN / max(width, height), (MAX_PIXELS_SHOWN / max(width * height, 1.0)) ** 0.5)
    return max(1, round(width * share)), max(1, round(height * share))


@contextmanager
def _opened(path: Path, passwords: Sequence[str]) -> Iterator[PdfiumDocument]:
    if path.suffix.lower() != ".pdf" and PDF_MARK not in read_head(path)[:1024]:
        # Loaded here: most documents with figures are PDFs, and this needs much more.
        from ingest.parsers.pictures import as_pdf

        with as_pdf(path) as (converted, _), open_pdfium(converted) as document:
            yield document
        return
    for password in ("", *passwords):
        try:
            opening = open_pdfium(path, password)
            document = opening.__enter__()
        except OpenError:
            continue
        try:
            yield document
        finally:
            opening.__exit__(None, None, None)
        return
    raise ParseError(f"{path.name} cannot be opened.", "It may have changed: sync its folder again.")
