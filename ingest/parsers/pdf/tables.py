"""Puts the lines of table cells that run over several lines together, so that a table's row is one row."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median

from ingest.parsers.pdf.drawing import Rules
from ingest.parsers.pdf.row import Row, is_bullet, is_number, row_of
from ingest.parsers.pdf.stacks import MAX_LINES, WHOLE, Stack, find_stacks, has_stacks, row_of_stacks, stacked_rows
from ingest.parsers.pdf.words import Word
from rag.types import BlockKind

MIN_COLUMNS = 2
MAX_COLUMNS = 12
TOUCH = 20
"""Lines of a drawing that are so near, in tenths of a point, meet."""

WIDER = 1.2
"""The space between two rows of a table without lines is so many times that between the lines of a cell."""

SAME_PITCH = 1.1
BETWEEN = 0.8
"""Lines nearer than so many heights are not below each other."""

PROSE_LINES = 6
PROSE_WORDS = 4
"""Columns of as many lines, of as many words on average, are running text side by side."""

SHORT_CELL = 4
"""Words of a cell that may stand at the middle or foot of its row."""

GAP = 1.1
"""White space of so many line heights parts columns."""

_BULLETS = frozenset("•●▪◦○■‣⁃\uf0b7\uf0a7")

Cell = tuple[list[Word], Row]
"""A stretch of words on one line and the row it came from."""


@dataclass(slots=True)
class _CellLine:
    """The stretches of words at one height, from left to right."""

    baseline: int
    height: int
    cells: list[Cell] = field(default_factory=list)

    def add(self, words: list[Word], row: Row) -> None:
        """Add a stretch of words and where it came from."""
        self.cells.append((words, row))
        self.height = max(self.height, row.height)


@dataclass(frozen=True)
class _Band:
    """Lines that make one row of a table; the columns part them."""

    lines: list[_CellLine]
    columns: list[tuple[int, int]]

    def cells(self) -> list[list[Word]]:
        """Return the words of each column that holds any, line by line."""
        found: list[list[Word]] = [[] for _ in self.columns]
        for line, places in zip(self.lines, self._places, strict=True):
            for place, (words, _) in zip(places, line.cells, strict=True):
                found[place] += words
        return [words for words in found if words]

    @cached_property
    def is_row(self) -> bool:
        """Tell whether its lines are one row: few, in several columns, and no column has figures on more than one
        line."""
        if not 1 < len(self.lines) <= MAX_LINES:
            return False
        if any(len(places) > len(set(places)) for places in self._places):
            return False
        if len(set().union(*self._places)) < MIN_COLUMNS or any(_has_bullet(line) for line in self.lines):
            return False
        if len(self.columns) > MIN_COLUMNS and sum(self._is_written_across(line) for line in self.lines) > 1:
            return False
        figures = [0] * len(self.columns)
        for line, places in zip(self.lines, self._places, strict=True):
            for place, (words, _) in zip(places, line.cells, strict=True):
                figures[place] += all(is_number(word.text) for word in words)
        return max(figures) <= 1

    def _is_written_across(self, line: _CellLine) -> bool:
        """Return whether a line fills all columns and was written in one go, as a row without wrapped cells is."""
        return len(line.cells) == len(self.columns) and len({id(row) for _, row in line.cells}) == 1

    def is_partial(self) -> bool:
        """Return whether its lines fill different columns, as the lines of cells of different length do."""
        return len(set(map(tuple, self._places))) > 1

    @cached_property
    def _places(self) -> list[list[int]]:
        """The columns of each line's cells."""
        return [[_column_of(words, self.columns) for words, _ in line.cells] for line in self.lines]


def join_wrapped_cells(rows: list[Row], read_rules: Callable[[], Rules]) -> list[Row]:
    """Return the rows of one direction with those that are lines of the same table row made one, of forced kind
    TABLE_ROW."""
    if not _may_be_table(rows):
        return rows
    lines = _lines_of(rows)
    stacks = find_stacks(rows) if has_stacks(rows) else []
    bands = [band for band in _ruled_bands(lines, read_rules()) if band.is_row]
    if not bands:
        bands = _rows_by_space(lines, stacks)
        if groups := [group for group in stacked_rows(stacks) if not _is_part(group, bands)]:
            rows = _with_stacks(rows, groups)
            bands = _rows_by_space(_lines_of(rows), stacks)
    return _with_bands(rows, bands) if bands else rows


