"""Finds the pictures in presentations and Word files, and the page or slide that each is on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.parsers.docx.document import write_pages
from ingest.parsers.docx.file import WordFile
from ingest.parsers.open_xml import A, P, Package, R, W, XmlElement
from ingest.parsers.options import ParseOptions
from ingest.parsers.pptx.document import slide_parts

EMU_PER_POINT = 12_700

MARK = "lecternpicture{:06d}"
_MARKS = re.compile(r"lecternpicture(\d{6})")

_DESCRIPTION = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_EXTENT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture on a 0-based page: the part of the package that holds it, and its size there in points, 0 where that is
    not said."""

    page: int
    part: str
    width: float
    height: float


def placed_pictures(package: Package, path: Path) -> Iterator[PlacedPicture]:
    """Yield the pictures of an open package, page by page; none of a workbook. Raises ParseError."""
    if package.kind == "powerpoint":
        yield from _on_slides(package)
    elif package.kind == "word":
        yield from _in_text(package, path)


def _on_slides(package: Package) -> Iterator[PlacedPicture]:
    main = package.main_part
    root = package.xml(main)
    for number, part in enumerate(slide_parts(package, main, root) if root is not None else ()):
        slide = package.xml(part)
        for picture in slide.iter(f"{P}pic") if slide is not None else ():
            size = picture.find(f"{P}spPr/{A}xfrm/{A}ext")
            if target := _target(package, part, picture):
                yield PlacedPicture(number, target, _points(size, "cx"), _points(size, "cy"))


def _in_text(package: Package, path: Path) -> Iterator[PlacedPicture]:
    """Yield the pictures of a text, whose pages only reading it tells: a mark is read in place of each picture."""
    file = WordFile(package)
    if file.root is None:
        return
    pictures: list[tuple[str, XmlElement]] = []
    for drawing in file.root.iter(f"{W}drawing"):
        target, properties = _target(package, file.part, drawing), next(drawing.iter(_DESCRIPTION), None)
        if target and properties is not None:
            properties.attrib.pop("title", None)
            properties.set("descr", MARK.format(len(pictures)))
            pictures.append((target, next(drawing.iter(_EXTENT), None)))
    for page in write_pages(file, ParseOptions(), path).pages() if pictures else ():
        for mark in _MARKS.finditer(page.text):
            target, size = pictures[int(mark[1])]
            yield PlacedPicture(page.number, target, _points(size, "cx"), _points(size, "cy"))


def _target(package: Package, part: str, element: XmlElement) -> str:
    """Return the part that the first picture in an element is in; "" where it is none, or elsewhere."""
    blip = next(element.iter(f"{A}blip"), None)
    link = package.relationships(part).get(blip.get(f"{R}embed") or "") if blip is not None else None
    return link.target if link is not None and not link.is_external and link.target in package else ""


def _points(size: XmlElement | None, edge: str) -> float:
    written = size.get(edge) if size is not None else None
    return int(written) / EMU_PER_POINT if written and re.fullmatch(r"\d{1,12}", written) else 0.0
