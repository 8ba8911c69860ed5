"""Reads the words of a PDF's page with their boxes and directions from pdfium's characters.

Boxes are in tenths of a point in the page's user space: not turned by the page's rotation, not shifted by its crop
box. Calls go to the C functions directly: the wrapper classes cost more than pdfium itself.
"""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from ingest.parsers.pdf.accents import put_accents
from ingest.parsers.pdf.gaps import find_glued, part_glued
from ingest.parsers.pdf.marks import SUSPICIOUS, Glyph, split_marks
from ingest.parsers.pdf.spaced import find_parts, find_spaced, join_parts, join_spaced
from ingest.parsers.pdf.unicode_maps import mend_units
from ingest.parsers.pdf.words import DOWNWARDS, EMPTY_PAGE, SLANTED, WIDE, Line, RawPage, Word, turn_box
from rag.page_layout import UNITS_PER_POINT

HEADING_WORDS = 20
"""Lines with more words are not headings, so their font is not looked up."""

UNEVEN = 0.1
"""When the boxes of a word's ends are off by so many heights, its letters are looked at one by one."""

RAISED_FIGURE = 0.2
"""A figure that is drawn so many heights above its line is a raised one that its font has, as large as the others."""

BELOW_LINE = 0.22
"""A line of text is so many heights of a character's box above its foot."""

DRAWN_HEIGHT = 1.4
"""The height of a font's raised figures, by that of their drawing: other figures have about as much room above them."""

SLANT = 0.2
"""Radians off a quarter turn from which a line counts as slanted."""

FLAT = 0.5
"""A word whose box is so high for its width may run in another direction than its line."""

UPRIGHT = 1.8
"""A line of Chinese or Japanese letters this many times as high as it is wide is written downwards."""

LONG_COLUMN = 3
"""The shape of words of so many letters tells how they are written; that of a letter is square."""

FORCE_BOLD = 1 << 18
FARTHEST = 1_000_000
Span = tuple[int, int]
Box = tuple[int, int, int, int]
Edges = tuple[list[int], list[int], list[int], list[int]]
"""The left, bottom, right and top edges of a page's words."""

_make_word = partial(tuple.__new__, Word)
_BREAK = re.compile("[\n\r\ufffe]")
_WORD = re.compile(r"[^\s\ufffe]+")
"""pdfium writes U+FFFE for a hyphen at a line's end, and no line break after it."""

_TYPED_HYPHEN = re.compile(r"(?<=[^\W\d_])\u2010(?=[\r\n]+[^\W\d_])")
"""Unicode's own hyphen at a line's end, as browsers and WeasyPrint write it: pdfium knows only the other two."""

_END_FIGURE = re.compile(r"\d\b(?![.,]\d)|\d(?=[^\W\d_])")
"""Where the mark of a note may stand: the last figure of a number, and one before a letter."""


