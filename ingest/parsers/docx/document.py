"""Turns Word files into ParsedDocuments: headers, body with its notes, footers, and a word on what was not read."""

from __future__ import annotations

from pathlib import Path

from ingest.parsers.docx.anchored import AnchoredReader
from ingest.parsers.docx.body import read_story
from ingest.parsers.docx.file import WordFile
from ingest.parsers.embedded import embedded_parts, read_embedded, with_embedded
from ingest.parsers.finishing import finish_document, unreadable_parts
from ingest.parsers.flow import (
    FlowItem,
    Item,
    PageBreak,
    line_key,
    set_contents_aside,
    settle_pages,
    write_flow,
)
from ingest.parsers.open_xml import Package, R, W, XmlElement
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import read_properties
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument


def parse_docx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a Word file, template or not: pages where page breaks are recorded or set, else one."""
    with Package(path) as package:
        file = WordFile(package)
        builder = write_pages(file, options, path)
        warnings = _warnings(file)
        inner = read_embedded(package, embedded_parts(package), options, builder.pages())
    document = finish_document(builder, path, "docx", read_properties(path), page_word="page", warnings=warnings)
    return with_embedded(document, inner)


def write_pages(file: WordFile, options: ParseOptions, path: Path) -> TextBuilder:
    """Return the pages of an open file with all its text. Raises ParseError."""
    # some programs write several bodies; Word shows the text of all
    bodies = file.root.findall(f"{W}body") if file.root is not None else []
    if not bodies:
        raise ParseError(f"{path.name} is damaged: its text cannot be read.", "Replace it with a good copy.")
    builder = TextBuilder(options.max_characters, path.name)
    write_flow(builder, set_contents_aside(settle_pages(_read(file, bodies))))
    return builder


def _read(file: WordFile, bodies: list[XmlElement]) -> list[FlowItem]:
    """Return all items: headers first, footers last, each once; comments that nothing points to at the end."""
    # The parts of the body are read before the headers, so that lists and notes count from its beginning.
    items = [item for body in bodies for item in read_story(file, file.part, body)]
    seen: set[str] = set()
    headers = _repeated(file, "header", seen)
    footers = _repeated(file, "footer", seen)
    comments = AnchoredReader(file, file.part, 0, read_story).left_comments()
    return [*headers, *_trim(items), *footers, *comments]


def _trim(items: list[FlowItem]) -> list[FlowItem]:
    """Return the items without page breaks that nothing follows."""
    end = len(items)
    while end and isinstance(items[end - 1], PageBreak):
        end -= 1
    return items[:end]


def _repeated(file: WordFile, kind: str, seen: set[str]) -> list[FlowItem]:
    """Return the lines of all headers, or footers, each once."""
    found: list[FlowItem] = []
    links = file.package.relationships(file.part)
    parts = {
        link.target: None
        for section in file.sections
        for reference in section.iterfind(f"{W}{kind}Reference")
        if (link := links.get(reference.get(f"{R}id") or "")) is not None and not link.is_external
    }
    for part in parts:
        root = file.story(part)
        for item in read_story(file, part, root) if root is not None else ():
            if isinstance(item, PageBreak):
                continue
            key = line_key(item)
            if key not in seen:
                seen.add(key)
                kind_of_block = BlockKind.PARAGRAPH if item.kind is BlockKind.HEADING else item.kind
                found.append(Item(kind_of_block, item.text))
    return found


def _warnings(file: WordFile) -> tuple[str, ...]:
    return (*file.unread.warnings(), *unreadable_parts(file.package.unreadable))
