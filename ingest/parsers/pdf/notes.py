"""Reads what lies over a PDF's pages: what is filled into forms, and notes; names its attachments. Judges nothing."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

MAX_NOTES = 2_000
MAX_ATTACHMENTS = 1_000
HIDDEN = 1 << 1
UNREAD = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})
"""Links have no words of their own, and a popup repeats those of its note."""

EMPTY_VALUES = frozenset({"Off"})


class Note(NamedTuple):
    """The words of a form field or a note, and its rectangle in points: left, bottom, right, top."""

    text: str
    box: tuple[float, float, float, float]


def read_notes(page: Any) -> list[Note]:
    """The form fields and notes of a page in the document's order; what a field asks for goes before its value."""
    found = []
    for index in range(min(int(pdfium.FPDFPage_GetAnnotCount(page)), MAX_NOTES)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            text = _text_of(annotation)
            edges = pdfium.FS_RECTF()
            if text and pdfium.FPDFAnnot_GetRect(annotation, edges):
                found.append(Note(text, (edges.left, edges.bottom, edges.right, edges.top)))
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def attachment_names(document: Any) -> Iterator[str]:
    """The names of the files inside an open PDF."""
    for index in range(min(int(pdfium.FPDFDoc_GetAttachmentCount(document)), MAX_ATTACHMENTS)):
        attachment = pdfium.FPDFDoc_GetAttachment(document, index)
        if attachment:
            yield _read_units(partial(pdfium.FPDFAttachment_GetName, attachment)) or "one without a name"


def read_wide(read: Callable[[Any, int], Any]) -> str:
    """Call a function that fills a UTF-16 buffer and returns its size in bytes, terminator included."""
    size = int(read(None, 0))
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "ignore")


def _text_of(annotation: Any) -> str:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind in UNREAD or pdfium.FPDFAnnot_GetFlags(annotation) & HIDDEN:
        return ""
    if kind != pdfium.FPDF_ANNOT_WIDGET:
        return _entry(annotation, b"Contents")
    value = _entry(annotation, b"V")
    if not value or value in EMPTY_VALUES:
        return ""
    asked = _entry(annotation, b"TU")
    return f"{asked}: {value}" if asked else value


def _entry(annotation: Any, key: bytes) -> str:
    return _read_units(partial(pdfium.FPDFAnnot_GetStringValue, annotation, key))


def _read_units(read: Callable[[Any, int], Any]) -> str:
    """Call a function that wants its buffer as UTF-16 units; runs of white space become one space."""
    units = ctypes.POINTER(ctypes.c_ushort)
    found = read_wide(lambda buffer, size: read(buffer if buffer is None else ctypes.cast(buffer, units), size))
    return " ".join(found.split())
