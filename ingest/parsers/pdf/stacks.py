"""Finds the cells of a PDF's tables that the page writes one after the other, each with all its lines: most programs
write heads of columns so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.parsers.pdf.row import Row, is_bullet, is_number, row_of
from ingest.parsers.pdf.words import Word
from rag.types import BlockKind

MAX_LINES = 8
"""A cell of more lines is a page's column."""

MAX_WORDS = 9
MEAN_WORDS = 6
"""Words on a line of a cell, and on average on its lines: longer ones are running text."""

LINE_PITCH = 1.4
"""The lines of a cell are at most so many heights apart."""

ALIGNED = 0.5
"""The lines of a cell begin, end or have their middles within so many heights."""

SAME_HEIGHT = 0.15

SURE_HEADS = 4
"""So many cells side by side are the heads of a table, whatever else shares a line with them."""

WHOLE = 3
"""So many lines are one cell, two may be of two rows."""

_YEAR = re.compile(r"(?:19|20)\d\d")

Line = tuple[list[Word], Row]
"""A stretch of words and the row that it is a cell of."""

Stack = list[Line]
"""Lines below each other, in the order in which the page writes them."""


def find_stacks(rows: Sequence[Row]) -> list[Stack]:
    """Return all stretches of words of the rows, those that are written right below each other as one stack."""
    stacks: list[Stack] = []
    for row in rows:
        for place, cell in enumerate(row.cells):
            line = (cell, row)
            if place == 0 and stacks and _goes_on(stacks[-1][-1], line):
                stacks[-1].append(line)
            else:
                stacks.append([line])
    return stacks


def stacked_rows(stacks: Sequence[Stack]) -> list[list[Stack]]:
    """Return the rows of tables among the stacks: those that follow each other and stand side by side."""
    found: list[list[Stack]] = []
    group: list[Stack] = []
    for stack in stacks:
        if group and not _is_beside(group, stack):
            found.append(group)
            group = []
        group.append(stack)
    found.append(group)
    return [group for group in found if _is_row(group) and not _parts_row(group)]


def _parts_row(group: Sequence[Stack]) -> bool:
    """Return whether a row's other short cells would be left behind by what may be a part of it."""
    if len(group) >= SURE_HEADS:
        return False
    own = {id(words) for stack in group for words, _ in stack}
    cells = (cell for stack in group for _, row in stack for cell in row.cells)
    return any(id(cell) not in own and len(cell) <= MEAN_WORDS for cell in cells)


def row_of_stacks(group: Sequence[Stack]) -> Row:
    """Return the row whose cells are the stacks."""
    cells = [[word for words, _ in stack for word in words] for stack in group]
    origins = [row for stack in group for _, row in stack]
    row = row_of([word for cell in cells for word in cell], all(origin.bold for origin in origins))
    top = max(origins, key=lambda origin: origin.baseline)
    row.cells, row.kind = cells, BlockKind.TABLE_ROW
    row.marked = any(word.mark for cell in cells for word in cell)
    row.baseline, row.height = top.baseline, top.height
    return row


def _has_figures(row: Row) -> bool:
    """Return whether cells after a row's first hold amounts or dates."""
    return any(is_number(word.text) and not _YEAR.fullmatch(word.text) for cell in row.cells[1:] for word in cell)


def _goes_on(above: Line, line: Line) -> bool:
    """Return whether a line is the next of the cell that another is in."""
    (before, upper), (words, row) = above, line
    if upper.kind is not None or row.kind is not None or max(len(before), len(words)) > MAX_WORDS:
        return False
    height = max(upper.height, row.height)
    if not 0 < _foot(before) - _foot(words) <= LINE_PITCH * height:
        return False
    starts, ends = before[0].left - words[0].left, before[-1].right - words[-1].right
    is_aligned = min(abs(starts), abs(ends), abs(starts + ends) // 2) <= ALIGNED * height
    return is_aligned and abs(upper.height - row.height) <= SAME_HEIGHT * height and not is_bullet(words[0].text)


def _is_beside(group: Sequence[Stack], stack: Stack) -> bool:
    """Return whether a stack stands right of the last of a group, and at the height of all of it."""
    words, row = stack[0]
    if row.kind is not None or not _is_short(stack):
        return False
    edge = max(line[-1].right for line, _ in group[-1])
    if min(line[0].left for line, _ in stack) < edge:
        return False
    top, foot = words[0].top, _foot(stack[-1][0])
    spans = [(other[0][0][0].top, _foot(other[-1][0])) for other in group]
    return all(min(top, high) - max(foot, low) >= min(top - foot, high - low) // 2 for high, low in spans)


def _is_short(stack: Stack) -> bool:
    lengths = [len(words) for words, _ in stack]
    return max(lengths) <= MAX_WORDS and sum(lengths) <= MEAN_WORDS * len(lengths)


def _foot(words: Sequence[Word]) -> int:
    """Return the baseline of a stretch of words: that of its row may be another cell's."""
    return sorted(word.bottom for word in words)[len(words) // 2]


def _is_row(group: Sequence[Stack]) -> bool:
    """Return whether stacks side by side are a table's row: some of several lines, and none of amounts below each
    other or a head with its amount."""
    # Where only the first cell has several lines they are a heading and a label, or labels of several rows.
    if not 1 < max(map(len, group[1:]), default=0) <= MAX_LINES or is_bullet(group[0][0][0][0].text):
        return False
    if not all(map(_is_short, group)) or (len(group[0]) > 1 and _has_figures(group[0][-1][1])):
        return False  # The first cell would be the labels of several rows, or names below signatures.
    amounts = [[_is_amount(words) for words, _ in stack] for stack in group]
    if any(sum(lines) > 1 for lines in amounts):
        return False
    return not all(lines[-1] for lines in amounts if len(lines) > 1)


def _is_amount(words: Sequence[Word]) -> bool:
    return all(is_number(word.text) and not _YEAR.fullmatch(word.text) for word in words)


def has_stacks(rows: Sequence[Row]) -> bool:
    """Return whether the page goes up to write on the right of what it has written."""
    return any(
        row.left >= before.cells[-1][0].left and row.baseline > before.baseline + before.height // 2
        for before, row in pairwise(rows)
    )