def _rows_by_space(lines: Sequence[_CellLine], stacks: Sequence[Stack]) -> list[_Band]:
    return [band for band in _spaced_bands(lines) if band.is_row and not _cuts(band, stacks)]


def _is_part(group: Sequence[Stack], bands: Sequence[_Band]) -> bool:
    """Return whether white space shows that cells written one by one are only a part of a row."""
    own = {id(words) for stack in group for words, _ in stack}
    return any(own < {id(words) for line in band.lines for words, _ in line.cells} for band in bands)


def _with_stacks(rows: list[Row], groups: Sequence[Sequence[Stack]]) -> list[Row]:
    """Return the rows with those that are the lines of cells written one by one made one."""
    owner = {id(words): number for number, group in enumerate(groups) for stack in group for words, _ in stack}
    return _replace(rows, owner, [row_of_stacks(group) for group in groups])


def _cuts(band: _Band, stacks: Sequence[Stack]) -> bool:
    """Return whether a row has some lines of a cell that was written whole, and not the others."""
    own = {id(words) for line in band.lines for words, _ in line.cells}
    whole = (stack for stack in stacks if len(stack) >= WHOLE)
    return any(0 < sum(id(words) in own for words, _ in stack) < len(stack) for stack in whole)


def join_labels(rows: list[Row]) -> list[Row]:
    """Return the rows with a label that runs over two lines and the amounts beside its second one as one row."""
    result: list[Row] = []
    for row in rows:
        before = result[-1] if result else None
        if before is not None and _goes_on_in(before, row):
            words = before.cells[0] + row.cells[0]
            joined = row_of(words, False)
            joined.cells = [words, *row.cells[1:]]
            joined.right, joined.baseline, joined.height = row.right, row.baseline, row.height
            joined.kind, joined.turns = BlockKind.TABLE_ROW, row.turns
            joined.marked = before.marked or row.marked
            result[-1] = joined
        else:
            result.append(row)
    return result


def _goes_on_in(label: Row, row: Row) -> bool:
    """Return whether a line of words is the beginning of the next row's label."""
    if len(row.cells) < 2 or len(label.cells) > 1 or not row.cells[0][0].text[:1].islower():
        return False
    if (
        label.kind is not None
        or row.kind is not None
        or label.words[-1].text[-1] in ".:;"
        or is_number(label.words[-1].text)
    ):
        return False
    beside = abs(label.left - row.left) <= 2 * row.height and label.right < row.cells[1][0].left
    near = 0 < label.baseline - row.baseline <= 1.5 * row.height and abs(label.height - row.height) * 5 <= row.height
    return beside and near and all(is_number(word.text) for word in row.cells[1])


def _may_be_table(rows: Sequence[Row]) -> bool:
    """Return whether cells of several lines may have been written: one after the other, or line by line across them."""
    for index, (before, row) in enumerate(pairwise(rows), start=1):
        if row.left >= before.left + before.height and row.baseline > before.baseline + before.height // 2:
            earlier = rows[max(0, index - MAX_LINES) : index]
            if any(abs(one.baseline - row.baseline) * 4 <= row.height and one.right < row.left for one in earlier):
                return True
            if _begins_above(before, row):
                return True
        elif len(before.cells) > 1 and not _has_figures(before) and _continues_cells(before, row):
            return True
    return False


def _begins_above(cell: Row, row: Row) -> bool:
    """Return whether a row begins beside a short cell and above it, as a cell does beside one set at its foot."""
    return (
        len(cell.words) <= SHORT_CELL
        and cell.right < row.left
        and row.baseline - cell.baseline < MAX_LINES * row.height
    )


def _continues_cells(before: Row, row: Row) -> bool:
    """Return whether a row right below one of several cells begins in the middle of a sentence, in the same columns."""
    if not 0 < before.baseline - row.baseline <= 1.6 * row.height or is_bullet(before.cells[0][0].text):
        return False
    starts = [cell[0].left for cell in before.cells]
    return any(
        cell[0].text[:1].islower() and any(abs(cell[0].left - start) <= row.height for start in starts)
        for cell in row.cells
    )


def _has_figures(row: Row) -> bool:
    return any(all(is_number(word.text) for word in cell) for cell in row.cells[1:])


