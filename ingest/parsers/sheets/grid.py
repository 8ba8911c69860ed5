"""Lays rows of cells out as text: tables with the names of their columns, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ingest.cleanup import one_line
from ingest.parsers.pages import TextBuilder
from ingest.parsers.sheets.cells import MAX_MERGED, Sheet, SheetRow
from ingest.table_heads import is_naming, join_cells
from rag.types import BlockKind

WIDE_HEAD = 120
"""A head of more characters does not fit each chunk of its table: each value is then written with its column's name."""

MAX_BLOCK = 400
"""Characters of a row written so: a longer one is parted, each part beginning with what the row is of."""

MAX_NAME = 80
"""Characters of a name that each part of a row repeats."""

MIN_NAMED = 0.9
"""Share of the rows that have a name, and of the names that differ, in a column that names the rows."""

_NAMES_THING = re.compile(
    r"(?i)(?:(?:full|product|item|article|customer|company|project|file|display) ?)?name|title|designation|label"
    r"|product|article|item|bezeichnung|benennung|titel|(?:artikel|produkt|firmen|kunden|projekt)name|artikel|produkt"
    r"|nom|titre|désignation|intitulé|produit|libellé|nombre|título|denominación|producto|artículo"
)
"""Names of columns that hold what a row is called."""

_NAMES_PERSON = re.compile(
    r"(?i)(?:first|given|last|family) ?names?|surnames?|forenames?|(?:vor|nach|familien)namen?|prénom|nom de famille"
    r"|apellidos?"
)
"""Names of columns that hold parts of the name of a person."""

_ADDRESS = re.compile(r"@|://|^www\.")
"""Marks what is no name but an address."""

MAX_GROUP_HEADS = 3
COMPARED_ROWS = 200
MAX_LINES = 12
"""So many rows of one cell are taken for text; more are a list."""

HIDDEN_ROW, HIDDEN_COLUMN = "(hidden row)", "(hidden column)"


def write_sheet(builder: TextBuilder, sheet: Sheet) -> None:
    """Write a sheet's rows and the texts beside them as blocks."""
    for region in _regions(sheet):
        _write_region(builder, region, sheet)
    for text in sheet.texts:
        builder.add(BlockKind.PARAGRAPH, text)


# --- parting a sheet into tables ---


def _regions(sheet: Sheet) -> list[list[SheetRow]]:
    """Return the tables of a sheet: those side by side one after the other, and one below another apart."""
    found = []
    for left, right in _side_by_side(sheet.rows):
        rows = [_slice(row, left, right) for row in sheet.rows]
        region: list[SheetRow] = []
        for row in (row for row in rows if any(row.cells) or row.notes):
            is_apart = bool(region) and row.number > region[-1].number + 1
            if is_apart and _begins_table(row, rows):
                found.append(region)
                region = []
            region.append(row)
        if region:
            found.append(region)
    return found


def _slice(row: SheetRow, left: int, right: int) -> SheetRow:
    """Return the row with all cells but those of columns `left` to `right` empty."""
    cells = [cell if left <= column < right else "" for column, cell in enumerate(row.cells)]
    return SheetRow(
        row.number, cells, row.is_hidden, {at: note for at, note in row.notes.items() if left <= at < right}
    )


def _side_by_side(rows: Sequence[SheetRow]) -> list[tuple[int, int]]:
    """Return ranges of columns that hold a table each: parted by empty columns, with a head and keys of their own."""
    width = max((len(row.cells) for row in rows), default=0)
    used = [any(column < len(row.cells) and row.cells[column] for row in rows) for column in range(width)]
    starts = [0]
    gap = 0
    for column in range(width):
        if not used[column]:
            gap += 1
            continue
        if gap and column > gap and _is_table_of_its_own(rows, starts[-1], column, gap):
            starts.append(column)
        gap = 0
    return list(zip(starts, [*starts[1:], max(width, 1)], strict=True))


def _is_table_of_its_own(rows: Sequence[SheetRow], left: int, column: int, gap: int) -> bool:
    """Return whether what begins at a column is no further column of the table to its left."""
    here = {row.number: row.cells[column] for row in rows if column < len(row.cells) and row.cells[column]}
    there = {row.number for row in rows if left < len(row.cells) and row.cells[left]}
    keys = list(here.values())
    is_keyed = len(keys) > 1 and sum(is_naming(key) for key in keys) >= 0.8 * len(keys)
    return (is_keyed and (gap > 1 or set(here) != there)) or _is_titled_beside(rows, left, column)


