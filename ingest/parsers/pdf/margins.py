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

Body = list[tuple[Row, list[Word]]]
"""The rows that hold a line of the text, each with that line's words."""


def part_margins(rows: list[Row]) -> list[Row]:
    """Return the rows with what stands in their margins taken out: side notes are rows of their own before the line
    beside them, line numbers one row of furniture at the end."""
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
        if _is_numbering(rows, margins, left):
            return _without_numbers(rows, margins)
        if len(places) > 1 and _is_notes(rows, margins, left):
            return _with_notes(rows, margins)
    return rows


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


def _is_numbering(rows: Sequence[Row], margins: dict[int, list[Word]], left: int) -> bool:
    """Return whether the margin counts lines: whole numbers with one step between them, beside lines that run on."""
    texts = [cell[0].text if len(cell) == 1 else "" for cell in margins.values()]
    if not all(text.isascii() and text.isdigit() and len(text) < 5 for text in texts):
        return False
    numbers = [int(text) for text in texts]
    running = sum(_line_at(rows[index], left)[0].text[:1].islower() for index in margins)
    if running < RUNNING_SHARE * len(texts):
        return False
    if len(texts) < MIN_NUMBERS:
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
    return [_without(row, margins[index]) if index in margins else row for index, row in enumerate(rows)] + [numbers]


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
