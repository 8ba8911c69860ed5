"""Turns web pages into ParsedDocuments."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.finishing import finish_document
from ingest.parsers.flow import write_flow
from ingest.parsers.html.reader import HtmlText, read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import Properties, iso_day
from ingest.parsers.text import read_text
from rag.types import ParsedDocument

HEAD_CHARACTERS = 100_000

_DATES = ("date", "dcterms.created", "dc.date", "article:published_time", "datepublished")


def parse_html(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a web page."""
    source, warning = read_text(path)
    return parse_page(path, source, options, (warning,))


def parse_page(path: Path, source: str, options: ParseOptions, warnings: tuple[str, ...] = ()) -> ParsedDocument:
    """Parse the source of a web page; `warnings` are told with it."""
    builder = TextBuilder(options.max_characters, path.name)
    page = read_html(source) if source.strip() else HtmlText(())
    write_flow(builder, page.items)
    return finish_document(builder, path, "html", read_head(source), warnings=(*warnings, *left_out(page)))


def left_out(page: HtmlText) -> tuple[str, ...]:
    """Return warnings of what does not answer: menus, banners, hidden elements."""
    found = []
    if page.boilerplate_words:
        found.append(f"Menus and banners are not searched: {page.boilerplate_words} words.")
    if page.hidden_words:
        found.append(f"Hidden elements of the page were not read: {page.hidden_words} words.")
    return tuple(found)


def read_head(source: str) -> Properties:
    """Return the title, author and date that a page's head gives."""
    reader = _HeadReader()
    reader.feed(re.sub(r"<!--.*?-->", "", source[:HEAD_CHARACTERS], flags=re.DOTALL))
    meta = dict(reversed(reader.meta))
    date = next((meta[name] for name in _DATES if meta.get(name)), "")
    return Properties(one_line(reader.title), one_line(meta.get("author", "")), iso_day(date))


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
            name = values.get("name") or values.get("property") or values.get("itemprop") or ""
            self.meta.append((name.lower(), values.get("content") or ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
