"""Reads words with their boxes, fonts, outline and metadata from a PDF through pdfium. Judges nothing.

Boxes are in tenths of a point in the page's user space: not turned by the page's rotation, not shifted by its crop
box. Calls go to the C functions directly: the wrapper classes cost more than pdfium itself.
"""

from __future__ import annotations

import ctypes
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from ingest.parsers.pdf.notes import Note, attachment_names, read_notes, read_wide
from rag.page_layout import UNITS_PER_POINT

PASSWORD_ERROR = 4
SECURITY_ERROR = 5
MAX_PIXELS = 3500
"""The longer side of a rendered page at most: posters are drawn at a smaller scale."""

NOTE_HEIGHT = 8.0
"""A field may be as tall as half a page; its first line is no headline."""

MAX_OBJECTS = 500
"""Pages with few words are looked through for pictures so far: a scan is one of the first things on its page."""

MAX_BOOKMARKS = 20_000
MAX_BOOKMARK_DEPTH = 12
HEADING_WORDS = 20
"""Lines with more words are not headings, so their font is not looked up."""

_WORD = re.compile(r"[^\s\ufffe]+")
"""pdfium writes U+FFFE for a hyphen at a line's end, and no line break after it."""


class Word(NamedTuple):
    """A word and its box in tenths of a point, turned so that its line runs from left to right."""

    text: str
    broken: bool
    left: int
    bottom: int
    right: int
    top: int


class Line(NamedTuple):
    """A line as pdfium gives it; `bold` is only looked up for short lines."""

    words: list[Word]
    bold: bool


class RawPage(NamedTuple):
    """The lines of a page in content order; `turns` quarter turns bring word boxes back to user space."""

    lines: list[Line]
    turns: int


class Bookmark(NamedTuple):
    """An outline entry: level from 1, 0-based page."""

    title: str
    level: int
    page: int


class PagePicture(NamedTuple):
    """A rendered page of shape (height, width, 3), BGR, as a reader sees it.

    Picture points shifted by (`left`, `bottom`) and given `turns` quarter turns are points of the page's user space.
    """

    pixels: Any
    height: float
    left: float
    bottom: float
    turns: int

    def place(self, boxes: Sequence[Sequence[float]]) -> Any:
        """Boxes (left, bottom, right, top) in points of user space as pixels, shape (boxes, 4): x0, y0, x1, y1."""
        turned = _turn(np.asarray(boxes, dtype=np.float64).reshape(-1, 4), -self.turns)
        left, bottom, right, top = (turned - [self.left, self.bottom, self.left, self.bottom]).T
        scale = self.pixels.shape[0] / max(self.height, 1.0)
        return np.rint(np.stack((left, self.height - top, right, self.height - bottom), axis=1) * scale).astype(int)


class OpenError(Exception):
    """pdfium could not open a file; `code` is its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"pdfium error {code}")
        self.code = code


def _prototype(function: Any, *arguments: Any) -> Any:
    """The C function without argument conversion: these are called hundreds of times for each page."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(ctypes.c_int, *arguments)(address)


