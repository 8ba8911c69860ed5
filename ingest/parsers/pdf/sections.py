"""Makes sections of a PDF's outline or of its headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.cleanup import one_line
from ingest.parsers.pdf.blocks import HEADING_GROWTH
from ingest.parsers.pdf.pdfium import Bookmark
from ingest.parsers.pdf.writing import Heading
from rag.types import Page, Section

VERY_TALL = 1.5
"""Headings this many times the usual line height are the outermost."""

_NUMBERED = re.compile(r"(?:part|item|note|section|chapter|article|appendix|annex|exhibit)\b|\d+(?:\.\d+)*\.?\s", re.I)

MIN_BOOKMARKS = 2
"""A single bookmark is usually the document's title and opens no section."""

MAX_TITLE = 200


def sections_from_bookmarks(bookmarks: Sequence[Bookmark], pages: Sequence[Page]) -> list[Section]:
    """Return sections from the outline, in page order; each starts at its title in the page, else with the page."""
    if len(bookmarks) < MIN_BOOKMARKS:
        return []
    found: list[Section] = []
    for bookmark in bookmarks:
        title = one_line(bookmark.title)[:MAX_TITLE]
        if title and 0 <= bookmark.page < len(pages):
            start = _find_title(title, pages[bookmark.page].text)
            found.append(Section(title, bookmark.level, bookmark.page, start))
    return sorted(found, key=lambda section: (section.page, section.start))


def _find_title(title: str, text: str) -> int:
    """Return where the title stands in the text, however its spaces and case are; 0 when it does not."""
    words = re.findall(r"\w+", title)
    if not words:
        return 0
    match = re.search(r"\W+".join(re.escape(word) for word in words), text, re.IGNORECASE)
    if match is None:
        return 0
    line_start = text.rfind("\n", 0, match.start()) + 1
    # "1.2 Scope" is often just "Scope" in the outline: begin with the line when only a number comes before
    before = text[line_start : match.start()]
    return line_start if not any(character.isalpha() for character in before) else match.start()


def sections_from_headings(headings: Sequence[Heading], body: int) -> list[Section]:
    """Return sections from heading blocks, a level for each look that occurs; `body` is the usual line height."""
    looks = [_look(heading, body) for heading in headings]
    levels = {look: place + 1 for place, look in enumerate(sorted(set(looks)))}
    return [
        Section(one_line(heading.title)[:MAX_TITLE], levels[look], heading.page, heading.start)
        for heading, look in zip(headings, looks, strict=True)
    ]


def _look(heading: Heading, body: int) -> int:
    """Return the look of a heading: very tall, tall, bold and in capitals or numbered, or just bold."""
    if heading.height >= VERY_TALL * body:
        return 0
    if heading.height >= HEADING_GROWTH * body:
        return 1
    return 2 if heading.title.isupper() or _NUMBERED.match(heading.title) else 3


def largest_heading(headings: Sequence[Heading]) -> str:
    """Return the tallest heading of the first pages: the best guess at the document's title, or ""."""
    early = [heading for heading in headings if heading.page < 2]
    return one_line(max(early, key=lambda heading: heading.height).title) if early else ""
