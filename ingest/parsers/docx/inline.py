"""Reads the runs of a Word paragraph: its text, the page breaks in it, and what is anchored to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ingest.parsers.docx.fields import Fields, is_page_number
from ingest.parsers.docx.styles import DocxStyles, run_level, switch, value
from ingest.parsers.equations import omml_text
from ingest.parsers.flow import FlowItem
from ingest.parsers.open_xml import MC, M, W, XmlElement, alternative
from ingest.parsers.raised import InlineText, Level
from ingest.parsers.symbol_fonts import from_symbol_font, replace_private
from ingest.parsers.unread import UnreadText

_WRAPPERS = frozenset(
    f"{W}{name}"
    for name in ("hyperlink", "smartTag", "customXml", "sdtContent", "ins", "moveTo", "bdo", "dir", "rubyBase", "rt")
)
_REMOVED = frozenset(f"{W}{name}" for name in ("del", "moveFrom"))
_GRAPHICS = frozenset(f"{W}{name}" for name in ("drawing", "pict", "object"))
_MARKS = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}


class DocxAnchored(Protocol):
    """Reads things that a paragraph only points to."""

    def note(self, reference: XmlElement, mark: str) -> tuple[str, list[FlowItem]]:
        """Return how a note is marked in the text ("[note 3]"), and the note; `mark` is the author's own mark, or
        ""."""
        ...

    def comment(self, reference: XmlElement) -> list[FlowItem]:
        """Return the comment that a reference points to."""
        ...

    def graphics(self, elements: list[XmlElement]) -> list[FlowItem]:
        """Return the text of the drawings of a paragraph: text boxes, charts, diagrams, descriptions."""
        ...


@dataclass(slots=True)
class DocxParagraphText:
    """The text of a paragraph in pieces between page breaks that the author set, and the items that stand behind it."""

    pieces: list[InlineText] = field(default_factory=lambda: [InlineText()])
    recorded_before: int = 0
    recorded_after: int = 0
    """Page breaks that the program recorded before and in the text; a paragraph stays whole on its first page."""
    notes: list[FlowItem] = field(default_factory=list)
    graphics: list[XmlElement] = field(default_factory=list)
    is_contents: bool = False
    has_page_number: bool = False

    @property
    def texts(self) -> list[str]:
        """Return the pieces as text."""
        return [piece.text for piece in self.pieces]


class DocxInlineReader:
    """Reads the paragraphs of one part in turn; fields may go on from one to the next."""

    def __init__(self, styles: DocxStyles, anchored: DocxAnchored, unread: UnreadText) -> None:
        self._styles = styles
        self._anchored = anchored
        self._unread = unread
        self._fields = Fields()
        self._found = DocxParagraphText()
        self._hides = False
        self._custom_mark: XmlElement | None = None
        self._handlers: dict[str, Callable[[XmlElement], None]] = {
            f"{W}r": self._read_run,
            f"{W}sdt": self._read_control,
            f"{W}fldSimple": self._read_simple_field,
            f"{M}oMath": self._read_equation,
            f"{M}oMathPara": self._read_equation,
            f"{MC}AlternateContent": self._read_alternative,
        }

    def read(self, paragraph: XmlElement, style: str) -> DocxParagraphText:
        """Return everything in a paragraph."""
        self._found = DocxParagraphText(is_contents=self._fields.in_contents)
        self._style_hides = self._styles.is_hidden(style)
        self._style_level = self._styles.run_level(style) or Level.PLAIN
        self._walk(paragraph)
        self._hide(False)
        self._found.is_contents |= self._fields.in_contents
        return self._found

    @property
    def in_contents(self) -> bool:
        """Return whether a table of contents is still open."""
        return self._fields.in_contents

    def _walk(self, parent: XmlElement) -> None:
        for child in parent:
            handler = self._handlers.get(child.tag)
            if handler is not None:
                handler(child)
            elif child.tag in _WRAPPERS:
                self._walk(child)
            elif child.tag in _REMOVED:
                self._unread.leave_out(child)

    def _read_control(self, control: XmlElement) -> None:
        content = control.find(f"{W}sdtContent")
        if content is not None:
            self._walk(content)

    def _read_simple_field(self, element: XmlElement) -> None:
        self._found.has_page_number |= is_page_number(element.get(f"{W}instr") or "")
        self._walk(element)

    def _read_alternative(self, element: XmlElement) -> None:
        chosen = alternative(element)
        for option in element:
            if option is not chosen:
                self._unread.leave_out(option)
        if chosen is not None:
            self._walk(chosen)

    def _read_equation(self, element: XmlElement) -> None:
        if self._fields.shows_text:
            separate = "; ".join if element.tag == f"{M}oMathPara" else " ".join
            parts = element.findall(f"{M}oMath") if element.tag == f"{M}oMathPara" else [element]
            self._found.pieces[-1].add_apart(separate(filter(None, map(omml_text, parts))))
        self._unread.leave_out(element)

    def _add(self, text: str, level: Level = Level.PLAIN) -> None:
        if self._fields.shows_text:
            self._found.has_page_number |= self._fields.in_page_number
            self._found.is_contents |= self._fields.in_contents
            self._found.pieces[-1].add(text, level)

    def _hide(self, hides: bool) -> None:
        """Mark where hidden text begins and ends."""
        if hides is not self._hides:
            self._hides = hides
            self._found.pieces[-1].add(" [hidden: " if hides else "] ")

    # --- runs ---

    def _read_run(self, run: XmlElement) -> None:
        properties = run.find(f"{W}rPr")
        level, font, hides = self._style_level, "", self._style_hides
        if properties is not None:
            style = value(properties, "rStyle") or ""
            own = run_level(properties)
            level = own if own is not None else self._styles.run_level(style) or level
            font = _font(properties)
            own_hides = switch(properties, "vanish")
            hides = own_hides if own_hides is not None else hides or bool(style and self._styles.is_hidden(style))
        if hides is not self._hides and self._fields.shows_text and run.find(f"{W}t") is not None:
            self._hide(hides)
        self._read_run_content(run, level, font)

    def _read_run_content(self, run: XmlElement, level: Level, font: str) -> None:
        for child in run:
            tag = child.tag
            if tag == f"{W}t":
                self._read_text(child, level, font)
            elif tag in _MARKS:
                self._add(_MARKS[tag])
            elif tag == f"{W}br":
                self._read_break(child)
            elif tag == f"{W}lastRenderedPageBreak":
                self._read_recorded_break()
            elif tag == f"{W}fldChar":
                self._add(self._fields.mark(child))
            elif tag == f"{W}instrText":
                self._fields.add_code(child.text or "")
            elif tag == f"{W}sym":
                self._add(_symbol(child, font), level)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                self._read_note(child)
            elif tag == f"{W}commentReference":
                self._found.notes += self._anchored.comment(child)
            elif tag in _GRAPHICS:
                if self._fields.shows_text:
                    self._found.graphics.append(child)
                else:
                    self._unread.leave_out(child)
            elif tag == f"{W}ruby":
                self._read_ruby(child, level, font)
            elif tag == f"{MC}AlternateContent":
                chosen = alternative(child)
                for option in child:
                    if option is chosen:
                        self._read_run_content(option, level, font)
                    else:
                        self._unread.leave_out(option)
            elif tag == f"{M}oMath":
                self._read_equation(child)

    def _read_text(self, element: XmlElement, level: Level, font: str) -> None:
        self._unread.leave_out(element)
        if self._custom_mark is not None:
            reference, self._custom_mark = self._custom_mark, None
            self._add_note(reference, (element.text or "").strip())
            return
        text = element.text or ""
        if font.lower() == "symbol":
            text = "".join(from_symbol_font(ord(character), font) or character for character in text)
        self._add(replace_private(text, font), level)

    def _read_break(self, element: XmlElement) -> None:
        if element.get(f"{W}type") != "page":
            self._add("\n")
        elif self._fields.shows_text:
            self._hide(False)
            self._found.pieces.append(InlineText())

    def _read_recorded_break(self) -> None:
        if any(piece.text.strip() for piece in self._found.pieces):
            self._found.recorded_after += 1
        elif len(self._found.pieces) == 1:
            self._found.recorded_before += 1
        # After a break that the author set, the recorded one tells of the same page.

    def _read_ruby(self, ruby: XmlElement, level: Level, font: str) -> None:
        base, reading = ruby.find(f"{W}rubyBase"), ruby.find(f"{W}rt")
        if base is not None:
            self._walk(base)
        if reading is not None:
            self._add("(", level)
            for run in reading.iter(f"{W}r"):
                self._read_run_content(run, level, font)
            self._add(")", level)

    def _read_note(self, reference: XmlElement) -> None:
        if not self._fields.shows_text:
            return
        if reference.get(f"{W}customMarkFollows") in ("1", "true", "on"):
            self._custom_mark = reference
        else:
            self._add_note(reference, "")

    def _add_note(self, reference: XmlElement, mark: str) -> None:
        label, items = self._anchored.note(reference, mark)
        if label:
            self._found.pieces[-1].add_apart(label)
        self._found.notes += items


def _font(properties: XmlElement) -> str:
    fonts = properties.find(f"{W}rFonts")
    return "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def _symbol(element: XmlElement, font: str) -> str:
    code = element.get(f"{W}char") or ""
    is_hex = 0 < len(code) <= 6 and all(character in "0123456789abcdefABCDEF" for character in code)
    return from_symbol_font(int(code, 16), element.get(f"{W}font") or font) if is_hex else ""