pdfium.FPDF_InitLibrary()
_loose_box = _prototype(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_font_info = _prototype(
    pdfium.FPDFText_GetFontInfo,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_void_p,
)


@dataclass(frozen=True, slots=True)
class PdfiumDocument:
    """An open PDF."""

    handle: Any
    page_count: int

    def read_page(self, number: int) -> RawPage | None:
        """The words of a page (0-based), or None when pdfium cannot load it."""
        page = pdfium.FPDF_LoadPage(self.handle, number)
        if not page:
            return None
        try:
            text_page = pdfium.FPDFText_LoadPage(page)
            if not text_page:
                return None
            try:
                return _with_notes(_read_lines(text_page), read_notes(page))
            finally:
                pdfium.FPDFText_ClosePage(text_page)
        finally:
            pdfium.FPDF_ClosePage(page)

    def has_content(self, number: int) -> bool:
        """Whether anything at all is drawn on a page (0-based)."""
        page = pdfium.FPDF_LoadPage(self.handle, number)
        if not page:
            return False
        try:
            return int(pdfium.FPDFPage_CountObjects(page)) > 0
        finally:
            pdfium.FPDF_ClosePage(page)

    def picture_share(self, number: int) -> float:
        """The share of a page (0-based) that its largest picture covers, from 0 to 1."""
        page = pdfium.FPDF_LoadPage(self.handle, number)
        if not page:
            return 0.0
        try:
            area = float(pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page))
            count = min(int(pdfium.FPDFPage_CountObjects(page)), MAX_OBJECTS)
            return min(max((_picture_area(page, index) for index in range(count)), default=0.0) / max(area, 1.0), 1.0)
        finally:
            pdfium.FPDF_ClosePage(page)

    def render(self, number: int, *, scale: float) -> PagePicture | None:
        """A page (0-based) as a picture of `scale` pixels for each point, or None when it cannot be drawn."""
        page = pdfium.FPDF_LoadPage(self.handle, number)
        if not page:
            return None
        try:
            return _render(page, scale)
        finally:
            pdfium.FPDF_ClosePage(page)

    def metadata(self, key: str) -> str:
        """An entry of the document information ("Title", "Author", "CreationDate"), or ""."""
        name = key.encode("ascii")
        return read_wide(lambda buffer, size: pdfium.FPDF_GetMetaText(self.handle, name, buffer, size))

    def label(self, number: int) -> str:
        """The document's own name of a page (0-based), or ""."""
        return read_wide(lambda buffer, size: pdfium.FPDF_GetPageLabel(self.handle, number, buffer, size))

    def attachments(self) -> list[str]:
        """The names of the files inside the document."""
        return list(attachment_names(self.handle))

    def bookmarks(self) -> list[Bookmark]:
        """The outline in reading order; loops and absurd depth are cut."""
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
    if not handle:
        raise OpenError(int(pdfium.FPDF_GetLastError()))
    try:
        yield PdfiumDocument(handle, int(pdfium.FPDF_GetPageCount(handle)))
    finally:
        pdfium.FPDF_CloseDocument(handle)


def _read_text(text_page: Any, count: int) -> str:
    """The page's text with exactly one Python character for each pdfium character."""
    buffer = (ctypes.c_ushort * (count * 2 + 1))()
    units = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: max(units - 1, 0) * 2].decode("utf-16-le", "surrogatepass")
    if len(text) == count:
        return text
    # pdfium leaves some characters out of the text, and characters beyond U+FFFF take two units.
    characters = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code == 2 and pdfium.FPDFText_IsHyphen(text_page, index) == 1:
            code = 0xFFFE
        characters.append(chr(code) if 0 <= code <= 0x10FFFF else "\x00")
    return "".join(characters)


def _read_lines(text_page: Any) -> RawPage:
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return RawPage([], 0)
    text = _read_text(text_page, count)
    spans = [match.span() for match in _WORD.finditer(text)]
    if not spans:
        return RawPage([], 0)
    address = ctypes.cast(text_page, ctypes.c_void_p).value
    turns = _quarter_turns(text_page, spans)
    boxes = _turn(_word_boxes(address, spans), -turns).tolist()
    lines: list[Line] = []
    words: list[Word] = []
    first = 0
    previous_end = 0
    for index, ((start, end), box) in enumerate(zip(spans, boxes, strict=True)):
        gap = text[previous_end:start]
        if words and ("\n" in gap or "\ufffe" in gap or "\r" in gap):
            lines.append(Line(words, _is_bold(address, spans[first:index])))
            words, first = [], index
        words.append(Word(text[start:end], text[end : end + 1] == "\ufffe", *box))
        previous_end = end
    lines.append(Line(words, _is_bold(address, spans[first:])))
    return RawPage(lines, turns)


def _with_notes(raw: RawPage, notes: list[Note]) -> RawPage:
    """The page with a line for each note after its own text; every word of a note has the note's place."""
    lines = []
    for text, (left, bottom, right, top) in notes:
        corners = np.array([[left, max(bottom, top - NOTE_HEIGHT), right, top]], dtype=np.float32)
        corners = np.clip(np.nan_to_num(np.rint(corners * UNITS_PER_POINT)), -1_000_000, 1_000_000).astype(np.int32)
        box = _turn(corners, -raw.turns).tolist()[0]
        words = [Word(word, False, *box) for word in _WORD.findall(text)]
        if words:
            lines.append(Line(words, False))
    return RawPage(raw.lines + lines, raw.turns) if lines else raw


