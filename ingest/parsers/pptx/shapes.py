"""Reads the shapes of a slide: texts, tables, charts, diagrams, groups, and what pictures are said to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.parsers.charts import CHART_TAGS, chart_items
from ingest.parsers.descriptions import description_items
from ingest.parsers.diagrams import diagram_items
from ingest.parsers.flow import FlowItem, paragraph
from ingest.parsers.open_xml import DGM, MC, A, P, Package, R, XmlElement, alternative
from ingest.parsers.pptx.places import Places, is_title, placeholder_type, properties_of
from ingest.parsers.pptx.text import TextReader
from ingest.parsers.tables import Cell, table_items
from ingest.parsers.unread import UnreadText

MAX_DEPTH = 30
"""Groups may hold groups; damaged and hostile files do so without end."""

_REPEATED = frozenset({"dt", "ftr", "sldNum", "hdr"})
_SHAPES = tuple(f"{P}{name}" for name in ("sp", "grpSp", "graphicFrame", "pic", "cxnSp", "contentPart"))


class ShapeReader:
    """Reads the shapes of one part. `footers` takes the repeated lines of slides, each once."""

    def __init__(self, package: Package, part: str, places: Places, unread: UnreadText, footers: set[str]) -> None:
        self._package = package
        self._part = part
        self._places = places
        self._unread = unread
        self._footers = footers
        self._text = TextReader(unread)
        self._handlers: dict[str, Callable[[XmlElement, int], Iterator[FlowItem]]] = {
            f"{P}sp": self._shape,
            f"{P}grpSp": self._group,
            f"{P}graphicFrame": self._frame,
            f"{P}pic": self._picture,
            f"{P}cxnSp": self._shape,
        }

    def read(self, tree: XmlElement | None, depth: int = 0) -> Iterator[FlowItem]:
        """Yield the items of all shapes below an element, in reading order."""
        if tree is None or depth > MAX_DEPTH:
            return
        for shape in self._places.in_order(list(self._shapes(tree))):
            handler = self._handlers.get(shape.tag)
            if handler is not None:
                yield from handler(shape, depth)

    def _shapes(self, tree: XmlElement) -> Iterator[XmlElement]:
        for child in tree:
            if child.tag in _SHAPES:
                yield child
            elif child.tag == f"{MC}AlternateContent":
                chosen = alternative(child)
                for option in child:
                    if option is chosen:
                        yield from self._shapes(option)
                    else:
                        self._unread.leave_out(option)

    def _shape(self, shape: XmlElement, depth: int) -> Iterator[FlowItem]:
        kind = placeholder_type(shape)
        texts = self._text.paragraphs(shape.find(f"{P}txBody"))
        if kind in _REPEATED:
            yield from self._repeated(texts, kind)
            return
        if is_title(shape):
            title = " ".join(" ".join(text.split()) for text in texts)
            yield from [paragraph(title, level=1)] if title else []
            return
        yield from map(paragraph, texts)
        yield from description_items(properties_of(shape))

    def _repeated(self, texts: list[str], kind: str) -> Iterator[FlowItem]:
        """Yield the footer of a slide where it is new; numbers of slides say nothing."""
        for text in texts:
            if kind != "sldNum" and text not in self._footers:
                self._footers.add(text)
                yield paragraph(text)

    def _group(self, group: XmlElement, depth: int) -> Iterator[FlowItem]:
        yield from self.read(group, depth + 1)
        yield from description_items(properties_of(group))

    def _picture(self, picture: XmlElement, depth: int) -> Iterator[FlowItem]:
        yield from description_items(properties_of(picture))

    def _frame(self, frame: XmlElement, depth: int) -> Iterator[FlowItem]:
        yield from description_items(properties_of(frame))
        data = frame.find(f"{A}graphic/{A}graphicData")
        for child in data if data is not None else ():
            if child.tag == f"{A}tbl":
                yield from self._table(child)
            elif child.tag in CHART_TAGS:
                yield from self._linked(child.get(f"{R}id"), chart_items)
            elif child.tag == f"{DGM}relIds":
                yield from self._linked(child.get(f"{R}dm"), diagram_items)
            elif child.tag == f"{MC}AlternateContent":
                self._unread.leave_out(child)  # the picture of an embedded object

    def _linked(self, key: str | None, read: Callable[[Package, str], list[FlowItem]]) -> list[FlowItem]:
        link = self._package.relationships(self._part).get(key or "")
        return read(self._package, link.target) if link is not None and not link.is_external else []

    def _table(self, table: XmlElement) -> list[FlowItem]:
        rows: list[list[Cell]] = []
        above: dict[int, Cell] = {}
        for row in table.iterfind(f"{A}tr"):
            cells: list[Cell] = []
            for column, element in enumerate(row.iterfind(f"{A}tc")):
                if element.get("hMerge") in ("1", "true"):
                    self._unread.leave_out(element)
                    continue
                texts = self._text.paragraphs(element.find(f"{A}txBody"))
                span = element.get("gridSpan") or "1"
                columns = int(span) if re.fullmatch(r"\d{1,3}", span) else 1
                if element.get("vMerge") in ("1", "true") and not texts and column in above:
                    cells.append(Cell(above[column].items, columns, is_repeated=True))
                    continue
                above[column] = Cell(tuple(map(paragraph, texts)), columns)
                cells.append(above[column])
            rows.append(cells)
        return table_items(rows)
