"""One visual line of a PDF page: its words in cells that wide gaps part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import sub

from ingest.parsers.pdf.marks import (
    SLASHES,
    SMALLER,
    ends_in_power,
    is_label,
    is_power,
    is_raised,
    plain_label,
    write_raised,
)
from ingest.parsers.pdf.words import Word
from rag.types import BlockKind

CELL_GAP = 1.1
"""A gap this many line heights wide parts two cells: justified text stretches its spaces to about 0.6."""

WIDE_HEIGHT = 3
"""A word this many times the usual height is decoration; it must not swallow its neighbours' rows."""

FAR_LABEL = 8.0
"""A note's label is nearer to its words than this many line heights."""

MARK_LETTERS = 4
KEPT_WORDS = 20_000
"""So many words are told from numbers once only: each is asked about several times, and comes again."""

_THAI_LETTERS = frozenset("\u0e32\u0e3f\u0e40\u0e41\u0e42\u0e43\u0e44\u0e45\u0e46")
_TALL = re.compile("[\u0900-\u0eff\u1780-\u17ff]")
"""Scripts whose fonts are so tall that figures beside them look raised."""

TOUCHING = 0.15
"""A mark is nearer to its word than this share of its height; spaces are wider."""

CURRENCY = frozenset({"$", "€", "£", "¥", "₹", "US$", "C$", "A$", "R$", "HK$", "CHF", "(", "$("})

_NUMBER = re.compile(
    r"[$€£¥(+\-\u2013\u2212]*\d[\d.,:/]*(?:%|\)|\)%|%\)|x|bps)*[,;]?"  # 1,234 (5.6)% $7 10/31
    r"|[-\u2013\u2014]+%?|[$€£¥%)]+"  # a dash for nothing, a lone sign
)

_CLOSING = re.compile(r"[.,;:!?)\]]+")
_FRACTION = re.compile(r"\d+[/\u2044\u2215]\d+")
_FORMULA = re.compile(r"(?:[A-Z][a-z]?\d*)+(?:e|eq)?[.,;:!?)\]]*")

_BULLET = re.compile(
    r"[\u2022\u25cf\u25aa\u25e6\u25cb\u25a0\u2023\u2043\u00b7\u2013\u2014*o\uf0b7\uf06f\uf078\uf0a7-]"
    r"|\W?\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]"
)


@dataclass(slots=True)
class Row:
    """One visual line: its cells from left to right, and its box in tenths of a point.

    `height` and `baseline` are those of its middle word, so that a subscript does not change them.
    """

    cells: list[list[Word]]
    left: int
    bottom: int
    right: int
    top: int
    height: int
    baseline: int
    bold: bool
    turns: int = 0
    """Quarter turns that bring its boxes back to user space."""
    kind: BlockKind | None = None
    """The kind of block that its place on the page makes it; None where the place tells nothing."""
    alone: bool = False
    """True if it is a block of its own."""
    aside: bool = False
    """True if it stands beside the text, which goes on past it."""
    marked: bool = False
    """True if raised or lowered runs are among its words."""
    empty: tuple[int, ...] = ()
    """For each cell the number of empty ones before it, where others of the table's rows have cells."""

    @property
    def words(self) -> list[Word]:
        """Return the words from left to right."""
        return self.cells[0] if len(self.cells) == 1 else [word for cell in self.cells for word in cell]

    @property
    def text(self) -> str:
        """Return the words with single spaces, as they are on the page."""
        return " ".join(word.text for cell in self.cells for word in cell)


@lru_cache(maxsize=KEPT_WORDS)
def is_number(word: str) -> bool:
    """Return whether a word is an amount, a percentage, a dash for nothing, or a currency sign."""
    return _NUMBER.fullmatch(word) is not None


def is_bullet(word: str) -> bool:
    """Return whether a word opens a list item: a bullet, "1.", "(a)", "iv)", a note's raised mark."""
    return _BULLET.fullmatch(word) is not None or is_label(word)


