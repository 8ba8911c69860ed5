"""Finds the pictures on a PDF's page that may be a scan of it."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

MAX_OBJECTS = 500
"""Pages with few words are looked through for pictures so far: a scan is one of the first things on its page."""

COVERS = 0.6
"""A scan takes more of its page; a picture beside text takes less."""

INVISIBLE = 3
"""The mode of rendering for text that is neither filled nor stroked."""


def _prototype(function: Any, result: Any, *arguments: Any) -> Any:
    """Return the C function without argument conversion: it is called for every page."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_get_object = _prototype(pdfium.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_get_type = _prototype(pdfium.FPDFPageObj_GetType, ctypes.c_int, ctypes.c_void_p)


def largest_share(page: Any) -> float:
    """Return the share of a loaded page that its largest picture covers, from 0 to 1."""
    count = min(int(pdfium.FPDFPage_CountObjects(page)), MAX_OBJECTS)
    return max((_share(page, index) for index in range(count)), default=0.0)


def is_text_unseen(page: Any) -> bool:
    """Return whether a loaded page is a picture whose text lies beneath it or is invisible."""
    address = ctypes.cast(page, ctypes.c_void_p).value
    count = int(pdfium.FPDFPage_CountObjects(page))
    for index in {0, count - 1} if count > 1 else ():
        if _get_type(_get_object(address, index)) == pdfium.FPDF_PAGEOBJ_IMAGE and _share(page, index) > COVERS:
            return index > 0 or _is_first_text_invisible(page, min(count, MAX_OBJECTS))
    return False


def _is_first_text_invisible(page: Any, count: int) -> bool:
    for index in range(1, count):
        thing = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_TEXT:
            return int(pdfium.FPDFTextObj_GetTextRenderMode(thing)) == INVISIBLE
    return False


def _share(page: Any, index: int) -> float:
    """Return the share of a page that its object `index` covers as a picture; 0 when it is not a picture."""
    thing = pdfium.FPDFPage_GetObject(page, index)
    if pdfium.FPDFPageObj_GetType(thing) != pdfium.FPDF_PAGEOBJ_IMAGE:
        return 0.0
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *edges):
        return 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    area = float(pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page))
    return min((right - left) * (top - bottom) / max(area, 1.0), 1.0)