def _is_titled_beside(rows: Sequence[SheetRow], left: int, column: int) -> bool:
    """Return whether somewhere two titles stand side by side, each alone over the head of a table of its own."""
    for row, below in pairwise(rows):
        if below.number != row.number + 1:
            continue
        sides = [(side.cells[left:column], side.cells[column:]) for side in (row, below)]
        titles, heads = ([[cell for cell in cells if cell] for cells in side] for side in sides)
        if (
            all(len(title) == 1 and is_naming(title[0]) for title in titles)
            and all(len(head) > 1 and all(map(is_naming, head)) for head in heads)
            and _cell(row, left)
            and _cell(row, column)
        ):
            return True
    return False


def _begins_table(row: SheetRow, rows: Sequence[SheetRow]) -> bool:
    """Return whether a row below an empty one names columns: only words, over a row with numbers."""
    cells = [cell for cell in row.cells if cell]
    below = next((other for other in rows if other.number > row.number and any(other.cells)), None)
    if len(cells) == 1:
        return below is not None and sum(map(bool, below.cells)) > 1 and is_naming(cells[0])
    if not all(map(is_naming, cells)) or below is None or below.number != row.number + 1:
        return False
    return any(column < len(row.cells) and row.cells[column] and not is_naming(cell) and cell
               for column, cell in enumerate(below.cells))  # fmt: skip


# --- writing a table ---


def _write_region(builder: TextBuilder, region: list[SheetRow], sheet: Sheet) -> None:
    width = max(len(row.cells) for row in region) if region else 0
    columns = [at for at in range(width) if any(at < len(row.cells) and row.cells[at] for row in region)]
    titles, rest = _take_titles(region)
    for row in titles:
        builder.add(BlockKind.PARAGRAPH, join_cells(_marked(row, columns)))
    head, body = _take_head(rest, columns, sheet)
    if head:
        for row in rest[: len(rest) - len(body)]:
            for column, note in sorted(row.notes.items()):
                builder.add(BlockKind.PARAGRAPH, f"{_cell(row, column)} [comment: {note}]".strip())
        _fill_across(body, columns[0], sheet)
        _write_table(builder, head, body, columns)
        return
    is_text = len(columns) == 1 and len(body) <= MAX_LINES
    for row in body:
        builder.add(BlockKind.PARAGRAPH if is_text else BlockKind.TABLE_ROW, join_cells(_marked(row, columns)))


def _take_titles(region: list[SheetRow]) -> tuple[list[SheetRow], list[SheetRow]]:
    """Return the rows of one cell above a table, and the others."""
    count = 0
    while count < len(region) and sum(map(bool, region[count].cells)) == 1:
        count += 1
    return (region[:count], region[count:]) if count < len(region) else ([], region)


def _take_head(rows: list[SheetRow], columns: Sequence[int], sheet: Sheet) -> tuple[list[str], list[SheetRow]]:
    """Return the names of the columns, joined from the rows that group them and the one below, and the rows after; or
    none."""
    count = 0
    while count < min(len(rows) - 1, MAX_GROUP_HEADS) and _groups_columns(rows[count], rows[count + 1], sheet):
        count += 1
    if count >= len(rows) or not _names_columns(rows[count]):
        count = 0
    if not rows or not _names_columns(rows[count]) or len(rows) < 2 or _is_data(rows[count], rows[count + 1 :]):
        return [], rows
    names = []
    for column in columns:
        parts: list[str] = []
        for row in rows[: count + 1]:
            part = _cell(row, column) or _group_label(row, column, sheet)
            if part and part not in parts:
                parts.append(part)
        if column in sheet.hidden_columns:
            parts.append(HIDDEN_COLUMN)
        names.append(" ".join(parts))
    return names, rows[count + 1 :]


def _groups_columns(row: SheetRow, below: SheetRow, sheet: Sheet) -> bool:
    """Return whether a row has only words, and a label over several that stand below it."""
    spans = any(
        top == row.number and right > left and _cell(row, left) and sum(map(bool, below.cells[left : right + 1])) > 1
        for top, left, _, right in sheet.merged
    )
    return spans and all(is_naming(cell) for cell in row.cells if cell)


def _group_label(row: SheetRow, column: int, sheet: Sheet) -> str:
    for top, left, bottom, right in sheet.merged:
        if top <= row.number <= bottom and left <= column <= right:
            return _cell(row, left)
    return ""


def _names_columns(row: SheetRow) -> bool:
    cells = [cell for cell in row.cells if cell]
    return len(cells) > 1 and all(map(is_naming, cells))


def _is_data(row: SheetRow, below: Sequence[SheetRow]) -> bool:
    """Return whether a row of words holds values: one of them comes again in its column."""
    cells = [(column, cell) for column, cell in enumerate(row.cells) if cell]
    return any(
        any(_cell(other, column) == cell for column, cell in cells)
        for other in below[:COMPARED_ROWS]
        if other.cells != row.cells
    )


