"""Reads OpenDocument content block by block: paragraphs, headings, lists, sections, tables, drawings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ingest.cleanup import one_line
from ingest.parsers.charts import chart_heading
from ingest.parsers.equations import mathml_text
from ingest.parsers.flow import FlowItem, Item, PageBreak, paragraph
from ingest.parsers.odf.file import OdfFile
from ingest.parsers.odf.inline import OdfInlineReader, comment_items
from ingest.parsers.odf.lists import Counter
from ingest.parsers.odf.names import CHART, DRAW, OFFICE, SVG, TABLE, TEXT, XLINK
from ingest.parsers.open_xml import XmlElement
from ingest.parsers.tables import Cell, headed_table_items
from rag.types import BlockKind

MAX_DEPTH = 30
MAX_FURNITURE_WORDS = 4
MAX_REPEATED = 50

_MATH = "{http://www.w3.org/1998/Math/MathML}math"
_INNER_OBJECTS = (_MATH, f"{OFFICE}document")
"""Objects that stand in the text itself; LibreOffice puts other elements beside its links to objects, too."""

_CONTENTS = frozenset(f"{TEXT}{name}-index" for name in ("illustration", "table", "object", "user", "alphabetical")) | {
    f"{TEXT}table-of-content"
}
_SKIPPED = frozenset(
    (
        *(f"{TEXT}{name}" for name in ("tracked-changes", "sequence-decls", "variable-decls", "user-field-decls")),
        *(
            f"{TEXT}{name}"
            for name in ("index-title-template", "note-citation", "change", "change-start", "change-end")
        ),
        *(f"{OFFICE}{name}" for name in ("forms", "scripts", "event-listeners", "annotation-end")),
        *(f"{DRAW}{name}" for name in ("page-thumbnail", "glue-point", "image", "enhanced-geometry", "control")),
    )
)


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The list that blocks stand in, and how deep."""

    style: str
    level: int
    label: str = ""
    """The number of the item, until its first paragraph has taken it."""


