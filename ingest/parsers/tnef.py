"""Reads winmail.dat, in which Outlook wraps messages and their attachments for others ([MS-OXTNEF])."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.cleanup import clean_text, one_line
from ingest.parsers.email import MailParts, finish_mail
from ingest.parsers.flow import write_flow
from ingest.parsers.html.reader import read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.rtf.compressed import decompress
from ingest.parsers.rtf.reader import RtfReader
from ingest.parsers.text import decode
from rag.types import BlockKind, ParsedDocument

SUBJECT, BODY, ATTACHED_DATA, ATTACHED_NAME = 0x8004, 0x800C, 0x800F, 0x8010
ATTACHED_BEGIN, MESSAGE_PROPERTIES, ATTACHED_PROPERTIES = 0x9002, 0x9003, 0x9005
"""The attributes of [MS-OXTNEF] that hold words."""

PLAIN, RTF, HTML, DATA, LONG_NAME = 0x1000, 0x1009, 0x1013, 0x3701, 0x3707
"""The MAPI properties that do."""

_FIXED = {**dict.fromkeys((2, 3, 4, 10, 11), 4), **dict.fromkeys((5, 6, 7, 20, 64), 8), 72: 16}
"""Bytes of the types of properties that have a size."""

_TEXT, _WIDE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
_MANY = 0x1000
_FIRST_NAMED = 0x8000


@dataclass(slots=True)
class _Attached:
    """A file in the message."""

    name: str = ""
    content: bytes = b""


@dataclass(slots=True)
class _TnefMessage:
    """The message as far as it was read."""

    subject: str = ""
    body: str = ""
    properties: dict[int, bytes] = field(default_factory=dict)
    attached: list[_Attached] = field(default_factory=list)


def parse_tnef(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a winmail.dat: its text, then what is attached to it."""
    message = _read_message(path.read_bytes())
    parts = MailParts(TextBuilder(options.max_characters, path.name))
    if message.subject:
        parts.builder.add(BlockKind.PARAGRAPH, f"Subject: {message.subject}")
    _write_body(parts.builder, message, path.name)
    parts.attachments = [(one_line(file.name) or "attachment", file.content) for file in message.attached]
    return finish_mail(path, options, parts, "tnef", subject=message.subject, sender="", created="")


def _write_body(builder: TextBuilder, message: _TnefMessage, file_name: str) -> None:
    """Write the richest form of the text that is there."""
    found = message.properties
    if found.get(HTML, b"").strip():
        write_flow(builder, read_html(decode(found[HTML])[0]).items)
    elif plain := (_text(found.get(PLAIN, b"")) or message.body):
        for paragraph in clean_text(plain).split("\n\n"):
            builder.add(BlockKind.PARAGRAPH, paragraph)
    elif rtf := decompress(found.get(RTF, b"")):
        write_flow(builder, RtfReader(rtf, file_name).read())


def _read_message(data: bytes) -> _TnefMessage:
    message = _TnefMessage()
    for attribute, content in _attributes(data):
        if attribute == ATTACHED_BEGIN:
            message.attached.append(_Attached())
        elif attribute == SUBJECT:
            message.subject = one_line(_text(content))
        elif attribute == BODY:
            message.body = _text(content)
        elif attribute == MESSAGE_PROPERTIES:
            message.properties.update(_properties(content))
        elif message.attached:
            _take_attached(message.attached[-1], attribute, content)
    return message


def _take_attached(file: _Attached, attribute: int, content: bytes) -> None:
    if attribute == ATTACHED_NAME:
        file.name = file.name or _text(content)
    elif attribute == ATTACHED_DATA:
        file.content = content
    elif attribute == ATTACHED_PROPERTIES:
        found = _properties(content)
        file.name = _text(found.get(LONG_NAME, b"")) or file.name
        file.content = file.content or found.get(DATA, b"")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the attributes: each has a level, a name, a type, a length, its bytes and a checksum."""
    at = 6
    while at + 9 <= len(data):
        _, name, _, length = struct.unpack_from("<BHHI", data, at)
        yield name, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _properties(data: bytes) -> dict[int, bytes]:
    """Return the first values of the properties in a list, as far as it can be followed."""
    found: dict[int, bytes] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, len(data))):
            kind, name = struct.unpack_from("<HH", data, at)
            at = _skip_name(data, at + 4) if name >= _FIRST_NAMED else at + 4
            value, at = _value(data, at, kind)
            found.setdefault(name, value.decode("utf-16-le", "replace").encode() if kind == _WIDE else value)
    except (struct.error, ValueError):
        pass  # It is cut off, or has a type that does not say how long it is.
    return found


def _skip_name(data: bytes, at: int) -> int:
    """Return where a property goes on behind its set, and its number or its name there."""
    kind, size = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (-(-size // 4) * 4 if kind == 1 else 0)


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """Return the first value at a place, and where the next property begins. Raises ValueError for unknown types."""
    base = kind & ~_MANY
    count = 1
    if kind & _MANY or base in (_TEXT, _WIDE, _BINARY, _OBJECT):
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    first = b""
    for number in range(count):
        if base in _FIXED:
            length, padded = _FIXED[base], _FIXED[base]
        elif base in (_TEXT, _WIDE, _BINARY, _OBJECT):
            (length,) = struct.unpack_from("<I", data, at)
            at, padded = at + 4, -(-length // 4) * 4
        else:
            raise ValueError(kind)
        if at > len(data):
            raise ValueError(kind)
        if not number:
            start = at + 16 if base == _OBJECT else at
            first = data[start : at + length]
        at += padded
    return first, at


def _text(content: bytes) -> str:
    return decode(content.rstrip(b"\0"))[0].rstrip("\0") if content else ""
