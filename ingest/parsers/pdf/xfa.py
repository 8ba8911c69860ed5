"""Reads forms that only Adobe Reader draws (dynamic XFA): their pages ask to wait, and the form is XML in the file.

XML Forms Architecture 3.3: the packet "template" holds questions and texts, "datasets" what was filled in.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

from ingest.cleanup import one_line
from ingest.parsers.flow import Item
from ingest.parsers.html.reader import read_html
from ingest.parsers.open_xml import XmlElement, parse_xml

MAX_PACKETS = 100
MAX_BYTES = 64 << 20
MAX_DEPTH = 60
MAX_COPIES = 1_000
"""Rows of a table of the form, or other parts that were filled in several times."""

READ_FROM_DATA = "It is a form that only Adobe Reader shows (XFA): it was read from its data, without places on a page."


def is_dynamic(document: Any) -> bool:
    """Return whether an open PDF is a form without pages of its own."""
    return bool(pdfium.FPDF_GetFormType(document) == pdfium.FORMTYPE_XFA_FULL)


def read_form(document: Any) -> list[str]:
    """Return the texts and the questions of a form in order, each with its answer; nothing where its XML is broken."""
    try:
        root = parse_xml(_read_packets(document))
    except (ValueError, SyntaxError):  # lxml's XMLSyntaxError is a SyntaxError.
        return []
    template = next((part for part in root.iter() if _name(part) == "template"), None)
    data = next((part for part in root.iter() if _name(part) == "data"), None)
    return list(_walk(template, data, 0)) if template is not None else []


def _read_packets(document: Any) -> bytes:
    """Return the form's XML, whose packets are one document in pieces."""
    found: list[bytes] = []
    length = ctypes.c_ulong()
    for index in range(min(int(pdfium.FPDF_GetXFAPacketCount(document)), MAX_PACKETS)):
        pdfium.FPDF_GetXFAPacketContent(document, index, None, 0, length)
        if sum(map(len, found)) + length.value > MAX_BYTES:
            raise ValueError("too large")
        buffer = ctypes.create_string_buffer(max(length.value, 1))
        pdfium.FPDF_GetXFAPacketContent(document, index, buffer, length.value, length)
        found.append(buffer.raw[: length.value])
    return b"".join(found).strip(b"\x00 \r\n\t")


def _walk(element: XmlElement, data: XmlElement | None, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    for child in element:
        kind = _name(child)
        if child.get("presence") in ("hidden", "inactive", "invisible"):
            continue
        if kind in ("subform", "area", "subformSet", "pageSet", "pageArea", "contentArea"):
            for filled in _filled(child, data):
                yield from _walk(child, filled, depth + 1)
        elif kind == "draw":
            yield from filter(None, [_text(_child(child, "value"))])
        elif kind == "field":
            yield from filter(None, [_answer(child, data)])
        elif kind == "exclGroup":
            yield from filter(None, [_choice(child, data)])


def _filled(part: XmlElement, data: XmlElement | None) -> list[XmlElement | None]:
    """Return the data of a part, once for each time that it was filled in."""
    name = part.get("name")
    found = [node for node in data if _name(node) == name] if name and data is not None else []
    return list(found[:MAX_COPIES]) or [data]


def _answer(field: XmlElement, data: XmlElement | None) -> str:
    """Return a question with what was filled in, as it is shown."""
    asked = _text(_child(field, "caption"))
    node = next((node for node in data if _name(node) == field.get("name")), None) if data is not None else None
    value = one_line("".join(node.itertext())) if node is not None else _text(_child(field, "value"))
    controls = _child(field, "ui")
    kinds = [_name(control) for control in controls] if controls is not None else []
    if "button" in kinds:
        return ""
    options = [[_text(option) for option in part] for part in field if _name(part) == "items"]
    if "checkButton" in kinds:
        is_on = bool(value) and value == (options[0][0] if options and options[0] else "1")
        return f"{'[x]' if is_on else '[ ]'} {asked}" if asked else ""
    if len(options) == 2 and value in options[1]:
        value = options[0][options[1].index(value)] if options[1].index(value) < len(options[0]) else value
    return f"{asked.rstrip(':')}: {value}" if asked and value else asked or value


def _choice(group: XmlElement, data: XmlElement | None) -> str:
    """Return a question with the one of several buttons that was chosen."""
    asked = _text(_child(group, "caption")) or (group.get("name") or "")
    node = next((node for node in data if _name(node) == group.get("name")), None) if data is not None else None
    value = one_line("".join(node.itertext())) if node is not None else ""
    for field in group:
        if _name(field) == "field" and value and value in [_text(part) for part in field if _name(part) == "items"]:
            return f"{asked}: {_text(_child(field, 'caption')) or value}"
    return f"{asked}: {value or 'nothing chosen'}"


def _child(element: XmlElement, name: str) -> XmlElement | None:
    return next((child for child in element if _name(child) == name), None)


def _text(element: XmlElement | None) -> str:
    """Return the words of an element; rich text is a piece of a web page."""
    if element is None:
        return ""
    rich = next((part for part in element.iter() if _name(part) == "exData"), None)
    if rich is not None and not len(rich):
        return one_line(" ".join(item.text for item in read_html(rich.text or "").items if isinstance(item, Item)))
    return one_line("".join(element.itertext()))


def _name(element: XmlElement) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