def _prototype(function: Any, *arguments: Any, result: Any = ctypes.c_int) -> Any:
    """Return the C function without argument conversion: these are called hundreds of times for each page."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


pdfium.FPDF_InitLibrary()
_loose_box = _prototype(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_drawn_box = _prototype(pdfium.FPDFText_GetCharBox, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 4)
_char_origin = _prototype(
    pdfium.FPDFText_GetCharOrigin, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p
)
_char_angle = _prototype(pdfium.FPDFText_GetCharAngle, ctypes.c_void_p, ctypes.c_int, result=ctypes.c_float)
_font_info = _prototype(
    pdfium.FPDFText_GetFontInfo,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_void_p,
)
_is_generated = _prototype(pdfium.FPDFText_IsGenerated, ctypes.c_void_p, ctypes.c_int)


def read_lines(text_page: Any) -> RawPage:
    """Return the page's lines in content order, each with its own direction."""
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return EMPTY_PAGE
    address = ctypes.cast(text_page, ctypes.c_void_p).value
    text = put_accents(mend_units(_read_text(text_page, count)), partial(_edges_of, address))
    spans = [match.span() for match in _WORD.finditer(text)]
    if not spans:
        return EMPTY_PAGE
    first_letters, ends = zip(*spans, strict=True)
    starts = _line_starts(text, first_letters)
    corners = _end_boxes(address, spans)
    spaced: set[int] = set()
    if lines_apart := find_spaced(text, spans, starts):
        spans, spaced = join_spaced(spans, lines_apart, corners, lambda place: not _is_generated(address, place))
        first_letters, ends = zip(*spans, strict=True)
        starts, corners = _line_starts(text, first_letters), _end_boxes(address, spans)
    elif lines_apart := find_parts(text, spans, starts, corners):
        spans, spaced = join_parts(
            text,
            spans,
            lines_apart,
            lambda places: _read_boxes(address, places, len(places)),
            lambda place: not _is_generated(address, place),
        )
        first_letters, ends = zip(*spans, strict=True)
        starts, corners = _line_starts(text, first_letters), _end_boxes(address, spans)
    if glued := find_glued(text, spans, starts, corners):
        parted = part_glued(text, spans, glued, lambda places: _read_boxes(address, places, len(places)))
        if len(parted) > len(spans):
            spaced = {parted.index(spans[index]) for index in spaced}
            spans, corners = parted, _end_boxes(address, parted)
            first_letters, ends = zip(*spans, strict=True)
            starts = _line_starts(text, first_letters)
    directions = [_direction(address, first_letters[first]) for first in starts]
    sideways = _by_word(directions, starts, len(spans)) % 2 == 1 if any(directions) else None
    uneven = _uneven_words(address, text, first_letters, corners, sideways)
    if not any(directions):
        uneven |= _words_with_raised_figures(address, text, first_letters, corners)
    edges = _word_edges(corners)
    words = _level_words(text, spans, edges)
    for index in spaced:
        words[index] = words[index]._replace(text="".join(words[index].text.split()))
    uneven -= spaced
    holds_wide = not text.isascii() and WIDE.search(text) is not None
    lines: list[Line] = []
    for first, last, direction in zip(starts, [*starts[1:], len(spans)], directions, strict=True):
        inside = words[first:last]
        odd = [index for index in range(first, last) if index in uneven] if uneven else []
        other = [index for index in odd if _may_be_turned(edges, index, direction)] if odd else odd
        boxes = (
            list(zip(*(edge[first:last] for edge in edges), strict=True)) if other or direction or holds_wide else []
        )
        if holds_wide and direction == 0 and _is_upright(text, spans[first:last], boxes):
            columns = [_narrow_column(box, len(word.text)) for word, box in zip(inside, boxes, strict=True)]
            lines += _part_directions(inside, columns, [DOWNWARDS] * len(inside))
            continue
        if other and any(_direction(address, first_letters[index]) != direction for index in other):
            turned = [_direction(address, start) for start in first_letters[first:last]]
            lines += _part_directions(inside, boxes, turned)
            continue
        if direction:
            inside = [_turned(word, box, direction) for word, box in zip(inside, boxes, strict=True)]
        if odd:
            inside = _part_marks(address, inside, spans[first:last], {index - first for index in odd}, direction)
        is_bold = last - first <= HEADING_WORDS and _is_bold(address, first_letters[first], ends[last - 1])
        lines.append(Line(inside, is_bold, direction))
    return RawPage(lines, holds_wide=holds_wide)


def _may_be_turned(edges: Edges, index: int, direction: int) -> bool:
    """Return whether a word's box is not as flat as that of a longer word which runs in a line's direction."""
    width, height = edges[2][index] - edges[0][index], edges[3][index] - edges[1][index]
    return direction >= SLANTED or (height >= FLAT * width if direction % 2 == 0 else width >= FLAT * height)


def _edges_of(address: int | None, index: int) -> tuple[float, float]:
    """Return the left and right edge of a character's box, in points."""
    edges = (ctypes.c_float * 4)()
    _loose_box(address, index, ctypes.addressof(edges))
    return edges[0], edges[2]


