"""Calls unstructured's partitioners, offline and silent, and converts what they return.

unstructured would download a spaCy model at the first text it classifies, report usage to its maker and print an
advertisement. All three are turned off here, whatever the environment says.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ["DO_NOT_TRACK"] = "true"
os.environ["SCARF_NO_ANALYTICS"] = "true"
os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"

from unstructured.documents.elements import Element, Footer, Header, Image, PageBreak, Table, Title

from ingest.parsers.sentences import split_sentences, split_words


def _ask_our_rules() -> None:
    """Put our rules in the place of spaCy, which unstructured imports at once and which is not installed."""
    sys.modules.setdefault("spacy", ModuleType("spacy"))
    tokenize: Any = import_module("unstructured.nlp.tokenize")
    tokenize.sent_tokenize = split_sentences
    tokenize.word_tokenize = split_words
    tokenize.pos_tag = lambda text: []


_ask_our_rules()


class ElementKind(Enum):
    """The kinds of pieces of a document."""

    TEXT = auto()
    HEADING = auto()
    TABLE = auto()
    FURNITURE = auto()


@dataclass(frozen=True, slots=True)
class ReadElement:
    """One element: its text, or the rows of cells of a table; `depth` is None where the format gives none."""

    kind: ElementKind
    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    depth: int | None = None
    page: int | None = None


def read_docx(path: Path) -> Iterator[ReadElement]:
    """Yield the pieces of a Word file; `page` is set where the file has rendered page breaks."""
    from unstructured.partition.docx import partition_docx

    return _convert(partition_docx(filename=str(path)))


def read_pptx(path: Path) -> Iterator[ReadElement]:
    """Yield the pieces of a presentation; `page` is the slide, from 1."""
    from unstructured.partition.pptx import partition_pptx

    return _convert(partition_pptx(filename=str(path), include_slide_notes=True))


def read_odt(path: Path) -> Iterator[ReadElement]:
    """Yield the pieces of an OpenDocument text."""
    from unstructured.partition.odt import partition_odt

    return _convert(partition_odt(filename=str(path)))


def read_rtf(path: Path) -> Iterator[ReadElement]:
    """Yield the pieces of an RTF file."""
    from unstructured.partition.rtf import partition_rtf

    return _convert(partition_rtf(filename=str(path)))


def read_epub(path: Path) -> Iterator[ReadElement]:
    """Yield the pieces of an e-book."""
    from unstructured.partition.epub import partition_epub

    return _convert(partition_epub(filename=str(path)))


def read_html(text: str) -> Iterator[ReadElement]:
    """Yield the pieces of a web page's source."""
    from unstructured.partition.html import partition_html

    return _convert(partition_html(text=text))


def read_markdown(text: str) -> Iterator[ReadElement]:
    """Yield the pieces of a Markdown source."""
    from unstructured.partition.md import partition_md

    return _convert(partition_md(text=text))


def _convert(elements: list[Element]) -> Iterator[ReadElement]:
    for element in elements:
        if isinstance(element, (PageBreak, Image)) or not element.text:
            continue
        page = element.metadata.page_number
        depth = element.metadata.category_depth
        if isinstance(element, Table):
            yield ReadElement(
                ElementKind.TABLE, element.text, table_rows(element.metadata.text_as_html or ""), None, page
            )
        elif isinstance(element, (Header, Footer)):
            yield ReadElement(ElementKind.FURNITURE, element.text, (), None, page)
        elif isinstance(element, Title) and depth is not None:
            yield ReadElement(ElementKind.HEADING, element.text, (), depth, page)
        else:
            yield ReadElement(ElementKind.TEXT, element.text, (), depth, page)


class _TableReader(HTMLParser):
    """Collects the cells of each table row; a nested table's rows count as rows of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr" or not self.rows:
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def table_rows(html: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of cells of a table's HTML, white space made single spaces, empty rows left out."""
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    rows = [tuple(" ".join(cell.split()) for cell in row) for row in reader.rows]
    return tuple(row for row in rows if any(row))
