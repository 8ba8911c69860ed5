"""Reads title, author and date out of ZIP-based documents."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ingest.cleanup import one_line

MAX_XML_BYTES = 4 * 1024**2

_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_DATES = ("{http://purl.org/dc/terms/}created", f"{_DUBLIN_CORE}date")
_INITIAL_CREATOR = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}initial-creator"
_ODF_CREATED = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}creation-date"


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties that a document states about itself; "" where it states none."""

    title: str = ""
    author: str = ""
    created: str = ""


def read_properties(path: Path) -> Properties:
    """Return the properties of an Office, OpenDocument or EPUB file; empty ones when they cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = _member(archive)
            if not member or archive.getinfo(member).file_size > MAX_XML_BYTES:
                return Properties()
            root = ElementTree.fromstring(archive.read(member))
    except (
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
    ):
        return Properties()
    return Properties(
        title=_first(root, f"{_DUBLIN_CORE}title"),
        author=_first(root, _INITIAL_CREATOR, f"{_DUBLIN_CORE}creator"),
        created=iso_day(_first(root, _ODF_CREATED, *_DATES)),
    )


def _member(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    for name in ("docProps/core.xml", "meta.xml"):
        if name in names:
            return name
    return next((name for name in names if name.endswith(".opf")), "")


def _first(root: ElementTree.Element, *tags: str) -> str:
    for tag in tags:
        for element in root.iter(tag):
            text = one_line("".join(element.itertext()))
            if text:
                return text
    return ""


def iso_day(text: str) -> str:
    """Return the day of an ISO 8601 date or time, or ""."""
    match = re.match(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", text)
    return match.group() if match and "1900" <= match.group()[:4] <= "2100" else ""
