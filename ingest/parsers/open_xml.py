"""Opens Office Open XML packages (DOCX, PPTX, XLSX): parts, links and kind; strict ones are read as transitional."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, Literal, Self, TypeAlias
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]

XmlElement: TypeAlias = Any
"""An element of lxml, which has no types."""

PackageKind: TypeAlias = Literal["word", "powerpoint", "excel", ""]

MAX_PART_BYTES = 256 * 1024**2
"""XML takes about eight times its size in memory; a larger part would not fit into a worker."""

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
R = f"{{{RELATIONSHIPS}}}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    RuntimeError,
    ValueError,
    EOFError,
)
"""Errors that reading a member of a damaged or encrypted archive raises."""

_TEXTS = (f"{W}t", f"{A}t", f"{M}t")
_OBJECTS = (f"{C}chart", f"{DGM}relIds", "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart")

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_STRICT_MARK = b"http://purl.oclc.org/ooxml/"
_RENAMED = (
    (b"/2006/extendedProperties", b"/2006/extended-properties"),
    (b"/2006/customProperties", b"/2006/custom-properties"),
    (b"/2006/relationships/extendedProperties", b"/2006/relationships/extended-properties"),
    (b"/2006/relationships/customProperties", b"/2006/relationships/custom-properties"),
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_KINDS: Mapping[str, PackageKind] = MappingProxyType(
    {
        "wordprocessingml": "word",
        "ms-word": "word",
        "presentationml": "powerpoint",
        "ms-powerpoint": "powerpoint",
        "spreadsheetml": "excel",
        "ms-excel": "excel",
    }
)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link of one part to another: the last word of its type ("image"), and the other part's name or address."""

    kind: str
    target: str
    is_external: bool


class Package:
    """An open package. Part names have no leading slash and are found whatever their case, as the standard wants."""

    def __init__(self, path: Path) -> None:
        """Raises zipfile.BadZipFile and OSError."""
        self._archive = zipfile.ZipFile(path)
        self._names = {_part_name(name).lower(): name for name in self._archive.namelist()}
        self._trees: dict[str, XmlElement | None] = {}
        self.unreadable: list[str] = []
        """Parts that are there but could not be read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def __contains__(self, part: str) -> bool:
        return _part_name(part).lower() in self._names

    def parts(self) -> Iterator[str]:
        """Yield the names of all parts."""
        return map(_part_name, self._archive.namelist())

    def read(self, part: str) -> bytes:
        """Return the bytes of a part. Raises KeyError where there is none, and DAMAGED."""
        name = self._names[_part_name(part).lower()]
        if self._archive.getinfo(name).file_size > MAX_PART_BYTES:
            raise zipfile.LargeZipFile(f"{name} is too large")
        return self._archive.read(name)

    def open(self, part: str) -> IO[bytes] | None:
        """Return the bytes of a part to read from, whatever its size; None where there is no such part. Raises
        DAMAGED."""
        name = self._names.get(_part_name(part).lower())
        return self._archive.open(name) if name is not None else None

    def xml(self, part: str) -> XmlElement | None:
        """Return the root of a part, strict names made transitional; None where there is no such part or it is
        broken."""
        if part not in self._trees:
            self._trees[part] = self._parse(part)
        return self._trees[part]

    def _parse(self, part: str) -> XmlElement | None:
        if part not in self:
            return None
        try:
            return parse_xml(as_transitional(self.read(part)))
        except (*DAMAGED, etree.XMLSyntaxError):
            self.unreadable.append(part)
            return None

    def relationships(self, part: str) -> Mapping[str, Relationship]:
        """Return the links of a part by their ids; those of the package itself for ""."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relationship] = {}
        for link in root if root is not None else ():
            target = link.get("Target") or ""
            is_external = link.get("TargetMode") == "External"
            if not is_external:
                target = _part_name(posixpath.normpath(posixpath.join("/", folder, unquote(target))))
            found[link.get("Id") or ""] = Relationship((link.get("Type") or "").rpartition("/")[2], target, is_external)
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Return the names of the parts that a part links to with relationships of one kind."""
        links = self.relationships(part).values()
        return [link.target for link in links if link.kind == kind and not link.is_external and link.target in self]

    @cached_property
    def main_part(self) -> str:
        """Return the name of the document's main part, or ""."""
        return next(iter(self.related("", "officeDocument")), "")

    @cached_property
    def kind(self) -> PackageKind:
        """Return the program whose document it is, told by the type of its main part."""
        content_type = self.content_type(self.main_part)
        return next((kind for word, kind in _KINDS.items() if word in content_type), "")

    def content_type(self, part: str) -> str:
        """Return the media type of a part, or ""."""
        overrides, defaults = self._content_types
        return overrides.get(part.lower(), defaults.get(part.rpartition(".")[2].lower(), ""))

    @cached_property
    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        overrides: dict[str, str] = {}
        defaults: dict[str, str] = {}
        root = self.xml("[Content_Types].xml")
        for entry in root if root is not None else ():
            content_type = entry.get("ContentType") or ""
            if entry.get("PartName"):
                overrides[_part_name(entry.get("PartName")).lower()] = content_type
            else:
                defaults[(entry.get("Extension") or "").lower()] = content_type
        return overrides, defaults


def package_kind(path: Path) -> PackageKind:
    """Return the program whose document a ZIP archive holds, or "" where it is no Office Open XML package."""
    try:
        with Package(path) as package:
            return package.kind
    except (OSError, *DAMAGED):
        return ""


def parse_xml(data: bytes) -> XmlElement:
    """Return the root of an XML document; entities stay unresolved, nothing is fetched. Raises
    lxml.etree.XMLSyntaxError."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def as_transitional(data: bytes) -> bytes:
    """Return an XML part with the namespaces of Strict Open XML (ISO/IEC 29500) replaced by those that everybody
    reads."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = _DECLARATION.sub("", data.decode("utf-16", "replace")).encode()
    if _STRICT_MARK not in data:
        return data
    data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)
    for strict, transitional in _RENAMED:
        data = data.replace(strict, transitional)
    return data


def alternative(element: XmlElement) -> XmlElement | None:
    """Return the one of the alternatives in `mc:AlternateContent` to read: the first that has anything, never two."""
    options = [child for child in element if child.tag in (f"{MC}Choice", f"{MC}Fallback")]
    for option in options:
        if (
            any((node.text or "").strip() for node in option.iter(*_TEXTS))
            or next(option.iter(*_OBJECTS), None) is not None
        ):
            return option
    return options[0] if options else None


def _part_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")
