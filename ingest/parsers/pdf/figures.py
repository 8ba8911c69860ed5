"""Finds the pictures, charts and scans on a PDF's page, by what is drawn there."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from ingest.parsers.pdf.images import COVERS

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points of the page's user space."""

MAX_OBJECTS = 4_000
"""Of a page, looked at: a map may be drawn with a hundred thousand."""

MIN_WIDTH, MIN_HEIGHT = 60.0, 45.0
"""Points. Smaller pictures are icons."""

MAX_FIGURES = 6
"""Of a page, the largest first."""

NEAR = 24.0
"""Points between parts of one drawing."""

LABELS = 20.0
"""Points around a drawing in which the labels of its axes stand."""

MIN_CURVE = 6
"""Segments from which on a path is the line of a chart rather than a rule or a frame."""

MIN_CURVE_SIZE = 14.0
"""Points; smaller curves are bullets and icons."""

MIN_BARS = 3


class Drawn(NamedTuple):
    """A path or form on a page: its box, and whether it is a line with many segments, or curved."""

    box: Box
    is_curve: bool


def find_figures(page: Any) -> list[Box]:
    """Return the boxes of the figures of a loaded page, from its top down; that of the whole page where it is a scan.

    Figures are pictures, drawings with curves or with bars of several heights, and none of ruled tables, rules and
    backgrounds, whose words can be read.
    """
    bounds = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page, bounds):
        return []
    whole = (float(bounds.left), float(bounds.bottom), float(bounds.right), float(bounds.top))
    pictures: list[Box] = []
    drawn: list[Drawn] = []
    for thing in _objects(page):
        kind = pdfium.FPDFPageObj_GetType(thing)
        if (box := _clip(_bounds(thing), whole)) is None:
            continue
        share = _area(box) / max(_area(whole), 1.0)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            if share > COVERS:
                return [whole]
            pictures.append(box)
        elif share > COVERS:
            continue
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            drawn.append(Drawn(box, _is_curve(thing)))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and _is_drawing(thing):
            pictures.append(box)
    pictures += [_clip(_grow(box, LABELS), whole) or box for box in _charts(drawn)]
    large = [box for box in _merge(pictures, 0.0) if box[2] - box[0] >= MIN_WIDTH and box[3] - box[1] >= MIN_HEIGHT]
    largest = sorted(large, key=_area, reverse=True)[:MAX_FIGURES]
    return sorted(largest, key=lambda box: (-box[3], box[0]))


def _objects(page: Any) -> Iterator[Any]:
    for index in range(min(int(pdfium.FPDFPage_CountObjects(page)), MAX_OBJECTS)):
        yield pdfium.FPDFPage_GetObject(page, index)


def _bounds(thing: Any) -> Box | None:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *edges):
        return None
    left, bottom, right, top = (float(edge.value) for edge in edges)
    return left, bottom, right, top


def _is_curve(path: Any) -> bool:
    count = int(pdfium.FPDFPath_CountSegments(path))
    if count >= MIN_CURVE:
        return True
    kinds = (pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(path, at)) for at in range(max(count, 0)))
    return any(kind == pdfium.FPDF_SEGMENT_BEZIERTO for kind in kinds)


def _is_drawing(form: Any) -> bool:
    """Return whether a group of objects holds a picture, or lines and hardly any text."""
    count = int(pdfium.FPDFFormObj_CountObjects(form))
    kinds = [
        pdfium.FPDFPageObj_GetType(pdfium.FPDFFormObj_GetObject(form, index))
        for index in range(min(count, MAX_OBJECTS))
    ]
    paths = kinds.count(pdfium.FPDF_PAGEOBJ_PATH)
    return pdfium.FPDF_PAGEOBJ_IMAGE in kinds or paths > max(MIN_BARS, kinds.count(pdfium.FPDF_PAGEOBJ_TEXT))


def _charts(drawn: Sequence[Drawn]) -> Iterator[Box]:
    """Yield the boxes of the drawings that parts of them show to be charts."""
    for box in _merge([part.box for part in drawn], NEAR):
        parts = [part for part in drawn if _touches(part.box, box)]
        curves = [part for part in parts if part.is_curve and _is_wide(part.box)]
        if curves and len(parts) > 1:
            yield box
            continue
        bars = [part.box for part in parts if _is_thick(part.box)]
        if _are_bars(bars):
            yield box


def _are_bars(boxes: Sequence[Box]) -> bool:
    """Return whether boxes stand on one line and differ in height, or begin at one and differ in length."""
    for foot, low, high in ((1, 1, 3), (0, 0, 2)):
        rows: dict[int, set[int]] = {}
        for box in boxes:
            rows.setdefault(round(box[foot]), set()).add(round(box[high] - box[low]))
        if any(len(lengths) >= MIN_BARS for lengths in rows.values()):
            return True
    return False


def _is_wide(box: Box) -> bool:
    return box[2] - box[0] > MIN_CURVE_SIZE and box[3] - box[1] > MIN_CURVE_SIZE


def _is_thick(box: Box) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) > 3.0


def _merge(boxes: Sequence[Box], near: float) -> list[Box]:
    """Return boxes that touch, or nearly do, as one."""
    merged: list[Box] = []
    for box in boxes:
        joined = box
        while True:
            touching = [other for other in merged if _touches(_grow(joined, near), other)]
            if not touching:
                break
            merged = [other for other in merged if other not in touching]
            joined = _union([joined, *touching])
        merged.append(joined)
    return merged


def _union(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _touches(box: Box, other: Box) -> bool:
    return box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]


def _grow(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _clip(box: Box | None, whole: Box) -> Box | None:
    if box is None:
        return None
    left, bottom = max(box[0], whole[0]), max(box[1], whole[1])
    right, top = min(box[2], whole[2]), min(box[3], whole[3])
    return (left, bottom, right, top) if left < right and bottom < top else None


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
