"""Reads the paragraphs of a text on a slide: runs, equations, and the numbers that PowerPoint paints before lines."""

from __future__ import annotations

import re

from ingest.parsers.equations import omml_text
from ingest.parsers.list_numbers import write_number
from ingest.parsers.open_xml import MC, A, M, XmlElement, alternative
from ingest.parsers.raised import InlineText, Level
from ingest.parsers.symbol_fonts import replace_private
from ingest.parsers.unread import UnreadText

_SCHEME = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)\w*?(Period|ParenR|ParenBoth|Plain)$")
_FORMATS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_SHAPES = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}
MAX_LEVELS = 9


class TextReader:
    """Reads texts; what it reads is taken off the unread text of the file."""

    def __init__(self, unread: UnreadText) -> None:
        self._unread = unread

    def paragraphs(self, body: XmlElement | None) -> list[str]:
        """Return the paragraphs of a text body with their list numbers, empty ones left out."""
        if body is None:
            return []
        numbers = SlideListNumbers()
        found = []
        for element in body.iterfind(f"{A}p"):
            text = self._read(element)
            if text.strip() and not _is_slide_number(element):
                found.append(f"{numbers.next_label(element.find(f'{A}pPr'))}{text}")
        return found

    def _read(self, element: XmlElement) -> str:
        text = InlineText()
        self._walk(element, text)
        return text.text

    def _walk(self, parent: XmlElement, text: InlineText) -> None:
        for child in parent:
            tag = child.tag
            if tag in (f"{A}r", f"{A}fld"):
                self._read_run(child, text)
            elif tag == f"{A}br":
                text.add("\n")
            elif tag == f"{MC}AlternateContent":
                self._read_alternative(child, text)
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                self._read_equation(child, text)
            elif isinstance(tag, str) and tag.endswith("}m"):  # a14:m, the frame of an equation
                self._walk(child, text)

    def _read_run(self, run: XmlElement, text: InlineText) -> None:
        properties = run.find(f"{A}rPr")
        baseline = (properties.get("baseline") or "0") if properties is not None else "0"
        level = Level.PLAIN if baseline in ("0", "0%") else Level.LOWERED if baseline[0] == "-" else Level.RAISED
        symbols = properties.find(f"{A}sym") if properties is not None else None
        for element in run.iterfind(f"{A}t"):
            self._unread.leave_out(element)
            font = symbols.get("typeface") or "" if symbols is not None else ""
            text.add(replace_private((element.text or "").replace("\x0b", "\n"), font), level)

    def _read_alternative(self, element: XmlElement, text: InlineText) -> None:
        chosen = alternative(element)
        for option in element:
            if option is chosen:
                self._walk(option, text)
            else:
                self._unread.leave_out(option)

    def _read_equation(self, element: XmlElement, text: InlineText) -> None:
        parts = element.findall(f"{M}oMath") or [element]
        text.add_apart("; ".join(filter(None, map(omml_text, parts))))
        self._unread.leave_out(element)


def _is_slide_number(paragraph: XmlElement) -> bool:
    """Return whether a paragraph holds the number of its slide and nothing else, as LibreOffice writes into notes."""
    runs = [child for child in paragraph if child.tag in (f"{A}r", f"{A}fld", f"{A}br")]
    return bool(runs) and all(run.tag == f"{A}fld" and run.get("type") == "slidenum" for run in runs)


class SlideListNumbers:
    """Counts the numbered lines of one text, level by level."""

    def __init__(self) -> None:
        self._reached: list[tuple[str, int]] = [("", 0)] * MAX_LEVELS

    def next_label(self, properties: XmlElement | None) -> str:
        """Return the number of the next line with a space behind it, or ""."""
        level = properties.get("lvl") or "0" if properties is not None else "0"
        depth = int(level) if re.fullmatch("[0-8]", level) else 0
        self._reached[depth + 1 :] = [("", 0)] * (MAX_LEVELS - depth - 1)
        numbered = properties.find(f"{A}buAutoNum") if properties is not None else None
        if numbered is None:
            self._reached[depth] = ("", 0)
            return ""
        scheme = numbered.get("type") or ""
        start = numbered.get("startAt") or "1"
        last_scheme, last = self._reached[depth]
        number = last + 1 if last_scheme == scheme and last else int(start) if re.fullmatch(r"\d{1,5}", start) else 1
        self._reached[depth] = (scheme, number)
        match = _SCHEME.match(scheme)
        if match is None:
            return f"{number}. "
        return _SHAPES[match[2]].format(write_number(number, _FORMATS[match[1]])) + " "
