"""Turns OpenDocument texts and presentations into ParsedDocuments."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.embedded import read_embedded, with_embedded
from ingest.parsers.finishing import finish_document, unreadable_parts
from ingest.parsers.flow import (
    FlowItem,
    Item,
    PageBreak,
    line_key,
    paragraph,
    set_contents_aside,
    settle_pages,
    write_flow,
)
from ingest.parsers.odf.body import BodyReader
from ingest.parsers.odf.file import OdfFile
from ingest.parsers.odf.inline import comment_items
from ingest.parsers.odf.names import DC, DRAW, OFFICE, PRESENTATION, STYLE, SVG, TEXT, XLINK
from ingest.parsers.open_xml import Package, XmlElement
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import read_properties
from ingest.parsers.reading_order import Box, reading_order
from ingest.parsers.unread import find_missing, unread_warning, visible_text
from rag.types import BlockKind, Page, ParsedDocument

HIDDEN = "hidden"

_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(cm|mm|in|pt|pc|px)?")
_EMU = {"cm": 360_000, "mm": 36_000, "in": 914_400, "pt": 12_700, "pc": 152_400, "px": 9_525}
_NO_SHAPES = frozenset((f"{PRESENTATION}notes", f"{OFFICE}forms", f"{OFFICE}annotation", f"{DRAW}layer-set"))
_NOT_SHOWN = frozenset(
    (
        *(f"{TEXT}{name}" for name in ("tracked-changes", "number", "note-citation", "index-title-template", "script")),
        *(f"{TEXT}{name}" for name in ("page-number", "page-count", "ruby-text")),
        *(f"{OFFICE}{name}" for name in ("forms", "scripts", "binary-data")),
        *(f"{PRESENTATION}{name}" for name in ("date-time-decl", "header-decl", "footer-decl")),
        *(f"{DC}date", f"{SVG}title", f"{SVG}desc", f"{DRAW}layer-set", f"{DRAW}page-thumbnail"),
    )
)
"""Elements whose text is no words of the document, or is written in another form."""

_REPEATED = frozenset({"header", "footer", "date-time", "page-number"})


def parse_odt(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an OpenDocument text: pages where page breaks are recorded or set, else one."""
    builder = TextBuilder(options.max_characters, path.name)
    with Package(path) as package:
        file = OdfFile(package, path)
        items = list(BodyReader(file).read(file.body))
        headers, footers = _headers(file, "header"), _headers(file, "footer")
        write_flow(builder, set_contents_aside(settle_pages([*headers, *_trim(items), *footers])))
        pages = builder.pages()
        inner = read_embedded(package, _objects(file), options, pages)
        warnings = _warnings(file, pages)
    document = finish_document(builder, path, "odt", read_properties(path), page_word="page", warnings=warnings)
    return with_embedded(document, inner)


