"""Makes visual rows of a PDF page's lines: cells apart by wide gaps, columns in reading order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from ingest.parsers.pdf.drawing import Rules, no_rules, turn_rules
from ingest.parsers.pdf.margins import part_margins
from ingest.parsers.pdf.order import Run, cluster_rows, order_runs, place_block, split_runs
from ingest.parsers.pdf.row import Row, is_bullet, is_number, row_of
from ingest.parsers.pdf.ruled_cells import part_ruled_cells
from ingest.parsers.pdf.tables import join_labels, join_wrapped_cells
from ingest.parsers.pdf.words import DOWNWARDS, WIDE, Line, Word
from rag.types import BlockKind

WORD_CELL_GAP = 2.0
SHORT_CELLS = 12
"""Two cells without numbers make a table row only when they are short and as far apart as this."""

GUTTER_ROWS = 6
"""Fewer rows with the same gap than this are not columns of prose."""

MAX_COLUMNS = 4
FULL_LINE = 0.75
"""Three lines of four fill their column so far in running text, ragged as it may be."""

SHORT_COLUMN = 3
"""Words to a cell at most, on average, in a table's column of figures."""

EVEN = 30
FAR = 10**9


def make_rows(lines: list[Line], upright: int = 0, read_rules: Callable[[], Rules] = no_rules) -> list[Row]:
    """Return the page's visual rows in reading order; blocks that run in another direction where they stand.

    `upright` is the direction of lines that a reader of the page sees upright; `read_rules` gives the lines drawn on
    the page, in user space, and is asked only where there may be a table.
    """
    by_direction: dict[int, list[Line]] = {}
    for line in lines:
        by_direction.setdefault(line.turns, []).append(line)
    if len(by_direction) <= 1:
        return _rows_of(lines, read_rules)
    main = upright if upright in by_direction else max(by_direction, key=lambda turns: len(by_direction[turns]))
    rows = _rows_of(by_direction.pop(main), read_rules)
    for others in by_direction.values():
        for block in cluster_rows(_rows_of(others, read_rules)):
            place_block(rows, block, main)
    return rows


def _visual_rows(lines: list[Line]) -> list[Row]:
    """Return the rows of lines in the order in which they were written, those that pdfium broke in several put
    together."""
    rows: list[Row] = []
    pieces: list[Row] = []
    for line in lines:
        row = row_of(line.words, line.bold)
        if not pieces or not _continues(pieces, row):
            rows += _whole(pieces)
            pieces = [row]
        elif row.baseline == pieces[0].baseline and row.height == pieces[0].height:
            pieces.append(row)
        else:
            pieces = _whole([*pieces, row])  # What is raised in it is told at once: it changes the row's shape.
    return rows + _whole(pieces)


def _whole(pieces: list[Row]) -> list[Row]:
    """Return the row that pieces make."""
    if len(pieces) < 2:
        return pieces
    return [row_of([word for row in pieces for word in row.words], all(row.bold for row in pieces))]


def aside_rows(lines: Sequence[Line]) -> list[Row]:
    """Return rows of lines that are shown with the page and kept out of what is searched."""
    rows = [row_of(line.words, line.bold) for line in lines]
    for row, line in zip(rows, lines, strict=True):
        row.kind, row.alone, row.turns = BlockKind.FURNITURE, True, line.turns
    return rows


def _rows_of(lines: list[Line], read_rules: Callable[[], Rules]) -> list[Row]:
    """Return the visual rows of lines that all run in one direction."""
    turns = lines[0].turns if lines else 0
    rows = _visual_rows(lines)
    read_turned = cache(lambda: turn_rules(read_rules(), -turns))
    rows = join_wrapped_cells(part_ruled_cells(rows, read_turned), read_turned)
    # Columns of Chinese and Japanese are lines far apart, of which any may be written after any other.
    is_downwards = turns == DOWNWARDS and any(WIDE.search(row.text) for row in rows)
    runs = _zip_columns(order_runs([[row] for row in rows] if is_downwards else split_runs(rows)))
    ordered = join_labels(_part_columns(part_margins([row for run in runs for row in run])))
    for row in ordered:
        row.turns = turns
        if len(row.cells) > 1 and _runs_leftwards([row]):
            row.cells.reverse()
    return ordered


