"""Turns a PDF into a ParsedDocument. Knows no other format; pdfium and pypdf are behind their own modules."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.cleanup import one_line, words_in
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdf_blocks import Heading, PageWriter, furniture_rows, group_rows, usual_height
from ingest.parsers.pdf_rows import Row, make_rows
from ingest.parsers.pdf_sections import largest_heading, sections_from_bookmarks, sections_from_headings
from ingest.parsers.pdfium import PASSWORD_ERROR, SECURITY_ERROR, OpenError, PdfiumDocument, open_pdfium
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import Page, ParsedDocument

HEADER_WINDOW = 1024
"""A PDF's "%PDF-" may come after this many bytes of something else, as readers accept it."""


def parse_pdf(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a PDF. Raises ParseError with the reason when it is damaged, locked, empty or too large."""
    for password in ("", *options.passwords_for(path)):
        try:
            with open_pdfium(path, password) as document:
                return _parse_open(path, document, options)
        except OpenError as error:
            if error.code == SECURITY_ERROR:
                raise ParseError(
                    f"{path.name} is encrypted in a way that cannot be read.",
                    "Save an unencrypted copy of it in the folder.",
                ) from error
            if error.code != PASSWORD_ERROR:
                raise ParseError(
                    f"{path.name} is damaged and cannot be opened as a PDF.",
                    "Open it in a PDF viewer and save it again, or replace it with a good copy.",
                ) from error
    raise ParseError(f"{path.name} is encrypted and needs a password.", "Add its password to the passwords setting.")


def _parse_open(path: Path, document: PdfiumDocument, options: ParseOptions) -> ParsedDocument:
    if document.page_count == 0:
        raise ParseError(f"{path.name} has no pages.", "Replace it with a good copy.")
    if document.page_count > options.max_pages:
        raise ParseError(
            f"{path.name} has {document.page_count} pages; the limit is {options.max_pages}.",
            "Raise the max_pages setting or split the file.",
        )
    rows_by_page: list[list[Row]] = []
    turns: list[int] = []
    damaged: list[int] = []
    for number in range(document.page_count):
        raw = document.read_page(number)
        if raw is None:
            damaged.append(number)
        rows_by_page.append(make_rows(raw.lines) if raw else [])
        turns.append(raw.turns if raw else 0)
    if not any(rows_by_page):
        raise ParseError(
            f"{path.name} has no text layer: its pages are pictures.",
            "Run it through OCR (for example ocrmypdf) and put the result in the folder.",
        )
    pages, headings = _write_pages(document, rows_by_page, turns)
    warnings = tuple(f"Page {number + 1} is damaged and was left out." for number in damaged[:20])
    sections = sections_from_bookmarks(document.bookmarks(), pages) or sections_from_headings(headings)
    heading = largest_heading(headings)
    return ParsedDocument(
        title=choose_title(one_line(document.metadata("Title")), heading, path.name),
        file_type="pdf",
        pages=tuple(pages),
        sections=tuple(sections),
        author=one_line(document.metadata("Author")),
        created=iso_date(document.metadata("CreationDate")),
        page_word="page",
        warnings=warnings,
    )


def _write_pages(
    document: PdfiumDocument, rows_by_page: list[list[Row]], turns: list[int]
) -> tuple[list[Page], list[Heading]]:
    """The pages with their blocks and boxes, and the headings among the blocks."""
    furniture = furniture_rows(rows_by_page)
    body = usual_height(rows_by_page)
    vocabulary = _vocabulary(rows_by_page)
    pages: list[Page] = []
    headings: list[Heading] = []
    for number, rows in enumerate(rows_by_page):
        writer = PageWriter(vocabulary)
        groups = group_rows(rows, furniture[number], body)
        pages.append(writer.write(groups, number, label=one_line(document.label(number)), turns=turns[number]))
        headings += writer.headings
    return pages, headings


def _vocabulary(rows_by_page: list[list[Row]]) -> set[str]:
    """The document's words when some are broken at a line's end; else nothing needs them."""
    rows = [row for rows in rows_by_page for row in rows]
    if not any(word.broken for row in rows for word in row.words):
        return set()
    return words_in(word.text for row in rows for word in row.words if not word.broken)


def iso_date(raw: str) -> str:
    """A PDF date ("D:20230510120000Z") as an ISO 8601 day, or ""."""
    match = re.match(r"(?:D:)?(\d{4})-?(\d{2})?-?(\d{2})?", raw.strip())
    if match is None or not "1900" <= match[1] <= "2100":
        return ""
    return "-".join(part for part in match.groups() if part)