def _lines_of(rows: Sequence[Row]) -> list[_CellLine]:
    """Return all cells of the page, by their heights from the top."""
    lines: list[_CellLine] = []
    cells = [(cell, row) for row in rows for cell in row.cells if row.kind is None]
    for words, row in sorted(cells, key=lambda cell: -cell[1].baseline):
        if not lines or abs(lines[-1].baseline - row.baseline) * 3 >= row.height:
            lines.append(_CellLine(row.baseline, row.height))
        lines[-1].add(words, row)
    for line in lines:
        line.cells.sort(key=lambda cell: cell[0][0].left)
    return lines


def _has_bullet(line: _CellLine) -> bool:
    """Return whether an item of a list begins with a line, or right after one of its cells."""
    ends = {words[-1].text for words, _ in line.cells if len(words) > 1}
    return is_bullet(line.cells[0][0][0].text) or not _BULLETS.isdisjoint(ends)


def _column_of(words: list[Word], columns: Sequence[tuple[int, int]]) -> int:
    """Return the column that holds most of a stretch of words."""
    left, right = words[0].left, words[-1].right
    best, most = 0, min(right, columns[0][1]) - max(left, columns[0][0])
    for place, (start, end) in enumerate(columns):
        share = (right if right < end else end) - (left if left > start else start)
        if share > most:
            best, most = place, share
    return best


# --- tables with lines ---