class BodyReader:
    """Reads blocks; text boxes, notes and cells are read by readers of their own, one deeper."""

    def __init__(self, file: OdfFile, depth: int = 0) -> None:
        self._file = file
        self._depth = depth
        self._list: ListPlace | None = None
        self._handlers: dict[str, Callable[[XmlElement], Iterator[FlowItem]]] = {
            f"{TEXT}p": self._paragraph,
            f"{TEXT}h": self._paragraph,
            f"{TEXT}list": self._read_list,
            f"{TEXT}section": self._section,
            f"{TEXT}soft-page-break": lambda _: iter([PageBreak(is_recorded=True)]),
            f"{TABLE}table": self._table,
            f"{OFFICE}annotation": lambda element: iter(comment_items(element, self.story)),
            f"{DRAW}frame": self._frame,
        }

    def read(self, parent: XmlElement) -> Iterator[FlowItem]:
        """Yield the blocks below an element, in order."""
        if self._depth > MAX_DEPTH:
            return
        for child in parent:
            handler = self._handlers.get(child.tag)
            if handler is not None:
                yield from handler(child)
            elif child.tag in _CONTENTS:
                for item in self.story(child):
                    yield replace(item, is_contents=True) if isinstance(item, Item) else item
            elif child.tag not in _SKIPPED:
                yield from self.story(child)

    def story(self, element: XmlElement) -> list[FlowItem]:
        """Return the blocks of a note, a comment, a text box or a shape, its description included."""
        items = list(BodyReader(self._file, self._depth + 1).read(element))
        return [*items, *_description(element)]

    def drawing(self, element: XmlElement) -> list[FlowItem]:
        """Return the text of a drawing that stands in a paragraph."""
        if element.tag in _SKIPPED:
            return []
        reader = BodyReader(self._file, self._depth + 1)
        items = list(reader._frame(element)) if element.tag == f"{DRAW}frame" else reader.story(element)
        return [item for item in items if not isinstance(item, PageBreak)]

    def formula(self, element: XmlElement) -> str:
        """Return the formula that a frame holds, on one line."""
        for root in self._objects(element):
            math = root if root.tag == _MATH else root.find(f".//{_MATH}")
            if math is not None:
                return mathml_text(math)
        return ""

    # --- paragraphs and lists ---

    def _paragraph(self, element: XmlElement) -> Iterator[FlowItem]:
        style = element.get(f"{TEXT}style-name") or ""
        find = self._file.styles.find
        if find("paragraph", style, lambda found: found.breaks_before) or find(
            "paragraph", style, lambda found: found.master_page or None
        ):
            yield PageBreak()
        found = OdfInlineReader(self._file.styles, self).read(element)
        for _ in range(found.recorded_before):
            yield PageBreak(is_recorded=True)
        text = found.text.text
        if text.strip():
            label = found.number or self._label(element, style)
            text = f"{label} {text.lstrip()}" if label else text
            yield self._item(element, text, found.has_page_number)
        yield from found.drawings
        yield from found.notes
        for _ in range(found.recorded_after):
            yield PageBreak(is_recorded=True)
        if find("paragraph", style, lambda found: found.breaks_after):
            yield PageBreak()

    def _item(self, element: XmlElement, text: str, has_page_number: bool) -> Item:
        if has_page_number and sum(word.isalpha() for word in text.split()) < MAX_FURNITURE_WORDS:
            return Item(BlockKind.FURNITURE, text)
        if element.tag != f"{TEXT}h":
            style = element.get(f"{TEXT}style-name") or ""
            return paragraph(text, level=self._file.styles.find("paragraph", style, lambda style: style.heading) or 0)
        return paragraph(text, level=max(_integer(element.get(f"{TEXT}outline-level"), 1), 1))

    def _label(self, element: XmlElement, style: str) -> str:
        """Return the number of a list's item, for its first paragraph, or of a heading."""
        if self._list is not None:
            label = self._list.label
            self._list = replace(self._list, label="")
            return label
        if element.tag != f"{TEXT}h" or element.get(f"{TEXT}is-list-header") == "true":
            return ""
        start = _integer(element.get(f"{TEXT}start-value"), 1) if element.get(f"{TEXT}restart-numbering") else None
        level = _integer(element.get(f"{TEXT}outline-level"), 1)
        return self._file.headings.next_label(level, self._file.styles.outline, start)

    def _read_list(self, element: XmlElement) -> Iterator[FlowItem]:
        outer = self._list
        style = (
            element.get(f"{TEXT}style-name") or (outer.style if outer is not None else "") or self._own_style(element)
        )
        level = outer.level + 1 if outer is not None else 1
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list")
        if level == 1 and not goes_on:
            self._file.counters[style] = Counter()
        counter = self._file.counters.setdefault(style, Counter())
        looks = self._file.styles.lists.get(style, {})
        for item in element:
            label = ""
            if item.tag == f"{TEXT}list-item" and not _holds_list_first(item):
                start = item.get(f"{TEXT}start-value")
                label = counter.next_label(level, looks, _integer(start, 1) if start else None)
            number = item.find(f"{TEXT}number")
            label = one_line("".join(number.itertext())) if number is not None else label
            self._list = ListPlace(style, level, label)
            yield from self.read(item)
        self._list = outer

    def _own_style(self, element: XmlElement) -> str:
        """Return the list style that the style of a list's first paragraph names."""
        first = next(element.iter(f"{TEXT}p", f"{TEXT}h"), None)
        name = first.get(f"{TEXT}style-name") or "" if first is not None else ""
        return self._file.styles.find("paragraph", name, lambda style: style.list_style or None) or ""

    def _section(self, element: XmlElement) -> Iterator[FlowItem]:
        is_hidden = element.get(f"{TEXT}display") == "none"
        for item in self.read(element):
            if is_hidden and isinstance(item, Item):
                item = replace(item, text=f"[hidden: {item.text}]", level=0)
            yield item

    # --- tables ---

    def _table(self, element: XmlElement) -> Iterator[FlowItem]:
        outer, self._list = self._list, None
        rows: list[list[Cell]] = []
        spans: dict[int, tuple[int, Cell]] = {}
        for row in _rows(element):
            for _ in range(min(_integer(row.get(f"{TABLE}number-rows-repeated"), 1), MAX_REPEATED)):
                cells = self._cells(row, spans)
                rows.append(cells)
                if not any(cell.items for cell in cells):
                    break
        self._list = outer
        heads = sum(1 for group in element.iterchildren(f"{TABLE}table-header-rows") for _ in _rows(group))
        yield from headed_table_items(rows, heads)

    def _cells(self, row: XmlElement, spans: dict[int, tuple[int, Cell]]) -> list[Cell]:
        """Return the cells of a row; `spans` holds those that go on below, by column, and for how many rows."""
        cells: list[Cell] = []
        column = 0
        for element in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            repeated = min(_integer(element.get(f"{TABLE}number-columns-repeated"), 1), MAX_REPEATED)
            if element.tag == f"{TABLE}covered-table-cell":
                for covered in range(column, column + repeated):
                    rows_left, cell = spans.pop(covered, (0, Cell(())))
                    if rows_left:
                        cells.append(Cell(cell.items, cell.columns, is_repeated=True))
                        if rows_left > 1:
                            spans[covered] = (rows_left - 1, cell)
                column += repeated
                continue
            columns = _integer(element.get(f"{TABLE}number-columns-spanned"), 1)
            height = _integer(element.get(f"{TABLE}number-rows-spanned"), 1)
            cell = Cell(tuple(self.story(element)), min(columns, MAX_REPEATED))
            if height > 1:
                spans[column] = (height - 1, cell)
            cells += [cell] * (repeated if cell.items else 1)
            column += repeated
        return cells

    # --- frames ---

    def _frame(self, element: XmlElement) -> Iterator[FlowItem]:
        """Yield a text box, a picture with its description, a chart, a formula or another embedded object."""
        for child in element:
            if child.tag in (f"{DRAW}text-box", f"{TABLE}table"):
                yield from self.story(child) if child.tag == f"{DRAW}text-box" else self._table(child)
        for root in self._objects(element):
            yield from self._object(root)
        yield from _description(element)

    def _objects(self, element: XmlElement) -> Iterator[XmlElement]:
        for child in element.iterchildren(f"{DRAW}object"):
            inner = next((grandchild for grandchild in child if grandchild.tag in _INNER_OBJECTS), None)
            root = inner if inner is not None else self._file.object(child.get(f"{XLINK}href") or "")
            if root is not None:
                yield root

    def _object(self, root: XmlElement) -> Iterator[FlowItem]:
        math = root if root.tag == _MATH else root.find(f".//{_MATH}")
        chart = root.find(f".//{CHART}chart")
        if math is not None:
            yield paragraph(mathml_text(math))
        elif chart is not None:
            yield from self._chart(chart)
        else:
            body = root.find(f"{OFFICE}body")
            yield from self.story(body) if body is not None else ()

    def _chart(self, chart: XmlElement) -> Iterator[FlowItem]:
        title = one_line(" ".join("".join(text.itertext()) for text in chart.iterfind(f"{CHART}title/{TEXT}p")))
        axes = [one_line("".join(text.itertext())) for text in chart.iterfind(f".//{CHART}axis/{CHART}title")]
        yield from chart_heading(title, axes)
        for table in () if self._file.are_charts_of_cells else chart.iterchildren(f"{TABLE}table"):
            yield from self._table(table)


def _rows(table: XmlElement) -> Iterator[XmlElement]:
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in (f"{TABLE}table-{name}" for name in ("rows", "header-rows", "row-group")):
            yield from _rows(child)


def _holds_list_first(item: XmlElement) -> bool:
    """Return whether an item is only there to hold a deeper list."""
    first = next((child for child in item if isinstance(child.tag, str)), None)
    return first is not None and first.tag == f"{TEXT}list"


def _description(element: XmlElement) -> list[FlowItem]:
    """Return what a drawing is said to show."""
    texts = [one_line(element.findtext(f"{SVG}{name}") or "") for name in ("title", "desc")]
    text = ": ".join(dict.fromkeys(filter(None, texts)))
    return [paragraph(f"Picture: {text}")] if " " in text else []


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"\d{1,6}", text) else default