def _fill_across(body: Sequence[SheetRow], first: int, sheet: Sheet) -> None:
    """Repeat the label of a merged range in each column that it spans: words alone, as a number would be counted twice,
    and none of the `first` column, which names its row."""
    by_number = {row.number: row for row in body}
    filled = 0
    for top, left, _, right in sheet.merged:
        row = by_number.get(top)
        label = _cell(row, left) if row is not None else ""
        if row is None or left <= first or right <= left or not label or not is_naming(label):
            continue
        row.cells.extend([""] * (right + 1 - len(row.cells)))
        for column in range(left + 1, right + 1):
            row.cells[column] = row.cells[column] or label
        filled += right - left
        if filled > MAX_MERGED:
            return


def _write_table(builder: TextBuilder, head: list[str], body: list[SheetRow], columns: Sequence[int]) -> None:
    line = join_cells(head)
    if len(line) <= WIDE_HEAD:
        builder.add(BlockKind.TABLE_HEAD, line)
        for row in body:
            builder.add(BlockKind.TABLE_ROW, join_cells(_marked(row, columns)))
        return
    for part in name_values(body, head, columns):
        builder.add(BlockKind.PARAGRAPH, part)
    empty = [
        name for name, column in zip(head, columns, strict=True) if name and not any(_cell(row, column) for row in body)
    ]
    if empty:
        builder.add(BlockKind.PARAGRAPH, f"Columns without values: {', '.join(empty)}")


def name_values(rows: Sequence[SheetRow], head: Sequence[str], columns: Sequence[int]) -> Iterator[str]:
    """Yield each row as "name: value" of each of its cells.

    A long row is parted, and each part begins with its first value and those that name what the row is of.
    """
    naming = naming_columns(head, [[_cell(row, column) for column in columns] for row in rows[:COMPARED_ROWS]])
    for row in rows:
        pairs: dict[int, str] = {}
        for at, (name, column, value) in enumerate(zip(head, columns, _marked(row, columns), strict=False)):
            if value:
                pairs[at] = f"{name}: {value}" if name and _cell(row, column) else value
        leading = [at for at in pairs if at in naming and len(pairs[at]) <= MAX_NAME]
        yield from _part(pairs, [*dict.fromkeys([*list(pairs)[:1], *leading])])


def _part(pairs: Mapping[int, str], leading: Sequence[int]) -> Iterator[str]:
    """Yield the values of a row in one line, or where they are long in several that begin with the leading ones."""
    if sum(map(len, pairs.values())) <= MAX_BLOCK:
        yield join_cells(list(pairs.values()))
        return
    lead = [pairs[at] for at in leading]
    part = list(lead)
    for at, pair in pairs.items():
        if at in leading:
            continue
        if len(part) > len(lead) and sum(map(len, part)) + len(pair) > MAX_BLOCK:
            yield join_cells(part)
            part = list(lead)
        part.append(pair)
    yield join_cells(part)


def naming_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns of a table that name what each of its rows is of: by their names, which may be of the first
    and the last name of persons, or else the first one whose values are words and differ from row to row."""
    things = [at for at, name in enumerate(head) if _NAMES_THING.fullmatch(name.strip())]
    persons = [at for at, name in enumerate(head) if _NAMES_PERSON.fullmatch(name.strip())]
    if things or persons:
        return [*things[:1], *persons][:2]
    for at in range(len(head)):
        values = [row[at] for row in rows if at < len(row) and row[at]]
        if (
            len(values) > 1
            and len(values) >= MIN_NAMED * len(rows)
            and len(set(values)) >= MIN_NAMED * len(values)
            and sum(map(_is_name, values)) >= MIN_NAMED * len(values)
        ):
            return [at]
    return []


def _is_name(value: str) -> bool:
    """Return whether a value is a few words, and no year, number or address."""
    has_letters = any(map(str.isalpha, value))
    return has_letters and is_naming(value) and len(value) <= MAX_NAME and not _ADDRESS.search(value)


def _marked(row: SheetRow, columns: Sequence[int]) -> list[str]:
    """Return the cells of the columns with what was written about them and whether the row is hidden, without empty
    ends."""
    cells = []
    for column in columns:
        cell = _cell(row, column)
        note = row.notes.get(column, "")
        cells.append(one_line(f"{cell} [comment: {note}]") if note else cell)
    others = [f"[comment: {note}]" for column, note in sorted(row.notes.items()) if column not in columns]
    while cells and not cells[-1]:
        cells.pop()
    return [*cells, *others, *([HIDDEN_ROW] if row.is_hidden and (cells or others) else [])]


def _cell(row: SheetRow, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""
