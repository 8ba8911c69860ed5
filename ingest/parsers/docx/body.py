"""Reads a story of a Word file (its body, a header, a note) block by block: paragraphs, tables, content controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.parsers.docx.anchored import AnchoredReader
from ingest.parsers.docx.file import WordFile
from ingest.parsers.docx.inline import DocxInlineReader, DocxParagraphText
from ingest.parsers.docx.styles import number, switch, value
from ingest.parsers.flow import FlowItem, Item, PageBreak
from ingest.parsers.open_xml import MC, M, W, XmlElement, alternative
from ingest.parsers.tables import Cell, headed_table_items
from rag.types import BlockKind

MAX_DEPTH = 30
"""Tables and text boxes may hold each other; damaged and hostile files do so without end."""

MAX_COLUMNS = 64
"""As many as Word has; a cell may say that it spans any number."""

MAX_FURNITURE_WORDS = 4
"""A line with a page number and hardly another word says nothing: "Page 3 of 10"."""

_WRAPPERS = frozenset(f"{W}{name}" for name in ("sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_REMOVED = frozenset(f"{W}{name}" for name in ("del", "moveFrom"))


def read_story(file: WordFile, part: str, element: XmlElement, depth: int = 0) -> list[FlowItem]:
    """Return the blocks below an element of a part of the file."""
    return list(BlockReader(file, part, depth).read(element))


class BlockReader:
    """Reads blocks of one part. Text that is left out for a reason is taken off the file's unread text."""

    def __init__(self, file: WordFile, part: str, depth: int = 0) -> None:
        self._file = file
        self._part = part
        self._depth = depth
        self._anchored = AnchoredReader(file, part, depth, read_story)
        self._inline = DocxInlineReader(file.styles, self._anchored, file.unread)
        self._carried = ""
        self._handlers: dict[str, Callable[[XmlElement], Iterator[FlowItem]]] = {
            f"{W}p": self._paragraph,
            f"{W}tbl": self._table,
            f"{W}sdt": self._control,
            f"{W}altChunk": lambda element: iter(self._anchored.embedded(element)),
            f"{MC}AlternateContent": self._alternative,
            f"{M}oMathPara": self._equation,
            f"{M}oMath": self._equation,
        }

    def read(self, parent: XmlElement) -> Iterator[FlowItem]:
        """Yield the blocks below an element, in order."""
        if self._depth > MAX_DEPTH:
            return
        for child in parent:
            handler = self._handlers.get(child.tag)
            if handler is not None:
                yield from handler(child)
            elif child.tag in _WRAPPERS:
                yield from self.read(child)
            elif child.tag in _REMOVED:
                self._file.unread.leave_out(child)

    def _control(self, element: XmlElement) -> Iterator[FlowItem]:
        content = element.find(f"{W}sdtContent")
        if content is None:
            return
        gallery = value(element.find(f"{W}sdtPr/{W}docPartObj"), "docPartGallery") or ""
        for item in self.read(content):
            if gallery == "Table of Contents" and isinstance(item, Item):
                item = Item(item.kind, item.text, item.level, item.trails, is_contents=True)
            yield item

    def _alternative(self, element: XmlElement) -> Iterator[FlowItem]:
        chosen = alternative(element)
        for option in element:
            if option is not chosen:
                self._file.unread.leave_out(option)
        if chosen is not None:
            yield from self.read(chosen)

    def _equation(self, element: XmlElement) -> Iterator[FlowItem]:
        wrapper = element.makeelement(f"{W}p", {})
        parent, place = element.getparent(), element.getparent().index(element)
        wrapper.append(element)
        yield from self._paragraph(wrapper)
        parent.insert(place, wrapper)

    # --- paragraphs ---

    def _paragraph(self, element: XmlElement) -> Iterator[FlowItem]:
        properties = element.find(f"{W}pPr")
        styles = self._file.styles
        style = value(properties, "pStyle") or styles.default
        found = self._inline.read(element, style)
        if self._is_removed(properties):
            # The text goes on in the next paragraph; one that is removed as a whole does not count in a list.
            self._carried += "".join(found.texts)
            yield from self._behind(found)
            return
        texts = found.texts
        texts[0] = self._carried + texts[0]
        self._carried = ""
        starts = switch(properties, "pageBreakBefore")
        if styles.starts_page(style) if starts is None else starts:
            yield PageBreak()
        for _ in range(found.recorded_before):
            yield PageBreak(is_recorded=True)
        has_text = any(text.strip() for text in texts)
        label = self._file.numbering.label(properties, style) if has_text else ""
        is_contents = found.is_contents or styles.is_contents(style)
        level = 0 if is_contents else self._level(properties, style)
        for place, text in enumerate(texts):
            if place:
                yield PageBreak()
            if text.strip():
                text, label = f"{label} {text.lstrip()}" if label else text, ""
                yield self._item(text, level, found, is_contents)
        yield from self._behind(found)
        for _ in range(found.recorded_after):
            yield PageBreak(is_recorded=True)
        if self._file.ends_page(properties):
            yield PageBreak()

    def _item(self, text: str, level: int, found: DocxParagraphText, is_contents: bool) -> Item:
        if found.has_page_number and sum(word.isalpha() for word in text.split()) < MAX_FURNITURE_WORDS:
            return Item(BlockKind.FURNITURE, text)
        return Item(BlockKind.HEADING if level else BlockKind.PARAGRAPH, text, min(level, 6), False, is_contents)

    def _behind(self, found: DocxParagraphText) -> Iterator[FlowItem]:
        if found.graphics:
            yield from self._anchored.graphics(found.graphics)
        yield from found.notes

    def _is_removed(self, properties: XmlElement | None) -> bool:
        """Return whether the end of the paragraph is a tracked deletion, or moved away."""
        mark = properties.find(f"{W}rPr") if properties is not None else None
        return mark is not None and any(mark.find(tag) is not None for tag in _REMOVED)

    def _level(self, properties: XmlElement | None, style: str) -> int:
        own = number(properties, "outlineLvl")
        if own is not None:
            return own + 1 if 0 <= own < 9 else 0
        return self._file.styles.heading_level(style)

    # --- tables ---

    def _table(self, element: XmlElement) -> Iterator[FlowItem]:
        inner = BlockReader(self._file, self._part, self._depth + 1)
        rows: list[list[Cell]] = []
        above: dict[int, Cell] = {}
        heads = 0
        for row in self._parts(element, f"{W}tr", f"{W}trPr/{W}del"):
            if heads == len(rows) and switch(row.find(f"{W}trPr"), "tblHeader"):
                heads += 1
            rows.append(inner._row(row, above))
        yield from headed_table_items(rows, heads)

    def _parts(self, parent: XmlElement, tag: str, removal: str) -> Iterator[XmlElement]:
        """Yield the rows of a table, or the cells of a row, without those with the mark of a tracked removal."""
        for child in parent:
            if child.tag == tag:
                if child.find(removal) is not None:
                    self._file.unread.leave_out(child)
                else:
                    yield child
            elif child.tag == f"{W}sdt":
                for content in child.findall(f"{W}sdtContent"):
                    yield from self._parts(content, tag, removal)
            elif child.tag in _WRAPPERS:
                yield from self._parts(child, tag, removal)

    def _row(self, row: XmlElement, above: dict[int, Cell]) -> list[Cell]:
        """Return the cells of a row; `above` holds the last cell in each column of the grid, and is brought up to
        date."""
        column = min(max(number(row.find(f"{W}trPr"), "gridBefore") or 0, 0), MAX_COLUMNS)
        cells = [Cell((), column)] if column else []
        for element in self._parts(row, f"{W}tc", f"{W}tcPr/{W}cellDel"):
            properties = element.find(f"{W}tcPr")
            columns = min(max(number(properties, "gridSpan") or 1, 1), MAX_COLUMNS)
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            items = tuple(self.read(element))
            if merge is not None and merge.get(f"{W}val") != "restart" and not items and column in above:
                cell = Cell(above[column].items, columns, is_repeated=True)
            else:
                cell = above[column] = Cell(items, columns)
            if merge is None:
                above[column] = cell
            column += columns
            cells.append(cell)
        return cells
