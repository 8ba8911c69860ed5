"""Makes visual rows of a PDF page's lines: cells apart by wide gaps, columns in reading order. Knows no text rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsers.pdfium import Line, Word

CELL_GAP = 1.1
"""A gap this many line heights wide parts two cells: justified text stretches its spaces to about 0.6."""

WORD_CELL_GAP = 2.0
SHORT_CELLS = 12
"""Two cells without numbers make a table row only when they are short and as far apart as this."""

WIDE_HEIGHT = 3
"""A word this many times the usual height is decoration; it must not swallow its neighbours' rows."""

GUTTER_ROWS = 6
"""Fewer rows with the same gap than this are not two columns of prose."""

CURRENCY = frozenset({"$", "€", "£", "¥", "₹", "US$", "C$", "A$", "R$", "HK$", "CHF", "(", "$("})

_NUMBER = re.compile(
    r"[$€£¥(+\-\u2013\u2212]*\d[\d.,:/]*(?:%|\)|\)%|%\)|x|bps)*[,;]?"  # 1,234 (5.6)% $7 10/31
    r"|[-\u2013\u2014]+%?|[$€£¥%)]+"  # a dash for nothing, a lone sign
)
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

    @property
    def words(self) -> list[Word]:
        """The words from left to right."""
        return self.cells[0] if len(self.cells) == 1 else [word for cell in self.cells for word in cell]

    @property
    def text(self) -> str:
        """The words with single spaces, as they are on the page."""
        return " ".join(word.text for cell in self.cells for word in cell)


def make_rows(lines: list[Line]) -> list[Row]:
    """The page's visual rows in reading order."""
    rows: list[Row] = []
    for line in lines:
        row = _row_of(line.words, line.bold)
        if rows and _continues(rows[-1], row):
            rows[-1] = _row_of(rows[-1].words + row.words, rows[-1].bold and row.bold)
        else:
            rows.append(row)
    return _part_columns(rows)


def is_number(word: str) -> bool:
    """Whether a word is an amount, a percentage, a dash for nothing, or a currency sign."""
    return _NUMBER.fullmatch(word) is not None


def is_bullet(word: str) -> bool:
    """Whether a word opens a list item: a bullet, "1.", "(a)", "iv)"."""
    return _BULLET.fullmatch(word) is not None


def is_table_row(row: Row) -> bool:
    """Whether a row's cells look like those of a table rather than a line of prose."""
    cells = row.cells
    if len(cells) == 1:
        amounts = sum(is_number(word.text) for word in cells[0])
        return amounts > 1 and _mostly_numbers(cells[0]) and not cells[0][-1].text.endswith(".")
    if is_bullet(cells[0][0].text) and len(cells[0]) == 1:
        return len(cells) > 3 or (len(cells) == 3 and _mostly_numbers(cells[-1]))
    if len(cells) > 2:
        return True
    return _mostly_numbers(cells[1]) or _mostly_numbers(cells[0]) or _is_wide_gap(row)


def _is_wide_gap(row: Row) -> bool:
    """Whether two short cells of words are too far apart for the end of one sentence and the start of the next."""
    left, right = row.cells
    gap = right[0].left - left[-1].right
    return len(left) + len(right) <= SHORT_CELLS and gap > WORD_CELL_GAP * row.height


def _mostly_numbers(cell: list[Word]) -> bool:
    amounts = [word.text for word in cell if is_number(word.text)]
    return len(amounts) * 2 >= len(cell) and any(
        character.isdigit() or character in "-\u2013\u2014" for amount in amounts for character in amount
    )


def _row_of(words: list[Word], bold: bool) -> Row:
    heights = sorted(word.top - word.bottom for word in words)
    usual = max(heights[len(heights) // 2], 1)
    gap = CELL_GAP * usual
    cells = [[words[0]]]
    for before, word in pairwise(words):
        apart = word.left - before.right > gap and before.text not in CURRENCY
        if apart or (word.text in CURRENCY and is_number(before.text)):
            cells.append([word])
        else:
            cells[-1].append(word)
    solid = [word for word in words if word.top - word.bottom <= WIDE_HEIGHT * usual] or words
    return Row(
        cells,
        min(word.left for word in words),
        min(word.bottom for word in solid),
        max(word.right for word in words),
        max(word.top for word in solid),
        usual,
        sorted(word.bottom for word in words)[len(words) // 2],
        bold,
    )


def _continues(row: Row, following: Row) -> bool:
    """Whether pdfium broke one visual line in two: same height on the page, further right."""
    overlap = min(row.top, following.top) - max(row.bottom, following.bottom)
    return overlap * 2 > min(row.height, following.height) and following.left >= row.right - row.height // 2


# --- columns ---


def _part_columns(rows: list[Row]) -> list[Row]:
    """Read two columns of prose one after the other where the page was written row by row across both."""
    result: list[Row] = []
    index = 0
    while index < len(rows):
        end, gutter = _find_gutter(rows, index)
        part = rows[index:end]
        if len(part) >= GUTTER_ROWS and _is_prose(part):
            cells = [(cell, row.bold) for row in part for cell in row.cells]
            result += [_row_of(cell, bold) for cell, bold in cells if cell[0].left < gutter]
            result += [_row_of(cell, bold) for cell, bold in cells if cell[0].left >= gutter]
            index = end
        else:
            result.append(rows[index])
            index += 1
    return result


def _find_gutter(rows: list[Row], start: int) -> tuple[int, int]:
    """The end of the run of rows from `start` that one white gutter parts in two, and the gutter's middle."""
    if len(rows[start].cells) != 2:
        return start, 0
    low, high = rows[start].cells[0][-1].right, rows[start].cells[1][0].left
    end = start
    middle = 0
    for row in rows[start:]:
        if len(row.cells) > 2 or (end > start and row.top > rows[end - 1].top):
            break
        if len(row.cells) == 2:
            low, high = max(low, row.cells[0][-1].right), min(high, row.cells[1][0].left)
        elif row.right <= high:
            low = max(low, row.right)
        elif row.left >= low:
            high = min(high, row.left)
        else:
            break
        if high - low < row.height // 2:
            break
        end += 1
        middle = (low + high) // 2
    return end, middle


def _is_prose(rows: list[Row]) -> bool:
    """Whether both sides of the gutter hold running text: many words, few numbers, even left edges."""
    pairs = [row.cells for row in rows if len(row.cells) == 2]
    if len(pairs) < GUTTER_ROWS or len(pairs) * 2 < len(rows):
        return False
    for side in (0, 1):
        words = [word for cells in pairs for word in cells[side]]
        numbers = sum(is_number(word.text) for word in words)
        if len(words) < 4 * len(pairs) or numbers * 8 > len(words):
            return False
        edges = sorted(cells[side][0].left for cells in pairs)
        middle = edges[len(edges) // 2]
        if sum(abs(edge - middle) <= 30 for edge in edges) * 10 < len(edges) * 7:
            return False
    return True
