"""Collects blocks into pages and sections for formats without positions."""

from __future__ import annotations

from ingest.cleanup import one_line
from rag.errors import ParseError
from rag.types import Block, BlockKind, Page, Section

MAX_TITLE = 200


class TextBuilder:
    """Takes blocks in reading order; `max_characters` bounds the whole document."""

    def __init__(self, max_characters: int, file_name: str) -> None:
        self._max_characters = max_characters
        self._file_name = file_name
        self._total = 0
        self._pages: list[Page] = []
        self._sections: list[Section] = []
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._last: BlockKind | None = None

    def add(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Append a block of clean text; a heading with a `level` from 1 opens a section. Empty text is ignored."""
        if not text.strip():
            return
        if kind in (BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW):
            # A row with nothing in its first cell begins with the bar behind it.
            text = text.strip(" ")
        is_next_row = kind is BlockKind.TABLE_ROW and self._last in (BlockKind.TABLE_ROW, BlockKind.TABLE_HEAD)
        separator = "" if not self._blocks else "\n" if is_next_row else "\n\n"
        start = self._length + len(separator)
        self._parts += [separator, text]
        self._length = start + len(text)
        self._total += len(separator) + len(text)
        if self._total > self._max_characters:
            raise ParseError(
                f"{self._file_name} has more than {self._max_characters} characters of text.",
                "Split it into smaller files.",
            )
        self._blocks.append(Block(kind, start, self._length))
        self._last = kind
        if level:
            self._sections.append(Section(one_line(text)[:MAX_TITLE], level, len(self._pages), start))

    def end_page(self, label: str = "") -> None:
        """Close the page, also when it is empty, so that page numbers stay right."""
        page = Page(len(self._pages), "".join(self._parts), tuple(self._blocks), label)
        self._pages.append(page)
        self._parts, self._blocks, self._length, self._last = [], [], 0, None

    def pages(self) -> tuple[Page, ...]:
        """Return the pages so far; blocks added since the last `end_page` make one more."""
        if self._blocks:
            self.end_page()
        return tuple(self._pages)

    def sections(self) -> tuple[Section, ...]:
        """Return the sections so far."""
        return tuple(self._sections)
