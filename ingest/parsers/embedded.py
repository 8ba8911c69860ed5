"""Reads the documents embedded in Office files as pages of the file around them."""

from __future__ import annotations

import io
import posixpath
import struct
from collections.abc import Iterable
from dataclasses import replace

import olefile  # type: ignore[import-untyped]

from ingest.parsers.containers import InnerFiles, join_files
from ingest.parsers.open_xml import DAMAGED, Package
from ingest.parsers.options import ParseOptions
from rag.types import Page, ParsedDocument

EMBEDDED = "Embedded files"

_NATIVE = "\x01Ole10Native"
"""The stream of files that Windows' packager put into a document, behind their names."""

_CONTENT_STREAMS = ("Package", "CONTENTS")
"""Streams that are a whole file: of Office today, of Acrobat."""

_OLD_OFFICE = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": ".ppt"}
"""Streams by which an object is itself a file of the Office before 2007."""

_EMPTY = ("Equation Native", "\x03AccessObjSiteData")
"""Streams of objects that hold no document: formulas are in the text that is painted for them."""


def embedded_parts(package: Package) -> list[str]:
    """Return the names of the files embedded in an Open XML package, but for the numbers that charts keep for
    themselves."""
    found: dict[str, None] = {}
    for name in list(package.parts()):
        folder, file = posixpath.split(name)
        if posixpath.basename(folder) != "_rels" or not file.endswith(".rels"):
            continue
        source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        if "chart" not in package.content_type(source):
            for kind in ("package", "oleObject"):
                found.update(dict.fromkeys(package.related(source, kind)))
    return list(found)


def read_embedded(package: Package, parts: Iterable[str], options: ParseOptions, own: Iterable[Page]) -> InnerFiles:
    """Read the embedded files of a package whose own pages are known; what cannot be read is named."""
    left = options.max_characters - sum(len(page.text) for page in own)
    inner = InnerFiles(replace(options, max_characters=max(left, 1)))
    for part in parts:
        try:
            name, content = unwrap(posixpath.basename(part), package.read(part))
        except (KeyError, *DAMAGED):
            inner.unread.append(posixpath.basename(part))
        else:
            if content:
                inner.read(name, content)
    return inner


def with_embedded(document: ParsedDocument, inner: InnerFiles) -> ParsedDocument:
    """Return a document with the files inside it as its last pages."""
    pages, sections = join_files(document.pages, document.sections, inner)
    return replace(
        document,
        pages=tuple(pages),
        sections=tuple(sections),
        page_word=document.page_word or ("part" if inner.pages else ""),
        warnings=(*document.warnings, *inner.summary(EMBEDDED)),
    )


def unwrap(name: str, content: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes of the file that an OLE object holds; b"" where it holds no document.

    What is no OLE object is returned as it is.
    """
    if not content.startswith(olefile.MAGIC):
        return name, content
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as storage:
            streams = {entry[0] for entry in storage.listdir()}
            bare = name.removesuffix(".bin")
            if _NATIVE in streams:
                return _read_native(bare, storage.openstream(_NATIVE).read())
            for stream in _CONTENT_STREAMS:
                if stream in streams:
                    return bare, storage.openstream(stream).read()
            for stream, extension in _OLD_OFFICE.items():
                if stream in streams:
                    return name if name.endswith(extension) else f"{bare}{extension}", content
            return name, b"" if streams & set(_EMPTY) else content
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, RecursionError):
        return name, content


def _read_native(name: str, data: bytes) -> tuple[str, bytes]:
    """Return the file in an Ole10Native stream: its size, two bytes, its name and its path, eight bytes and another
    path by their lengths, the size of its bytes, and these."""
    label, _, rest = data[6:].partition(b"\0")
    _, _, rest = rest.partition(b"\0")
    (length,) = struct.unpack_from("<I", rest, 4)
    start = 8 + length
    (size,) = struct.unpack_from("<I", rest, start)
    shown = posixpath.basename(label.decode("cp1252", "replace").replace("\\", "/"))
    return shown or name, rest[start + 4 : start + 4 + size]
