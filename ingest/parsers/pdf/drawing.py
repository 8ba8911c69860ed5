"""Finds the straight lines that a PDF's page draws, such as the rules of a table."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from itertools import repeat
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from rag.page_layout import UNITS_PER_POINT

MAX_PATHS = 4_000
MAX_SEGMENTS = 6_000
"""Drawings have more; the rules of a page's tables are found among so many."""

THIN = 3.0
"""A bar of fewer points is a line."""

BOX_SEGMENTS = 5
"""A path of no more is a line or a box."""

MIN_LENGTH = 8.0
Point = tuple[float, float]


def _prototype(function: Any, result: Any, *arguments: Any) -> Any:
    """Return the C function without argument conversion: a page has thousands of objects, most of them text."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_get_object = _prototype(pdfium.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_get_type = _prototype(pdfium.FPDFPageObj_GetType, ctypes.c_int, ctypes.c_void_p)
_get_bounds = _prototype(pdfium.FPDFPageObj_GetBounds, ctypes.c_int, *[ctypes.c_void_p] * 5)
_count_segments = _prototype(pdfium.FPDFPath_CountSegments, ctypes.c_int, ctypes.c_void_p)


class Rules(NamedTuple):
    """Level lines as (height, left, right) and upright ones as (place, bottom, top), in tenths of a point."""

    level: list[tuple[int, int, int]]
    upright: list[tuple[int, int, int]]


def no_rules() -> Rules:
    """Return those of a page on which nothing is drawn, or nothing that matters."""
    return Rules([], [])


def turn_rules(rules: Rules, turns: int) -> Rules:
    """Return the lines turned by quarter turns counter-clockwise around the origin."""
    level, upright = rules
    for _ in range(turns % 4):
        level, upright = (
            [(place, -top, -bottom) for place, bottom, top in upright],
            [(-height, left, right) for height, left, right in level],
        )
    return Rules(level, upright)


def read_rules(page: Any) -> Rules:
    """Return the level and upright lines that are drawn on a loaded page, edges of boxes among them."""
    rules = Rules([], [])
    paths = segments = 0
    address = ctypes.cast(page, ctypes.c_void_p).value
    box = (ctypes.c_float * 4)()
    edges = [ctypes.addressof(box) + 4 * place for place in range(4)]
    things = list(map(_get_object, repeat(address), range(int(pdfium.FPDFPage_CountObjects(page)))))
    for path, kind in zip(things, map(_get_type, things), strict=True):
        if kind != pdfium.FPDF_PAGEOBJ_PATH or not _get_bounds(path, *edges):
            continue
        paths += 1
        count = _count_segments(path)
        segments += count
        if paths > MAX_PATHS or segments > MAX_SEGMENTS:
            break
        left, bottom, right, top = box
        if count <= BOX_SEGMENTS or right - left <= THIN or top - bottom <= THIN:
            _add_box(rules, left, bottom, right, top)
        else:
            for start, end in _edges(ctypes.cast(path, pdfium.FPDF_PAGEOBJECT)):
                left, right = sorted((start[0], end[0]))
                bottom, top = sorted((start[1], end[1]))
                if right - left <= THIN or top - bottom <= THIN:
                    _add_box(rules, left, bottom, right, top)
    return rules


def _add_box(rules: Rules, left: float, bottom: float, right: float, top: float) -> None:
    """Add a line, or the four edges of a box."""
    width, height = right - left, top - bottom
    if height <= THIN:
        if width >= MIN_LENGTH:
            rules.level.append(_units((bottom + top) / 2, left, right))
    elif width <= THIN:
        if height >= MIN_LENGTH:
            rules.upright.append(_units((left + right) / 2, bottom, top))
    elif width >= MIN_LENGTH and height >= MIN_LENGTH:
        rules.level.extend((_units(bottom, left, right), _units(top, left, right)))
        rules.upright.extend((_units(left, bottom, top), _units(right, bottom, top)))


def _edges(path: Any) -> Iterator[tuple[Point, Point]]:
    """Yield the straight edges of a path in user space."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(path, matrix):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = (0.0, 0.0)
    for index in range(int(pdfium.FPDFPath_CountSegments(path))):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield point, first


def _units(*edges: float) -> tuple[int, int, int]:
    first, second, third = edges
    if not math.isfinite(first + second + third):
        return 0, 0, 0
    return round(first * UNITS_PER_POINT), round(second * UNITS_PER_POINT), round(third * UNITS_PER_POINT)
