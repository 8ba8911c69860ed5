"""Turns a PDF into a ParsedDocument. Knows no other format; pdfium and pypdf are behind their own modules."""

from __future__ import annotations

import time
from pathlib import Path

from ingest.cleanup import one_line, words_in
from ingest.parsers import ocr
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdf_blocks import Heading, PageWriter, furniture_rows, group_rows, usual_height
from ingest.parsers.pdf_fallback import check_page_count, iso_date, parse_with_pypdf
from ingest.parsers.pdf_rows import Row, make_rows
from ingest.parsers.pdf_sections import largest_heading, sections_from_bookmarks, sections_from_headings
from ingest.parsers.pdfium import PASSWORD_ERROR, SECURITY_ERROR, OpenError, PdfiumDocument, RawPage, open_pdfium
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import Page, ParsedDocument

MAX_LISTED = 20
EMPTY_PAGE = RawPage([], 0)


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
        raise ParseError(
            f"{path.name} is encrypted and needs a password.", "Add its password to the passwords setting."
        )
    return parse_with_pypdf(path, options, passwords)


def _parse_open(path: Path, document: PdfiumDocument, options: ParseOptions, password: str) -> ParsedDocument:
    if document.page_count == 0:
        raise ParseError(f"{path.name} has no pages.", "Replace it with a good copy.")
    check_page_count(path, document.page_count, options)
    raw_pages, warnings = _read_pages(document, options)
    rows_by_page = [make_rows(raw.lines) for raw in raw_pages]
    turns = [raw.turns for raw in raw_pages]
    if not any(rows_by_page):
        return _parse_without_text(path, options, password)
    body = usual_height(rows_by_page)
    pages, headings = _write_pages(document, rows_by_page, turns, body)
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
        warnings=tuple(warnings),
    )


def _read_pages(document: PdfiumDocument, options: ParseOptions) -> tuple[list[RawPage], list[str]]:
    """Every page's lines, by OCR where a page is only a picture, and what had to be left out."""
    pages: list[RawPage] = []
    damaged: list[int] = []
    pictures: list[int] = []
    for number in range(document.page_count):
        raw = document.read_page(number)
        if raw is None:
            damaged.append(number)
        elif not has_usable_text(raw) and document.has_content(number):
            pictures.append(number)
        pages.append(raw or EMPTY_PAGE)
    warnings = [f"Damaged and left out: {_list_pages(damaged)}."] if damaged else []
    left = _recognise(document, options, pages, pictures) if pictures else []
    if left:
        warnings.append(f"Only pictures, without readable text: {_list_pages(left)}.")
    return pages, warnings


def _recognise(document: PdfiumDocument, options: ParseOptions, pages: list[RawPage], pictures: list[int]) -> list[int]:
    """Put recognised text in place of the picture pages; returns the pages for which there was no OCR or no time."""
    if not options.ocr or not ocr.is_available():
        return pictures
    deadline = time.monotonic() + options.ocr_seconds
    for place, number in enumerate(pictures):
        if time.monotonic() > deadline:
            return pictures[place:]
        picture = document.render(number, scale=ocr.PIXELS_PER_POINT)
        if picture is not None:
            pages[number] = ocr.read_picture(picture)
    return []


def has_usable_text(raw: RawPage) -> bool:
    """Whether a page has words, and fonts that say which letters they are."""
    text = "".join(word.text for line in raw.lines for word in line.words)
    unknown = sum("\ue000" <= character <= "\uf8ff" or character in "\ufffd\x00" for character in text)
    return bool(text) and unknown * 2 < len(text)


def _list_pages(numbers: list[int]) -> str:
    """Pages as people count them, the first few by number."""
    shown = ", ".join(str(number + 1) for number in numbers[:MAX_LISTED])
    more = f" and {len(numbers) - MAX_LISTED} more" if len(numbers) > MAX_LISTED else ""
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _parse_without_text(path: Path, options: ParseOptions, password: str) -> ParsedDocument:
    """Give pypdf a try at a PDF in which pdfium found no words."""
    try:
        return parse_with_pypdf(path, options, [password])
    except ParseError as error:
        raise ParseError(
            f"{path.name} has no text layer: its pages are pictures or empty.",
            "Run it through OCR (for example ocrmypdf) and put the result in the folder.",
        ) from error


def _write_pages(
    document: PdfiumDocument, rows_by_page: list[list[Row]], turns: list[int], body: int
) -> tuple[list[Page], list[Heading]]:
    """The pages with their blocks and boxes, and the headings among the blocks."""
    furniture = furniture_rows(rows_by_page)
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
