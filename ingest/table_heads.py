"""Follows tables through a document and knows the head of the one a row belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import BlockKind

CELL_SEPARATOR = " | "

_CELLS = re.compile(r"\s+\|\s*|\s{2,}|\t")
_YEAR = re.compile(r"\W*(?:19|20)\d\d\W*")
_PERIOD = re.compile(r"\W*(?:FY|CY|KW|Q|H|W)\s?['’]?\d{1,4}(?:[\s/–-]+(?:FY|CY)?\s?['’]?\d{2,4})?\W*", re.IGNORECASE)
"""Q1, FY 23, H1 2024, KW 12."""


def join_cells(cells: Sequence[str]) -> str:
    """Return cells as the text of a row, parted by bars, without empty ones at its end.

    A row with nothing in its first cell begins with a bar, and none ends with one: a row between two bars would have no
    empty cells at its edges.
    """
    filled = len(cells)
    while filled and not cells[filled - 1]:
        filled -= 1
    return CELL_SEPARATOR.join(cells[:filled])


class TableWalk:
    """Is told each block in turn; headers and footers of pages do not end a table."""

    def __init__(self) -> None:
        self._in_table = False
        self._head = ""

    def enter(self, kind: BlockKind, text: str) -> str:
        """Return the head of the table that this block is a further row of, its cells parted by bars; else ""."""
        if kind is BlockKind.TABLE_HEAD:
            self._in_table = True
            self._head = text
            return ""
        if kind is not BlockKind.TABLE_ROW:
            self._in_table = self._in_table and kind is BlockKind.FURNITURE
            return ""
        if self._in_table:
            return self._head
        self._in_table = True
        self._head = head_of(text)
        return ""


def head_of(row: str) -> str:
    """Return a table's first row when its cells name columns, parted by bars; "" when they are values already."""
    cells = [cell for cell in _CELLS.split(row.strip()) if cell]
    if len(cells) < 2 or not all(is_naming(cell) for cell in cells):
        return ""
    return CELL_SEPARATOR.join(cells)


def is_naming(cell: str) -> bool:
    """Return whether a cell of a table's first row is words, a year or a quarter rather than an amount."""
    letters = sum(character.isalpha() for character in cell)
    digits = sum(character.isdigit() for character in cell)
    return letters > digits or _YEAR.fullmatch(cell) is not None or _PERIOD.fullmatch(cell) is not None
