"""Finds fonts whose glyphs are not the letters that a PDF says they are, by counting the contours of their outlines."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

SAMPLED_OBJECTS = 16
"""So many of a page's objects are looked at, spread over it: this runs on every page."""

SETTLED = 8
"""A font of which so many objects were looked at is judged."""

ONE, TWO, THREE = frozenset({1}), frozenset({2, 3}), frozenset({3})
CONTOURS = {
    **dict.fromkeys("12357chklmnrstuvwxyzCEFGHIJKLMNSTUVWXYZ", ONE),
    **dict.fromkeys("0bdopqDOQ", TWO),
    **dict.fromkeys("8B", THREE),
}
"""How many closed lines draw a letter or figure in nearly all fonts; those that differ between fonts are left out."""

FIGURES = frozenset("0123578")
ENOUGH = 18
"""So many letters of a font are compared, and all of its figures, which come first."""

MIN_WRONG = 2
WRONG_SHARE = 0.25
"""So many of the figures, small or capital letters seen are drawn with another number of lines: in the fonts of 20
reports and 100 test files none is."""

WIDE = 2.5
"""An object so many times as wide as it is high draws several letters: one alone may be an icon."""

TEXT_LENGTH = 1024
"""Longer objects, which pdfium does not copy in part, are not looked at."""


def _prototype(function: Any, result: Any, *arguments: Any) -> Any:
    """Return the C function without argument conversion: these are called for every page."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_get_object = _prototype(pdfium.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_get_type = _prototype(pdfium.FPDFPageObj_GetType, ctypes.c_int, ctypes.c_void_p)
_get_font = _prototype(pdfium.FPDFTextObj_GetFont, ctypes.c_void_p, ctypes.c_void_p)
_get_text = _prototype(pdfium.FPDFTextObj_GetText, ctypes.c_ulong, *[ctypes.c_void_p] * 3, ctypes.c_ulong)
_get_name = _prototype(pdfium.FPDFFont_GetBaseFontName, ctypes.c_size_t, *[ctypes.c_void_p] * 2, ctypes.c_size_t)
_get_bounds = _prototype(pdfium.FPDFPageObj_GetBounds, ctypes.c_int, *[ctypes.c_void_p] * 5)


@dataclass(slots=True)
class _FontRecord:
    """The record of a font: how many lines draw each letter, and the objects without letters."""

    objects: int = 0
    silent: int = 0
    contours: dict[str, int] = field(default_factory=dict)

    def is_wrong(self) -> bool:
        if self.silent >= MIN_WRONG and not self.contours and self.silent * 2 > self.objects:
            return True
        return any(self._are_wrong(kind) for kind in (str.isdigit, str.islower, str.isupper))

    def _are_wrong(self, kind: Callable[[str], bool]) -> bool:
        right = [count in CONTOURS[letter] for letter, count in self.contours.items() if kind(letter)]
        return right.count(False) >= MIN_WRONG and right.count(False) > WRONG_SHARE * len(right)


class FontCheck:
    """Judges the fonts of a document, by their names, from a sample of the text that is set in them."""

    def __init__(self) -> None:
        self._seen: dict[bytes, _FontRecord] = {}
        self._trusted: set[bytes] = set()
        self._buffer = ctypes.create_string_buffer(TEXT_LENGTH)
        self._name = ctypes.create_string_buffer(128)
        self._box = (ctypes.c_float * 4)()

    def find_wrong(self, page: Any, text_page: Any) -> frozenset[bytes]:
        """Return the names of the fonts of a loaded page whose letters are not those that are drawn."""
        address, text = (ctypes.cast(thing, ctypes.c_void_p).value for thing in (page, text_page))
        count = int(pdfium.FPDFPage_CountObjects(page))
        names: dict[int, bytes] = {}
        for index in range(0, count, count // SAMPLED_OBJECTS + 1):
            thing = _get_object(address, index)
            if _get_type(thing) != pdfium.FPDF_PAGEOBJ_TEXT:
                continue
            font = _get_font(thing)
            name = names.get(font) or names.setdefault(font, self._name_of(font))
            seen = self._seen.setdefault(name, _FontRecord())
            if seen.objects < SETTLED:
                self._look_at(thing, text, font, seen)
        return frozenset(name for name in names.values() if name not in self._trusted and self._is_wrong(name))

    def trust(self, names: frozenset[bytes]) -> None:
        """Believe fonts whose text was compared with what is drawn and is the same."""
        self._trusted |= names

    def _is_wrong(self, name: bytes) -> bool:
        """Return the verdict on a font; one that is settled and right is not judged again."""
        seen = self._seen[name]
        wrong = seen.is_wrong()
        if not wrong and seen.objects >= SETTLED:
            self._trusted.add(name)
        return wrong

    def _name_of(self, font: int) -> bytes:
        length = _get_name(font, ctypes.addressof(self._name), len(self._name))
        return self._name.raw[: min(length, len(self._name))]

    def _look_at(self, thing: int, text_page: int | None, font: int, seen: _FontRecord) -> None:
        size = int(_get_text(thing, text_page, ctypes.addressof(self._buffer), len(self._buffer)))
        if size > len(self._buffer):
            return
        text = self._buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "ignore")
        if not text.strip("\x00 "):
            wide = self._is_wide(thing)
            seen.silent, seen.objects = seen.silent + wide, seen.objects + wide
            return
        seen.objects += 1
        letters = set(text).intersection(CONTOURS).difference(seen.contours)
        for letter in sorted(letters)[: max(len(FIGURES & letters), ENOUGH - len(seen.contours))]:
            if drawn := _count_contours(font, letter):
                seen.contours[letter] = drawn

    def _is_wide(self, thing: int) -> bool:
        """Return whether an object draws several letters."""
        edges = [ctypes.addressof(self._box) + 4 * place for place in range(4)]
        if not _get_bounds(thing, *edges):
            return False
        left, bottom, right, top = self._box
        return top - bottom > 1 and right - left > WIDE * (top - bottom)


def _count_contours(font: int, letter: str) -> int:
    """Return how many closed lines draw a letter, 0 where the font has no outline of it."""
    path = pdfium.FPDFFont_GetGlyphPath(ctypes.cast(font, pdfium.FPDF_FONT), ord(letter), ctypes.c_float(12))
    if not path:
        return 0
    segments = (
        pdfium.FPDFGlyphPath_GetGlyphPathSegment(path, index)
        for index in range(int(pdfium.FPDFGlyphPath_CountGlyphSegments(path)))
    )
    return sum(pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO for segment in segments)
