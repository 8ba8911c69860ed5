"""Parts line numbers and side notes in a page's margins from the lines of text beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import mean, median

from ingest.parsers.pdf.marks import SMALLER
from ingest.parsers.pdf.row import Row, is_bullet, row_of
from ingest.parsers.pdf.words import Word
from rag.types import BlockKind

EVEN = 30
"""The edges of lines in one column may differ by so many tenths of a point."""

BODY_LINES = 4
BODY_WORDS = 5
"""Running text has as many lines, of as many words on average."""

NOTE_WORDS = 6
"""A line of a side note has at most so many words."""

RUNNING_SHARE = 0.25
"""So many of the lines that are numbered begin in the middle of a sentence: those of a numbered table do not."""

MIN_NUMBERS = 3
NUMBERED = 5
"""Fewer numbers count lines only where they are those of every fifth line of the page."""

COUNTED = 8
"""So many numbers below one another, written as a column of their own, may count the lines of a page."""


def part_margins(rows: list[Row]) -> list[Row]:
    """Return the rows with what stands in their margins taken out: side notes are rows of their own before the line
    beside them, line numbers one row of furniture at the end."""
    rows = _without_counted_lines(rows)
    if not any(len(row.cells) > 1 for row in rows):
        return rows
    left = _body_edge(rows)
    if left is None:
        return rows
    for is_margin in (_left_margin(left), _right_margin(rows, left)):
        found = {index: is_margin(row) for index, row in enumerate(rows) if len(row.cells) > 1}
        places = [index for index, cells in found.items() if cells]
        if not places or not _is_running([words for row in rows if (words := _line_at(row, left))]):
            continue
        margins = {index: found[index] for index in places}
        numbered = dict(sorted((margins | _numbers_of_empty_lines(rows, margins)).items()))
        if _is_numbering(rows, numbered, left):
            return _without_numbers(rows, numbered)
        if len(places) > 1 and _is_notes(rows, margins, left):
            return _with_notes(rows, margins)
    return rows


def _without_counted_lines(rows: list[Row]) -> list[Row]:
    """Return the rows without a column of numbers beside the text that counts its lines, written or empty, on paper
    printed so; the numbers are one row of furniture at the end."""
    numbers = {id(row): row for row in rows if len(row.cells) == 1 and _is_whole_number(row.cells[0])}
    if len(numbers) < COUNTED:
        return rows
    first = next(iter(numbers.values()))
    column = [row for row in numbers.values() if _shares_edge(row, first)]
    steps = {int(after.text) - int(before.text) for before, after in pairwise(column)}
    if len(column) < COUNTED or len(steps) != 1 or min(steps) <= 0:
        return rows
    counted = {id(row) for row in column}
    text = [row for row in rows if id(row) not in counted and row.left > max(number.right for number in column)]
    beside = [line for number in column for line in text if abs(line.baseline - number.baseline) * 4 <= line.height]
    running = sum(line.text[:1].islower() for line in beside)
    if not beside or mean(len(line.words) for line in beside) < BODY_WORDS or running < RUNNING_SHARE * len(beside):
        return rows
    furniture = row_of([word for row in column for word in row.words], False)
    furniture.kind, furniture.alone = BlockKind.FURNITURE, True
    return [*(row for row in rows if id(row) not in counted), furniture]


def _is_whole_number(cell: list[Word]) -> bool:
    text = cell[0].text
    return len(cell) == 1 and text.isascii() and text.isdigit() and len(text) < 5


def _shares_edge(row: Row, other: Row) -> bool:
    """Return whether two rows begin, end or have their middle one above the other."""
    middles = abs(row.left + row.right - other.left - other.right) // 2
    return min(abs(row.left - other.left), abs(row.right - other.right), middles) <= EVEN // 2


def _body_edge(rows: Sequence[Row]) -> int | None:
    """Return where most long lines begin, or None where they are too few for running text."""
    edges = [cell[0].left for row in rows for cell in row.cells if len(cell) >= BODY_WORDS]
    if len(edges) < BODY_LINES:
        return None
    bucket, count = Counter(edge // EVEN for edge in edges).most_common(1)[0]
    near = sorted(edge for edge in edges if abs(edge // EVEN - bucket) <= 1)
    return near[len(near) // 2] if len(near) >= BODY_LINES and count * 2 >= BODY_LINES else None


def _line_at(row: Row, left: int) -> list[Word]:
    """Return the words of the row's line of the text, which begins at `left`; none where it has none."""
    for cell in row.cells:
        if abs(cell[0].left - left) <= EVEN:
            return cell
    return []


