"""Turns a PDF into a ParsedDocument."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from ingest.cleanup import clean_text, one_line
from ingest.hyphens import DocumentWords, find_words
from ingest.parsers.attachments import attachment_warning
from ingest.parsers.finishing import finish_document
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.pdf.blocks import furniture_rows, group_rows, usual_height
from ingest.parsers.pdf.contents import mark_contents
from ingest.parsers.pdf.fallback import check_page_count, iso_date, parse_with_pypdf
from ingest.parsers.pdf.pages import PageReader
from ingest.parsers.pdf.pdfium import PASSWORD_ERROR, SECURITY_ERROR, OpenError, PdfiumDocument, open_pdfium
from ingest.parsers.pdf.refusals import explain_no_words
from ingest.parsers.pdf.row import Row
from ingest.parsers.pdf.rows import aside_rows, make_rows
from ingest.parsers.pdf.sections import largest_heading, sections_from_bookmarks, sections_from_headings
from ingest.parsers.pdf.writing import Heading, PageWriter
from ingest.parsers.pdf.xfa import READ_FROM_DATA, is_dynamic, read_form
from ingest.parsers.properties import Properties
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import BlockKind, Page, ParsedDocument

SEGMENT_PAGES = 1000
"""Furniture and vocabulary are judged over as many pages at a time: their words take 250 KiB of memory a page."""


def parse_pdf(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a PDF. Raises ParseError with the reason when it is damaged, locked, empty or too large."""
    passwords = ["", *options.passwords_for(path)]
    locked = False
    for password in passwords:
        try:
            with open_pdfium(path, password) as document:
                return _parse_open(path, document, options, password)
        except OpenError as error:
            if error.code == SECURITY_ERROR:
                raise ParseError(
                    f"{path.name} is encrypted in a way that cannot be read.",
                    "Save an unencrypted copy of it in the folder.",
                ) from error
            locked = error.code == PASSWORD_ERROR
            if not locked:
                break
    if locked:
        what = "none of the passwords given for it opens it" if len(passwords) > 1 else "needs a password"
        raise ParseError(
            f"{path.name} is encrypted, and {what}.",
            "Give its password on the page Documents, with `lectern passwords add`, or in the setting `passwords`.",
        )
    return parse_with_pypdf(path, options, passwords)


def _parse_open(path: Path, document: PdfiumDocument, options: ParseOptions, password: str) -> ParsedDocument:
    if document.page_count == 0:
        raise ParseError(f"{path.name} has no pages.", "Replace it with a good copy.")
    check_page_count(path, document.page_count, options)
    if is_dynamic(document.handle):
        return _parse_form(path, document, options)
    reader = PageReader(document, options)
    pages: list[Page] = []
    headings: list[Heading] = []
    body = 0
    seen: set[str] = set()
    for first in range(0, document.page_count, SEGMENT_PAGES):
        last = min(first + SEGMENT_PAGES, document.page_count)
        rows_by_page = [_read_rows(document, reader, number) for number in range(first, last)]
        body = body or usual_height(rows_by_page)
        more, found = _write_pages(document, rows_by_page, first, body, seen)
        pages += more
        headings += found
    if not any(page.text for page in pages):
        return _parse_without_text(path, options, password, reader)
    sections = sections_from_bookmarks(document.bookmarks(), pages) or sections_from_headings(headings, body)
    heading = largest_heading(headings)
    return ParsedDocument(
        title=choose_title(one_line(document.metadata("Title")), heading, path.name),
        file_type="pdf",
        pages=tuple(pages),
        sections=tuple(sections),
        author=one_line(document.metadata("Author")),
        created=iso_date(document.metadata("CreationDate")),
        page_word="page",
        warnings=(*reader.warnings(), *attachment_warning([one_line(name) for name in document.attachments()])),
    )


def _parse_form(path: Path, document: PdfiumDocument, options: ParseOptions) -> ParsedDocument:
    """Return a form that only Adobe Reader draws, as one page; what its pages say is no part of it."""
    builder = TextBuilder(options.max_characters, path.name)
    for line in read_form(document.handle):
        builder.add(BlockKind.PARAGRAPH, clean_text(line))
    if not builder.pages():
        raise ParseError(
            f"{path.name} is a form that only Adobe Reader shows (XFA), and nothing could be read of it.",
            "Open it there and print it to a PDF, and index that.",
        )
    properties = Properties(one_line(document.metadata("Title")), one_line(document.metadata("Author")))
    return finish_document(builder, path, "pdf", properties, page_word="page", warnings=[READ_FROM_DATA])


def _read_rows(document: PdfiumDocument, reader: PageReader, number: int) -> list[Row]:
    """Return the rows of a page (0-based), those that are kept out of what is searched at the end."""
    raw = reader.read(number)
    return make_rows(raw.lines, raw.upright, partial(document.rules, number)) + aside_rows(raw.apart)


def _parse_without_text(path: Path, options: ParseOptions, password: str, reader: PageReader) -> ParsedDocument:
    """Give pypdf a try at a PDF in which pdfium found no words."""
    try:
        document = parse_with_pypdf(path, options, [password])
    except ParseError as error:
        raise explain_no_words(path, options, reader) from error
    return replace(document, warnings=("Its text was read without the positions of words: quotes are not marked.",))


def _write_pages(
    document: PdfiumDocument, rows_by_page: list[list[Row]], first: int, body: int, seen: set[str]
) -> tuple[list[Page], list[Heading]]:
    """Return the pages from number `first` on with their blocks and boxes, and the headings among the blocks."""
    mark_contents(rows_by_page)
    furniture = furniture_rows(rows_by_page, seen)
    words = _find_words(rows_by_page)
    pages: list[Page] = []
    headings: list[Heading] = []
    for place, rows in enumerate(rows_by_page):
        number = first + place
        writer = PageWriter(words)
        groups = group_rows(rows, furniture[place], body)
        pages.append(writer.write(groups, number, label=one_line(document.label(number))))
        headings += writer.headings
    return pages, headings


def _find_words(rows_by_page: list[list[Row]]) -> DocumentWords:
    """Return the document's words when some are broken at a line's end; else nothing needs them."""
    words = list(chain.from_iterable(cell for rows in rows_by_page for row in rows for cell in row.cells))
    places = [place for place, word in enumerate(words[:-1]) if word.broken]
    if not places:
        return DocumentWords()
    texts = [word.text for word in words]
    broken = [(texts[place], texts[place + 1]) for place in places]
    for place in places:
        texts[place] = texts[place + 1] = ""
    return find_words(set(texts), broken)
