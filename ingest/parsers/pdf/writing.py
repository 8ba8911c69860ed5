"""Writes a PDF page's blocks as text, each word with its box; note marks go behind the sentence that they stand in."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from ingest.cleanup import clean_word
from ingest.hyphens import DocumentWords, join_broken
from ingest.parsers.pdf.blocks import Group
from ingest.parsers.pdf.marks import is_label, plain_label
from ingest.parsers.pdf.words import BoxRow, Word, turn_box
from rag.page_layout import pack_rows
from rag.text import sentence_spans
from rag.types import Block, BlockKind, Page

CELL_PARTING = "\t"
"""Two spaces also part sentences; a tab parts cells only, and costs the embedder no token."""

_ENDING = re.compile(r"(.*\w)([.!?。]+[\"'”’)]*)")
PUNCTUATION = re.compile(r"[.,;:!?]+")
POWERS = frozenset({"10", "×10", "x10", "·10"})
"""Text before an exponent, which belongs to the number, whatever notes the page has."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading block as it was written: where it is and what it looks like."""

    title: str
    page: int
    start: int
    height: int


_Piece = tuple[str, Word, int]
"""The separator before a word, the word, and the quarter turns that bring its box back to user space."""


class PageWriter:
    """Builds a page's text while keeping the blocks and word boxes in step."""

    def __init__(self, words: DocumentWords) -> None:
        self._words = words
        self._parts: list[str] = []
        self._length = 0
        self._boxes: list[BoxRow] = []
        self._blocks: list[Block] = []
        self.headings: list[Heading] = []

    def write(self, groups: Sequence[Group], number: int, *, label: str) -> Page:
        """Return the page made of the groups."""
        last: BlockKind | None = None
        notes = _note_labels(groups) if any(row.marked for group in groups for row in group.rows) else {}
        for group in groups:
            separator = "\n" if last == group.kind == BlockKind.TABLE_ROW else "\n\n"
            self._write_group(group, separator if self._blocks else "", notes)
            last = group.kind
            self._note_heading(group, number)
        return Page(number, "".join(self._parts), tuple(self._blocks), label, pack_rows(self._boxes))

    def _note_heading(self, group: Group, page: int) -> None:
        if group.kind is BlockKind.HEADING and self._blocks:
            block = self._blocks[-1]
            title = "".join(self._parts)[block.start : block.end]
            height = max(row.height for row in group.rows)
            self.headings.append(Heading(title, page, block.start, height))

    def _write_group(self, group: Group, separator: str, notes: Mapping[str, int]) -> None:
        start = length = self._length + len(separator)
        parts: list[str] = [separator]
        boxes: list[BoxRow] = []
        held: tuple[str, tuple[int, int, int, int]] | None = None
        for gap, (text, broken, left, bottom, right, top, _), turns in _pieces(group, notes):
            if not (text.isascii() and text.isprintable()):
                text = clean_word(text)
                if not text:
                    continue
            if turns:
                left, bottom, right, top = turn_box((left, bottom, right, top), turns)
            if held is not None:
                head = self._head(held[0], text)
                parts.append(head)
                boxes.append((length, length + len(head), *held[1]))
                length += len(head)
            elif length > start:
                parts.append(gap)
                length += len(gap)
            held = (text, (left, bottom, right, top)) if broken else None
            if held is None:
                end = length + len(text)
                parts.append(text)
                boxes.append((length, end, left, bottom, right, top))
                length = end
        if held is not None:
            parts.append(held[0] + "-")
            boxes.append((length, length + len(held[0]) + 1, *held[1]))
            length += len(held[0]) + 1
        if length > start:
            self._parts += parts
            self._boxes += boxes
            self._length = length
            self._blocks.append(Block(group.kind, start, length))

    def _head(self, first: str, second: str) -> str:
        """Return the first half of a broken word as it stands before the second, with its hyphen or without."""
        joined = join_broken(first, second, self._words)
        return joined[: len(joined) - len(second)]


