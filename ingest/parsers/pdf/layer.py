"""Tells text layers that do not say what a page draws: by their letters, then by comparing them with OCR."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from ingest.parsers.letters import count_common_pairs, script_of
from ingest.parsers.ocr import Recognised
from ingest.parsers.pdf.words import Line, RawPage, Word, turn_box
from ingest.parsers.readability import count_unknown

MIN_UNKNOWN = 6
UNKNOWN_SHARE = 0.02
"""So many characters, and so many of all, that stand for no letter within words: a font of the page has no map."""

MIN_ODD = 6
ODD_SHARE = 0.08
"""So many different words whose pairs of letters are mostly rare: at most 0.043 on 1,008 pages of reports and papers,
0.47 where a font's letters were swapped."""

ODD_LETTERS = 4
MAX_KNOWN = 200_000
ALIKE = 0.6
"""Lines whose letters and figures are as similar say the same: OCR errs, and leaves out spaces."""

CLOSE = 0.75
"""So alike are the lines of a page of which others are wrong, or they are OCR's."""

MIN_COMPARED = 4
"""Shorter lines of OCR make no page wrong: a rule or a stain is easily read as a letter or two."""

SURE = 0.8
"""OCR that is less sure of itself overrules no text."""

MOSTLY = 0.5
_UNKNOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff\U000f0000-\U0010ffff]")
"""Control, private and lost characters: most pages have none of them, which is soon seen."""

READ_SCRIPTS = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "FULLWIDTH", "HALFWIDTH", "GREEK", "MODIFIER"})
"""Holds the scripts that the OCR model which comes along reads."""

Box = tuple[int, int, int, int]


class LayerJudge:
    """Doubts a page's words by their letters alone; remembers the words of a document, as they come again."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._odd: set[str] = set()

    def is_doubtful(self, words: Sequence[str]) -> bool:
        """Return whether a page's readable words may not be what is drawn, wholly or in part."""
        different = set(words)
        new = different - self._known
        if len(self._known) < MAX_KNOWN:
            self._known |= new
        self._odd.update(filter(_is_odd, new))
        odd = len(different & self._odd)
        return (odd >= MIN_ODD and odd > ODD_SHARE * len(different)) or _has_unknown(different, words)


def _is_odd(word: str) -> bool:
    """Return whether most pairs of letters in a lower-case or capitalised word of Latin letters are rare."""
    if len(word) < ODD_LETTERS or not (word.isalpha() and word.isascii() and word[1:].islower()):
        return False
    return count_common_pairs(word.lower()) * 2 < len(word) - 1


def _has_unknown(different: Iterable[str], words: Sequence[str]) -> bool:
    """Return whether words hold characters that stand for no letter; bullets, which stand alone, do not count."""
    text = "".join(different)
    if text.isascii() and text.isprintable():
        return False
    if _UNKNOWN.search(text) is None:
        return False
    holed = {word for word in different if len(word) > 1 and count_unknown(word)}
    unknown = sum(count_unknown(word) for word in words if word in holed)
    return unknown >= MIN_UNKNOWN and unknown > UNKNOWN_SHARE * sum(map(len, words))


def can_judge(layer: RawPage, models: Sequence[str]) -> bool:
    """Return whether OCR can read the script of a page's text; with `models` of one's own it may read any."""
    letters = "".join(word.text for line in layer.lines for word in line.words)
    if letters.isascii() or any(models):
        return True
    other = sum(letter.isalpha() and script_of(letter) not in READ_SCRIPTS for letter in letters)
    return other * 2 <= sum(map(str.isalpha, letters))


def overrule(layer: RawPage, recognised: Recognised) -> RawPage | None:
    """Return the page with the lines of OCR in place of the words that say something else where they are drawn, or
    OCR's page where most do; None where they agree, or OCR is not sure."""
    if recognised.confidence < SURE:
        return None
    pairs = _pair_lines(layer, recognised.page)
    compared = [pair for pair in pairs if len(pair.read) >= MIN_COMPARED]
    wrong = [pair for pair in compared if not pair.is_alike(ALIKE)]
    if not wrong:
        return None
    if sum(len(pair.read) for pair in wrong) > MOSTLY * sum(len(pair.read) for pair in compared):
        return recognised.page
    return _replace_words(layer, [pair for pair in pairs if not pair.is_alike(CLOSE) or pair.has_other_figures()])


