"""Parses a file for a test and shows what came out."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing import ParseOptions, parse_file
from rag.types import BlockKind, Page, ParsedDocument


def parse(path: Path, options: ParseOptions | None = None) -> ParsedDocument:
    return parse_file(path, options or ParseOptions())


def blocks(page: Page) -> list[str]:
    """The texts of a page's blocks."""
    return [page.text[block.start : block.end] for block in page.blocks]


def of_kind(page: Page, *kinds: BlockKind) -> list[str]:
    """The texts of the blocks of these kinds."""
    return [page.text[block.start : block.end] for block in page.blocks if block.kind in kinds]


def all_text(document: ParsedDocument) -> str:
    return "\n".join(page.text for page in document.pages)
