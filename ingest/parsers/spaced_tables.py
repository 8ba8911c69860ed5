"""Finds tables in plain text whose columns are parted by white space alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from ingest.cleanup import clean_text
from ingest.table_heads import is_naming, join_cells
from rag.types import BlockKind

MIN_LINES, MIN_COLUMNS = 2, 2
MAX_LINE = 400
"""A longer line is running text."""
MAX_CELL_WORDS = 9
"""Words that a cell has on average where the columns are running text side by side."""

_GAP = re.compile(r" {2,}")
_RULE = re.compile(r"[\s=+_|-]+")

Line = tuple[BlockKind, str]


def part_tables(paragraph: str) -> Iterator[Line]:
    """Yield the blocks of a paragraph as it is in the file: its tables row by row, cells parted by bars, and the lines
    between them, cleaned."""
    lines = [line.expandtabs(8).rstrip() for line in paragraph.split("\n")]
    plain: list[str] = []
    at = 0
    while at < len(lines):
        rows, end = _table_at(lines, at)
        if not rows:
            plain.append(lines[at])
            at += 1
            continue
        yield from _as_paragraph(plain)
        plain = []
        is_headed = all(is_naming(cell) for cell in rows[0] if cell)
        for number, row in enumerate(rows):
            kind = BlockKind.TABLE_HEAD if is_headed and not number else BlockKind.TABLE_ROW
            yield kind, join_cells([clean_text(cell) for cell in row])
        at = end
    yield from _as_paragraph(plain)


def _as_paragraph(lines: Sequence[str]) -> Iterator[Line]:
    if text := clean_text("\n".join(lines)).strip("\n"):
        yield BlockKind.PARAGRAPH, text


def _table_at(lines: Sequence[str], start: int) -> tuple[list[list[str]], int]:
    """Return the rows of the table that begins with a line, and the line behind it; ([], start) where none does.

    Its lines have as many cells as the first, or the same blanks below each other.
    """
    count = len(_GAP.split(lines[start].strip()))
    if count < MIN_COLUMNS or len(lines[start]) > MAX_LINE:
        return [], start
    end, rows = _alike(lines, start, count)
    below, columns = _aligned(lines, start, count)
    if below > end:
        kept = [line for line in lines[start:below] if not _RULE.fullmatch(line)]
        end, rows = below, [[line[left:right].strip() for left, right in columns] for line in kept]
    return (rows, end) if len(rows) >= MIN_LINES and _is_short(rows) else ([], start)


def _alike(lines: Sequence[str], start: int, count: int) -> tuple[int, list[list[str]]]:
    """Return where the lines end that wide gaps cut into so many cells, and these cells."""
    rows: list[list[str]] = []
    end = start
    for at in range(start, len(lines)):
        if _RULE.fullmatch(lines[at]):
            continue
        cells = _GAP.split(lines[at].strip())
        if len(cells) != count or not _opens_row(cells[0]):
            break
        rows.append(cells)
        end = at + 1
    return end, rows


def _aligned(lines: Sequence[str], start: int, count: int) -> tuple[int, list[tuple[int, int]]]:
    """Return where the lines end that share the blanks that part at least so many columns, and these columns."""
    columns: list[tuple[int, int]] = []
    written: set[int] = set()
    end = start
    for at in range(start, len(lines)):
        line = lines[at]
        if _RULE.fullmatch(line):
            continue
        if len(line) > MAX_LINE or not _GAP.search(line.strip()):
            break
        written |= {place for place, letter in enumerate(line) if letter != " "}
        spans = _stretches(written)
        if len(spans) < count or not _opens_row(line[slice(*spans[0])].strip()):
            break
        columns, end = spans, at + 1
    return end, columns


def _stretches(written: Set[int]) -> list[tuple[int, int]]:
    """Return the stretches of places that two blanks or more part."""
    places = sorted(written)
    starts = [place for before, place in zip((-9, *places), places, strict=False) if place - before > 2]
    ends = [place + 1 for place, after in zip(places, (*places[1:], places[-1] + 9), strict=True) if after - place > 2]
    return list(zip(starts, ends, strict=True))


def _opens_row(cell: str) -> bool:
    """Return whether a cell begins a row: not a label with its colon, a bullet, a sentence or an item's number."""
    return any(map(str.isalnum, cell)) and not cell.endswith((":", ".", ")", "!", "?"))


def _is_short(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the cells are too short for running text side by side."""
    filled = [cell for row in rows for cell in row if cell]
    return sum(len(cell.split()) for cell in filled) <= MAX_CELL_WORDS * len(filled)
