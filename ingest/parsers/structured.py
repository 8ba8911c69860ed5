"""Turns JSON, JSON Lines and XML into ParsedDocuments: each record with the names of its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ingest.cleanup import clean_text, one_line
from ingest.parsers.finishing import finish_document
from ingest.parsers.flat_xml import is_flat, parse_flat
from ingest.parsers.flow import Item
from ingest.parsers.html.reader import read_html
from ingest.parsers.open_xml import XmlElement, parse_xml
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.sheets.xml import local_name
from ingest.parsers.sniffing import read_head
from ingest.parsers.text import parse_lines, read_text
from rag.types import BlockKind, ParsedDocument

FIELD_SEPARATOR = " | "
MAX_BLOCK = 600
"""Characters of a record that stay together; a longer one is parted between fields."""

MAX_DEPTH = 60
MAX_FLAT = 5
"""Objects within objects that are fields of the outermost one."""

MAX_KEY = 80
_KEY_NAMES = frozenset(("id", "name", "key", "code", "number", "no", "nr", "title", "ref", "label"))
"""Attributes that an element is known by."""

_FORM_WORDS = """
id class style href src lang space base role rel rend target type width height align valign colspan rowspan linkend
idref format url encoding mimetype
"""
_FORM_NAMES = frozenset(_FORM_WORDS.split())
"""Attributes that tell how text is set, or what it points to."""

_HTML = re.compile(r"</(?:p|div|span|b|i|em|strong|a|ul|ol|li|table|td|h[1-6]|blockquote|pre|en-note)>|<br ?/?>")
"""A value with the end of one of a web page's usual elements is a piece of one."""

_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")

Json = dict[str, "Json"] | list["Json"] | str | bool | None
"""Numbers are kept as they are written."""


