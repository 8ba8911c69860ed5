"""Makes visual rows of a PDF page's lines: cells apart by wide gaps, columns in reading order. Knows no text rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsers.pdf.order import Run, order_runs, split_runs
from ingest.parsers.pdf.pdfium import Line, Word

CELL_GAP = 1.1
"""A gap this many line heights wide parts two cells: justified text stretches its spaces to about 0.6."""

WORD_CELL_GAP = 2.0
SHORT_CELLS = 12
"""Two cells without numbers make a table row only when they are short and as far apart as this."""

WIDE_HEIGHT = 3
"""A word this many times the usual height is decoration; it must not swallow its neighbours' rows."""

GUTTER_ROWS = 6
"""Fewer rows with the same gap than this are not columns of prose."""

MAX_COLUMNS = 4
FULL_LINE = 0.75
"""Three lines of four fill their column so far in running text, ragged as it may be."""

SHORT_COLUMN = 3
"""Words to a cell at most, on average, in a table's column of figures."""

EVEN = 30
FAR = 10**9

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
    runs = _zip_columns(order_runs(split_runs(rows)))
    ordered = _part_columns([row for run in runs for row in run])
    for row in ordered:
        if len(row.cells) > 1 and _runs_leftwards([row]):
            row.cells.reverse()
    return ordered


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


def _zip_columns(runs: list[Run]) -> list[Run]:
    """Put the rows of a table together that was written column by column."""
    result: list[Run] = []
    for run in runs:
        if result and _is_next_column(result[-1], run):
            result[-1] = [
                _row_of(row.words + cell.words, row.bold and cell.bold)
                for row, cell in zip(result[-1], run, strict=True)
            ]
        else:
            result.append(run)
    return result


def _is_next_column(table: Run, run: Run) -> bool:
    """Whether a run holds short cells beside a table's rows, one for each, mostly figures below the first."""
    if len(run) != len(table) or len(run) < 2:
        return False
    cells = [row.words for row in run]
    if sum(map(len, cells)) > SHORT_COLUMN * len(run):
        return False
    figures = sum(_mostly_numbers(words) for words in cells[1:])
    level = all(
        abs(row.baseline - cell.baseline) * 4 <= row.height and cell.left > row.right
        for row, cell in zip(table, run, strict=True)
    )
    return level and figures * 2 >= len(cells) - 1


def _part_columns(rows: list[Row]) -> list[Row]:
    """Read columns of prose one after the other where the page was written row by row across them."""
    result: list[Row] = []
    index = 0
    while index < len(rows):
        end, gutters = _find_gutters(rows, index)
        part = rows[index:end]
        if len(part) >= GUTTER_ROWS and _is_prose(part, len(gutters) + 1):
            cells = [(cell, row.bold) for row in part for cell in row.cells]
            columns = list(pairwise((-FAR, *gutters, FAR)))
            for left, right in reversed(columns) if _runs_leftwards(part) else columns:
                result += [_row_of(cell, bold) for cell, bold in cells if left <= cell[0].left < right]
            index = end
        else:
            result.append(rows[index])
            index += 1
    return result


def _runs_leftwards(rows: list[Row]) -> bool:
    """Whether most letters are Hebrew, Arabic or of another script written from right to left."""
    text = "".join(row.text for row in rows)
    if text.isascii():
        return False
    leftwards = sum("\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc" for letter in text)
    return leftwards * 2 > sum(letter.isalpha() for letter in text)


def _find_gutters(rows: list[Row], start: int) -> tuple[int, list[int]]:
    """The end of the run of rows from `start` that the same white gutters part, and the gutters' middles."""
    gaps = [(left[-1].right, right[0].left) for left, right in pairwise(rows[start].cells)]
    if not 0 < len(gaps) < MAX_COLUMNS:
        return start, []
    end = start
    for row in rows[start:]:
        if len(row.cells) > len(gaps) + 1 or (end > start and row.top > rows[end - 1].top):
            break
        narrowed = [_narrow(gap, row) for gap in gaps]
        if any(high - low < row.height // 2 for low, high in narrowed):
            break
        gaps = narrowed
        end += 1
    return end, [(low + high) // 2 for low, high in gaps]


def _narrow(gap: tuple[int, int], row: Row) -> tuple[int, int]:
    """What a row leaves free of a gap; nothing when it runs across."""
    low, high = gap
    for cell in row.cells:
        left, right = cell[0].left, cell[-1].right
        if right <= high:
            low = max(low, right)
        elif left >= low:
            high = min(high, left)
        else:
            return low, low
    return low, high


def _is_prose(rows: list[Row], columns: int) -> bool:
    """Whether all columns hold running text: many words, few numbers, even left edges; more than two also full lines,
    as the cells of a table with words in it are of any length."""
    full = [row.cells for row in rows if len(row.cells) == columns]
    if len(full) < GUTTER_ROWS or len(full) * 2 < len(rows):
        return False
    for column in range(columns):
        words = [word for cells in full for word in cells[column]]
        numbers = sum(is_number(word.text) for word in words)
        if len(words) < (4 if columns == 2 else 3) * len(full) or numbers * 8 > len(words):
            return False
        edges = sorted(cells[column][0].left for cells in full)
        middle = edges[len(edges) // 2]
        if sum(abs(edge - middle) <= EVEN for edge in edges) * 10 < len(edges) * 7:
            return False
        widths = sorted(cells[column][-1].right - cells[column][0].left for cells in full)
        if columns > 2 and widths[len(widths) // 4] < FULL_LINE * widths[-1]:
            return False
    return True
