"""Turns Word, PowerPoint, OpenDocument, RTF, EPUB, HTML and Markdown files into ParsedDocuments. Knows no positions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

from ingest.cleanup import clean_text, one_line
from ingest.parsers import elements
from ingest.parsers.elements import ElementKind, Piece
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import Properties, iso_day, read_properties
from ingest.parsers.text import read_text
from ingest.titles import choose_title
from rag.types import BlockKind, ParsedDocument

CELL_SEPARATOR = " | "
MAX_LEVEL = 6


def parse_docx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a Word file: pages where it records rendered page breaks, else one."""
    builder = TextBuilder(options.max_characters, path.name)
    add_pieces(builder, elements.read_docx(path), paged=True)
    word: Literal["page", ""] = "page" if len(builder.pages()) > 1 else ""
    return _finish(path, "docx", builder, read_properties(path), page_word=word)


def parse_pptx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a presentation: one page for each slide, its notes included."""
    builder = TextBuilder(options.max_characters, path.name)
    pieces = (_as_bullet(piece) for piece in elements.read_pptx(path))
    add_pieces(builder, pieces, paged=True)
    return _finish(path, "pptx", builder, read_properties(path), page_word="slide")


def parse_odt(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an OpenDocument text."""
    return _parse_unpaged(path, options, "odt", elements.read_odt(path), read_properties(path))


def parse_epub(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an e-book."""
    return _parse_unpaged(path, options, "epub", elements.read_epub(path), read_properties(path))


def parse_rtf(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an RTF file."""
    return _parse_unpaged(path, options, "rtf", elements.read_rtf(path), Properties())


def parse_html(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a web page."""
    source, warning = read_text(path)
    pieces = elements.read_html(source) if source.strip() else ()
    return _parse_unpaged(path, options, "html", pieces, _html_properties(source), warning)


def parse_markdown(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a Markdown file; its front matter gives title, author and date."""
    source, warning = read_text(path)
    properties, body = _split_front_matter(source)
    pieces = elements.read_markdown(body) if body.strip() else ()
    return _parse_unpaged(path, options, "md", pieces, properties, warning)


def add_pieces(builder: TextBuilder, pieces: Iterable[Piece], *, paged: bool = False) -> None:
    """Write the pieces as blocks; with `paged`, end pages so that piece page numbers (from 1) stay true."""
    page = 1
    for piece in pieces:
        while paged and piece.page is not None and piece.page > page:
            builder.end_page()
            page += 1
        if piece.kind is ElementKind.TABLE:
            _add_table(builder, piece)
        elif piece.kind is ElementKind.HEADING:
            builder.add(BlockKind.HEADING, one_line(piece.text), level=min((piece.depth or 0) + 1, MAX_LEVEL))
        else:
            kind = BlockKind.FURNITURE if piece.kind is ElementKind.FURNITURE else BlockKind.PARAGRAPH
            builder.add(kind, clean_text(piece.text))


def _add_table(builder: TextBuilder, piece: Piece) -> None:
    if not piece.rows:
        builder.add(BlockKind.PARAGRAPH, clean_text(piece.text))
    for row in piece.rows:
        builder.add(BlockKind.TABLE_ROW, one_line(CELL_SEPARATOR.join(row)))


def _as_bullet(piece: Piece) -> Piece:
    """unstructured calls every indented line of a slide a title; only the outermost is one."""
    if piece.kind is ElementKind.HEADING and piece.depth:
        return Piece(ElementKind.TEXT, piece.text, (), piece.depth, piece.page)
    return piece


def _parse_unpaged(
    path: Path,
    options: ParseOptions,
    file_type: str,
    pieces: Iterable[Piece],
    properties: Properties,
    warning: str = "",
) -> ParsedDocument:
    builder = TextBuilder(options.max_characters, path.name)
    add_pieces(builder, pieces)
    return _finish(path, file_type, builder, properties, warnings=(warning,) if warning else ())


def _finish(
    path: Path,
    file_type: str,
    builder: TextBuilder,
    properties: Properties,
    *,
    page_word: Literal["page", "slide", ""] = "",
    warnings: tuple[str, ...] = (),
) -> ParsedDocument:
    sections = builder.sections()
    return ParsedDocument(
        title=choose_title(properties.title, sections[0].title if sections else "", path.name),
        file_type=file_type,
        pages=builder.pages(),
        sections=sections,
        author=properties.author,
        created=properties.created,
        page_word=page_word,
        warnings=warnings,
    )


class _HeadReader(HTMLParser):
    """Collects the title and the meta entries of a web page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.meta: list[tuple[str, str]] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._in_title = tag == "title" and not self.title
        if tag == "meta":
            self.meta.append(((values.get("name") or "").lower(), values.get("content") or ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


HEAD_CHARACTERS = 100_000


def _html_properties(source: str) -> Properties:
    reader = _HeadReader()
    reader.feed(source[:HEAD_CHARACTERS])
    meta = dict(reversed(reader.meta))
    return Properties(
        one_line(reader.title),
        one_line(meta.get("author", "")),
        iso_day(meta.get("date", "") or meta.get("dcterms.created", "")),
    )


def _split_front_matter(source: str) -> tuple[Properties, str]:
    """The properties in a Markdown file's YAML head, and the text after it."""
    match = re.match(r"\ufeff?---\s*\n(.*?\n)(?:---|\.\.\.)\s*\n", source, re.DOTALL)
    if match is None:
        return Properties(), source
    values = dict(re.findall(r"^(title|author|date):\s*[\"']?(.*?)[\"']?\s*$", match[1], re.MULTILINE))
    found = Properties(values.get("title", ""), values.get("author", ""), iso_day(values.get("date", "")))
    return found, source[match.end() :]
