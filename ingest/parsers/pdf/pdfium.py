"""Opens PDFs through pdfium: their pages' words and pictures, outline and metadata."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from ingest.parsers.pdf.characters import read_lines
from ingest.parsers.pdf.drawing import Rules, no_rules, read_rules
from ingest.parsers.pdf.fields import place_notes
from ingest.parsers.pdf.fonts import FontCheck
from ingest.parsers.pdf.images import is_text_unseen, largest_share
from ingest.parsers.pdf.notes import FormFields, attachment_names, has_drawn_notes, read_notes, read_wide
from ingest.parsers.pdf.repair import decrypted, without_junk
from ingest.parsers.pdf.words import RawPage, Word, turn, turn_box
from rag.page_layout import UNITS_PER_POINT

FORMAT_ERROR = 3
PASSWORD_ERROR = 4
SECURITY_ERROR = 5
MAX_PIXELS = 3500
"""The longer side of a rendered page at most: posters are drawn at a smaller scale."""

MAX_BOOKMARKS = 20_000
MAX_BOOKMARK_DEPTH = 12

FLAT = 0.02
"""pdfium's text leaves out objects of fewer points in width: vertical writing in a font that is not there."""

SHEAR = 0.001
"""A slant that makes such an object wide enough, without moving a letter by more than a point."""


class Bookmark(NamedTuple):
    """An outline entry: level from 1, 0-based page."""

    title: str
    level: int
    page: int


class PageShape(NamedTuple):
    """A page as a reader sees it, in points.

    Points of it shifted by (`left`, `bottom`) and given `turns` quarter turns are points of the page's user space.
    """

    width: float
    height: float
    left: float
    bottom: float
    turns: int

    def place(self, boxes: Sequence[Sequence[float]]) -> Any:
        """Turn boxes (left, bottom, right, top) of the user space into (left, top, right, bottom) from the upper left
        corner, shape (boxes, 4)."""
        turned = turn(np.asarray(boxes, dtype=np.float64).reshape(-1, 4), -self.turns)
        left, bottom, right, top = (turned - [self.left, self.bottom, self.left, self.bottom]).T
        return np.stack((left, self.height - top, right, self.height - bottom), axis=1)


class PagePicture(NamedTuple):
    """A rendered page of shape (height, width, 3), BGR, as a reader sees it."""

    pixels: Any
    shape: PageShape

    def place(self, boxes: Sequence[Sequence[float]]) -> Any:
        """Turn boxes (left, bottom, right, top) in points into pixels (x0, y0, x1, y1), shape (boxes, 4)."""
        scale = self.pixels.shape[0] / max(self.shape.height, 1.0)
        return np.rint(self.shape.place(boxes) * scale).astype(int)


class OpenError(Exception):
    """pdfium could not open a file; `code` is its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"pdfium error {code}")
        self.code = code


@dataclass(slots=True)
class LoadedPage:
    """Keeps the page of a document that was asked for last, which is asked several things in turn."""

    document: Any
    number: int = -1
    page: Any = None
    is_changed: bool = False
    """True if its objects were changed since it was loaded; it is loaded anew when it is asked for again."""

    def get(self, number: int) -> Any:
        """Return a page (0-based), or None when pdfium cannot load it."""
        if number != self.number or self.is_changed:
            self.close()
            self.page = pdfium.FPDF_LoadPage(self.document, number) or None
            self.number = number
        return self.page

    def close(self) -> None:
        """Free the page in pdfium's memory; to be called before the form and the document are closed."""
        if self.page:
            pdfium.FPDF_ClosePage(self.page)
        self.page, self.number, self.is_changed = None, -1, False


