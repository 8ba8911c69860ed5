"""Reads the styles of an OpenDocument file: page breaks, raised and hidden text, and how lists are numbered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from ingest.parsers.odf.names import FO, PRESENTATION, STYLE, TEXT
from ingest.parsers.open_xml import XmlElement
from ingest.parsers.raised import Level

T = TypeVar("T")

MAX_INHERITANCE = 20
LEVELS = 10

_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


@dataclass(frozen=True, slots=True)
class OdfListLevel:
    """The look of the numbers of one level of a list; the format is "" for bullets and levels without numbers."""

    number_format: str = ""
    prefix: str = ""
    suffix: str = ""
    shown_levels: int = 1
    start: int = 1


@dataclass(frozen=True, slots=True)
class OdfStyle:
    """The properties that one style sets itself; None or "" where it leaves them to its parent."""

    parent: str = ""
    list_style: str = ""
    heading: int | None = None
    level: Level | None = None
    is_hidden: bool | None = None
    breaks_before: bool | None = None
    breaks_after: bool | None = None
    master_page: str = ""
    is_hidden_slide: bool | None = None


@dataclass(slots=True)
class OdfStyles:
    """The styles of a file, those of its content before those of its style sheet."""

    _styles: dict[tuple[str, str], OdfStyle] = field(default_factory=dict)
    lists: dict[str, dict[int, OdfListLevel]] = field(default_factory=dict)
    outline: dict[int, OdfListLevel] = field(default_factory=dict)

    def add(self, root: XmlElement | None) -> None:
        """Take the styles of a part; those that are known already stay as they are."""
        if root is None:
            return
        for element in root.iter(f"{STYLE}style"):
            key = (element.get(f"{STYLE}family") or "", element.get(f"{STYLE}name") or "")
            self._styles.setdefault(key, _read_style(element))
        for element in root.iter(f"{TEXT}list-style"):
            self.lists.setdefault(element.get(f"{STYLE}name") or "", dict(_read_levels(element)))
        for element in root.iter(f"{TEXT}outline-style"):
            self.outline = self.outline or dict(_read_levels(element))

    def find(self, family: str, name: str, get: Callable[[OdfStyle], T | None]) -> T | None:
        """Return the first answer of a style and those it inherits from that is not None."""
        for _ in range(MAX_INHERITANCE):
            style = self._styles.get((family, name))
            if style is None:
                return None
            found = get(style)
            if found is not None:
                return found
            name = style.parent
        return None

    def level(self, name: str) -> Level | None:
        """Return whether a style of runs raises or lowers them."""
        return self.find("text", name, lambda style: style.level)

    def hides(self, family: str, name: str) -> bool:
        """Return whether a style hides its text."""
        return bool(self.find(family, name, lambda style: style.is_hidden))


def _read_style(element: XmlElement) -> OdfStyle:
    text = element.find(f"{STYLE}text-properties")
    paragraph = element.find(f"{STYLE}paragraph-properties")
    page = element.find(f"{STYLE}drawing-page-properties")
    section = element.find(f"{STYLE}section-properties")
    display = text.get(f"{TEXT}display") if text is not None else None
    if section is not None and section.get(f"{TEXT}display") is not None:
        display = section.get(f"{TEXT}display")
    return OdfStyle(
        parent=element.get(f"{STYLE}parent-style-name") or "",
        heading=_heading(element),
        list_style=element.get(f"{STYLE}list-style-name") or "",
        level=_level(text.get(f"{STYLE}text-position") if text is not None else None),
        is_hidden=None if display is None else display == "none",
        breaks_before=_is_page(paragraph, "break-before"),
        breaks_after=_is_page(paragraph, "break-after"),
        master_page=element.get(f"{STYLE}master-page-name") or "",
        is_hidden_slide=None if page is None else page.get(f"{PRESENTATION}visibility") == "hidden",
    )


def _heading(element: XmlElement) -> int | None:
    """Return the level of the headings that a style of paragraphs makes."""
    if element.get(f"{STYLE}name") == "Title":
        return 1
    level = _number(element.get(f"{STYLE}default-outline-level"), 0)
    return level or None


def _level(position: str | None) -> Level | None:
    """Return a position such as "super 58%" or "-33% 58%"."""
    if not position:
        return None
    first = position.split()[0]
    if first == "super" or re.fullmatch(r"\+?[1-9]\d*(?:\.\d+)?%", first):
        return Level.RAISED
    return Level.LOWERED if first == "sub" or first.startswith("-") else Level.PLAIN


def _is_page(properties: XmlElement | None, name: str) -> bool | None:
    kind = properties.get(f"{FO}{name}") if properties is not None else None
    return None if kind is None else kind in ("page", "even-page", "odd-page")


def _read_levels(element: XmlElement) -> Iterable[tuple[int, OdfListLevel]]:
    for child in element:
        level = _number(child.get(f"{TEXT}level"), 1)
        number_format = _FORMATS.get(child.get(f"{STYLE}num-format") or "", "")
        yield (
            level,
            OdfListLevel(
                number_format=number_format if "bullet" not in str(child.tag) else "",
                prefix=child.get(f"{STYLE}num-prefix") or "",
                suffix=child.get(f"{STYLE}num-suffix") or "",
                shown_levels=_number(child.get(f"{TEXT}display-levels"), 1),
                start=_number(child.get(f"{TEXT}start-value"), 1),
            ),
        )


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"\d{1,7}", text) else default
