"""Walks the elements of a web page and gives its text as items, whatever tags stand around it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from lxml import etree  # type: ignore[import-untyped]

from ingest.cleanup import one_line
from ingest.parsers.equations import mathml_text
from ingest.parsers.flow import FlowItem, Item
from ingest.parsers.html.boilerplate import is_boilerplate
from ingest.parsers.html.lists import HtmlListNumbers
from ingest.parsers.html.tables import read_role_row, read_table
from ingest.parsers.open_xml import XmlElement
from ingest.parsers.raised import InlineText, Level, apply_style_sheet, level_of_style
from rag.types import BlockKind

MAX_LEVEL = 6
MAX_OPTIONS = 20
"""A list of more choices (countries, years) says nothing; only what is chosen is read."""

MIN_BODY_WORDS = 20
"""Where hardly anything else is there, what looks like a menu is the page."""

MIN_ALT_WORDS = 2

_SKIPPED_TAGS = """
script style head embed canvas audio video rp datalist meta link base title
"""
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_BLOCK_TAGS = """
address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search section summary table
ul tr td th tbody thead tfoot caption frameset noframes
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_OPENED_NAMES = re.compile(r"tab-?pane|accordion|collaps|expand|spoiler|faq|disclosure", re.IGNORECASE)
_SCRIPT_NEEDED = re.compile(r"java\s?script|<img", re.IGNORECASE)
"""Says that what stands there for browsers without scripts only asks for one, or repeats a picture."""