def parse_json(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a JSON file; what is no valid JSON, or nested too deeply, is read as lines of text."""
    raw, warning = read_text(path)
    try:
        records = list(_records(_load(raw), ""))
    except (ValueError, RecursionError):
        return parse_lines(path, options, file_type="json")
    builder = TextBuilder(options.max_characters, path.name)
    for record in records:
        _write_record(builder, record)
    return finish_document(builder, path, "json", warnings=[warning])


def parse_json_lines(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a file with one JSON value a line; other lines are read as they are."""
    raw, warning = read_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    for line in raw.splitlines():
        try:
            for record in list(_records(_load(line), "")) if line.strip() else ():
                _write_record(builder, record)
        except (ValueError, RecursionError):
            builder.add(BlockKind.PARAGRAPH, clean_text(line))
    return finish_document(builder, path, "jsonl", warnings=[warning])


def parse_xml_file(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an XML file: elements of text alone by their names, mixed text as paragraphs; broken XML as lines."""
    if is_flat(read_head(path)):
        return parse_flat(path, options)
    raw, warning = read_text(path)
    try:
        root = parse_xml(_DECLARED.sub("", raw.lstrip("\ufeff")).encode("utf-8", "replace"))
    except (ValueError, SyntaxError):  # lxml's XMLSyntaxError is a SyntaxError.
        return parse_lines(path, options, file_type="xml")
    builder = TextBuilder(options.max_characters, path.name)
    for record in _xml_records(root, local_name(root)):
        _write_record(builder, record)
    return finish_document(builder, path, "xml", warnings=[warning])


def _load(raw: str) -> Json:
    value: Json = json.loads(raw.lstrip("\ufeff"), parse_int=str, parse_float=str, parse_constant=str)
    return value


def _records(value: Json, name: str, depth: int = 0, key: str = "") -> Iterator[list[str]]:
    """Yield the objects of a value from the outside in, each as its fields "name: value", lists of plain values
    joined.

    Objects of plain values are fields of the one around them; others begin with the `key` of that, its first field.
    """
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, dict):
        fields = list(_fields(value, name))
        yield [key, *fields] if key and fields else fields
        for field, inner in _named(value, name):
            if not _is_flat(inner):
                yield from _records(inner, field, depth + 1, _as_key(fields) or key)
    elif isinstance(value, list):
        if _is_plain(value):
            yield [f"{name}: {_plain(value)}" if name else _plain(value)]
            return
        for inner in value:
            yield from _records(inner, name, depth + 1, key)
    else:
        yield [f"{name}: {_plain(value)}" if name else _plain(value)]


def _named(value: dict[str, Json], name: str) -> Iterator[tuple[str, Json]]:
    for field, inner in value.items():
        yield (f"{name}.{field}" if name else field), inner


def _fields(value: dict[str, Json], name: str) -> Iterator[str]:
    for field, inner in _named(value, name):
        if isinstance(inner, dict) and _is_flat(inner):
            yield from _fields(inner, field)
        elif _is_plain(inner) and (text := _plain(inner)):
            yield f"{field}: {text}"


def _is_flat(value: Json, depth: int = 0) -> bool:
    """Return whether a value is plain, or an object of such values."""
    if isinstance(value, dict) and depth < MAX_FLAT:
        return all(_is_flat(inner, depth + 1) for inner in value.values())
    return _is_plain(value)


def _as_key(fields: list[str]) -> str:
    """Return the field that what stands below a record is known by: its first one, where it is short."""
    return fields[0] if fields and len(fields[0]) <= MAX_KEY else ""


def _is_plain(value: Json) -> bool:
    if isinstance(value, list):
        return all(not isinstance(inner, (dict, list)) for inner in value)
    return not isinstance(value, dict)


def _plain(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else _plain_of_html(str(value))


def _xml_records(element: XmlElement, name: str, key: str = "") -> Iterator[list[str]]:
    """Yield the elements from the outside in: attributes and children of plain text as fields, mixed text as it
    runs.

    Each begins with the `key` of the element around it.
    """
    children = [child for child in element if local_name(child)]
    is_mixed = (bool(children) and _has_words(element.text)) or any(_has_words(child.tail) for child in children)
    fields = _attributes(element)
    if is_mixed:
        yield [*filter(None, [key]), *fields, one_line(" ".join(_mixed_text(element)))]
        return
    if not children:
        text = one_line(_plain_of_html(element.text or ""))
        yield [*fields, f"{name}: {text}"] if text else fields
        return
    own = [field for field in fields if field.partition(":")[0].lower() in _KEY_NAMES]
    for child in children:
        if not len(child):
            fields += (found := _leaf(child))
            own += found
    yield [key, *fields] if key and fields else fields
    for child in children:
        if len(child):
            yield from _xml_records(child, local_name(child), _as_key(own) or key)


def _mixed_text(element: XmlElement) -> Iterator[str]:
    """Yield the text of an element, with the attributes of those in it in brackets but for those that tell its form."""
    yield element.text or ""
    for child in element:
        if local_name(child):
            yield from _mixed_text(child)
            values = [field for field in _attributes(child) if field.partition(":")[0].lower() not in _FORM_NAMES]
            if values:
                yield f"({', '.join(values)})"
        yield child.tail or ""


def _attributes(element: XmlElement) -> list[str]:
    return [f"{local_name_of(key)}: {value}" for key, value in element.attrib.items() if "schema" not in str(key)]


def _leaf(element: XmlElement) -> list[str]:
    """Return an element without children as a field of the one around it, its attributes in brackets."""
    text, attributes = one_line(_plain_of_html(element.text or "")), ", ".join(_attributes(element))
    if not text:
        return [f"{local_name(element)}: {attributes}"] if attributes else []
    return [f"{local_name(element)}: {text} ({attributes})" if attributes else f"{local_name(element)}: {text}"]


def local_name_of(key: object) -> str:
    """Return an attribute's name without its namespace."""
    return str(key).rpartition("}")[2]


def _plain_of_html(text: str) -> str:
    """Return the words of a value that is a piece of a web page, as feeds and exports hold them; other values as they
    are."""
    if not _HTML.search(text):
        return text
    items = read_html(text).items
    return "\n".join(item.text for item in items if isinstance(item, Item)) or text


def _has_words(text: str | None) -> bool:
    return bool(text and text.strip())


def _write_record(builder: TextBuilder, fields: list[str]) -> None:
    block = ""
    for field in fields:
        shown = clean_text(field).replace("\n", " ") if len(field) < MAX_BLOCK else clean_text(field)
        if block and len(block) + len(shown) > MAX_BLOCK:
            builder.add(BlockKind.PARAGRAPH, block)
            block = f"{one_line(fields[0])[:80]}{FIELD_SEPARATOR}{shown}"
        else:
            block = f"{block}{FIELD_SEPARATOR}{shown}" if block else shown
    builder.add(BlockKind.PARAGRAPH, block)
