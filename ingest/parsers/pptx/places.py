"""Finds the places of shapes on a slide, also where their layout sets them, and puts them in reading order."""

from __future__ import annotations

import re

from ingest.parsers.open_xml import A, P, XmlElement
from ingest.parsers.reading_order import Box, reading_order

_PROPERTIES = tuple(f"{P}{name}" for name in ("nvSpPr", "nvPicPr", "nvGraphicFramePr", "nvGrpSpPr", "nvCxnSpPr"))
_TITLES = frozenset({"title", "ctrTitle"})


def properties_of(shape: XmlElement) -> XmlElement | None:
    """Return the properties of a shape that name and describe it (`p:cNvPr`)."""
    holder = _holder(shape)
    return holder.find(f"{P}cNvPr") if holder is not None else None


def placeholder_of(shape: XmlElement) -> XmlElement | None:
    """Return the element that says for which place of its layout a shape stands, or None."""
    holder = _holder(shape)
    return holder.find(f"{P}nvPr/{P}ph") if holder is not None else None


def placeholder_type(shape: XmlElement) -> str:
    """Return the kind of place a shape stands for ("title", "ftr", "sldNum"); "" where it stands for none."""
    placeholder = placeholder_of(shape)
    return "" if placeholder is None else placeholder.get("type") or "obj"


def is_title(shape: XmlElement) -> bool:
    """Return whether a shape is the slide's title."""
    return placeholder_type(shape) in _TITLES


def _holder(shape: XmlElement) -> XmlElement | None:
    return next((child for child in shape if child.tag in _PROPERTIES), None)


class Places:
    """The places of one slide's shapes; `layers` are the roots of its layout and its master."""

    def __init__(self, layers: list[XmlElement]) -> None:
        self._by_index: list[dict[str, Box]] = []
        self._by_type: list[dict[str, Box]] = []
        for layer in layers:
            by_index, by_type = {}, {}
            for shape in layer.iter(f"{P}sp"):
                placeholder, box = placeholder_of(shape), _box(shape)
                if placeholder is not None and box is not None:
                    by_index[placeholder.get("idx") or "0"] = box
                    by_type[_family(placeholder.get("type") or "obj")] = box
            self._by_index.append(by_index)
            self._by_type.append(by_type)

    def in_order(self, shapes: list[XmlElement]) -> list[XmlElement]:
        """Return the title first, then the others by columns and rows, whichever stand further apart."""
        titles = [number for number, shape in enumerate(shapes) if is_title(shape)]
        others = [number for number, shape in enumerate(shapes) if not is_title(shape)]
        order = reading_order([self._box(shapes[number]) for number in others])
        return [shapes[number] for number in (*titles, *(others[place] for place in order))]

    def _box(self, shape: XmlElement) -> Box:
        """Return where a shape is: its own place, or the one that it stands for."""
        own = _box(shape)
        placeholder = placeholder_of(shape)
        if own is not None or placeholder is None:
            return own or Box(0, 0, 0, 0)
        index, family = placeholder.get("idx") or "0", _family(placeholder.get("type") or "obj")
        for by_index, by_type in zip(self._by_index, self._by_type, strict=True):
            found = (by_index.get(index) if index != "0" else None) or by_type.get(family)
            if found is not None:
                return found
        return Box(0, 0, 0, 0)


def _family(kind: str) -> str:
    """Return the family of a placeholder's type: titles stand for each other, and so do all bodies of text."""
    if kind in _TITLES:
        return "title"
    return kind if kind in ("dt", "ftr", "sldNum", "subTitle") else "body"


def _box(shape: XmlElement) -> Box | None:
    """Return the box of a shape, or None where it does not say."""
    for path in (f"{P}spPr/{A}xfrm", f"{P}grpSpPr/{A}xfrm", f"{P}xfrm"):
        frame = shape.find(path)
        offset = frame.find(f"{A}off") if frame is not None else None
        if offset is not None:
            size = frame.find(f"{A}ext")
            top, left = _length(offset, "y"), _length(offset, "x")
            height, width = (0, 0) if size is None else (_length(size, "cy"), _length(size, "cx"))
            return Box(top, left, top + height, left + width)
    return None


def _length(element: XmlElement, name: str) -> int:
    text = element.get(name) or "0"
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else 0