def is_table_row(row: Row) -> bool:
    """Return whether a row's cells look like those of a table rather than a line of prose."""
    cells = row.cells
    if len(cells) == 1:
        texts = [word.text for word in cells[0]]
        if texts[-1].endswith(".") or 2 * sum(map(str.isalpha, texts)) > len(texts):
            return False
        return sum(map(is_number, texts)) > 1 and _mostly_numbers(cells[0])
    if is_bullet(cells[0][0].text) and len(cells[0]) == 1:
        return len(cells) > 3 or (len(cells) == 3 and _mostly_numbers(cells[-1]))
    if len(cells) > 2:
        return True
    return _mostly_numbers(cells[1]) or _mostly_numbers(cells[0]) or _is_wide_gap(row)


def _is_wide_gap(row: Row) -> bool:
    """Return whether two short cells of words are too far apart for the end of one sentence and the start of the
    next."""
    left, right = row.cells
    gap = right[0].left - left[-1].right
    return len(left) + len(right) <= SHORT_CELLS and gap > WORD_CELL_GAP * row.height


def _mostly_numbers(cell: list[Word]) -> bool:
    amounts = [word.text for word in cell if is_number(word.text)]
    return len(amounts) * 2 >= len(cell) and any(
        character.isdigit() or character in "-\u2013\u2014" for amount in amounts for character in amount
    )


def _continues(pieces: Sequence[Row], following: Row) -> bool:
    """Return whether pdfium broke one visual line in several: same height on the page, further right."""
    height = pieces[0].height
    if following.left < max(row.right for row in pieces) - height // 2:
        return False
    top, bottom = max(row.top for row in pieces), min(row.bottom for row in pieces)
    return (min(top, following.top) - max(bottom, following.bottom)) * 2 > min(height, following.height)


# --- columns ---


def _zip_columns(runs: list[Run]) -> list[Run]:
    """Put the rows of a table together that was written column by column."""
    result: list[Run] = []
    for run in runs:
        if result and _is_next_column(result[-1], run):
            result[-1] = [
                row_of(row.words + cell.words, row.bold and cell.bold)
                for row, cell in zip(result[-1], run, strict=True)
            ]
        else:
            result.append(run)
    return result


def _is_next_column(table: Run, run: Run) -> bool:
    """Return whether a run holds short cells beside a table's rows, one for each, mostly figures below the first."""
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
    lengths = sorted(len(row.cells[-1]) for row in rows if 1 < len(row.cells) <= MAX_COLUMNS)
    if sum(lengths[-GUTTER_ROWS:]) < SHORT_COLUMN * GUTTER_ROWS:
        return rows  # No column on the right has the words of prose, in tables it seldom has.
    result: list[Row] = []
    index = 0
    while index < len(rows):
        end, gutters = _find_gutters(rows, index)
        part = rows[index:end]
        if len(part) >= GUTTER_ROWS and _is_prose(part, len(gutters) + 1):
            cells = [(cell, row.bold) for row in part for cell in row.cells]
            columns = list(pairwise((-FAR, *gutters, FAR)))
            for left, right in reversed(columns) if _runs_leftwards(part) else columns:
                result += [row_of(cell, bold) for cell, bold in cells if left <= cell[0].left < right]
            index = end
        else:
            result.append(rows[index])
            index += 1
    return result


def _runs_leftwards(rows: list[Row]) -> bool:
    """Return whether most letters are Hebrew, Arabic or of another script written from right to left."""
    text = "".join([word.text for row in rows for cell in row.cells for word in cell])
    if text.isascii():
        return False
    leftwards = sum("\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc" for letter in text)
    return leftwards * 2 > sum(letter.isalpha() for letter in text)


def _find_gutters(rows: list[Row], start: int) -> tuple[int, list[int]]:
    """Return the end of the run of rows from `start` that the same white gutters part, and the gutters' middles."""
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
    """Return what a row leaves free of a gap; nothing when it runs across."""
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
    """Return whether all columns hold running text: many words, few numbers, even left edges; more than two also full
    lines, as the cells of a table with words in it are of any length."""
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