def _ruled_bands(lines: Sequence[_CellLine], rules: Rules) -> list[_Band]:
    """Return the rows of tables whose rows are parted by lines."""
    bands: list[_Band] = []
    for left, right, heights in _grids(rules):
        inside = [line for line in lines if heights[-1] < line.baseline < heights[0]]
        if any(not _is_within(line, left, right) for line in inside):
            continue
        columns = _ruled_columns(rules, left, right, heights) or _white_columns(inside)
        if not MIN_COLUMNS <= len(columns) <= MAX_COLUMNS:
            continue
        parts = [
            [line for line in inside if low < line.baseline + line.height // 4 <= high]
            for high, low in pairwise(heights)
        ]
        filled = [part for part in parts if part]
        if len(filled) > 1 and median(map(len, filled)) <= MAX_LINES // 2:
            bands += [_Band(part, columns) for part in filled]
    return bands


def _is_within(line: _CellLine, left: int, right: int) -> bool:
    return all(left - TOUCH <= words[0].left and words[-1].right <= right + TOUCH for words, _ in line.cells)


def _grids(rules: Rules) -> list[tuple[int, int, list[int]]]:
    """Return sets of three level lines and more with the same ends: left, right and their heights from the top."""
    merged = _merge_level(rules.level)
    grids: list[tuple[int, int, list[int]]] = []
    for height, left, right in sorted(merged, key=lambda rule: -rule[0]):
        for place, (other_left, other_right, heights) in enumerate(grids):
            if abs(other_left - left) <= TOUCH and abs(other_right - right) <= TOUCH:
                if heights[-1] - height > TOUCH:
                    grids[place][2].append(height)
                break
        else:
            grids.append((left, right, [height]))
    return [grid for grid in grids if len(grid[2]) > 2]


def _merge_level(level: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return level lines, those that continue each other (the edges of neighbouring cells) as one."""
    merged: list[tuple[int, int, int]] = []
    for height, left, right in sorted(level, key=lambda rule: (round(rule[0] / TOUCH), rule[1])):
        if merged and abs(merged[-1][0] - height) <= TOUCH and left <= merged[-1][2] + TOUCH:
            merged[-1] = (merged[-1][0], merged[-1][1], max(merged[-1][2], right))
        else:
            merged.append((height, left, right))
    return merged


def _ruled_columns(rules: Rules, left: int, right: int, heights: Sequence[int]) -> list[tuple[int, int]]:
    """Return the columns between the upright lines of a grid, or none where it has none within."""
    places = sorted(
        place
        for place, bottom, top in rules.upright
        if left + TOUCH < place < right - TOUCH and bottom < heights[0] - TOUCH and top > heights[-1] + TOUCH
    )
    inner: list[int] = []
    for place in places:
        if not inner or place - inner[-1] > 2 * TOUCH:
            inner.append(place)
    return list(pairwise((left, *inner, right))) if inner else []


# --- tables without lines ---


def _white_columns(lines: Sequence[_CellLine]) -> list[tuple[int, int]]:
    """Return the columns that white space parts from the top of the lines to their foot."""
    spans = sorted(span for line in lines for span in _spans_of(line))
    return _part_spans(spans, GAP * median(line.height for line in lines)) if spans else []


def _spans_of(line: _CellLine) -> list[tuple[int, int]]:
    return [(words[0].left, words[-1].right) for words, _ in line.cells]


def _part_spans(spans: Sequence[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    """Return the columns that white space of at least `gap` parts; `spans` are sorted."""
    columns: list[tuple[int, int]] = []
    first, last = spans[0]
    for left, right in spans:
        if left - last >= gap:
            columns.append((first, last))
            first, last = left, right
        elif right > last:
            last = right
    return [*columns, (first, last)]


def _spaced_bands(lines: Sequence[_CellLine]) -> list[_Band]:
    """Return the rows of tables whose rows are further apart than the lines of their cells."""
    bands: list[_Band] = []
    start = 0
    while start < len(lines):
        if len(lines[start].cells) < MIN_COLUMNS:
            start += 1
            continue
        end, found = _bands_from(lines, start)
        bands += [band for band in found if not _runs_on(band, lines)]
        start = end
    return bands


def _bands_from(lines: Sequence[_CellLine], start: int) -> tuple[int, list[_Band]]:
    """Return the end of a table that begins at `start`, and its rows; first where columns may grow together."""
    first = start
    for may_merge in (True, False):
        end, columns, has_merged = _extend(lines, first, may_merge=may_merge)
        start = first
        while start and _fits_above(lines[start - 1], lines[start], columns):
            start -= 1
        if end - start > 2 and MIN_COLUMNS <= len(columns) <= MAX_COLUMNS:
            found = _part_by_space(lines[start:end], columns)
            if any(band.is_row for band in found):
                return end, found
        if not has_merged:
            break
    return end, []


def _runs_on(band: _Band, lines: Sequence[_CellLine]) -> bool:
    """Return whether the first column is a paragraph, with a note beside it: its lines are of many words, and go on
    above or below at the same distance."""
    own = {id(line) for line in band.lines}
    left, right = band.columns[0]
    inside: list[int] = []
    outside: list[int] = []
    words = 0
    for line in lines:
        found = [cell for cell, _ in line.cells if cell[0].left < right and cell[-1].right > left]
        if found:
            (inside if id(line) in own else outside).append(line.baseline)
            words += sum(map(len, found)) if id(line) in own else 0
    if len(inside) < 2 or words < PROSE_WORDS * len(inside):
        return False
    pitch = max(above - below for above, below in pairwise(inside))
    return any(0 < max(height - inside[0], inside[-1] - height) <= SAME_PITCH * pitch for height in outside)


def _extend(lines: Sequence[_CellLine], start: int, *, may_merge: bool) -> tuple[int, list[tuple[int, int]], bool]:
    """Return the end of the lines from `start` on that leave the same columns white between them, these columns, and
    whether two of them became one where another begins, which `may_merge` allows."""
    columns = _white_columns(lines[start : start + 1])
    spans, heights = sorted(_spans_of(lines[start])), [lines[start].height]
    has_merged = False
    end = start + 1
    while end < len(lines):
        if lines[end - 1].baseline - lines[end].baseline > 4 * lines[end].height:
            break
        for span in _spans_of(lines[end]):
            insort(spans, span)
        insort(heights, lines[end].height)
        more = _part_spans(spans, GAP * median(heights))
        merges = _has_merged(columns, more)
        if len(more) < len(columns) or (merges and not may_merge):
            break
        has_merged = has_merged or merges
        columns = more if len(more) == len(columns) else columns
        end += 1
    return end, columns, has_merged


def _has_merged(columns: Sequence[tuple[int, int]], more: Sequence[tuple[int, int]]) -> bool:
    """Return whether a further line leaves no white space between two columns."""
    return any(
        any(start <= left_end and right <= end for start, end in more)
        for (_, left_end), (right, _) in pairwise(columns)
    )


def _fits_above(line: _CellLine, below: _CellLine, columns: list[tuple[int, int]]) -> bool:
    """Return whether a line right above a table's first is the upper part of one of its cells."""
    drop = line.baseline - below.baseline
    starts = [left for left, _ in columns[1:]]
    spaces = list(zip(columns, [*starts, columns[-1][1] + (columns[-1][1] - columns[-1][0]) // 2], strict=True))
    return drop <= 1.6 * below.height and all(
        any(
            left <= words[0].right and words[-1].right <= max(right + below.height, end)
            for (left, right), end in spaces
        )
        and sum(words[0].left < right and words[-1].right > left for left, right in columns) == 1
        for words, _ in line.cells
    )


def _part_by_space(lines: Sequence[_CellLine], columns: list[tuple[int, int]]) -> list[_Band]:
    if _is_prose(lines, columns):
        return []
    drops = [before.baseline - line.baseline for before, line in pairwise(lines)]
    # A cell at the middle of its row may stand between two lines of the cell beside it.
    below = [drop for drop in drops if drop > BETWEEN * lines[0].height]
    leasts = sorted({min(drops), *([min(below)] if below else [])})
    found = [_part_where_wider(lines, columns, drops, least) for least in leasts]
    return max(found, key=lambda bands: sum(len(band.lines) for band in bands if band.is_row))


def _part_where_wider(
    lines: Sequence[_CellLine], columns: list[tuple[int, int]], drops: Sequence[int], least: int
) -> list[_Band]:
    """Return the rows of a table that are further apart than the lines of their cells, which are `least` apart."""
    if least > 1.75 * max(line.height for line in lines) or max(drops) < WIDER * least:
        return []
    parts: list[list[_CellLine]] = [[lines[0]]]
    for drop, line in zip(drops, lines[1:], strict=True):
        if drop >= WIDER * least:
            parts.append([line])
        else:
            parts[-1].append(line)
    bands = [_Band(part, columns) for part in parts]
    long = [band for band in bands if len(band.lines) > 1]
    return bands if len(parts) > 1 and long and 2 * sum(band.is_partial() for band in long) >= len(long) else []


def _is_prose(lines: Sequence[_CellLine], columns: Sequence[tuple[int, int]]) -> bool:
    """Return whether all columns hold running text."""
    if len(lines) < PROSE_LINES:
        return False
    words = [0] * len(columns)
    filled = [0] * len(columns)
    for line in lines:
        for cell, _ in line.cells:
            place = _column_of(cell, columns)
            words[place] += len(cell)
            filled[place] += 1
    return all(count >= PROSE_WORDS * max(rows, 1) for count, rows in zip(words, filled, strict=True))


# --- writing them ---


def _with_bands(rows: list[Row], bands: Sequence[_Band]) -> list[Row]:
    """Return the rows with each band's lines as one row, where the first of them stood; rows that bands share are
    parted."""
    owner: dict[int, int] = {}
    for number, band in enumerate(bands):
        for line in band.lines:
            for words, _ in line.cells:
                owner[id(words)] = number
    return _replace(rows, owner, [_row_of_band(band, band.lines[0].cells[0][1].bold) for band in bands])


def _replace(rows: Sequence[Row], owner: Mapping[int, int], made: Sequence[Row]) -> list[Row]:
    """Return the rows with each that was made of several where the first of them stood; `owner` tells by the id of a
    cell which it is part of, and what is left of rows stays."""
    written: set[int] = set()
    result: list[Row] = []
    for row in rows:
        loose = [cell for cell in row.cells if id(cell) not in owner]
        if len(loose) == len(row.cells):
            result.append(row)
            continue
        place = len(result)
        for number in sorted({owner[id(cell)] for cell in row.cells if id(cell) in owner}):
            if number not in written:
                written.add(number)
                result.append(made[number])
        if loose:
            # What is left of a line of text stands before the table whose first line it shares.
            place = place if loose[0] is row.cells[0] else len(result)
            result.insert(place, row_of([word for cell in loose for word in cell], row.bold))
    return result


def _row_of_band(band: _Band, bold: bool) -> Row:
    cells = band.cells()
    row = row_of([word for cell in cells for word in cell], bold)
    first = band.lines[0]
    row.cells, row.kind = cells, BlockKind.TABLE_ROW
    row.marked = any(word.mark for cell in cells for word in cell)
    row.baseline, row.height = first.baseline, first.height
    return row