def _level_words(text: str, spans: Sequence[Span], edges: Edges) -> list[Word]:
    """Return the page's words as if all ran from left to right."""
    broken = [text[end : end + 1] == "\ufffe" for _, end in spans] if "\ufffe" in text else repeat(False)
    texts = [text[start:end] for start, end in spans]
    # Word() itself takes three times as long, and a page has hundreds.
    return list(map(_make_word, zip(texts, broken, *edges, repeat(False), strict=False)))


def _turned(word: Word, box: Box, direction: int) -> Word:
    return Word(word.text, word.broken, *turn_box(box, -direction))


def _part_directions(words: list[Word], boxes: list[Box], directions: list[int]) -> list[Line]:
    """Return the lines in one that pdfium made of words running in several directions, or of several lines of
    another."""
    lines: list[Line] = []
    for level, box, direction in zip(words, boxes, directions, strict=True):
        word = _turned(level, box, direction)
        before = lines[-1].words[-1] if lines and lines[-1].turns == direction else None
        if before is not None and word.left >= before.right - _height(before) and _is_level(before, word):
            lines[-1].words.append(word)
        else:
            lines.append(Line([word], False, direction))
    return lines


def _narrow_column(box: Box, letters: int) -> Box:
    """Return the box of a word written downwards, as wide as one of its letters is high: pdfium's is wider than its
    column."""
    left, bottom, right, top = box
    spare = max(right - left - (top - bottom) // max(letters, 1), 0)
    return left + spare // 2, bottom, right - spare // 2, top


def _height(word: Word) -> int:
    return word.top - word.bottom


def _is_level(before: Word, word: Word) -> bool:
    """Return whether a word stands in the same line as the one before it."""
    overlap = min(before.top, word.top) - max(before.bottom, word.bottom)
    return overlap * 2 > min(_height(before), _height(word))


def _read_text(text_page: Any, count: int) -> str:
    """Return the page's text with exactly one Python character for each pdfium character."""
    buffer = (ctypes.c_ushort * (count * 2 + 1))()
    units = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: max(units - 1, 0) * 2].decode("utf-16-le", "surrogatepass")
    if len(text) == count:
        return _TYPED_HYPHEN.sub("\ufffe", text)
    # pdfium leaves some characters out of the text, and characters beyond U+FFFF take two units.
    characters = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code == 2 and pdfium.FPDFText_IsHyphen(text_page, index) == 1:
            code = 0xFFFE
        characters.append(chr(code) if 0 <= code <= 0x10FFFF else "\x00")
    return _TYPED_HYPHEN.sub("\ufffe", "".join(characters))


def _line_starts(text: str, first_letters: Sequence[int]) -> list[int]:
    """Return the indexes of the words that open a line."""
    starts = dict.fromkeys((0, *(bisect_left(first_letters, match.start()) for match in _BREAK.finditer(text))))
    starts.pop(len(first_letters), None)
    return list(starts)


def _by_word(directions: Sequence[int], starts: Sequence[int], count: int) -> Any:
    """Return the direction of each of `count` words from those of the lines that begin at `starts`."""
    return np.repeat(directions, np.diff([*starts, count]))


def _direction(address: int | None, index: int) -> int:
    """Return how many quarter turns counter-clockwise a character is turned, and SLANTED more where it stands at an
    angle."""
    angle: float = _char_angle(address, index)
    if angle == 0.0:
        return 0
    turns = round(angle / (math.pi / 2))
    slanted = abs(angle - turns * math.pi / 2) > SLANT
    return -turns % 4 + (SLANTED if slanted else 0)  # pdfium measures clockwise


def _is_upright(text: str, spans: list[Span], boxes: list[Box]) -> bool:
    """Return whether a line of Chinese or Japanese is written downwards; its letters stand as in other lines."""
    start, end = spans[0][0], spans[-1][1]
    if end - start < 2 or text[start:end].isascii() or not WIDE.search(text, start, end):
        return False
    width = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    height = max(box[3] for box in boxes) - min(box[1] for box in boxes)
    return height > UPRIGHT * width or _are_words_upright(spans, boxes)


