"""Reads the tables of web pages: spans repeat their text, rows of heads become the names of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, Item
from ingest.parsers.open_xml import XmlElement
from ingest.parsers.sheets.cells import SheetRow
from ingest.parsers.sheets.grid import WIDE_HEAD, name_values
from ingest.parsers.tables import Cell, table_items
from ingest.table_heads import CELL_SEPARATOR, join_cells
from rag.types import BlockKind

MAX_SPAN = 100
MAX_CELLS = 200_000
CELL_ROLES = frozenset({"cell", "gridcell", "columnheader", "rowheader"})

ReadCell = Callable[[XmlElement], list[FlowItem]]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell in its row, or the lower part of one from a row above."""

    cell: Cell
    is_head: bool


def read_table(table: XmlElement, read_cell: ReadCell) -> list[FlowItem]:
    """Return the items of a table; `read_cell` gives what stands in a cell. Nested tables are read with their cell."""
    rows = _place_cells(table, read_cell)
    count = _count_head_rows(rows)
    if not count:
        return table_items([[placed.cell for placed in row] for row in rows])
    head = _name_columns(rows[:count])
    body = [[placed.cell for placed in row] for row in rows[count:]]
    items = table_items(body, is_headed=True)
    if len(join_cells(head)) > WIDE_HEAD and _is_plain(items):
        lines = [item.text.split(CELL_SEPARATOR) for item in items if isinstance(item, Item)]
        named = name_values([SheetRow(0, line) for line in lines], head, range(len(head)))
        return [Item(BlockKind.PARAGRAPH, part) for part in named]
    return [Item(BlockKind.TABLE_HEAD, join_cells(head)), *items]


def read_role_row(row: XmlElement, read_cell: ReadCell) -> list[FlowItem]:
    """Return the row of a table that is made of other elements, which say by their roles what they are."""
    cells = [element for element in row.iter() if element is not row and element.get("role") in CELL_ROLES]
    cells = [cell for cell in cells if not any(above in cells for above in cell.iterancestors())]
    items = table_items([[Cell(tuple(read_cell(cell))) for cell in cells]])
    is_head = bool(cells) and all(cell.get("role") == "columnheader" for cell in cells)
    return [replace(item, kind=BlockKind.TABLE_HEAD) if is_head and isinstance(item, Item) else item for item in items]


def _is_plain(items: Sequence[FlowItem]) -> bool:
    return all(isinstance(item, Item) and item.kind is BlockKind.TABLE_ROW for item in items)


def _place_cells(table: XmlElement, read_cell: ReadCell) -> list[list[_Placed]]:
    """Return the rows with the cells that reach into them from above."""
    rows: list[list[_Placed]] = []
    reaching: dict[int, tuple[_Placed, int]] = {}
    count = 0
    for row, in_head in _rows(table):
        placed: list[_Placed] = []
        column = 0
        for element in row:
            if element.tag not in ("td", "th"):
                continue
            column = _take_reaching(placed, reaching, column)
            wide, high = _span(element, "colspan"), _span(element, "rowspan")
            cell = _Placed(Cell(tuple(read_cell(element)), wide), in_head or element.tag == "th")
            placed.append(cell)
            if high > 1:
                below = _Placed(Cell(cell.cell.items, wide, is_repeated=True), cell.is_head)
                reaching[column] = (below, high - 1)
            column += wide
            count += 1
        _take_reaching(placed, reaching, column, to_end=True)
        if placed:
            rows.append(placed)
        if count > MAX_CELLS:
            break
    return rows


def _take_reaching(
    placed: list[_Placed], reaching: dict[int, tuple[_Placed, int]], column: int, *, to_end: bool = False
) -> int:
    """Put in the cells that reach down from above at a column, or at any further one; returns the next free column."""
    while column in reaching or (to_end and reaching and any(at >= column for at in reaching)):
        if column not in reaching:
            at = min(at for at in reaching if at >= column)
            placed.append(_Placed(Cell((), at - column), False))
            column = at
        cell, left = reaching.pop(column)
        placed.append(cell)
        if left > 1:
            reaching[column] = (cell, left - 1)
        column += cell.cell.columns
    return column


def _rows(table: XmlElement) -> Iterator[tuple[XmlElement, bool]]:
    """Yield the rows of the table itself, each with whether it stands in its head."""
    for child in table:
        if child.tag == "tr":
            yield child, False
        elif child.tag in ("thead", "tbody", "tfoot"):
            for row in child:
                if row.tag == "tr":
                    yield row, child.tag == "thead"


def _span(element: XmlElement, name: str) -> int:
    given = (element.get(name) or "").strip()
    return min(max(int(given), 1), MAX_SPAN) if given.isascii() and given.isdigit() else 1


def _count_head_rows(rows: list[list[_Placed]]) -> int:
    """Return how many of the first rows are nothing but heads, where rows follow them; one cell alone heads no
    columns."""
    count = 0
    while count < len(rows) and all(placed.is_head or not placed.cell.items for placed in rows[count]):
        count += 1
    is_table = count and any(len(row) > 1 for row in rows[:count])
    return count if is_table and count < len(rows) else 0


def _name_columns(rows: list[list[_Placed]]) -> list[str]:
    """Return the names of the columns, from the outermost head to the innermost, each word once."""
    names: list[list[str]] = []
    for row in rows:
        column = 0
        for placed in row:
            text = one_line(" ".join(item.text for item in placed.cell.items if isinstance(item, Item)))
            for at in range(column, column + placed.cell.columns):
                names.extend([] for _ in range(at + 1 - len(names)))
                if text and text not in names[at]:
                    names[at].append(text)
            column += placed.cell.columns
    return [" ".join(parts) for parts in names]