@dataclass(frozen=True, slots=True)
class PdfiumDocument:
    """An open PDF."""

    handle: Any
    page_count: int
    form: FormFields
    fonts: FontCheck
    loaded: LoadedPage

    def read_page(self, number: int) -> RawPage | None:
        """Return the words of a page (0-based), or None when pdfium cannot load it."""
        page = self.loaded.get(number)
        if not page:
            return None
        raw = _read_text_of(page, self.fonts)
        if raw is not None and (not raw.lines or raw.holds_wide) and _widen_flat_text(page):
            raw = _read_text_of(page, self.fonts)
            self.loaded.is_changed = True
        if raw is None:
            return None
        raw = _within_page(raw, page)
        upright = int(pdfium.FPDFPage_GetRotation(page)) % 4
        raw = raw._replace(upright=upright, unseen=bool(raw.lines) and is_text_unseen(page))
        return place_notes(raw, read_notes(page, self.form))

    def rules(self, number: int) -> Rules:
        """Return the level and upright lines drawn on a page (0-based), in user space."""
        page = self.loaded.get(number)
        return read_rules(page) if page else no_rules()

    def has_content(self, number: int) -> bool:
        """Return whether anything at all is drawn on a page (0-based), or laid over it, as stamps are."""
        page = self.loaded.get(number)
        return bool(page) and (int(pdfium.FPDFPage_CountObjects(page)) > 0 or has_drawn_notes(page))

    def picture_share(self, number: int) -> float:
        """Return the share of a page (0-based) that its largest picture covers, from 0 to 1."""
        page = self.loaded.get(number)
        return largest_share(page) if page else 0.0

    def render(self, number: int, *, scale: float) -> PagePicture | None:
        """Return a page (0-based) as a picture of `scale` pixels for each point, or None when it cannot be drawn."""
        page = self.loaded.get(number)
        return _render(page, scale) if page else None

    def shape(self, number: int) -> PageShape | None:
        """Return how a page (0-based) lies in its picture, or None when it cannot be loaded."""
        page = self.loaded.get(number)
        return _shape(page) if page else None

    def metadata(self, key: str) -> str:
        """Return an entry of the document information ("Title", "Author", "CreationDate"), or ""."""
        name = key.encode("ascii")
        return read_wide(lambda buffer, size: pdfium.FPDF_GetMetaText(self.handle, name, buffer, size))

    def label(self, number: int) -> str:
        """Return the document's own name of a page (0-based), or ""."""
        return read_wide(lambda buffer, size: pdfium.FPDF_GetPageLabel(self.handle, number, buffer, size))

    def attachments(self) -> list[str]:
        """Return the names of the files inside the document."""
        return list(attachment_names(self.handle))

    def bookmarks(self) -> list[Bookmark]:
        """Return the outline in reading order; loops and absurd depth are cut."""
        found: list[Bookmark] = []
        self._collect(None, 1, found, set())
        return found

    def _collect(self, parent: Any, level: int, found: list[Bookmark], seen: set[int]) -> None:
        mark = pdfium.FPDFBookmark_GetFirstChild(self.handle, parent)
        while mark and len(found) < MAX_BOOKMARKS:
            address = ctypes.cast(mark, ctypes.c_void_p).value or 0
            if address in seen:
                return
            seen.add(address)
            page = self._target(mark)
            title = read_wide(partial(pdfium.FPDFBookmark_GetTitle, mark))
            if page >= 0 and title.strip():
                found.append(Bookmark(title, level, page))
            if level < MAX_BOOKMARK_DEPTH:
                self._collect(mark, level + 1, found, seen)
            mark = pdfium.FPDFBookmark_GetNextSibling(self.handle, mark)

    def _target(self, mark: Any) -> int:
        destination = pdfium.FPDFBookmark_GetDest(self.handle, mark)
        if not destination:
            return -1
        return int(pdfium.FPDFDest_GetDestPageIndex(self.handle, destination))


