"""Tells small raised and lowered runs (note marks, exponents) from the words and numbers at which they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

SMALLER = 0.87
"""A raised run's letters are at most this share of the word's height, unless it is raised far."""

RAISED = 0.12
"""By so many heights a small run is off the word's line; letters of other fonts sit on it."""

RAISED_FAR = 0.25
"""By so many heights a run that is no smaller is off the line."""

ORDINALS = frozenset("st nd rd th er re ère e ème me lle le o os a as º ª ste ter ten de te".split())  # noqa: SIM905
"""Letters raised behind a number or an abbreviation are part of it: 1st, 2nd, 1er, Mme, No."""

SLASHES = frozenset("/\u2044\u2215")
SIGNS_OF_NAMES = frozenset("®™©℠")
UNITS = frozenset("m km cm mm dm µm μm nm ft in yd mi s h kg ha w k".split())  # noqa: SIM905
_MARKED = str.maketrans("0123456789+-\u2212\u2013()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-\u2212\u2013()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₍₎")
_FIGURES = re.compile(r"[\d,.()+\u2212\u2013-]*\d[\d,.()+\u2212\u2013-]*")
_SIGNS = re.compile(r"[*†‡§¶#⁎∗]+")
_EXPONENT = re.compile(r"[+\u2212\u2013-]?\d")
_ION = re.compile(r"\d?[+\u2212\u2013-]")
_ELEMENT = re.compile(r"(?:^|[^\w])(?:[A-Z][a-z]?\d*)+$")
_UNIT = re.compile(r"(?:^|[\d\W])([^\W\d_]+)$")
_POWER = re.compile(r"[^\W\d_][⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]$|[A-Za-z\d][⁰¹²³⁴⁵⁶⁷⁸⁹]?[⁺⁻]$")
_FRACTION = re.compile(r"[/\u2044\u2215]\d+")
_AMOUNT = re.compile(r"[:.,]\d+$")
"""A time or an amount, at which a single raised letter is the mark of a note ("8:11ᵃ") and ends no ordinal."""

_ENDING = re.compile(r"[.,;:!?)\]\"'”’»…]+")

SUSPICIOUS = re.compile(r"\d(?=([^\W\d_])|[^\s\d.,\ufffe]|[.,](?!\d))")
"""A digit that ends a number within a word: a mark before a comma is seen by neither the word's first nor last letter.
Group 1 is the letter after it."""


class Glyph(NamedTuple):
    """A character, how far its foot is above the line's (in points, turned upright) and how tall its font is."""

    text: str
    foot: float
    height: float


class Piece(NamedTuple):
    """Characters `start` to `end` of a word; `mark` where they hang on the piece before as a raised or lowered run."""

    text: str
    start: int
    end: int
    mark: bool


def split_marks(glyphs: Sequence[Glyph]) -> list[Piece]:
    """Return the word's pieces: itself, or what stands on its line and the raised and lowered runs, each a word of its
    own.

    A fraction stays one word, ordinals ("1st"), units ("km²") and formulas (CO2) stay whole.
    """
    runs = _runs(glyphs)
    if len(runs) == 1:
        return [Piece("".join(glyph.text for glyph in glyphs), 0, len(glyphs), False)]
    pieces: list[Piece] = []
    for level, start, end in runs:
        text = "".join(glyph.text for glyph in glyphs[start:end])
        before = pieces[-1] if pieces else None
        if before is not None and before.mark and level <= 0 and _FRACTION.match(text) and before.text.isnumeric():
            pieces[-1] = Piece(f"{_plain(before.text)}{text}", before.start, end, False)
        elif before is not None and (level == 0 or _belongs(before, text, level)):
            pieces = _attach(pieces, text, level, start, end)
        elif level == 0:
            pieces.append(Piece(text, start, end, False))
        else:
            pieces.append(Piece(_written(text, level), start, end, bool(pieces)))
    return pieces


def is_raised(text: str, height: int, foot: int, base_height: int) -> bool:
    """Return whether a word of its own is a note's mark or an exponent: figures, signs or a letter, smaller than the
    word beside it and its foot above that one's by `foot`."""
    if height > SMALLER * base_height or not RAISED * base_height < foot < base_height:
        return False
    return bool(_FIGURES.fullmatch(text) or _SIGNS.fullmatch(text)) or (len(text) == 1 and text.isalpha())


