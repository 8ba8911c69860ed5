"""Reads the XHTML of a chapter: headings, paragraphs, lists with their numbers, tables, formulas, notes, pictures."""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.cleanup import one_line
from ingest.parsers.epub.notes import NoteFinder
from ingest.parsers.equations import mathml_text
from ingest.parsers.flow import FlowItem, Item, trailing
from ingest.parsers.html.tables import read_table
from ingest.parsers.list_numbers import letters, roman
from ingest.parsers.open_xml import XmlElement
from ingest.parsers.raised import InlineText, Level, level_of_style
from rag.types import BlockKind

MAX_DEPTH = 250

SKIPPED = frozenset(("script", "style", "template", "head", "title", "iframe", "audio", "video", "canvas", "rp"))
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
        *(
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "header",
            "hr",
            "html",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
        ),
        *("section", "summary", "ul", "legend", "object", "svg", "hgroup"),
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEVELS = {"sup": Level.RAISED, "sub": Level.LOWERED}
_SPACE = re.compile(r"\s+")
_NUMBERS: dict[str, Callable[[int], str]] = {
    "a": letters,
    "A": lambda number: letters(number).upper(),
    "i": roman,
    "I": lambda number: roman(number).upper(),
}


def _level(element: XmlElement, tag: str) -> Level | None:
    if tag in _LEVELS or tag in _BLOCKS:
        return _LEVELS.get(tag)
    return level_of_style(element.get("style") or "", element.get("class") or "")


class ChapterReader:
    """Reads elements into items. One reader reads one chapter, or one note or cell of it."""

    def __init__(self, notes: NoteFinder, part: str, depth: int = 0) -> None:
        self._notes = notes
        self._part = part
        self._depth = depth
        self._items: list[FlowItem] = []
        self._text = InlineText()
        self._level = Level.PLAIN
        self._keeps_space = False
        self._behind: list[FlowItem] = []
        self._label = ""
        self._handlers: dict[str, Callable[[XmlElement], None]] = {
            "table": self._table,
            "math": lambda element: self._text.add_apart(mathml_text(element)),
            "img": self._picture,
            "image": self._picture,
            "br": lambda _: self._text.add("\n"),
            "a": self._link,
            "ol": self._list,
            "pre": self._preformatted,
            "ruby": self._ruby,
        }

    def read(self, element: XmlElement) -> list[FlowItem]:
        """Return the items of an element and all below it."""
        self._visit_children(element)
        self._end_block()
        return self._items

    def _visit_children(self, element: XmlElement) -> None:
        self._add(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self._visit(child)
            self._add(child.tail)

    def _visit(self, element: XmlElement) -> None:
        tag = _name(element)
        if tag in SKIPPED or self._notes.is_read(element) or is_hidden(element):
            return
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._add(" ".join(element.itertext()))
        elif tag in _HEADINGS:
            self._heading(element, _HEADINGS[tag])
        elif tag in self._handlers:
            self._handlers[tag](element)
        elif (level := _level(element, tag)) is not None:
            outer, self._level = self._level, level
            self._visit_children(element)
            self._level = outer
        elif tag in _BLOCKS or tag == "li":
            self._end_block()
            self._visit_children(element)
            self._end_block()
        else:
            self._visit_children(element)
        self._depth -= 1

    def _add(self, text: str | None) -> None:
        if text:
            self._text.add(text if self._keeps_space else _SPACE.sub(" ", text), self._level)

    def _end_block(self, level: int = 0) -> None:
        text, self._text = self._text.text.strip(), InlineText()
        if text:
            text, self._label = f"{self._label} {text}" if self._label else text, ""
            kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
            self._items.append(Item(kind, text, level))
        self._items += self._behind
        self._behind = []

    def _heading(self, element: XmlElement, level: int) -> None:
        self._end_block()
        self._visit_children(element)
        self._end_block(level)

    def _preformatted(self, element: XmlElement) -> None:
        self._end_block()
        outer, self._keeps_space = self._keeps_space, True
        self._visit_children(element)
        self._end_block()
        self._keeps_space = outer

    def _ruby(self, element: XmlElement) -> None:
        """Write the base, with its reading in brackets."""
        self._add(element.text)
        for child in element:
            if _name(child) in ("rt", "rtc"):
                self._add(f"({one_line(''.join(child.itertext()))})")
            elif _name(child) != "rp":
                self._visit(child)
            self._add(child.tail)

    def _picture(self, element: XmlElement) -> None:
        text = one_line(element.get("alt") or "")
        if any(character.isalnum() for character in text) and " " in text:
            self._behind.append(Item(BlockKind.PARAGRAPH, f"Picture: {text}"))

    def _link(self, element: XmlElement) -> None:
        """Write a link; one to a note is its mark, and the note comes behind the paragraph."""
        note = self._notes.find(self._part, element, is_raised=self._level is Level.RAISED)
        if note is None:
            self._visit_children(element)
            return
        self._text.add_apart(note.label)
        if not note.is_new:
            return
        reader = ChapterReader(self._notes, note.part, self._depth)
        self._behind += trailing(note.without_mark(reader.read(note.element)), note.label)

    # --- lists and tables ---

    def _list(self, element: XmlElement) -> None:
        self._end_block()
        start = element.get("start") or "1"
        number = int(start) if re.fullmatch(r"-?\d{1,9}", start) else 1
        write = _NUMBERS.get(element.get("type") or "", str)
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if _name(child) == "li":
                own = child.get("value") or ""
                number = int(own) if re.fullmatch(r"-?\d{1,9}", own) else number
                is_marked = "list-style" not in (element.get("style") or "") and not self._notes.is_note_list(element)
                self._label = f"{write(number)}." if is_marked else ""
                number += 1
            self._visit(child)
            self._label = ""
        self._end_block()

    def _table(self, table: XmlElement) -> None:
        self._end_block()
        for caption in table.iterchildren("caption"):
            self._visit(caption)

        def read_cell(element: XmlElement) -> list[FlowItem]:
            return ChapterReader(self._notes, self._part, self._depth + 1).read(element)

        self._items += read_table(table, read_cell)


def _name(element: XmlElement) -> str:
    """Return the name of an element without a prefix; "" of comments."""
    return element.tag.rpartition(":")[2].rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def is_hidden(element: XmlElement) -> bool:
    """Return whether a reader of the book is not shown an element, such as the landmarks of its navigation."""
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or (element.get("hidden") is not None and _name(element) != "aside")
