"""Groups a PDF's rows into blocks and writes pages out of them. Knows neither pdfium nor files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from ingest.cleanup import clean_word, find_furniture, join_broken
from ingest.parsers.pdf.pdfium import turn_back
from ingest.parsers.pdf.rows import Row, is_bullet, is_table_row
from rag.page_layout import pack_rows
from rag.types import Block, BlockKind, Page

HEADING_GROWTH = 1.15
"""A heading's letters are this much taller than the document's usual ones, unless it is bold."""

HEADING_WORDS = 16
HEADING_CHARACTERS = 150
LEADING = 1.75
"""Lines of a paragraph are at most this many line heights apart."""

COLUMN_HEAD_ROWS = 4
TABLE_CELLS = 4

INDENT = 0.8
"""A first line set in by this many line heights opens a paragraph."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading block as it was written: where it is and what it looks like."""

    title: str
    page: int
    start: int
    height: int


BoxRow = tuple[int, int, int, int, int, int]


@dataclass(slots=True)
class Group:
    """Rows that make one block."""

    kind: BlockKind
    rows: list[Row]


def usual_height(pages: Sequence[list[Row]]) -> int:
    """The line height, in tenths of a point, that most of the document's words have."""
    heights: Counter[int] = Counter()
    for rows in pages:
        for row in rows:
            heights[row.height] += sum(len(cell) for cell in row.cells)
    return heights.most_common(1)[0][0] if heights else 100


def furniture_rows(pages: Sequence[list[Row]]) -> list[set[int]]:
    """For each page the indexes of the rows that are repeated headers and footers."""
    orders = [[index for _, index in sorted((-row.top, index) for index, row in enumerate(rows))] for rows in pages]
    described = [
        [(_furniture_text(rows[index]), rows[index].bottom) for index in order]
        for rows, order in zip(pages, orders, strict=True)
    ]
    found = find_furniture(described)
    return [{order[place] for place in places} for order, places in zip(orders, found, strict=True)]


def _furniture_text(row: Row) -> str:
    """The row's text, but nothing for the column heads that a long table repeats on each page: its rows need them."""
    return "" if len(row.cells) >= TABLE_CELLS else row.text


def group_rows(rows: list[Row], furniture: AbstractSet[int], body: int) -> list[Group]:
    """The page's rows as blocks, in reading order; `body` is the document's usual line height."""
    kinds = [BlockKind.FURNITURE if index in furniture else _kind(row, body) for index, row in enumerate(rows)]
    groups: list[Group] = []
    for index, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        if groups and groups[-1].kind == kind and _joins(groups[-1], rows, kinds, index):
            groups[-1].rows.append(row)
        else:
            groups.append(Group(kind, [row]))
    for before, group in pairwise(groups):
        _demote_column_heads(before, group)
    return groups


def _demote_column_heads(before: Group, group: Group) -> None:
    """Short groups side by side are the heads of a table's columns, however bold they are."""
    if max(len(before.rows), len(group.rows)) > COLUMN_HEAD_ROWS:
        return
    if before.rows[-1].bottom < group.rows[0].bottom and group.rows[-1].bottom < before.rows[0].top:
        for one in (before, group):
            if one.kind is BlockKind.HEADING:
                one.kind = BlockKind.PARAGRAPH


def _kind(row: Row, body: int) -> BlockKind:
    if is_table_row(row):
        return BlockKind.TABLE_ROW
    return BlockKind.HEADING if _is_heading(row, body) else BlockKind.PARAGRAPH


def _is_heading(row: Row, body: int) -> bool:
    if not (row.bold or row.height >= HEADING_GROWTH * body):
        return False
    words = row.words
    if len(words) > HEADING_WORDS or (is_bullet(words[0].text) and len(words) < 2):
        return False
    text = row.text
    if len(text) > HEADING_CHARACTERS or text[-1] in ".,;:":
        return False
    letters = sum(character.isalpha() for character in text)
    return letters >= 3 and letters * 2 > len(text) - len(words)