def row_of(words: list[Word], bold: bool) -> Row:
    """Return the row that words from left to right make, its cells parted by wide gaps."""
    texts, _, lefts, bottoms, rights, tops, _ = zip(*words, strict=True)
    is_plain = "".join(texts).isascii()
    if not is_plain and any("\u0e31" <= text[0] <= "\u0e4e" for text in texts):
        words = _join_vowels(words)
        texts, _, lefts, bottoms, rights, tops, _ = zip(*words, strict=True)
    heights = sorted(map(sub, tops, bottoms))
    usual = max(heights[len(heights) // 2], 1)
    baselines = sorted(bottoms)
    tallest, before, marked = heights[-1], words, False
    if len(words) > 1 and baselines[-1] - baselines[0] > usual // 8:
        words = _find_marks(words, usual)
        marked = any(word.mark for word in words)
    elif not is_plain and any(map(ends_in_power, texts)):
        words = _join_pieces(words)  # What follows a power that pdfium gave a line of its own.
    if words is not before:
        texts, _, lefts, bottoms, rights, tops, _ = zip(*words, strict=True)
        tallest = max(map(sub, tops, bottoms))
    if tallest > WIDE_HEIGHT * usual:
        solid = [word for word in words if word.top - word.bottom <= WIDE_HEIGHT * usual] or words
        bottoms, tops = tuple(word.bottom for word in solid), tuple(word.top for word in solid)
    return Row(
        _cells_of(words, texts, lefts, rights, CELL_GAP * usual),
        min(lefts),
        min(bottoms),
        max(rights),
        max(tops),
        usual,
        baselines[len(baselines) // 2],
        bold,
        marked=marked,
    )


def _cells_of(
    words: list[Word], texts: Sequence[str], lefts: Sequence[int], rights: Sequence[int], gap: float
) -> list[list[Word]]:
    """Return the words in cells: a gap wider than `gap` parts them, but no sign of a currency from its amount."""
    after = zip(lefts[1:], rights, strict=False)
    starts = [place for place, (left, right) in enumerate(after, 1) if left - right > gap]
    if not CURRENCY.isdisjoint(texts):
        signs = [place for place, text in enumerate(texts) if text in CURRENCY]
        behind = {place for place in signs if place and is_number(texts[place - 1])}
        own = {place for place in behind if _ends_amount(place, lefts, rights, gap)}
        starts = sorted((behind - own).union(place for place in starts if place - 1 in own or place - 1 not in signs))
    if not starts:
        return [list(words)]
    return [words[start:end] for start, end in pairwise((0, *starts, len(words)))]


def _ends_amount(place: int, lefts: Sequence[int], rights: Sequence[int], gap: float) -> bool:
    """Return whether a sign behind an amount belongs to it ("8,90 €") and not to the next, from which it is farther."""
    before = lefts[place] - rights[place - 1]
    return 2 * before <= gap and (place + 1 == len(lefts) or lefts[place + 1] - rights[place] > max(before, 0))


def _join_vowels(words: list[Word]) -> list[Word]:
    """Return the words with the Thai vowels and tones that pdfium gave apart on the letters before them, and with what
    goes on after these: Thai puts no spaces between words.
    """
    joined: list[Word] = []
    is_open = False
    for word in words:
        is_vowel = all("\u0e31" <= letter <= "\u0e4e" and letter not in _THAI_LETTERS for letter in word.text)
        if joined and (is_vowel or is_open):
            joined[-1] = _glued(joined[-1], word, joined[-1].text + word.text)
        else:
            joined.append(word)
        is_open = is_vowel
    return joined


def _find_marks(words: list[Word], usual: int) -> list[Word]:
    """Return the words with those told as marks that pdfium gave apart: small, raised, and touching the word before."""
    found = list(words)
    for index, word in enumerate(words):
        if word.mark or len(word.text) > MARK_LETTERS or word.top - word.bottom > SMALLER * usual:
            continue
        base = _base_of(words, index, usual)
        if (
            base is None
            or _TALL.search(base.text)
            or not is_raised(word.text, word.top - word.bottom, word.bottom - base.bottom, usual)
        ):
            continue
        touches = base.right <= word.right and word.left - base.right < TOUCHING * usual
        found[index] = word._replace(text=write_raised(word.text), mark=touches)
    return _join_pieces(found)


def _base_of(words: Sequence[Word], index: int, usual: int) -> Word | None:
    """Return the word that a mark may hang on: the one before it, else the one after it, where it is near."""
    word = words[index]
    before = words[index - 1] if index and not words[index - 1].mark else None
    after = words[index + 1] if index + 1 < len(words) and not words[index + 1].mark else None
    # A bare figure far from other words is the value of a cell, at a line's beginning a note's label.
    far = FAR_LABEL if index == 0 or not word.text.isdigit() else CELL_GAP
    if before is not None and word.left - before.right <= far * usual:
        return before
    return after if after is not None and after.left - word.right <= far * usual else None


def _join_pieces(words: list[Word]) -> list[Word]:
    """Return the words with what pdfium parted put together: a raised figure with the slash and figure after it (2/3),
    a unit with its power and what goes on after it (m³/s), and what goes on after a lowered figure (H2O)."""
    joined: list[Word] = []
    for word in words:
        before = joined[-1] if joined else None
        if before is None or word.left - before.right > TOUCHING * (before.top - before.bottom):
            joined.append(word)
        elif before.mark and word.text[0] in SLASHES and (len(word.text) == 1 or word.text[1].isdigit()):
            joined[-1] = _glued(before, word, plain_label(before.text) + word.text)
        elif _is_unit(before, word):
            joined[-1] = _glued(before, word, before.text + word.text)
        elif before.text[-1] in SLASHES and _FRACTION.fullmatch(before.text + plain_label(word.text)):
            joined[-1] = _glued(before, word, before.text + plain_label(word.text))
        elif _is_lowered(before, word) and not word.mark and _FORMULA.fullmatch(before.text + word.text):
            joined[-1] = _glued(before, word, before.text + word.text)
        else:
            joined.append(word)
    return joined


def _is_lowered(before: Word, word: Word) -> bool:
    """Return whether the word before hangs lower, or both do as the parts of a formula: C6H12."""
    return word.bottom > before.bottom or (word.bottom == before.bottom and before.text[-1].isdigit())


def _is_unit(before: Word, word: Word) -> bool:
    """Return whether a word is the power of a unit before it, or what goes on after one."""
    if word.mark:
        return is_power(before.text, plain_label(word.text))
    return ends_in_power(before.text) and (word.text[0] in SLASHES or _CLOSING.fullmatch(word.text) is not None)


def _glued(first: Word, second: Word, text: str) -> Word:
    edges = (min(first.bottom, second.bottom), second.right, max(first.top, second.top))
    return Word(text, second.broken, first.left, *edges)
