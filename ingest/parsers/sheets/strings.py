"""Reads the rich text of Office Open XML cells, comments and drawings."""

from __future__ import annotations

import re

from ingest.parsers.open_xml import XmlElement
from ingest.parsers.raised import InlineText, Level
from ingest.parsers.sheets.xml import descendants, local_name

LEVELS = {"superscript": Level.RAISED, "subscript": Level.LOWERED}

_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")


def rich_text(element: XmlElement) -> str:
    """Return the text of a shared or inline string; readings of Japanese words are left out."""
    line = InlineText()
    for child in element:
        name = local_name(child)
        if name == "t":
            line.add(child.text or "")
        elif name == "r":
            text = "".join(part.text or "" for part in child if local_name(part) == "t")
            mark = next(child.iter("{*}vertAlign"), None)
            line.add(text, Level.PLAIN if mark is None else LEVELS.get(mark.get("val") or "", Level.PLAIN))
    return unescape(line.text)


def unescape(text: str) -> str:
    """Return text with _x000D_ and the like, by which SpreadsheetML writes control characters, made characters."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def drawing_texts(root: XmlElement) -> list[str]:
    """Return the text of each shape of a drawing, a line for each of its paragraphs."""
    found = []
    for body in descendants(root, "txBody"):
        lines = []
        for paragraph in body.iter("{*}p"):
            line = InlineText()
            for run in paragraph:
                is_break = local_name(run) == "br"
                mark = next((mark.get("baseline", "0") for mark in run.iter("{*}rPr")), "0")
                level = Level.PLAIN if mark.rstrip("%") == "0" else Level.LOWERED if mark[0] == "-" else Level.RAISED
                line.add("\n" if is_break else "".join(part.text or "" for part in run.iter("{*}t")), level)
            lines.append(line.text)
        found.append("\n".join(lines).strip())
    return [text for text in found if text]
