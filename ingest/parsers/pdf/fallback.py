"""Reads a PDF with pypdf when pdfium cannot: no word positions, but damaged files give up some of their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdf
from pypdf.errors import DependencyError

from ingest.cleanup import clean_text, one_line
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.pdf.page_notes import list_pages
from ingest.parsers.pdf.row import is_number
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument, Section

TRIED_PAGES = 20
"""When as many pages in a row give no words, the rest is not tried: pypdf is slow."""


def parse_with_pypdf(path: Path, options: ParseOptions, passwords: Sequence[str]) -> ParsedDocument:
    """Return the text pypdf finds. Raises ParseError with the reason when there is none."""
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not any(reader.decrypt(password) for password in passwords):
            raise ParseError(
                f"{path.name} is encrypted and needs a password, or in a way that cannot be read.",
                "Give its password with `lectern passwords add`, or save an unencrypted copy of it.",
            )
        count = len(reader.pages)
    except (ParseError, MemoryError):
        raise
    except DependencyError as error:
        raise ParseError(
            f"{path.name} is encrypted in a way that cannot be read.", "Save an unencrypted copy of it in the folder."
        ) from error
    except Exception as error:
        raise damaged(path) from error
    if count == 0:
        raise ParseError(f"{path.name} has no pages.", "Replace it with a good copy.")
    check_page_count(path, count, options)
    builder = TextBuilder(options.max_characters, path.name)
    lost: list[int] = []
    for text in _page_texts(reader, count, lost):
        _add_page(builder, text)
    pages = builder.pages()
    if not any(page.text for page in pages):
        raise damaged(path)
    title, author, created = _metadata(reader)
    return ParsedDocument(
        title=choose_title(title, "", path.name),
        file_type="pdf",
        pages=pages,
        sections=tuple(_sections(reader, len(pages))),
        author=author,
        created=created,
        page_word="page",
        warnings=(
            "The file is damaged; its text was recovered without the positions of words.",
            *([f"Damaged and left out: {list_pages(lost)}."] if lost else []),
        ),
    )


def damaged(path: Path) -> ParseError:
    """Return the error for a PDF that no reader can open."""
    return ParseError(
        f"{path.name} is damaged and cannot be opened as a PDF.",
        "Open it in a PDF viewer and save it again, or replace it with a good copy.",
    )


def check_page_count(path: Path, count: int, options: ParseOptions) -> None:
    """Raise ParseError when a document has more pages than allowed."""
    if count > options.max_pages:
        raise ParseError(
            f"{path.name} has {count} pages; the limit is {options.max_pages}.",
            "Raise the setting `max_pages`, or split the file.",
        )


def iso_date(raw: str) -> str:
    """Return a PDF date ("D:20230510120000Z") as an ISO 8601 day, or ""."""
    match = re.match(r"(?:D:)?(\d{4})-?(\d{2})?-?(\d{2})?", raw.strip())
    if match is None or not "1900" <= match[1] <= "2100":
        return ""
    return "-".join(part for part in match.groups() if part)


def _page_texts(reader: pypdf.PdfReader, count: int, lost: list[int]) -> Iterator[str]:
    """Yield the text of each page, "" of those that cannot be read, whose numbers go into `lost`."""
    found = False
    for number in range(count):
        if number >= TRIED_PAGES and not found:
            return
        try:
            text = clean_text(reader.pages[number].extract_text())
        except MemoryError:
            raise
        except Exception:  # pypdf raises many kinds on damaged pages; the next page may be whole
            text = ""
            lost.append(number)
        found = found or bool(text.strip())
        yield text


def _add_page(builder: TextBuilder, text: str) -> None:
    """Write a page: lines with several amounts are table rows, the rest paragraphs parted by blank lines."""
    paragraph: list[str] = []
    for line in [*text.split("\n"), ""]:
        amounts = sum(is_number(word) for word in line.split())
        table = amounts > 1 and amounts * 3 >= len(line.split())
        if (table or not line.strip()) and paragraph:
            builder.add(BlockKind.PARAGRAPH, "\n".join(paragraph))
            paragraph = []
        if table:
            builder.add(BlockKind.TABLE_ROW, line)
        elif line.strip():
            paragraph.append(line)
    builder.end_page()


def _metadata(reader: pypdf.PdfReader) -> tuple[str, str, str]:
    """Return title, author and ISO day."""
    try:
        information = reader.metadata
        if information is None:
            return "", "", ""
        raw = information.creation_date_raw or ""
        return one_line(information.title or ""), one_line(information.author or ""), iso_date(str(raw))
    except Exception:  # damaged metadata must not fail the file
        return "", "", ""


def _sections(reader: pypdf.PdfReader, pages: int) -> Iterator[Section]:
    """Yield the outline's entries; each starts at its page's beginning."""
    try:
        entries = list(_flatten(reader, reader.outline, 1))
    except Exception:  # a damaged outline must not fail the file
        return
    for title, level, page in sorted(entries, key=lambda entry: entry[2]):
        if title and page < pages:
            yield Section(title, level, page, 0)


def _flatten(reader: pypdf.PdfReader, outline: object, level: int) -> Iterator[tuple[str, int, int]]:
    if not isinstance(outline, list):
        return
    for entry in outline:
        if isinstance(entry, list):
            yield from _flatten(reader, entry, level + 1)
        else:
            page = reader.get_destination_page_number(entry)
            if page is not None and page >= 0:
                yield one_line(str(entry.title)), level, page
