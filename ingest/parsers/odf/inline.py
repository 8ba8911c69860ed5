"""Reads the runs of an OpenDocument paragraph: its text, the page breaks in it, and what is anchored to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, comment_label, trailing
from ingest.parsers.odf.names import DC, DRAW, FIELD, OFFICE, TEXT
from ingest.parsers.odf.styles import OdfStyles
from ingest.parsers.open_xml import XmlElement
from ingest.parsers.raised import InlineText, Level
from ingest.parsers.symbol_fonts import replace_private

MAX_SPACES = 100
MAX_DEPTH = 200

_SPACE = re.compile(r"\s+")
_SKIPPED = frozenset(
    (
        *(f"{TEXT}{name}" for name in ("change", "change-start", "change-end", "script", "number", "ruby-text")),
        *(f"{OFFICE}{name}" for name in ("annotation-end", "event-listeners", "forms")),
        *(f"{TEXT}{name}" for name in ("tracked-changes", "bookmark", "reference-mark", "toc-mark")),
    )
)
_PAGE_NUMBERS = frozenset(f"{TEXT}{name}" for name in ("page-number", "page-count"))


class OdfAnchored(Protocol):
    """Reads things that stand in a paragraph but are not its text."""

    def story(self, element: XmlElement) -> list[FlowItem]:
        """Return the blocks of a note or comment."""
        ...

    def drawing(self, element: XmlElement) -> list[FlowItem]:
        """Return the text of a drawing."""
        ...

    def formula(self, element: XmlElement) -> str:
        """Return the formula that a frame holds, on one line; "" where it holds something else."""
        ...


@dataclass(slots=True)
class OdfParagraphText:
    """The text of a paragraph, its page breaks, and the items that stand behind it."""

    text: InlineText = field(default_factory=InlineText)
    recorded_before: int = 0
    recorded_after: int = 0
    notes: list[FlowItem] = field(default_factory=list)
    drawings: list[FlowItem] = field(default_factory=list)
    has_page_number: bool = False
    number: str = ""
    """The number that the program that wrote the file painted before it, where it says so."""


class OdfInlineReader:
    """Reads one paragraph."""

    def __init__(self, styles: OdfStyles, anchored: OdfAnchored) -> None:
        self._styles = styles
        self._anchored = anchored
        self._found = OdfParagraphText()
        self._level = Level.PLAIN
        self._hides = False
        self._depth = 0
        self._handlers: dict[str, Callable[[XmlElement], None]] = {
            f"{TEXT}s": self._read_spaces,
            f"{TEXT}tab": lambda _: self._add("\t"),
            f"{TEXT}line-break": lambda _: self._add("\n"),
            f"{TEXT}soft-page-break": lambda _: self._read_page_break(),
            f"{TEXT}span": self._read_span,
            f"{TEXT}note": self._read_note,
            f"{TEXT}ruby": self._read_ruby,
            f"{FIELD}fieldmark": self._read_field,
            f"{OFFICE}annotation": self._read_annotation,
        }

    def read(self, paragraph: XmlElement) -> OdfParagraphText:
        """Return everything in a paragraph."""
        style = paragraph.get(f"{TEXT}style-name") or ""
        number = paragraph.find(f"{TEXT}number")
        self._found.number = one_line("".join(number.itertext())) if number is not None else ""
        self._with_style(paragraph, self._styles.hides("paragraph", style), Level.PLAIN)
        return self._found

    def _with_style(self, element: XmlElement, hides: bool, level: Level) -> None:
        marks = hides and not self._hides
        outer = (self._hides, self._level)
        self._hides, self._level = self._hides or hides, level
        if marks:
            self._add(" [hidden: ")
        self._walk(element)
        if marks:
            self._add("] ")
        self._hides, self._level = outer

    def _walk(self, parent: XmlElement) -> None:
        self._depth += 1
        self._add_collapsed(parent.text)
        for child in parent:
            if not isinstance(child.tag, str):
                pass  # An entity, which is not expanded.
            elif self._depth > MAX_DEPTH:
                self._add_collapsed("".join(child.itertext()))
            elif child.tag in self._handlers:
                self._handlers[child.tag](child)
            elif child.tag.startswith(DRAW):
                self._read_drawing(child)
            elif child.tag not in _SKIPPED:
                self._found.has_page_number |= child.tag in _PAGE_NUMBERS
                self._walk(child)
            self._add_collapsed(child.tail)
        self._depth -= 1

    def _add(self, text: str) -> None:
        self._found.text.add(text, self._level)

    def _add_collapsed(self, text: str | None) -> None:
        if text:
            self._add(replace_private(_SPACE.sub(" ", text)))

    def _read_field(self, element: XmlElement) -> None:
        """Read a list or check box of Word's forms, whose state LibreOffice writes down and does not paint."""
        entries: list[str] = []
        chosen, kind = 0, (element.get(f"{FIELD}type") or "").rpartition(".")[2]
        for setting in element.iterchildren(f"{FIELD}param"):
            name, value = setting.get(f"{FIELD}name") or "", setting.get(f"{FIELD}value") or ""
            if name == "Dropdown_ListEntry":
                entries.append(value)
            elif name == "Dropdown_Selected" and value.isdecimal():
                chosen = int(value)
            elif name == "Checkbox_Checked":
                entries, kind = ["☐", "☒"], "FORMCHECKBOX"
                chosen = int(value.lower() in ("true", "1"))
        if kind == "FORMCHECKBOX" and not entries:
            entries = ["☐"]
        if 0 <= chosen < len(entries):
            self._add(entries[chosen])
        self._walk(element)

    def _read_spaces(self, element: XmlElement) -> None:
        count = element.get(f"{TEXT}c") or "1"
        self._add(" " * (min(int(count), MAX_SPACES) if re.fullmatch(r"\d{1,6}", count) else 1))

    def _read_page_break(self) -> None:
        if self._found.text.text.strip():
            self._found.recorded_after += 1
        else:
            self._found.recorded_before += 1

    def _read_span(self, element: XmlElement) -> None:
        style = element.get(f"{TEXT}style-name") or ""
        level = self._styles.level(style)
        self._with_style(element, self._styles.hides("text", style), self._level if level is None else level)

    def _read_note(self, element: XmlElement) -> None:
        body = element.find(f"{TEXT}note-body")
        if body is None:
            return
        mark = one_line(element.findtext(f"{TEXT}note-citation") or "")
        name = "endnote" if element.get(f"{TEXT}note-class") == "endnote" else "note"
        label = f"[{name} {mark}]" if mark else f"[{name}]"
        self._found.text.add_apart(label)
        self._found.notes += trailing(self._anchored.story(body), label)

    def _read_annotation(self, element: XmlElement) -> None:
        self._found.notes += comment_items(element, self._anchored.story)

    def _read_ruby(self, element: XmlElement) -> None:
        base, reading = element.find(f"{TEXT}ruby-base"), element.find(f"{TEXT}ruby-text")
        if base is not None:
            self._walk(base)
        if reading is not None and (text := one_line("".join(reading.itertext()))):
            self._add(f"({text})")

    def _read_drawing(self, element: XmlElement) -> None:
        formula = self._anchored.formula(element)
        if formula:
            self._found.text.add_apart(formula)
        else:
            self._found.drawings += self._anchored.drawing(element)


def comment_items(element: XmlElement, story: Callable[[XmlElement], list[FlowItem]]) -> list[FlowItem]:
    """Return a comment with its author's name."""
    author = one_line(element.findtext(f"{DC}creator") or "")
    return trailing(story(element), comment_label(author))