def _pieces(group: Group, notes: Mapping[str, int]) -> list[_Piece]:
    """Return the group's words in the order in which they are written."""
    parting = CELL_PARTING if group.kind is BlockKind.TABLE_ROW else " "
    pieces: list[_Piece] = []
    marked = False
    for row in group.rows:
        turns, marked = row.turns, marked or row.marked
        for place, cell in enumerate(row.cells):
            first = len(pieces)
            pieces += zip(repeat(" "), cell, repeat(turns), strict=False)
            if place:
                pieces[first] = (parting * (1 + row.empty[place]) if row.empty else parting, cell[0], turns)
    if not marked:
        return pieces
    pieces = _punctuate_before_marks(pieces)
    return _move_marks(pieces, notes, by_cell=parting == CELL_PARTING) if notes else pieces


def _punctuate_before_marks(pieces: list[_Piece]) -> list[_Piece]:
    """Return the words with a full stop or comma that stands behind a mark before it, at the end of its word."""
    result: list[_Piece] = []
    for piece in pieces:
        place = len(result)
        while place > 1 and result[place - 1][1].mark:
            place -= 1
        if place < len(result) and PUNCTUATION.fullmatch(piece[1].text):
            result.insert(place, ("", *piece[1:]))
        else:
            result.append(piece)
    return result


def _note_labels(groups: Sequence[Group]) -> dict[str, int]:
    """Return the labels of the page's notes and how low the lowest of each stands."""
    found: dict[str, int] = {}
    for row in (row for group in groups for row in group.rows):
        for place, word in enumerate(row.words):
            if not word.mark and (is_label(word.text) or (place == 0 and _is_plain_label(word.text))):
                label = plain_label(word.text)
                found[label] = min(found.get(label, word.bottom), word.bottom)
    return found


def _is_plain_label(text: str) -> bool:
    label = plain_label(text)
    return 0 < len(label) <= 2 and (label.isdigit() or (len(label) == 1 and label.isalpha() and label != text))


def _move_marks(pieces: list[_Piece], notes: Mapping[str, int], *, by_cell: bool) -> list[_Piece]:
    """Return the words with the marks of the page's notes behind the cell or the sentence that they stand in.

    "32 ¹ crowns" is no amount that anybody looks for or quotes.
    """
    kept: list[_Piece] = []
    marks: list[tuple[int, _Piece]] = []
    for piece in pieces:
        if kept and piece[1].mark and _is_note_mark(piece[1], kept[-1][1], notes):
            marks.append((len(kept) - 1, (" ", *piece[1:])))
        else:
            kept.append(piece)
    ends = _cell_ends(kept) if by_cell else _sentence_ends(kept)
    result: list[_Piece] = []
    waiting = iter(marks)
    mark = next(waiting, None)
    done = 0
    for end in ends:
        result += kept[done:end]
        done = end
        closing: list[_Piece] = []
        if mark is not None and mark[0] < end:
            result[-1:], closing = _part_ending(result[-1])
        while mark is not None and mark[0] < end:
            result.append(mark[1])
            mark = next(waiting, None)
        result += closing
    return result


def _part_ending(piece: _Piece) -> tuple[list[_Piece], list[_Piece]]:
    """Return a sentence's last word and, apart, its full stop: marks between the two belong to no other sentence."""
    gap, word, turns = piece
    match = _ENDING.fullmatch(word.text)
    if match is None:
        return [piece], []
    middle = word.right - (word.right - word.left) * len(match[2]) // len(word.text)
    return [(gap, word._replace(text=match[1], right=middle), turns)], [
        ("", word._replace(text=match[2], left=middle), turns)
    ]


def _is_note_mark(word: Word, host: Word, notes: Mapping[str, int]) -> bool:
    labels = [label for label in plain_label(word.text).split(",") if label]
    below = bool(labels) and all(notes.get(label, word.bottom) < word.bottom for label in labels)
    return below and host.text.lstrip("(") not in POWERS


def _cell_ends(pieces: Sequence[_Piece]) -> list[int]:
    return [index for index, piece in enumerate(pieces) if index and piece[0][:1] == CELL_PARTING] + [len(pieces)]


def _sentence_ends(pieces: Sequence[_Piece]) -> list[int]:
    """Return the places in the list of words where sentences end."""
    starts: list[int] = []
    length = 0
    for _, word, _ in pieces:
        starts.append(length)
        length += len(word.text) + 1
    text = " ".join(word.text for _, word, _ in pieces)
    ends = {bisect_left(starts, end) for _, end in sentence_spans(text)}
    return sorted(ends | {len(pieces)})
