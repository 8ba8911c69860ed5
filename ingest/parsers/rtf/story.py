"""Collects the paragraphs and tables of a story of an RTF file: its body, a header, a note, a text box."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.parsers.flow import FlowItem, Item, PageBreak
from ingest.parsers.raised import InlineText, Level
from ingest.parsers.tables import Cell, table_items
from rag.types import BlockKind

MAX_NESTING = 20
"""Tables may be nested; damaged and hostile files say that they are, without end."""


@dataclass(slots=True)
class CellDefinition:
    """A cell as its row defines it: its right edge, and how it is merged."""

    edge: int = 0
    continues_above: bool = False
    continues_left: bool = False


@dataclass(slots=True)
class _Table:
    rows: list[list[Cell]] = field(default_factory=list)
    cells: list[tuple[FlowItem, ...]] = field(default_factory=list)
    items: list[FlowItem] = field(default_factory=list)
    """Of the cell that is being filled."""
    above: dict[int, Cell] = field(default_factory=dict)


class Story:
    """Takes text and the ends of paragraphs, cells and rows."""

    def __init__(self) -> None:
        self.anchored: list[FlowItem] = []
        """Items that come behind the paragraph that is being filled."""
        self._items: list[FlowItem] = []
        self._text = InlineText()
        self._has_text = False
        self._tables: list[_Table] = []
        self._is_contents = False
        self._has_page_number = False
        self._hides = False

    def add(
        self,
        text: str,
        level: Level = Level.PLAIN,
        *,
        is_contents: bool = False,
        is_page: bool = False,
        is_hidden: bool = False,
    ) -> None:
        """Append a run to the paragraph; hidden ones are marked."""
        if text.strip():
            self._hide(is_hidden)
        self._text.add(text, level)
        self._has_text = self._has_text or bool(text.strip())
        self._is_contents |= is_contents
        self._has_page_number |= is_page

    def _hide(self, hides: bool) -> None:
        if hides is not self._hides:
            self._hides = hides
            self._text.add(" [hidden: " if hides else "] ")

    def add_apart(self, text: str) -> None:
        """Append the mark of a note."""
        self._text.add_apart(text)
        self._has_text = True

    @property
    def is_empty(self) -> bool:
        """Return whether the paragraph has no words yet."""
        return not self._has_text

    def end_paragraph(self, table_level: int, heading: int) -> None:
        """End the paragraph, which stands in the innermost of as many tables."""
        self._hide(False)
        text, has_text = self._text.text, self._has_text
        self._text, self._has_text = InlineText(), False
        if has_text:
            words = sum(word.isalpha() for word in text.split())
            kind = BlockKind.HEADING if heading else BlockKind.PARAGRAPH
            if self._has_page_number and words < 4:
                kind, heading = BlockKind.FURNITURE, 0
            self._put(Item(kind, text, heading, is_contents=self._is_contents), table_level)
        self._is_contents = self._has_page_number = False
        for item in self.anchored:
            self._put(item, table_level)
        self.anchored = []

    def end_cell(self, table_level: int) -> None:
        """End a cell of the innermost of as many tables."""
        level = max(table_level, 1)
        self.end_paragraph(level, 0)
        table = self._open(level)
        table.cells.append(tuple(table.items))
        table.items = []

    def end_row(self, table_level: int, definitions: list[CellDefinition]) -> None:
        """End a row, whose cells are merged as its definition says."""
        table = self._open(max(table_level, 1))
        if table.items:  # text before the end of a row that has no end of its cell
            table.cells.append(tuple(table.items))
            table.items = []
        row: list[Cell] = []
        left = 0
        for number, items in enumerate(table.cells):
            definition = definitions[number] if number < len(definitions) else CellDefinition(edge=-number - 1)
            if definition.continues_left and row and not items:
                row[-1] = Cell(row[-1].items, row[-1].columns + 1, row[-1].is_repeated)
            elif definition.continues_above and not items and left in table.above:
                row.append(Cell(table.above[left].items, is_repeated=True))
            else:
                row.append(Cell(items))
                table.above[left] = row[-1]
            left = definition.edge
        table.rows.append(row)
        table.cells = []

    def break_page(self, table_level: int, *, is_recorded: bool = False) -> None:
        """End a page."""
        self._put(PageBreak(is_recorded), table_level)

    def finish(self, heading: int = 0) -> list[FlowItem]:
        """Return all items, when the story is over."""
        self.end_paragraph(0, heading)
        self._close(0)
        return self._items

    def _put(self, item: FlowItem, table_level: int) -> None:
        if not table_level:
            self._close(0)
            self._items.append(item)
        else:
            self._open(table_level).items.append(item)

    def _open(self, level: int) -> _Table:
        """Return the table at a level of nesting; deeper ones are over."""
        level = min(level, MAX_NESTING)
        self._close(level)
        while len(self._tables) < level:
            self._tables.append(_Table())
        return self._tables[-1]

    def _close(self, level: int) -> None:
        """Put the tables deeper than a level where they belong, as rows."""
        while len(self._tables) > level:
            table = self._tables.pop()
            if table.cells or table.items:
                rest = [*table.cells, *([tuple(table.items)] if table.items else [])]
                table.rows.append([Cell(items) for items in rest])
            target = self._tables[-1].items if self._tables else self._items
            target += table_items(table.rows)