def parse_odp(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an OpenDocument presentation: one page for each slide; hidden ones are labelled so."""
    builder = TextBuilder(options.max_characters, path.name)
    with Package(path) as package:
        file = OdfFile(package, path)
        footers: set[str] = set()
        for slide in file.body.iter(f"{DRAW}page"):
            items = [item for item in _slide(file, slide, footers) if not isinstance(item, PageBreak)]
            write_flow(builder, items)
            name = slide.get(f"{DRAW}style-name") or ""
            is_hidden = file.styles.find("drawing-page", name, lambda style: style.is_hidden_slide)
            builder.end_page(HIDDEN if is_hidden else "")
        inner = read_embedded(package, _objects(file), options, builder.pages())
        warnings = _warnings(file, builder.pages())
    document = finish_document(builder, path, "odp", read_properties(path), page_word="slide", warnings=warnings)
    return with_embedded(document, inner)


def _objects(file: OdfFile) -> list[str]:
    """Return the names of the files of other programs that are embedded in a file."""
    links = [element.get(f"{XLINK}href") or "" for element in file.body.iter(f"{DRAW}object-ole", f"{DRAW}object")]
    names = [posixpath.normpath(posixpath.join("/", link)).lstrip("/") for link in links]
    return [name for name in dict.fromkeys(names) if name in file.package]


def _warnings(file: OdfFile, pages: Iterable[Page]) -> tuple[str, ...]:
    missing = find_missing(visible_text(file.body, _NOT_SHOWN), pages)
    return (*unread_warning(missing), *unreadable_parts(file.package.unreadable))


def _trim(items: list[FlowItem]) -> list[FlowItem]:
    """Return the items without the page breaks before the first words and behind the last ones."""
    texts = [place for place, item in enumerate(items) if isinstance(item, Item)]
    return items[texts[0] : texts[-1] + 1] if texts else []


def _headers(file: OdfFile, kind: str) -> list[FlowItem]:
    """Return the lines of all headers, or footers, each once."""
    found: dict[str, FlowItem] = {}
    for master in file.style_sheet.iter(f"{STYLE}master-page") if file.style_sheet is not None else ():
        for name in (kind, f"{kind}-first", f"{kind}-left"):
            for element in master.iterchildren(f"{STYLE}{name}"):
                for item in BodyReader(file, 1).read(element):
                    if isinstance(item, Item):
                        is_heading = item.kind is BlockKind.HEADING
                        found.setdefault(line_key(item), paragraph(item.text) if is_heading else item)
    return list(found.values())


def _slide(file: OdfFile, slide: XmlElement, footers: set[str]) -> Iterator[FlowItem]:
    """Yield the title, the other shapes in reading order, then notes and comments."""
    shapes = [shape for shape in slide if isinstance(shape.tag, str) and shape.tag not in _NO_SHAPES]
    titles = [shape for shape in shapes if shape.get(f"{PRESENTATION}class") == "title"]
    others = [shape for shape in shapes if shape.get(f"{PRESENTATION}class") not in ("title", *_REPEATED)]
    reader = BodyReader(file)
    for shape in titles:
        title = one_line(" ".join(item.text for item in reader.drawing(shape) if isinstance(item, Item)))
        yield from [paragraph(title, level=1)] if title else []
    for place in reading_order([_box(shape) for shape in others]):
        yield from reader.drawing(others[place])
    yield from _footers(file, slide, footers)
    for notes in slide.iterchildren(f"{PRESENTATION}notes"):
        yield from _notes(reader, notes)
    for comment in slide.iterchildren(f"{OFFICE}annotation"):
        yield from comment_items(comment, reader.story)


def _footers(file: OdfFile, slide: XmlElement, footers: set[str]) -> Iterator[FlowItem]:
    """Yield the header and footer of a slide where they are new."""
    for kind in ("header", "footer"):
        name = slide.get(f"{PRESENTATION}use-{kind}-name")
        for declared in file.body.iter(f"{PRESENTATION}{kind}-decl"):
            text = one_line("".join(declared.itertext()))
            if declared.get(f"{PRESENTATION}name") == name and text and text not in footers:
                footers.add(text)
                yield paragraph(text)


def _notes(reader: BodyReader, notes: XmlElement) -> Iterator[FlowItem]:
    label = "Notes: "
    for shape in notes:
        if isinstance(shape.tag, str) and shape.get(f"{PRESENTATION}class") not in _REPEATED:
            for item in reader.drawing(shape):
                if isinstance(item, Item):
                    yield paragraph(f"{label}{item.text}")
                    label = ""


def _box(shape: XmlElement) -> Box:
    top, left = _length(shape.get(f"{SVG}y")), _length(shape.get(f"{SVG}x"))
    return Box(top, left, top + _length(shape.get(f"{SVG}height")), left + _length(shape.get(f"{SVG}width")))


def _length(text: str | None) -> int:
    match = _LENGTH.fullmatch(text or "")
    return int(float(match[1]) * _EMU.get(match[2] or "px", 1)) if match else 0