@contextmanager
def open_pdfium(path: Path, password: str = "") -> Iterator[PdfiumDocument]:
    """Open a PDF. Raises OpenError with pdfium's number: 3 damaged, 4 password, 5 unknown encryption."""
    handle = pdfium.FPDF_LoadDocument(os.fsencode(path), password.encode() or None)
    content = b""
    if not handle:
        code = int(pdfium.FPDF_GetLastError())
        content = _mend(path, password, code)
        handle = pdfium.FPDF_LoadMemDocument64(content, len(content), password.encode() or None) if content else None
        if not handle:
            raise OpenError(code)
    form, loaded = FormFields(handle), LoadedPage(handle)
    try:
        yield PdfiumDocument(handle, int(pdfium.FPDF_GetPageCount(handle)), form, FontCheck(), loaded)
    finally:
        loaded.close()
        form.close()
        pdfium.FPDF_CloseDocument(handle)
        del content  # pdfium reads from it until then


def _mend(path: Path, password: str, code: int) -> bytes:
    """Return a copy of the file that pdfium may open, or b""."""
    if code == FORMAT_ERROR:
        return without_junk(path)
    return decrypted(path, password) if code == PASSWORD_ERROR else b""


def _read_text_of(page: Any, fonts: FontCheck) -> RawPage | None:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return None
    try:
        raw = read_lines(text_page)
        return raw._replace(wrong_fonts=fonts.find_wrong(page, text_page)) if raw.lines else raw
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _within_page(raw: RawPage, page: Any) -> RawPage:
    """Return a page's text without the words outside its crop box: printers' marks and the like, which nobody sees."""
    crop, media = ([ctypes.c_float() for _ in range(4)] for _ in range(2))
    if not raw.lines or not pdfium.FPDFPage_GetCropBox(page, *crop):
        return raw
    pdfium.FPDFPage_GetMediaBox(page, *media)
    if [edge.value for edge in crop] == [edge.value for edge in media]:
        return raw
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    left, bottom, right, top = (float(edge * UNITS_PER_POINT) for edge in (box.left, box.bottom, box.right, box.top))
    if right <= left or top <= bottom:
        return raw

    def is_seen(word: Word, turns: int) -> bool:
        edges = turn_box((word.left, word.bottom, word.right, word.top), turns)
        return edges[2] >= left and edges[0] <= right and edges[3] >= bottom and edges[1] <= top

    lines = [
        line._replace(words=words)
        for line in raw.lines
        if (words := [word for word in line.words if is_seen(word, line.turns)])
    ]
    return raw._replace(lines=lines)


def _widen_flat_text(page: Any) -> bool:
    """Widen text objects without width a little, so that pdfium takes them for text; return whether there were any."""
    found = False
    edges = [ctypes.c_float() for _ in range(4)]
    for index in range(int(pdfium.FPDFPage_CountObjects(page))):
        thing = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(thing) != pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        if pdfium.FPDFPageObj_GetBounds(thing, *edges) and edges[2].value - edges[0].value < FLAT:
            pdfium.FPDFPageObj_Transform(thing, 1, 0, SHEAR, 1, -SHEAR * edges[3].value, 0)
            found = True
    return found


def _render(page: Any, scale: float) -> PagePicture | None:
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = min(scale, MAX_PIXELS / max(width, height, 1.0))
    columns, rows = max(round(width * scale), 1), max(round(height * scale), 1)
    bitmap = pdfium.FPDFBitmap_CreateEx(columns, rows, pdfium.FPDFBitmap_BGR, None, 0)
    if not bitmap:
        return None
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * rows)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    pixels = np.frombuffer(raw, dtype=np.uint8).reshape(rows, stride)[:, : columns * 3].reshape(rows, columns, 3)
    return PagePicture(pixels, _shape(page))


def _shape(page: Any) -> PageShape:
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    turns = int(pdfium.FPDFPage_GetRotation(page)) % 4
    left, bottom = (
        (box.left, box.bottom),
        (box.bottom, -box.right),
        (-box.right, -box.top),
        (-box.top, box.left),
    )[turns]
    return PageShape(float(width), float(height), float(left), float(bottom), turns)
