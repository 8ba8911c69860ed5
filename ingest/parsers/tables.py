"""Turns the cells of a table into rows of text: merged labels repeat, nested tables unfold, layout tables open up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, Item, PageBreak
from ingest.parsers.sheets.cells import SheetRow
from ingest.parsers.sheets.grid import WIDE_HEAD, name_values
from ingest.table_heads import CELL_SEPARATOR, is_naming, join_cells
from rag.types import BlockKind

_ROWS = (BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW)

MAX_CELL_BLOCKS = 8
MAX_CELL_CHARACTERS = 2_000
"""A cell with more than this is a column of a page laid out as a table, not the cell of a row."""

MAX_REPEATED = 200
"""Longer text is not a label: it is not repeated for each row it spans."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what stands in it, and how many columns of the grid it takes."""

    items: tuple[FlowItem, ...]
    columns: int = 1
    is_repeated: bool = False
    """It is the lower part of a cell that spans several rows; `items` are those of its first row."""


def headed_table_items(rows: Sequence[Sequence[Cell]], heads: int) -> list[FlowItem]:
    """Return the items of a table whose first rows are said to be its head: they become the names of its columns.

    Where the names are too long to go with each chunk of the table, each value is written with its own.
    """
    names = _name_columns(rows[:heads])
    if not heads or heads >= len(rows) or len(names) < 2:
        return table_items(rows)
    items = table_items(rows[heads:], is_headed=True)
    head = join_cells(names)
    if len(head) > WIDE_HEAD and all(isinstance(item, Item) and item.kind is BlockKind.TABLE_ROW for item in items):
        lines = [item.text.split(CELL_SEPARATOR) for item in items if isinstance(item, Item)]
        named = name_values([SheetRow(0, line) for line in lines], names, range(len(names)))
        return [Item(BlockKind.PARAGRAPH, part) for part in named]
    behind = [
        item for row in rows[:heads] for cell in row for item in cell.items if isinstance(item, Item) and item.trails
    ]
    return [Item(BlockKind.TABLE_HEAD, head), *items, *behind]


def _name_columns(rows: Iterable[Sequence[Cell]]) -> list[str]:
    """Return the names of the columns, from the outermost row of the head to the innermost, each once."""
    names: list[list[str]] = []
    for row in rows:
        column = 0
        for cell in row:
            text = one_line(" ".join(item.text for item in _texts(cell)))
            for at in range(column, column + cell.columns):
                names.extend([] for _ in range(at + 1 - len(names)))
                if text and text not in names[at]:
                    names[at].append(text)
            column += cell.columns
    return [" ".join(parts) for parts in names]


def table_items(rows: Iterable[Sequence[Cell]], *, is_headed: bool = False) -> list[FlowItem]:
    """Return the items of a table; what trails its cells (notes, comments) comes behind it, page breaks behind their
    rows. The first row may name the columns, unless the table `is_headed`: a name over several of them is written once.
    """
    table = [row for row in rows if any(cell.items for cell in row)]
    is_column = all(len(row) == 1 for row in table)
    found: list[FlowItem] = []
    behind: list[FlowItem] = []
    for number, row in enumerate(table):
        if is_column or any(map(_is_layout, row)):
            found += [item for cell in row if not cell.is_repeated for item in cell.items]
            continue
        found += [Item(BlockKind.TABLE_ROW, line) for line in _lines(row, repeats=is_headed or number > 0)]
        breaks: list[PageBreak] = []
        for cell in row:
            if cell.is_repeated:
                continue
            behind += [item for item in cell.items if isinstance(item, Item) and item.trails]
            own = [item for item in cell.items if isinstance(item, PageBreak)]
            breaks = max(breaks, own, key=len)
        found += breaks
    return found + behind


def _texts(cell: Cell) -> list[Item]:
    return [item for item in cell.items if isinstance(item, Item) and not item.trails]


def _is_layout(cell: Cell) -> bool:
    texts = _texts(cell)
    paragraphs = [item for item in texts if item.kind not in _ROWS]
    return (
        any(item.level for item in texts)
        or len(paragraphs) > MAX_CELL_BLOCKS
        or sum(len(item.text) for item in paragraphs) > MAX_CELL_CHARACTERS
    )


def _lines(row: Sequence[Cell], *, repeats: bool) -> list[str]:
    """Return the row as text: one line, or one for each row of the tables nested in it, the other cells' text with
    each."""
    nested = [[item.text for item in _texts(cell) if item.kind in _ROWS] for cell in row]
    own = [_own_text(cell) for cell in row]
    height = max(map(len, nested))
    if not height:
        return [line] if (line := _join(own, row, repeats)) else []
    lines = []
    if any(text and inner for text, inner in zip(own, nested, strict=True)):
        lines.append(_join(own, row, repeats))
    for number in range(height):
        cells = [
            inner[number] if number < len(inner) else "" if inner or (number and len(text) > MAX_REPEATED) else text
            for text, inner in zip(own, nested, strict=True)
        ]
        lines.append(_join(cells, row, repeats))
    return [line for line in lines if line]


def _own_text(cell: Cell) -> str:
    text = one_line(" ".join(item.text for item in _texts(cell) if item.kind not in _ROWS))
    return "" if cell.is_repeated and len(text) > MAX_REPEATED else text


def _join(texts: Sequence[str], row: Sequence[Cell], repeats: bool) -> str:
    if not any(texts):
        return ""
    cells: list[str] = []
    for text, cell in zip(texts, row, strict=True):
        # A label over several columns is said of each; a number over them would be counted twice, and one that begins
        # the row is its name.
        is_label = repeats and bool(cells) and len(text) <= MAX_REPEATED and is_naming(text)
        cells += [text] * cell.columns if is_label else [text, *[""] * (cell.columns - 1)]
    return join_cells(cells)
