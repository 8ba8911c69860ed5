"""Opens an OpenDocument file: its content, its styles, and the objects embedded in it."""

from __future__ import annotations

import posixpath
from pathlib import Path

from ingest.parsers.odf.lists import Counter
from ingest.parsers.odf.names import MANIFEST, OFFICE
from ingest.parsers.odf.styles import OdfStyles
from ingest.parsers.open_xml import Package, XmlElement
from rag.errors import ParseError


class OdfFile:
    """An open file, and what has been counted and read of it."""

    def __init__(self, package: Package, path: Path) -> None:
        """Raises ParseError where it is encrypted or has no content."""
        manifest = package.xml("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter(f"{MANIFEST}encryption-data"), None) is not None:
            raise ParseError(f"{path.name} is encrypted and needs a password.", "Save a copy of it without a password.")
        root = package.xml("content.xml")
        body = root.find(f"{OFFICE}body") if root is not None else None
        if body is None:
            raise ParseError(f"{path.name} is damaged: its text cannot be read.", "Replace it with a good copy.")
        self.package = package
        self.body = body
        self.style_sheet = package.xml("styles.xml")
        self.styles = OdfStyles()
        self.styles.add(root)
        self.styles.add(self.style_sheet)
        self.counters: dict[str, Counter] = {}
        """Of the lists, by the names of their styles."""
        self.headings = Counter()
        self.are_charts_of_cells = False
        """True in a spreadsheet: its charts draw what its cells hold, and only their titles are read."""

    def object(self, link: str) -> XmlElement | None:
        """Return the root of an embedded object's content; None where there is none."""
        name = posixpath.normpath(posixpath.join("/", link)).lstrip("/")
        return self.package.xml(posixpath.join(name, "content.xml"))