_BOX = re.compile(r"\[[x ]\]\s*$")
_UNREAD = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The items of a page, and how many words of menus and banners are left out of its chunks."""

    items: tuple[FlowItem, ...]
    boilerplate_words: int = 0
    hidden_words: int = 0


def read_html(source: str, *, is_framed: bool = False) -> HtmlText:
    """Return the text of a page's source in reading order; menus and banners are furniture.

    `is_framed` is set for a page within a page, in which no further ones are read.
    """
    root = _parse(source)
    if root is None:
        return HtmlText(tuple(_strip_tags(source)))
    apply_style_sheet(root, "\n".join("".join(style.itertext()) for style in root.iter("style")))
    walker = _Walker(is_framed=is_framed)
    walker.walk(root)
    items = walker.finish()
    found = HtmlText(tuple(items), _count_words(items, BlockKind.FURNITURE), walker.hidden_words)
    body = sum(len(item.text.split()) for item in items if isinstance(item, Item)) - found.boilerplate_words
    if found.boilerplate_words and body < MIN_BODY_WORDS:
        kept = tuple(
            replace(item, kind=BlockKind.PARAGRAPH)
            if isinstance(item, Item) and item.kind is BlockKind.FURNITURE
            else item
            for item in items
        )
        return HtmlText(kept, 0, walker.hidden_words)
    return found


def _parse(source: str) -> XmlElement | None:
    """Return the root of a page; None where elements are nested more deeply than the parser takes."""
    # Bytes, as lxml refuses text that declares an encoding of its own.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=True, remove_comments=True)
    try:
        root = etree.fromstring(source.replace("\x00", "").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if any("depth" in entry.message for entry in parser.error_log) else root


def _strip_tags(source: str) -> list[FlowItem]:
    """Return the text between the tags, where nothing more is to be had."""
    text = html.unescape(_MARKUP.sub("\n", _UNREAD.sub("\n", source)))
    return [Item(BlockKind.PARAGRAPH, line.strip()) for line in text.split("\n") if line.strip()]


def _count_words(items: list[FlowItem], kind: BlockKind) -> int:
    return sum(len(item.text.split()) for item in items if isinstance(item, Item) and item.kind is kind)


def _terms_and_meanings(definitions: XmlElement) -> list[XmlElement]:
    """Return the parts of a definition list; the parser puts terms without end tags into each other."""
    found = [
        child
        for child in definitions.iter("dt", "dd")
        if next((above for above in child.iterancestors("dl")), None) is definitions
    ]
    for child in found:
        outer = next(iter(child.iterancestors("dt", "dd", "dl")))
        if outer is not definitions:
            outer.addnext(child)
    return found


def _is_hidden(element: XmlElement) -> bool:
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style") or "") is not None


def _is_opened(element: XmlElement) -> bool:
    """Return whether a click of the reader shows a hidden element: the page of a tab, the answer to a question."""
    names = f"{element.get('role') or ''} {element.get('class') or ''} {element.get('id') or ''}"
    return element.get("hidden") == "until-found" or _OPENED_NAMES.search(names) is not None


class _Walker:
    """Collects items; text between two borders of blocks is one paragraph."""

    def __init__(self, *, is_inside: bool = False, is_framed: bool = False) -> None:
        """Start without items; `is_inside` is set for a walker of one cell, `is_framed` for one of a page within a
        page."""
        self._is_framed = is_framed
        self._items: list[FlowItem] = []
        self._line = InlineText()
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._prefix = ""
        self._is_set = 0
        """The number of surrounding elements that keep their line breaks."""
        self._raised = Level.PLAIN
        self._is_inside = is_inside
        self._furniture = 0
        self.hidden_words = 0

    def finish(self) -> list[FlowItem]:
        """Return the items so far."""
        self._flush()
        return self._items

    def walk(self, element: XmlElement) -> None:
        """Read an element and all below it."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _SKIPPED:
            return
        if tag == "template" or (_is_hidden(element) and not _is_opened(element)):
            self.hidden_words += len(" ".join(element.itertext()).split())
            return
        if not self._furniture and not self._is_inside and is_boilerplate(element, tag):
            self._flush()
            self._furniture += 1
            self._enter(element, tag)
            self._flush()
            self._furniture -= 1
            return
        level = None if tag in _BLOCKS else level_of_style(element.get("style") or "", element.get("class") or "")
        before, self._raised = self._raised, self._raised if level is None else level
        self._enter(element, tag)
        self._raised = before

    def _enter(self, element: XmlElement, tag: str) -> None:
        match tag:
            case "table":
                self._read_table(element)
            case "ul" | "ol" | "menu" | "dir":
                self._read_list(element, tag)
            case "dl":
                self._read_definitions(element)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._read_heading(element, int(tag[1]))
            case "pre" | "textarea" | "listing" | "xmp" | "plaintext":
                self._flush()
                self._is_set += 1
                self._inside(element)
                self._flush()
                self._is_set -= 1
            case "noscript":
                if not _SCRIPT_NEEDED.search(etree.tostring(element, encoding="unicode", with_tail=False)):
                    self._flush()
                    self._inside(element)
                    self._flush()
            case "iframe":
                source = element.get("srcdoc")
                if source and not self._is_framed:
                    self._flush()
                    self._take(*read_html(source, is_framed=True).items)
            case "math":
                self._line.add_apart(mathml_text(element))
            case "svg":
                self._read_drawing(element)
            case "button":
                self._flush()
                self._inside(element)
                self._flush()
            case "label":
                self._read_label(element)
            case "rt":
                if words := one_line("".join(element.itertext())):
                    self._line.add(f"({words})")
            case "br":
                self._line.add("\n")
            case "img" | "area":
                self._read_image(element)
            case "input" | "select":
                self._read_control(element, tag)
            case "sup" | "sub":
                before, self._raised = self._raised, Level.RAISED if tag == "sup" else Level.LOWERED
                self._inside(element)
                self._raised = before
            case "del" | "s" | "strike":
                if words := one_line(" ".join(element.itertext())):
                    self._line.add_apart(f"(struck out: {words})")
            case "q":
                self._line.add("“")
                self._inside(element)
                self._line.add("”")
            case _ if element.get("role") == "row" and (items := read_role_row(element, self._read_apart)):
                self._flush()
                self._take(*items)
            case _ if element.get("role") == "heading":
                level = element.get("aria-level") or "2"
                self._read_heading(element, int(level) if level.isdecimal() else 2)
            case _ if tag in _BLOCKS:
                self._flush()
                self._inside(element)
                self._flush()
            case _:
                self._inside(element)

    def _inside(self, element: XmlElement) -> None:
        self._add(element.text)
        for child in element:
            self.walk(child)
            self._add(child.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self._line.add(text if self._is_set else _SPACE.sub(" ", text), self._raised)

    def _flush(self) -> None:
        """End the paragraph."""
        text = self._line.text.strip("\n") if self._is_set else self._line.text.strip()
        self._line = InlineText()
        if not text.strip():
            return
        kind, level = self._kind, self._level
        if self._furniture:
            kind, level = BlockKind.FURNITURE, 0
        self._items.append(Item(kind, self._prefix + text, level))
        self._prefix = ""

    # --- blocks ---

    def _read_heading(self, element: XmlElement, level: int) -> None:
        self._flush()
        self._kind, self._level = BlockKind.HEADING, min(max(level, 1), MAX_LEVEL)
        self._inside(element)
        self._flush()
        self._kind, self._level = BlockKind.PARAGRAPH, 0

    def _read_list(self, element: XmlElement, tag: str) -> None:
        self._flush()
        self._add(element.text)
        numbers = HtmlListNumbers(element)
        for child in element:
            if child.tag == "li":
                self._flush()
                self._prefix = f"{numbers.next(child)} " if tag == "ol" else "• "
            self.walk(child)
            self._add(child.tail)
        self._flush()
        self._prefix = ""

    def _read_definitions(self, element: XmlElement) -> None:
        """Read terms with their definitions, each pair in one paragraph where both are short."""
        self._flush()
        terms: list[str] = []
        has_meaning = False
        for child in _terms_and_meanings(element):
            items = self._read_apart(child)
            texts = [item.text for item in items if isinstance(item, Item)]
            if child.tag == "dt":
                terms = [] if has_meaning else terms
                has_meaning = False
                terms += texts
            elif terms and texts and isinstance(items[0], Item) and items[0].kind is BlockKind.PARAGRAPH:
                self._take(replace(items[0], text=f"{', '.join(terms)}: {texts[0]}"), *items[1:])
                has_meaning = True
            else:
                self._take(*items)
                has_meaning = True
        if terms and not has_meaning:
            self._take(*(Item(BlockKind.PARAGRAPH, term) for term in terms))

    def _read_table(self, table: XmlElement) -> None:
        self._flush()
        for child in table:
            if child.tag == "caption":
                self._take(*self._read_apart(child))
        self._take(*read_table(table, self._read_apart))

    def _read_apart(self, element: XmlElement) -> list[FlowItem]:
        """Return what stands in a cell or a term."""
        walker = _Walker(is_inside=True, is_framed=self._is_framed)
        walker._inside(element)
        items = walker.finish()
        self.hidden_words += walker.hidden_words
        return items

    def _take(self, *items: FlowItem) -> None:
        for item in items:
            if self._furniture and isinstance(item, Item):
                item = replace(item, kind=BlockKind.FURNITURE, level=0)
            self._items.append(item)

    # --- pictures and controls ---

    def _read_drawing(self, element: XmlElement) -> None:
        """Read the words in a drawing; a single one names an icon."""
        words = one_line(" ".join(text for part in element.iter("title", "desc", "text") for text in part.itertext()))
        if len(words.split()) >= MIN_ALT_WORDS:
            self._line.add_apart(f"[image: {words}]")

    def _read_label(self, element: XmlElement) -> None:
        """Begin a line with a label, unless the box that it is about stands before it."""
        if not _BOX.search(self._line.text):
            self._flush()
        self._inside(element)

    def _read_image(self, element: XmlElement) -> None:
        alternative = one_line(element.get("alt") or "")
        if len(alternative.split()) >= MIN_ALT_WORDS:
            self._line.add_apart(f"[image: {alternative}]")

    def _read_control(self, element: XmlElement, tag: str) -> None:
        if tag == "input":
            kind = (element.get("type") or "text").lower()
            value = one_line(element.get("value") or element.get("placeholder") or "")
            if kind in ("checkbox", "radio"):
                if not any(True for _ in element.iterancestors("label")):
                    self._flush()
                self._line.add_apart("[x]" if "checked" in element.attrib else "[ ]")
            elif value and kind in ("text", "search", "email", "tel", "url", "number", "date", "time", "month", "week"):
                self._line.add_apart(value)
            return
        options = [option for option in element.iter("option") if one_line("".join(option.itertext()))]
        chosen = [option for option in options if "selected" in option.attrib]
        shown = options if len(options) <= MAX_OPTIONS else chosen
        texts = []
        for option in shown:
            mark = " (chosen)" if option in chosen and len(shown) > 1 else ""
            texts.append(one_line("".join(option.itertext())) + mark)
        if texts:
            self._line.add_apart(", ".join(texts))