def _joins(group: Group, rows: list[Row], kinds: list[BlockKind], index: int) -> bool:
    """Whether the row at `index` carries on the block before it."""
    if group.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING):
        return False
    before, row = group.rows[-1], rows[index]
    height = max(before.height, row.height)
    drop = before.baseline - row.baseline
    if not 0 < drop <= LEADING * height or abs(before.height - row.height) > 0.15 * height:
        return before.words[-1].broken and group.kind is BlockKind.PARAGRAPH
    if group.kind is BlockKind.HEADING:
        return before.bold == row.bold
    if len(group.rows) > 1:
        usual = group.rows[-2].baseline - before.baseline
        if drop > 1.3 * usual:
            return False
    if row.left > before.right or row.right < before.left or is_bullet(row.words[0].text):
        return False
    indent = INDENT * height
    if row.left - before.left > indent and not is_bullet(before.words[0].text):
        return False
    if before.left - row.left > indent and len(group.rows) > 1:
        return False
    return not _had_room(rows, kinds, index)


def _had_room(rows: list[Row], kinds: list[BlockKind], index: int) -> bool:
    """Whether the row's first word would have fitted on the line before: then that line was ended on purpose."""
    before, row = rows[index - 1], rows[index]
    edge = before.right
    for other in range(max(0, index - 3), min(len(rows), index + 3)):
        near = rows[other]
        if kinds[other] is BlockKind.PARAGRAPH and abs(near.left - before.left) < 4 * before.height:
            edge = max(edge, near.right)
    first = row.words[0]
    return before.right + 0.35 * row.height + (first.right - first.left) < edge


# --- writing ---


class PageWriter:
    """Builds a page's text while keeping the blocks and word boxes in step."""

    def __init__(self, vocabulary: AbstractSet[str]) -> None:
        self._vocabulary = vocabulary
        self._parts: list[str] = []
        self._length = 0
        self._boxes: list[BoxRow] = []
        self._blocks: list[Block] = []
        self.headings: list[Heading] = []

    def write(self, groups: Sequence[Group], number: int, *, label: str, turns: int) -> Page:
        """The page made of the groups."""
        last: BlockKind | None = None
        for group in groups:
            separator = "\n" if last == group.kind == BlockKind.TABLE_ROW else "\n\n"
            self._write_group(group, separator if self._blocks else "")
            last = group.kind
            self._note_heading(group, number)
        layout = pack_rows(turn_back(self._boxes, turns))
        return Page(number, "".join(self._parts), tuple(self._blocks), label, layout)

    def _note_heading(self, group: Group, page: int) -> None:
        if group.kind is BlockKind.HEADING and self._blocks:
            block = self._blocks[-1]
            title = "".join(self._parts)[block.start : block.end]
            height = max(row.height for row in group.rows)
            self.headings.append(Heading(title, page, block.start, height))

    def _write_group(self, group: Group, separator: str) -> None:
        mark, boxes = len(self._parts), len(self._boxes)
        start_length = self._length
        self._append(separator)
        start = self._length
        held: tuple[str, BoxRow] | None = None
        for row in group.rows:
            for place, cell in enumerate(row.cells):
                gap = "  " if place and group.kind is BlockKind.TABLE_ROW else " "
                for position, word in enumerate(cell):
                    text = clean_word(word.text)
                    if not text:
                        continue
                    box = (0, 0, word.left, word.bottom, word.right, word.top)
                    if held is not None:
                        text = self._join(held, text)
                    elif self._length > start:
                        self._append(gap if not position else " ")
                    held = (text, box) if word.broken else None
                    if held is None:
                        self._word(text, box)
        if held is not None:
            self._word(held[0] + "-", held[1])
        if self._length == start:
            del self._parts[mark:], self._boxes[boxes:]
            self._length = start_length
            return
        self._blocks.append(Block(group.kind, start, self._length))

    def _join(self, held: tuple[str, BoxRow], second: str) -> str:
        """Write the first half of a broken word; returns what is left to write of it."""
        first = held[0]
        joined = join_broken(first, second, self._vocabulary)
        head = joined[: len(joined) - len(second)]
        self._word(head, held[1])
        return second

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _word(self, text: str, box: BoxRow) -> None:
        start = self._length
        self._append(text)
        self._boxes.append((start, self._length, *box[2:]))