def _are_words_upright(spans: list[Span], boxes: list[Box]) -> bool:
    """Return whether most letters are in words higher than wide: pdfium may take a page of columns for one line."""
    long = [(end - start, box) for (start, end), box in zip(spans, boxes, strict=True) if end - start >= LONG_COLUMN]
    upright = sum(letters for letters, (left, bottom, right, top) in long if top - bottom > 1.2 * (right - left))
    return 2 * upright > sum(letters for letters, _ in long)


def _read_boxes(address: int | None, places: Iterable[int], count: int) -> Any:
    """Return the boxes of characters in points, shape (count, 4): left, top, right, bottom."""
    boxes = np.zeros((count, 4), dtype=np.float32)
    first = boxes.ctypes.data
    deque(map(_loose_box, repeat(address), places, range(first, first + 16 * count, 16)), maxlen=0)
    return boxes


def _end_boxes(address: int | None, spans: list[Span]) -> Any:
    """Return the boxes of each word's first and last character in points, shape (words, 2, 4): left, top, right,
    bottom."""
    places = [place for start, end in spans for place in (start, end - 1)]
    corners = _read_boxes(address, places, len(places))
    if not math.isfinite(corners.sum()):
        corners = np.nan_to_num(corners, nan=0.0, posinf=0.0, neginf=0.0)
    return corners.reshape(-1, 2, 4)


def _word_edges(corners: Any) -> Edges:
    """Return the left, bottom, right and top edges of the words in tenths of a point."""
    edges = np.stack((np.minimum(corners[:, 0], corners[:, 1]), np.maximum(corners[:, 0], corners[:, 1])))
    rounded = np.minimum(np.maximum(np.rint(edges * UNITS_PER_POINT), -FARTHEST), FARTHEST).astype(np.int32)
    (left, _, _, bottom), (_, top, right, _) = rounded.transpose(0, 2, 1).tolist()
    return left, bottom, right, top


def _uneven_words(
    address: int | None, text: str, first_letters: Sequence[int], corners: Any, sideways: Any | None
) -> set[int]:
    """Return the words in which a letter's box is off the others': what may be raised or lowered in them is looked
    for. `sideways` tells for each word whether its line runs up or down the page; None where none does."""
    foot, head = _feet_and_heads(corners, None if sideways is None else sideways[:, None])
    height = np.maximum(np.maximum(head[:, 0] - foot[:, 0], head[:, 1] - foot[:, 1]), 0.1)
    off = np.maximum(np.abs(foot[:, 0] - foot[:, 1]), np.abs(head[:, 0] - head[:, 1])) > UNEVEN * height
    found = set(np.flatnonzero(off).tolist())
    within = [match.start() + at for match in SUSPICIOUS.finditer(text) for at in ((0, 1) if match[1] else (0,))]
    if not within:
        return found
    words = np.searchsorted(first_letters, within, side="right") - 1
    boxes = np.nan_to_num(_read_boxes(address, within, len(within)))
    inner_foot, inner_head = _feet_and_heads(boxes, None if sideways is None else sideways[words])
    off = np.maximum(np.abs(inner_foot - foot[words, 0]), np.abs(inner_head - head[words, 0])) > UNEVEN * height[words]
    return found.union(words[off].tolist())


def _words_with_raised_figures(address: int | None, text: str, first_letters: Sequence[int], corners: Any) -> set[int]:
    """Return the words that begin or end with a raised figure of their font: it stands on the line, with a box as high
    as that of the others, and only its drawing tells. All of the page's lines are level."""
    places = [match.start() for match in _END_FIGURE.finditer(text)]
    if not places:
        return set()
    words = np.searchsorted(first_letters, places, side="right") - 1
    feet = _drawn_feet(address, places)
    foot, height = corners[words, 0, 3], corners[words, 0, 1] - corners[words, 0, 3]
    # The foot of a box is below the line by about a fifth of its height.
    raised = np.flatnonzero(feet - foot > (RAISED_FIGURE + BELOW_LINE) * height)
    return set(words[raised].tolist())


