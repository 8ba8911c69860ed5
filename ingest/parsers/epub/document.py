"""Turns e-books into ParsedDocuments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.epub.book import EpubBook
from ingest.parsers.epub.content import SKIPPED, ChapterReader, is_hidden
from ingest.parsers.epub.notes import NoteFinder
from ingest.parsers.finishing import finish_document, unreadable_parts
from ingest.parsers.flow import FlowItem, Item, set_contents_aside, write_flow
from ingest.parsers.open_xml import Package, XmlElement
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import read_properties
from ingest.parsers.unread import find_missing, unread_warning, visible_text
from rag.errors import ParseError
from rag.types import ParsedDocument

MIN_LINKS = 5
CONTENTS_SHARE = 0.7
"""A chapter of so many links, and so much of its text in them, is a table of contents."""


def parse_epub(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an e-book: its chapters in reading order, as one page."""
    with Package(path) as package:
        book = EpubBook(package)
        if book.is_protected:
            raise ParseError(f"{path.name} is protected against copying (DRM).", "Use a copy without protection.")
        items = _read(book)
        builder = TextBuilder(options.max_characters, path.name)
        write_flow(builder, set_contents_aside(items))
        missing = find_missing(_texts(book), builder.pages())
    warnings = (*unread_warning(missing), *unreadable_parts([*package.unreadable, *book.unreadable]))
    return finish_document(builder, path, "epub", read_properties(path), warnings=warnings)


def _texts(book: EpubBook) -> Iterator[str]:
    """Yield the text of the book's chapters as a reader shows it."""
    for chapter in book.chapters:
        page = book.page(chapter.part)
        body = page.find("body") if page is not None else None
        if body is not None:
            yield from visible_text(body, SKIPPED, is_hidden)


def _read(book: EpubBook) -> list[FlowItem]:
    notes = NoteFinder(book)
    items: list[FlowItem] = []
    for chapter in book.chapters:
        page = book.page(chapter.part)
        body = page.find("body") if page is not None else None
        if body is None:
            continue
        is_contents = chapter.is_contents or _is_contents(body)
        for item in ChapterReader(notes, chapter.part).read(body):
            items.append(replace(item, is_contents=True) if is_contents and isinstance(item, Item) else item)
    return items


def _is_contents(body: XmlElement) -> bool:
    """Return whether a chapter is hardly more than links to others."""
    links = [one_line("".join(link.itertext())) for link in body.iter("a") if "://" not in (link.get("href") or "://")]
    text = one_line("".join(body.itertext()))
    return len(links) >= MIN_LINKS and sum(map(len, links)) > CONTENTS_SHARE * len(text)
