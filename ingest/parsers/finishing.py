"""Makes a document of the pages and sections that a reader has put into a builder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import Properties
from ingest.titles import choose_title
from rag.types import PageWord, ParsedDocument

NO_PROPERTIES = Properties()


def finish_document(
    builder: TextBuilder,
    path: Path,
    file_type: str,
    properties: Properties = NO_PROPERTIES,
    *,
    heading: str | None = None,
    page_word: PageWord = "",
    warnings: Iterable[str] = (),
) -> ParsedDocument:
    """Return the document in a builder; empty warnings are dropped, and pages without breaks have no word.

    Its title is the properties', else the `heading` (that of the first section unless one is given), else the file's
    name.
    """
    pages, sections = builder.pages(), builder.sections()
    if heading is None:
        heading = sections[0].title if sections else ""
    return ParsedDocument(
        title=choose_title(properties.title, heading, path.name),
        file_type=file_type,
        pages=pages,
        sections=sections,
        author=properties.author,
        created=properties.created,
        page_word="" if page_word == "page" and len(pages) < 2 else page_word,
        warnings=tuple(filter(None, warnings)),
    )


def unreadable_parts(parts: Iterable[str]) -> tuple[str, ...]:
    """Return a warning for each part of a file that is missing or broken."""
    return tuple(f"A part of the file could not be read: {part}." for part in dict.fromkeys(parts))
