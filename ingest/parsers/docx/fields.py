"""Follows the fields of a Word file (page numbers, cross references, form fields): results are text, codes are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.parsers.docx.styles import number, switch
from ingest.parsers.open_xml import W, XmlElement

_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)
_PAGE = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
_EQUATION = re.compile(r"\s*EQ\s+(.*)", re.IGNORECASE | re.DOTALL)
_MACRO = re.compile(r"\s*(?:MACROBUTTON|GOTOBUTTON)\s+\S+\s+(.*)", re.IGNORECASE | re.DOTALL)
_SWITCHES = re.compile(r"\\(?:al|ac|ar|co\d+|vs\d+|hs\d+|di|fo\d+|ba\d+|s\\?[uiad]\w+|[a-z]+)\s*", re.IGNORECASE)


@dataclass(slots=True)
class _Field:
    code: str = ""
    in_result: bool = False
    form: XmlElement | None = None


class Fields:
    """The fields that are open at a place in the text; they may go on over several paragraphs."""

    def __init__(self) -> None:
        self._open: list[_Field] = []

    @property
    def shows_text(self) -> bool:
        """Return whether text here is shown; text computed within a field's code is not.

        Plain text has no place in a code: where it stands in one, the end of a field is missing.
        """
        within = self._open[:-1] if self._open and self._open[-1].in_result else []
        return all(field.in_result for field in within)

    @property
    def in_contents(self) -> bool:
        """Return whether text here belongs to a table of contents or an index of figures."""
        return any(_CONTENTS.match(field.code) for field in self._open)

    @property
    def in_page_number(self) -> bool:
        """Return whether text here is a page number or the number of pages."""
        return any(is_page_number(field.code) for field in self._open)

    def add_code(self, text: str) -> None:
        """Take a piece of the innermost field's code."""
        if self._open and not self._open[-1].in_result:
            self._open[-1].code += text

    def mark(self, element: XmlElement) -> str:
        """Follow a `w:fldChar`; returns the text of a field that shows what its code says, when it ends."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self._open.append(_Field(form=element.find(f"{W}ffData")))
        elif kind == "separate" and self._open:
            self._open[-1].in_result = True
        elif kind == "end" and self._open:
            field = self._open.pop()
            if self.shows_text:
                return _form_text(field.form) or ("" if field.in_result else _code_text(field.code))
        return ""


def is_page_number(code: str) -> bool:
    """Return whether a field's code stands for a page number or the number of pages."""
    return _PAGE.match(code) is not None


def _form_text(form: XmlElement | None) -> str:
    """Return the state of a check box or the chosen entry of a list, which have no result."""
    if form is None:
        return ""
    box = form.find(f"{W}checkBox")
    if box is not None:
        checked = switch(box, "checked")
        return "☒" if (switch(box, "default") if checked is None else checked) else "☐"
    choices = form.find(f"{W}ddList")
    if choices is not None:
        entries = [entry.get(f"{W}val") or "" for entry in choices.findall(f"{W}listEntry")]
        chosen = number(choices, "result")
        chosen = number(choices, "default") if chosen is None else chosen
        return entries[chosen or 0] if 0 <= (chosen or 0) < len(entries) else ""
    return ""


def _code_text(code: str) -> str:
    """Return the text of the fields that are drawn by their code: formulas (EQ) and buttons."""
    match = _MACRO.match(code)
    if match:
        return match[1].strip()
    match = _EQUATION.match(code)
    if not match:
        return ""
    formula = re.sub(r"\\f\s*\(([^(),;]+)[,;]([^(),;]+)\)", r"\1/\2", match[1])
    formula = re.sub(r"\\r\s*\(([^(),;]+)\)", r"√(\1)", formula)
    return re.sub(r"\s+", " ", _SWITCHES.sub("", formula)).strip()
