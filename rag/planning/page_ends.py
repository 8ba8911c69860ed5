"""Finds phrases in the pages of a document, also those that begin on one page and end on the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.planning.phrases import Phrase
from rag.planning.table_cells import Place
from rag.types import DocumentInfo, Page
from rag.words.folding import fold

REACH = 400
"""Characters at the end of a page, and at the beginning of the next, that a phrase over both can take."""

MAX_MARGIN_LINES = 4
"""Lines of page numbers and running titles between the texts of two pages."""

_FLOWING = frozenset({"page", "part"})
"""What a text runs on over; slides, sheets and messages each stand for themselves."""

_PAGE_NUMBER = re.compile(
    r"(?i)\W*(?:(?:page|seite|página|pagina|p\.|s\.)\s*)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:of|von|de|sur|/)\s*\d{1,5})?\W*"
)
_HYPHENATED = re.compile(r"\w[-\u00ad‐]$")


def find_in_pages(phrase: Phrase, document: DocumentInfo, pages: Sequence[Page]) -> Iterator[Place]:
    """Yield where a phrase stands, in order; of one that goes on over a page's end the part before it."""
    language = document.profile.language
    flows = document.page_word in _FLOWING
    running = _running_lines(pages) if flows else frozenset()
    following: Sequence[Page | None] = [*pages[1:], None]
    for page, after in zip(pages, following, strict=True) if pages else ():
        last = 0
        for start, last in phrase.find(page.text, language):
            yield Place(page.number, start, last)
        if flows and after is not None and after.number == page.number + 1:
            over = _over_the_end(phrase, page, after, language, running)
            if over is not None and over.start >= last:
                yield over


def _over_the_end(phrase: Phrase, page: Page, after: Page, language: str, running: frozenset[str]) -> Place | None:
    end = _text_end(page.text, running)
    start = max(0, end - REACH)
    begin = _text_start(after.text, running)
    tail, head = page.text[start:end], after.text[begin : begin + REACH]
    texts = [(f"{tail} {head}", len(tail))]
    if _HYPHENATED.search(tail):
        # A word that is parted there, and one that is written with the hyphen, look alike.
        texts.append((f"{tail[:-1]}{head}", len(tail) - 1))
    for text, border in texts:
        for first, last in phrase.find(text, language):
            if first < border < last:
                return Place(page.number, start + first, end)
    return None


def _running_lines(pages: Sequence[Page]) -> frozenset[str]:
    """Return the lines that begin or end two pages in a row: titles that are printed on each page, folded."""
    found: set[str] = set()
    for page, after in pairwise(pages):
        found |= _margin(page.text) & _margin(after.text)
    return frozenset(found)


def _margin(text: str) -> set[str]:
    lines = [line for line in map(_folded, text.splitlines()) if line]
    return {*lines[:1], *lines[-1:]}


def _folded(line: str) -> str:
    """Return a line without the number of its page."""
    return re.sub(r"\d+", "", fold(line)).strip()


def _text_end(text: str, running: frozenset[str]) -> int:
    """Return where the text of a page ends, before its page number and what is printed on each page."""
    end = len(text.rstrip())
    for _ in range(MAX_MARGIN_LINES):
        begin = text.rfind("\n", 0, end) + 1
        if not begin or not _is_margin(text[begin:end], running):
            break
        end = len(text[:begin].rstrip())
    return end


def _text_start(text: str, running: frozenset[str]) -> int:
    start = len(text) - len(text.lstrip())
    for _ in range(MAX_MARGIN_LINES):
        line_end = text.find("\n", start)
        if line_end < 0 or not _is_margin(text[start:line_end], running):
            break
        start = line_end + len(text[line_end:]) - len(text[line_end:].lstrip())
    return start


def _is_margin(line: str, running: frozenset[str]) -> bool:
    return _PAGE_NUMBER.fullmatch(line.strip()) is not None or _folded(line) in running
