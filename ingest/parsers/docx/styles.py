"""Reads the styles of a Word file: which are headings, which are numbered, which raise or hide their text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.parsers.open_xml import W, XmlElement
from ingest.parsers.raised import Level

MAX_INHERITANCE = 20
"""DocxStyles inherit from each other; damaged files do so in circles."""

BODY_TEXT = 9
"""The outline level that means "no heading"."""

SMALL_SIZE = 17
"""Half points: text that is raised by hand and at most so tall is a mark or an exponent."""

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_LEVELS = {"superscript": Level.RAISED, "subscript": Level.LOWERED, "baseline": Level.PLAIN}


@dataclass(frozen=True, slots=True)
class DocxStyle:
    """The properties that one style sets itself; None where it leaves them to the style it is based on."""

    name: str = ""
    parent: str = ""
    outline: int | None = None
    list_id: str | None = None
    list_level: int | None = None
    level: Level | None = None
    is_hidden: bool | None = None
    starts_page: bool | None = None


def switch(element: XmlElement | None, name: str) -> bool | None:
    """Return a switch such as `w:vanish` among the properties: on, off, or None where it is not there."""
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}val", "1") not in ("0", "false", "off")


def value(element: XmlElement | None, name: str) -> str | None:
    """Return the value of a property such as `w:pStyle`, or None."""
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}val")


def number(element: XmlElement | None, name: str) -> int | None:
    """Return a property's value as a number, or None."""
    text = value(element, name)
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,9}", text) else None


def run_level(properties: XmlElement | None) -> Level | None:
    """Return whether run properties raise or lower text; None where they say nothing."""
    name = value(properties, "vertAlign")
    if name is not None:
        return _LEVELS.get(name)
    rise, size = number(properties, "position"), number(properties, "sz")
    if rise and size is not None and size <= SMALL_SIZE:
        return Level.RAISED if rise > 0 else Level.LOWERED
    return None


class DocxStyles:
    """The styles of one file."""

    def __init__(self, root: XmlElement | None) -> None:
        self._styles: dict[str, DocxStyle] = {}
        self.default = ""
        """The style of paragraphs that name none."""
        for element in root.iterfind(f"{W}style") if root is not None else ():
            style_id = element.get(f"{W}styleId") or ""
            self._styles[style_id] = _read(element)
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true", "on"):
                self.default = style_id

    def _chain(self, style_id: str) -> list[DocxStyle]:
        """Return a style and those it is based on."""
        found: list[DocxStyle] = []
        while style_id in self._styles and len(found) < MAX_INHERITANCE:
            found.append(self._styles[style_id])
            style_id = found[-1].parent
        return found

    def heading_level(self, style_id: str) -> int:
        """Return the level of the headings that a style makes, from 1; 0 for other styles."""
        for style in self._chain(style_id):
            if style.outline is not None:
                return style.outline + 1 if style.outline < BODY_TEXT else 0
            match = _HEADING.fullmatch(style.name)
            if match:
                return int(match[1])
            if style.name.lower() == "title":
                return 1
        return 0

    def is_contents(self, style_id: str) -> bool:
        """Return whether a style is that of the lines of a table of contents."""
        return any(re.match(r"toc \d|table of figures", style.name, re.IGNORECASE) for style in self._chain(style_id))

    def numbering(self, style_id: str) -> tuple[str, int]:
        """Return the list and the level in it that a style puts paragraphs into; "" for none."""
        list_id: str | None = None
        level: int | None = None
        for style in self._chain(style_id):
            list_id = style.list_id if list_id is None else list_id
            level = style.list_level if level is None else level
        return list_id or "", level or 0

    def run_level(self, style_id: str) -> Level | None:
        """Return whether a style raises or lowers text."""
        return next((style.level for style in self._chain(style_id) if style.level is not None), None)

    def is_hidden(self, style_id: str) -> bool:
        """Return whether a style hides text."""
        return next((style.is_hidden for style in self._chain(style_id) if style.is_hidden is not None), False)

    def starts_page(self, style_id: str) -> bool:
        """Return whether the paragraphs of a style begin new pages."""
        return next((style.starts_page for style in self._chain(style_id) if style.starts_page is not None), False)


def _read(element: XmlElement) -> DocxStyle:
    paragraph = element.find(f"{W}pPr")
    run = element.find(f"{W}rPr")
    numbers = paragraph.find(f"{W}numPr") if paragraph is not None else None
    return DocxStyle(
        name=value(element, "name") or "",
        parent=value(element, "basedOn") or "",
        outline=number(paragraph, "outlineLvl"),
        list_id=value(numbers, "numId"),
        list_level=number(numbers, "ilvl"),
        level=run_level(run),
        is_hidden=switch(run, "vanish"),
        starts_page=switch(paragraph, "pageBreakBefore"),
    )
