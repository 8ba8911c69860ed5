"""Turns Markdown files into ParsedDocuments, by way of the HTML that they stand for."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from ingest.cleanup import clean_text, one_line
from ingest.parsers.finishing import finish_document
from ingest.parsers.flow import paragraph, write_flow
from ingest.parsers.html.reader import HtmlText, read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import Properties, iso_day
from ingest.parsers.text import read_text
from rag.types import BlockKind, ParsedDocument

_FRONT_MATTER = re.compile(r"\ufeff?(---|\+\+\+)[^\S\n]*\n(.*?\n)(?:\1|\.\.\.)[^\S\n]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(title|author|date)\s*[:=]\s*[\"']?(.*?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
_FOOTNOTE = re.compile(r"^( {0,3})\[\^([^\]\n]+)\]:", re.MULTILINE)
"""A note, which CommonMark takes for the address of a link."""

_NOTE_MARK = re.compile(r"[ ]?\[\^([^\]\n]+)\](?!:)")
_DELIMITERS = re.compile(r"\s{0,3}\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
_LABELLED = re.compile(r" {0,3}(?:\*\*|__)?[^\W_a-zà-öø-ÿ][^:|*_`<>.!?\n]{0,40}:(?:\*\*|__)?\s+\S")
"""A line with a value behind its label: "**Office hours:** Monday to Thursday"."""

_BAR = re.compile(r"(?<!\\)\|")
_TAG = re.compile(r"</?([a-zA-Z][\w:.-]*)[^<>]*>")
_HTML_TAGS = """
a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center
cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font
footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map
mark menu meta meter nav noscript object ol optgroup option output p picture pre progress q rp rt ruby s samp script
search section select small source span strike strong style sub summary sup svg table tbody td template textarea
tfoot th thead time title tr track tt u ul var video wbr
"""
_KNOWN_TAGS = frozenset(_HTML_TAGS.split())


class _Renderer(RendererHTML):
    """Writes HTML in which tags that HTML does not know stand as the text they are: `<port>`."""

    def html_block(self, tokens: Sequence[Token], place: int, options: Any, environment: Any) -> str:
        return _escape_unknown(tokens[place].content)

    def html_inline(self, tokens: Sequence[Token], place: int, options: Any, environment: Any) -> str:
        return _escape_unknown(tokens[place].content)


def parse_markdown(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a Markdown file; its front matter gives title, author and date, and its fields are read."""
    source, warning = read_text(path)
    properties, fields, body = split_front_matter(source)
    builder = TextBuilder(options.max_characters, path.name)
    builder.add(BlockKind.PARAGRAPH, clean_text(fields))
    page = read_markdown(body) if body.strip() else HtmlText(())
    write_flow(builder, page.items)
    return finish_document(builder, path, "md", properties, warnings=[warning])


def read_markdown(source: str) -> HtmlText:
    """Return the text of a Markdown source in reading order."""
    parser = MarkdownIt("commonmark", renderer_cls=_Renderer).enable(["table", "strikethrough"])
    page = read_html(f"<html><body>{parser.render(_part_labels(_widen_tables(_mark_notes(source))))}</body></html>")
    if page.items:
        return page
    # Quotes within quotes beyond all measure are cut off by the parser.
    return HtmlText(tuple(paragraph(part) for part in re.split(r"\n\s*\n", source) if part.strip()))


def split_front_matter(source: str) -> tuple[Properties, str, str]:
    """Return the properties in a Markdown file's head, the head's lines, and the text after it."""
    match = _FRONT_MATTER.match(source)
    if match is None:
        return Properties(), "", source
    values = {name.lower(): one_line(value) for name, value in _FIELD.findall(match[2])}
    found = Properties(values.get("title", ""), values.get("author", ""), iso_day(values.get("date", "")))
    return found, match[2], source[match.end() :]


def _mark_notes(source: str) -> str:
    """Return a source with the marks of its notes as all formats have them: [note 1], in the text and before the
    note."""
    names = {name for _, name in _FOOTNOTE.findall(source)}
    marked = _FOOTNOTE.sub(lambda found: f"{found[1]}\\[note {found[2]}\\]", source)
    return _NOTE_MARK.sub(lambda found: f" \\[note {found[1]}\\]" if found[1] in names else found[0], marked)


def _widen_tables(source: str) -> str:
    """Return a source whose tables have a column for each cell of their longest row: the parser leaves others out."""
    lines = source.split("\n")
    is_code = False
    for place, line in enumerate(lines[1:], 1):
        is_code ^= line.lstrip().startswith(("```", "~~~"))
        if is_code or "|" not in line or _DELIMITERS.fullmatch(line) is None or "|" not in lines[place - 1]:
            continue
        rows = takewhile(lambda row: "|" in row, lines[place + 1 :])
        missing = max((_count_cells(row) for row in rows), default=0) - _count_cells(line)
        if missing > 0 and _count_cells(lines[place - 1]) == _count_cells(line):
            lines[place - 1] = f"| {lines[place - 1].strip().strip('|')} |" + " |" * missing
            lines[place] = f"| {line.strip().strip('|')} |" + " --- |" * missing
    return "\n".join(lines)


def _part_labels(source: str) -> str:
    """Return a source in which lines with labels that follow each other stay lines: else they would be one sentence."""
    lines = source.split("\n")
    labelled = [_LABELLED.match(line) is not None for line in lines]
    is_code = False
    for place, line in enumerate(lines[:-1]):
        is_code ^= line.lstrip().startswith(("```", "~~~"))
        if not is_code and labelled[place] and labelled[place + 1]:
            lines[place] = f"{line.rstrip()}  "
    return "\n".join(lines)


def _count_cells(row: str) -> int:
    return len(_BAR.split(row.strip().removeprefix("|").removesuffix("|")))


def _escape_unknown(source: str) -> str:
    return _TAG.sub(lambda tag: tag[0] if tag[1].lower() in _KNOWN_TAGS else html.escape(tag[0]), source)