class _Pair(NamedTuple):
    """A line of OCR and the words of the layer where it is drawn, with the numbers of their lines."""

    line: Line
    under: list[tuple[int, Word]]
    read: str
    written: str

    def is_alike(self, least: float) -> bool:
        """Return whether both say the same; with holes in it the layer never does."""
        holed = any(count_unknown(word.text) for _, word in self.under)
        return not holed and _similarity(self.read, self.written) >= least

    def has_other_figures(self) -> bool:
        """Return whether the figures differ: a font may have a wrong map for these only."""
        return _figures_of(self.read) != _figures_of(self.written)


def _pair_lines(layer: RawPage, read: RawPage) -> list[_Pair]:
    placed = [
        (turn_box(word[2:6], line.turns), number, word)
        for number, line in enumerate(layer.lines)
        for word in line.words
    ]
    pairs: list[_Pair] = []
    for line in read.lines:
        letters = _letters_of(word.text for word in line.words)
        if letters:
            under = _words_under(placed, line)
            pairs.append(_Pair(line, under, letters, _letters_of(word.text for _, word in under)))
    return pairs


def is_same_text(read: str, written: str) -> bool:
    """Return whether two readings of a line say the same, apart from what OCR errs in."""
    return _similarity(_letters_of([read]), _letters_of([written])) >= ALIKE


def _similarity(read: str, written: str) -> float:
    return SequenceMatcher(None, read, written, autojunk=False).ratio()


def _figures_of(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _letters_of(words: Iterable[str]) -> str:
    """Return the letters and figures of words in their plain forms."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", "".join(words)).casefold()))


def _words_under(placed: Sequence[tuple[Box, int, Word]], line: Line) -> list[tuple[int, Word]]:
    """Return the words whose middles lie in a line of OCR, in its direction, with the numbers of their lines."""
    boxes = [turn_box(word[2:6], line.turns) for word in line.words]
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    found = [
        (turn_box(box, -line.turns)[0], number, word)
        for box, number, word in placed
        if left <= (box[0] + box[2]) // 2 <= right and bottom <= (box[1] + box[3]) // 2 <= top
    ]
    return [(number, word) for _, number, word in sorted(found, key=lambda one: one[0])]


def _place_like(pair: _Pair, lines: Sequence[Line]) -> Line:
    """Return OCR's line in the boxes of the words that it replaces: they are exact, and those of a paragraph alike."""
    words, under = pair.line.words, [word for _, word in pair.under]
    if not under or any(lines[number].turns != pair.line.turns for number, _ in pair.under):
        return pair.line
    if len(words) == len(under):
        return pair.line._replace(words=[_in_box(word, *old[2:6]) for word, old in zip(words, under, strict=True)])
    bottom, top = min(word.bottom for word in under), max(word.top for word in under)
    return pair.line._replace(words=[_in_box(word, word.left, bottom, word.right, top) for word in words])


def _in_box(word: Word, left: int, bottom: int, right: int, top: int) -> Word:
    return word._replace(left=left, bottom=bottom, right=right, top=top)


def _replace_words(layer: RawPage, pairs: Sequence[_Pair]) -> RawPage:
    """Return the page with the lines of OCR where the first of the words under each stood."""
    dropped = {id(word): number for pair in pairs for number, word in pair.under}
    touched = set(dropped.values())
    added: dict[int, list[Line]] = {}
    for pair in pairs:
        first = min((number for number, _ in pair.under), default=len(layer.lines))
        added.setdefault(first, []).append(_place_like(pair, layer.lines))
    result: list[Line] = []
    for number, line in enumerate(layer.lines):
        words = [word for word in line.words if id(word) not in dropped] if number in touched else line.words
        pieces = [*added.get(number, []), *([line._replace(words=words)] if words else [])]
        result += sorted(pieces, key=lambda piece: piece.words[0].left) if len(pieces) > 1 else pieces
    return layer._replace(lines=result + added.get(len(layer.lines), []))
