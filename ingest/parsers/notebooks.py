"""Turns Jupyter notebooks into ParsedDocuments: texts, programs and what these printed, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.cleanup import clean_text
from ingest.parsers.finishing import finish_document
from ingest.parsers.flow import Item
from ingest.parsers.html.reader import read_html
from ingest.parsers.markdown import read_markdown
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.text import parse_lines, read_text
from rag.types import BlockKind, ParsedDocument


def parse_notebook(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a notebook (nbformat 3 and later); pictures in it are left out, what is none is read as lines of text."""
    raw, warning = read_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    try:
        items = list(_read_cells(json.loads(raw)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return parse_lines(path, options, file_type="ipynb")
    for item in items:  # Not as other texts flow: lines of programs keep their indents.
        builder.add(item.kind, item.text, level=item.level)
    return finish_document(builder, path, "ipynb", warnings=[warning])


def _read_cells(notebook: dict[str, Any]) -> Iterator[Item]:
    sheets = notebook.get("worksheets") or [notebook]
    for cell in [cell for sheet in sheets for cell in sheet["cells"]]:
        source = _joined(cell.get("source") or cell.get("input"))
        if cell["cell_type"] == "markdown":
            yield from (item for item in read_markdown(source).items if isinstance(item, Item))
        elif source.strip():
            yield Item(BlockKind.PARAGRAPH, _as_written(source))
        for output in cell.get("outputs") or []:
            yield from _read_output(output)


def _read_output(output: dict[str, Any]) -> Iterator[Item]:
    """Yield what a cell printed: its text, else a table that it shows as a piece of a web page."""
    shown = output.get("data") or output
    web_page = _joined(shown.get("text/html") or shown.get("html"))
    if "<table" in web_page:
        yield from (item for item in read_html(web_page).items if isinstance(item, Item))
        return
    text = _joined(shown.get("text/plain") or shown.get("text") or output.get("evalue"))
    if text.strip() and not text.startswith("<Figure"):
        yield Item(BlockKind.PARAGRAPH, _as_written(text))


def _as_written(text: str) -> str:
    """Return lines with their indents."""
    lines = (line.rstrip().expandtabs(4) for line in text.strip("\n").split("\n"))
    return "\n".join(line[: len(line) - len(line.lstrip())] + clean_text(line.lstrip()) for line in lines)


def _joined(lines: list[str] | str | None) -> str:
    return "".join(lines) if isinstance(lines, list) else lines or ""