Margin = Callable[[Row], list[Word]]


def _left_margin(left: int) -> Margin:
    def margin(row: Row) -> list[Word]:
        first, second = row.cells[0], row.cells[1]
        return first if first[-1].right < left - EVEN // 3 and abs(second[0].left - left) <= EVEN else []

    return margin


def _right_margin(rows: Sequence[Row], left: int) -> Margin:
    right = max((line[-1].right for row in rows if (line := _line_at(row, left))), default=0)

    def margin(row: Row) -> list[Word]:
        last = row.cells[-1]
        return last if last[0].left > right and len(row.cells) == 2 and _line_at(row, left) else []

    return margin


def _is_running(lines: Sequence[list[Word]]) -> bool:
    return len(lines) >= BODY_LINES and mean(map(len, lines)) >= BODY_WORDS


def _numbers_of_empty_lines(rows: Sequence[Row], margins: dict[int, list[Word]]) -> dict[int, list[Word]]:
    """Return the numbers that stand alone in their row, above one another with those beside lines: some papers count
    lines that nothing is written on."""
    first = row_of(next(iter(margins.values())), False)
    lone = {index: row for index, row in enumerate(rows) if len(row.cells) == 1 and _is_whole_number(row.cells[0])}
    return {index: row.cells[0] for index, row in lone.items() if _shares_edge(row, first)}


def _is_numbering(rows: Sequence[Row], margins: dict[int, list[Word]], left: int) -> bool:
    """Return whether the margin counts lines: whole numbers with one step between them, beside lines that run on."""
    if not all(_is_whole_number(cell) for cell in margins.values()):
        return False
    numbers = [int(cell[0].text) for cell in margins.values()]
    beside = [line[0].text for index in margins if (line := _line_at(rows[index], left))]
    if sum(text[:1].islower() for text in beside) < RUNNING_SHARE * len(beside):
        return False
    if len(numbers) < MIN_NUMBERS:
        counts = [sum(bool(_line_at(row, left)) for row in rows[: index + 1]) for index in margins]
        return numbers == counts and all(number % NUMBERED == 0 for number in numbers)
    steps = {after - before for before, after in pairwise(numbers)}
    return len(steps) == 1 and min(steps) > 0


def _is_notes(rows: Sequence[Row], margins: dict[int, list[Word]], left: int) -> bool:
    """Return whether the margin holds short notes, in smaller letters or beginning beside the middle of a sentence.

    The keys of a table stand beside the beginning of what they are about.
    """
    notes = list(margins.values())
    if any(len(cell) > NOTE_WORDS for cell in notes) or all(_is_key(cell) for cell in notes):
        return False
    height = median(word.top - word.bottom for row in rows for word in _line_at(row, left))
    smaller = median(word.top - word.bottom for cell in notes for word in cell) <= SMALLER * height
    within = any(
        _line_at(rows[index], left)[0].text[:1].islower() and index - 1 not in margins and index > 0
        for index in margins
    )
    lines = sum(bool(_line_at(row, left)) for row in rows)
    return (smaller or within) and (len(notes) < lines or smaller)


def _is_key(cell: list[Word]) -> bool:
    """Return whether a stretch is what a list's item or a row begins with: a bullet or figures."""
    return is_bullet(cell[0].text) or not any(character.isalpha() for word in cell for character in word.text)


def _without(row: Row, words: list[Word]) -> Row:
    return row_of([word for cell in row.cells if cell is not words for word in cell], row.bold)


def _without_numbers(rows: list[Row], margins: dict[int, list[Word]]) -> list[Row]:
    numbers = row_of([word for cell in margins.values() for word in cell], False)
    numbers.kind, numbers.alone = BlockKind.FURNITURE, True
    lines = [
        _without(row, margins[index]) if index in margins else row
        for index, row in enumerate(rows)
        if index not in margins or len(row.cells) > 1
    ]
    return [*lines, numbers]


def _with_notes(rows: list[Row], margins: dict[int, list[Word]]) -> list[Row]:
    """Return the rows with each note, its lines together, before the row that it begins beside."""
    result: list[Row] = []
    note: Row | None = None
    for index, row in enumerate(rows):
        if index not in margins:
            result.append(row)
            continue
        if note is not None and index - 1 in margins:
            note.cells[0].extend(margins[index])
        else:
            note = row_of(margins[index], False)
            note.cells = [list(margins[index])]
            note.kind, note.alone, note.aside = BlockKind.PARAGRAPH, True, True
            result.append(note)
        result.append(_without(row, margins[index]))
    return result