def write_raised(text: str) -> str:
    """Return a raised run in Unicode's raised signs, so that its figures are not taken for a number of the text."""
    return _written(text, 1)


def is_power(word: str, raised: str) -> bool:
    """Return whether a raised figure is the power of the unit that a word ends in, as in "km²"."""
    if _ION.fullmatch(raised) and _ELEMENT.search(word):
        return True
    if "=" in word and word[-1:].isalpha() and _EXPONENT.fullmatch(raised):
        return True  # E=mc²
    unit = _UNIT.search(word)
    return unit is not None and (len(unit[1]) == 1 or unit[1].lower() in UNITS) and bool(_EXPONENT.fullmatch(raised))


def ends_in_power(word: str) -> bool:
    """Return whether a word ends in a raised figure behind a letter."""
    return _POWER.search(word) is not None


def is_label(text: str) -> bool:
    """Return whether a word is how a note's mark is written: raised digits or signs."""
    return _SIGNS.fullmatch(text) is not None or (bool(text) and all(letter in "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾" for letter in text))


def plain_label(text: str) -> str:
    """Return a note's mark as it may also be written, without brackets and raising."""
    return _plain(text).strip("().,:")


def _runs(glyphs: Sequence[Glyph]) -> list[tuple[int, int, int]]:
    """Return stretches (level, start, end) of characters on the line (0), above (1) or below it (-1)."""
    tallest = max(glyph.height for glyph in glyphs)
    full = [glyph.foot for glyph in glyphs if glyph.height >= SMALLER * tallest]  # Damaged fonts have no height.
    full = full or [glyph.foot for glyph in glyphs]
    base = sorted(full)[(len(full) - 1) // 2]
    levels: list[int] = []
    for glyph in glyphs:
        offset = glyph.foot - base
        limit = RAISED if glyph.height <= SMALLER * tallest else RAISED_FAR
        levels.append(0 if abs(offset) <= limit * tallest else 1 if offset > 0 else -1)
    runs: list[tuple[int, int, int]] = []
    for index, level in enumerate(_with_brackets(glyphs, levels)):
        if runs and runs[-1][0] == level:
            runs[-1] = (level, runs[-1][1], index + 1)
        else:
            runs.append((level, index, index + 1))
    return runs


def _with_brackets(glyphs: Sequence[Glyph], levels: list[int]) -> list[int]:
    """Return the levels with brackets on that of what they enclose: some fonts raise them a little."""
    for index in range(len(glyphs) - 2, -1, -1):
        if glyphs[index].text in "([":
            levels[index] = levels[index + 1]
    for index in range(1, len(glyphs)):
        if glyphs[index].text in ")]":
            levels[index] = levels[index - 1]
    return levels


def _belongs(before: Piece, text: str, level: int) -> bool:
    """Return whether a raised or lowered run is part of the word before it, as an ordinal's letters or a unit's
    power."""
    if level < 0 and before.text[-1:] in SLASHES and not before.mark:
        return True
    if before.mark or not before.text[-1:].isalnum():
        return False
    if text in SIGNS_OF_NAMES or (text.casefold() in ORDINALS and not (len(text) == 1 and _AMOUNT.search(before.text))):
        return True
    if level < 0:
        return _UNIT.search(before.text) is not None  # H2O, CO2
    return is_power(before.text, text)


def _attach(pieces: list[Piece], text: str, level: int, start: int, end: int) -> list[Piece]:
    """Return the pieces with one more run: what goes on after a mark is a word of its own unless it is punctuation."""
    before = pieces[-1]
    if level == 0 and (before.mark or (len(pieces) == 1 and is_label(before.text))):
        if len(pieces) == 1 or not _ENDING.fullmatch(text):
            return [*pieces, Piece(text, start, end, False)]
        host = pieces[-2]  # "32¹," is "32," and its mark
        return [*pieces[:-2], Piece(host.text + text, host.start, host.end, host.mark), before]
    written = text if level <= 0 else _written(text, level)
    return [*pieces[:-1], Piece(before.text + written, before.start, end, before.mark)]


def _written(text: str, level: int) -> str:
    """Return raised figures in Unicode's raised signs, so that they are not taken for numbers of the text."""
    if _FIGURES.fullmatch(text) or text == "n":
        return text.translate(_MARKED if level > 0 else _LOWERED)
    return text


def _plain(text: str) -> str:
    return text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "0123456789()"))