def _drawn_feet(address: int | None, places: Sequence[int]) -> Any:
    """Return how far up the drawings of level characters begin, in points."""
    edges = np.zeros((4, len(places)), dtype=np.float64)
    rows = [range(row.ctypes.data, row.ctypes.data + 8 * len(places), 8) for row in edges]
    deque(map(_drawn_box, repeat(address), places, *rows), maxlen=0)
    return edges[2]


def _feet_and_heads(boxes: Any, sideways: Any | None) -> tuple[Any, Any]:
    """Return the edges of boxes (left, top, right, bottom) across the direction of their line."""
    if sideways is None:
        return boxes[..., 3], boxes[..., 1]
    return np.where(sideways, boxes[..., 0], boxes[..., 3]), np.where(sideways, boxes[..., 2], boxes[..., 1])


def _part_marks(
    address: int | None, words: list[Word], spans: list[Span], uneven: set[int], direction: int
) -> list[Word]:
    """Return the words of a line, the raised and lowered runs of the uneven ones parted from them."""
    parted: list[Word] = []
    for index, (word, (start, end)) in enumerate(zip(words, spans, strict=True)):
        if index not in uneven or end - start < 2:
            parted.append(word)
            continue
        boxes = [_turned_box(address, place, direction) for place in range(start, end)]
        glyphs = [
            _glyph(address, letter, place, box, direction)
            for letter, place, box in zip(word.text, range(start, end), boxes, strict=True)
        ]
        pieces = split_marks(glyphs)
        for number, piece in enumerate(pieces):
            inside = boxes[piece.start : piece.end]
            edges = (min(b[0] for b in inside), min(b[1] for b in inside), max(b[2] for b in inside))
            broken = word.broken and number == len(pieces) - 1
            parted.append(Word(piece.text, broken, *edges, max(b[3] for b in inside), piece.mark))
    return parted


def _glyph(address: int | None, letter: str, place: int, box: Box, direction: int) -> Glyph:
    """Return a character as it stands on its line; a raised figure of its font as if it were a smaller one."""
    foot, height = _foot(address, place, direction), (box[3] - box[1]) / UNITS_PER_POINT
    if direction == 0 and letter.isdecimal():
        edges = (ctypes.c_double * 4)()
        at = ctypes.addressof(edges)
        _drawn_box(address, place, at, at + 8, at + 16, at + 24)
        if edges[2] - foot > RAISED_FIGURE * height:
            return Glyph(letter, edges[2], DRAWN_HEIGHT * (edges[3] - edges[2]))
    return Glyph(letter, foot, height)


def _turned_box(address: int | None, index: int, direction: int) -> Box:
    edges = (ctypes.c_float * 4)()
    _loose_box(address, index, ctypes.addressof(edges))
    left, top, right, bottom = (
        max(-FARTHEST, min(FARTHEST, round(edge * UNITS_PER_POINT))) if math.isfinite(edge) else 0 for edge in edges
    )
    return turn_box((left, bottom, right, top), -direction)


def _foot(address: int | None, index: int, direction: int) -> float:
    """Return how far up a character's line is, in points, in the direction in which it stands upright."""
    place = (ctypes.c_double * 2)()
    origin = ctypes.addressof(place)
    _char_origin(address, index, origin, origin + 8)
    across, up = place
    return (up, -across, -up, across)[direction % 4]


_font_name = ctypes.create_string_buffer(128)
_font_name_address = ctypes.addressof(_font_name)
_font_flags = ctypes.c_int()
_font_flags_address = ctypes.addressof(_font_flags)


def _is_bold(address: int | None, start: int, end: int) -> bool:
    """Return whether a line is bold from its first to its last character."""
    return _is_bold_at(address, start) and _is_bold_at(address, end - 1)


def _is_bold_at(address: int | None, index: int) -> bool:
    length = _font_info(address, index, _font_name_address, 128, _font_flags_address)
    if length <= 0:
        return False
    name = _font_name.raw[: min(length, 128)].lower()
    return b"bold" in name or b"black" in name or b"heavy" in name or bool(_font_flags.value & FORCE_BOLD)
