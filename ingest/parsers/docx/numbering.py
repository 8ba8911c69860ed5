"""Computes the numbers that Word paints before paragraphs of numbered lists: "4.2", "(b)", "Article IV"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.parsers.docx.styles import DocxStyles, number, switch, value
from ingest.parsers.list_numbers import write_number
from ingest.parsers.open_xml import W, XmlElement
from ingest.parsers.symbol_fonts import PRIVATE

LEVELS = 9
MAX_NUMBER = 10_000_000

_PLACE = re.compile(r"%([1-9])")
_LETTERED = frozenset({"lowerLetter", "upperLetter", "lowerRoman", "upperRoman"})


@dataclass(frozen=True, slots=True)
class DocxListLevel:
    """The look of the numbers of one level of a list; `restart` is the level (from 1) that restarts it, 0 for none."""

    number_format: str = "decimal"
    pattern: str = ""
    start: int = 1
    is_legal: bool = False
    restart: int | None = None
    style: str = ""


@dataclass(slots=True)
class _Counters:
    """The numbers that the levels of an abstract list have reached; None where none was given out yet.

    `assumed` are levels that a deeper one shows though no paragraph of theirs has come: their first is still to come.
    """

    reached: list[int | None] = field(default_factory=lambda: [None] * LEVELS)
    labels: list[str] = field(default_factory=lambda: [""] * LEVELS)
    assumed: set[int] = field(default_factory=set)


class Numbering:
    """The lists of one file. `label` is asked for each numbered paragraph in turn, as it counts."""

    def __init__(self, root: XmlElement | None, styles: DocxStyles) -> None:
        self._styles = styles
        self._abstract: dict[str, dict[int, DocxListLevel]] = {}
        self._links: dict[str, str] = {}
        self._lists: dict[str, str] = {}
        self._overrides: dict[str, dict[int, DocxListLevel]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, _Counters] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is not None:
            self._read(root)

    def _read(self, root: XmlElement) -> None:
        made_by_style: dict[str, str] = {}
        for element in root.iterfind(f"{W}abstractNum"):
            abstract_id = element.get(f"{W}abstractNumId") or ""
            self._abstract[abstract_id] = dict(map(_read_level, element.iterfind(f"{W}lvl")))
            if (link := value(element, "numStyleLink")) is not None:
                self._links[abstract_id] = link
            if (link := value(element, "styleLink")) is not None:
                made_by_style[link] = abstract_id
        self._links = {own: made_by_style[link] for own, link in self._links.items() if link in made_by_style}
        for element in root.iterfind(f"{W}num"):
            list_id = element.get(f"{W}numId") or ""
            self._lists[list_id] = value(element, "abstractNumId") or ""
            for override in element.iterfind(f"{W}lvlOverride"):
                self._read_override(list_id, override)

    def _read_override(self, list_id: str, override: XmlElement) -> None:
        level = _place(override)
        own = override.find(f"{W}lvl")
        if own is not None:
            self._overrides.setdefault(list_id, {})[level] = _read_level(own)[1]
        start = number(override, "startOverride")
        if start is not None:
            self._restarts.setdefault(list_id, {})[level] = start

    def label(self, properties: XmlElement | None, style_id: str) -> str:
        """Return the number of the next paragraph, with that of the clause it is under: "4.2 (b)"; "" where it has
        none."""
        list_id, level = self._find(properties, style_id)
        abstract_id = self._lists.get(list_id, "")
        abstract_id = self._links.get(abstract_id, abstract_id)
        if abstract_id not in self._abstract or not 0 <= level < LEVELS:
            return ""
        looks = {**self._abstract[abstract_id], **self._overrides.get(list_id, {})}
        counters = self._counters.setdefault(abstract_id, _Counters())
        self._count(list_id, level, looks, counters)
        label = _compose(level, looks, counters.reached)
        full = _in_context(label, level, looks, counters)
        counters.labels[level] = full
        return full

    def _find(self, properties: XmlElement | None, style_id: str) -> tuple[str, int]:
        """Return the list of a paragraph and its level there: its own numbering, else its style's."""
        own = properties.find(f"{W}numPr") if properties is not None else None
        list_id, level = self._styles.numbering(style_id)
        own_id = value(own, "numId")
        list_id = list_id if own_id is None else own_id
        own_level = number(own, "ilvl")
        if own_level is not None:
            return list_id, own_level
        abstract_id = self._lists.get(list_id, "")
        looks = self._abstract.get(self._links.get(abstract_id, abstract_id), {})
        linked = next((place for place, look in looks.items() if look.style == style_id and style_id), None)
        return list_id, linked if linked is not None else level if own_id is None else 0

    def _count(self, list_id: str, level: int, looks: dict[int, DocxListLevel], counters: _Counters) -> None:
        reached = counters.reached
        look = looks.get(level, DocxListLevel())
        restart = self._restarts.get(list_id, {}).get(level)
        if restart is not None and (list_id, level) not in self._begun:
            reached[level] = restart
        elif reached[level] is None or level in counters.assumed:
            reached[level] = look.start
        else:
            reached[level] = min((reached[level] or 0) + 1, MAX_NUMBER)
        self._begun.add((list_id, level))
        counters.assumed.discard(level)
        for outer in range(level):
            if reached[outer] is None:
                reached[outer] = looks.get(outer, DocxListLevel()).start
                counters.assumed.add(outer)
        for inner in range(level + 1, LEVELS):
            restart_after = looks.get(inner, DocxListLevel()).restart
            if restart_after is None or (restart_after and level < restart_after):
                reached[inner] = None
                counters.labels[inner] = ""


