"""Reads a file with unstructured where the reader of its own format fails: its text, headings and tables, no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from ingest.cleanup import clean_text, one_line
from ingest.parsers import elements
from ingest.parsers.elements import ElementKind, ReadElement
from ingest.parsers.finishing import finish_document
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.text import read_text
from ingest.table_heads import join_cells
from rag.types import BlockKind, PageWord, ParsedDocument

MAX_LEVEL = 6

SECOND_READ = "Its own reader failed on it: a simpler one read its text; notes, comments and numbering may be missing."

_READERS: Mapping[str, Callable[[Path], Iterable[ReadElement]]] = MappingProxyType(
    {
        "docx": elements.read_docx,
        "docm": elements.read_docx,
        "pptx": elements.read_pptx,
        "odt": elements.read_odt,
        "rtf": elements.read_rtf,
        "epub": elements.read_epub,
        "html": lambda path: elements.read_html(read_text(path)[0]),
        "md": lambda path: elements.read_markdown(read_text(path)[0]),
    }
)


def can_read(file_type: str) -> bool:
    """Return whether there is a second reader for a type of file."""
    return file_type in _READERS


def read_again(path: Path, file_type: str, options: ParseOptions) -> ParsedDocument:
    """Read a file with unstructured; a warning says so. Raises whatever its libraries do on damaged files."""
    builder = TextBuilder(options.max_characters, path.name)
    page_word: PageWord = "slide" if file_type == "pptx" else ""
    _add_pieces(builder, _READERS[file_type](path), paged=bool(page_word))
    return finish_document(builder, path, file_type, page_word=page_word, warnings=[SECOND_READ])


def _add_pieces(builder: TextBuilder, pieces: Iterable[ReadElement], *, paged: bool) -> None:
    page = 1
    for piece in pieces:
        while paged and piece.page is not None and piece.page > page:
            builder.end_page()
            page += 1
        if piece.kind is ElementKind.TABLE and piece.rows:
            for row in piece.rows:
                builder.add(BlockKind.TABLE_ROW, join_cells([one_line(cell) for cell in row]))
        elif piece.kind is ElementKind.HEADING:
            builder.add(BlockKind.HEADING, one_line(piece.text), level=min((piece.depth or 0) + 1, MAX_LEVEL))
        else:
            kind = BlockKind.FURNITURE if piece.kind is ElementKind.FURNITURE else BlockKind.PARAGRAPH
            builder.add(kind, clean_text(piece.text))