def _picture_area(page: Any, index: int) -> float:
    """The area on the page of its object `index`, in square points; 0 when it is no picture."""
    thing = pdfium.FPDFPage_GetObject(page, index)
    if pdfium.FPDFPageObj_GetType(thing) != pdfium.FPDF_PAGEOBJ_IMAGE:
        return 0.0
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *edges):
        return 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    return (right - left) * (top - bottom)


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
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    turns = int(pdfium.FPDFPage_GetRotation(page)) % 4
    left, bottom = (
        (box.left, box.bottom),
        (box.bottom, -box.right),
        (-box.right, -box.top),
        (-box.top, box.left),
    )[turns]
    return PagePicture(pixels, float(height), float(left), float(bottom), turns)


def _word_boxes(address: int | None, spans: list[tuple[int, int]]) -> Any:
    """Boxes of shape (words, 4): left, bottom, right, top in tenths of a point, from each first and last character."""
    corners = np.zeros((len(spans) * 2, 4), dtype=np.float32)
    pointer = corners.ctypes.data
    for start, end in spans:
        _loose_box(address, start, pointer)
        _loose_box(address, end - 1, pointer + 16)
        pointer += 32
    corners = np.nan_to_num(corners, nan=0.0, posinf=0.0, neginf=0.0)  # FS_RECTF: left, top, right, bottom
    firsts, lasts = corners[0::2], corners[1::2]
    lefts = np.minimum(firsts[:, 0], lasts[:, 0])
    rights = np.maximum(firsts[:, 2], lasts[:, 2])
    bottoms = np.minimum(firsts[:, 3], lasts[:, 3])
    tops = np.maximum(firsts[:, 1], lasts[:, 1])
    boxes = np.stack((lefts, bottoms, rights, tops), axis=1) * UNITS_PER_POINT
    return np.clip(np.rint(boxes), -1_000_000, 1_000_000).astype(np.int32)


def _quarter_turns(text_page: Any, spans: list[tuple[int, int]]) -> int:
    """How many quarter turns counter-clockwise most of the text is turned, from a few samples."""
    votes = [0, 0, 0, 0]
    for start, _ in spans[:: max(1, len(spans) // 7)]:
        angle = pdfium.FPDFText_GetCharAngle(text_page, start)
        votes[-round(angle / (math.pi / 2)) % 4] += 1  # pdfium measures clockwise
    return votes.index(max(votes))


def _turn(boxes: Any, turns: int) -> Any:
    """Boxes of shape (words, 4) turned by quarter turns counter-clockwise around the origin."""
    for _ in range(turns % 4):
        left, bottom, right, top = boxes.T
        boxes = np.stack((-top, left, -bottom, right), axis=1)
    return boxes


def turn_back(rows: list[tuple[int, int, int, int, int, int]], turns: int) -> list[tuple[int, int, int, int, int, int]]:
    """Rows (start, end, left, bottom, right, top) with their boxes brought back to user space."""
    if turns % 4 == 0 or not rows:
        return rows
    array = np.asarray(rows, dtype=np.int32)
    array[:, 2:] = _turn(array[:, 2:], turns)
    return [(a, b, c, d, e, f) for a, b, c, d, e, f in array.tolist()]


_font_name = ctypes.create_string_buffer(128)
_font_name_address = ctypes.addressof(_font_name)
_font_flags = ctypes.c_int()
_font_flags_address = ctypes.addressof(_font_flags)
FORCE_BOLD = 1 << 18


def _is_bold(address: int | None, spans: list[tuple[int, int]]) -> bool:
    """Whether a short line is bold from its first to its last character."""
    if len(spans) > HEADING_WORDS:
        return False
    return _is_bold_at(address, spans[0][0]) and _is_bold_at(address, spans[-1][1] - 1)


def _is_bold_at(address: int | None, index: int) -> bool:
    length = _font_info(address, index, _font_name_address, 128, _font_flags_address)
    if length <= 0:
        return False
    name = _font_name.raw[: min(length, 128)].lower()
    return b"bold" in name or b"black" in name or b"heavy" in name or bool(_font_flags.value & FORCE_BOLD)