def _read_level(element: XmlElement) -> tuple[int, DocxListLevel]:
    level = _place(element)
    number_format = value(element, "numFmt")
    if number_format is None:  # newer formats stand in a choice, with what older programs show as its fallback
        found = element.find(f".//{W}numFmt")
        number_format = found.get(f"{W}val") if found is not None else None
    start = number(element, "start")
    look = DocxListLevel(
        number_format=number_format or "decimal",
        pattern=value(element, "lvlText") or "",
        start=0 if start is None else start,
        is_legal=bool(switch(element, "isLgl")),
        restart=number(element, "lvlRestart"),
        style=value(element, "pStyle") or "",
    )
    return level, look


def _place(element: XmlElement) -> int:
    """Return the level that a definition is of."""
    text = element.get(f"{W}ilvl") or "0"
    return int(text) if re.fullmatch("[0-8]", text) else 0


def _compose(level: int, looks: dict[int, DocxListLevel], reached: list[int | None]) -> str:
    """Return a level's pattern ("%1.%2") with the numbers reached; "" for bullets."""
    look = looks.get(level, DocxListLevel())
    if look.number_format == "bullet":
        return ""

    def write(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        number_format = looks.get(place, DocxListLevel()).number_format
        if look.is_legal and number_format not in ("none", "bullet"):
            number_format = "decimal"
        return write_number(reached[place] or 0, number_format)

    label = _PLACE.sub(write, look.pattern).strip()
    return "" if any(ord(character) in PRIVATE for character in label) else label


def _in_context(label: str, level: int, looks: dict[int, DocxListLevel], counters: _Counters) -> str:
    """Return a letter or Roman number with the number of the clause above it, which it is cited by: "4.2 (b)"."""
    look = looks.get(level, DocxListLevel())
    places = [int(place) - 1 for place in _PLACE.findall(look.pattern)]
    if not label or not level or places != [level] or look.number_format not in _LETTERED:
        return label
    above = counters.labels[level - 1].rstrip(".:)") if counters.labels[level - 1] else ""
    if above.count("(") > above.count(")"):
        above += ")"
    return f"{above} {label}" if above else label
