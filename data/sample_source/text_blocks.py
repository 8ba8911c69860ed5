"""Reads the small subset of Markdown the sample texts use. Knows no output format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A heading (`level` 1 to 3), paragraph, bullet list or table of one text."""

    kind: Literal["heading", "paragraph", "bullets", "table"]
    text: str = ""
    level: int = 0
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def read_blocks(name: str) -> list[TextBlock]:
    """The blocks of `texts/NAME`, in order; blocks are separated by blank lines."""
    parts = re.split(r"\n\s*\n", (TEXTS / name).read_text(encoding="utf-8").strip())
    return [_block(part.strip()) for part in parts]


def sections(blocks: list[TextBlock], level: int) -> Iterator[tuple[str, list[TextBlock]]]:
    """Each heading of `level` with the blocks below it."""
    starts = [at for at, block in enumerate(blocks) if block.kind == "heading" and block.level == level]
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        yield blocks[start].text, blocks[start + 1 : end]


def _block(part: str) -> TextBlock:
    lines = part.splitlines()
    if heading := re.match(r"(#+) (.*)", part):
        return TextBlock("heading", text=heading[2], level=len(heading[1]))
    if lines[0].startswith("|"):
        rows = tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
        return TextBlock("table", rows=rows[:1] + rows[2:])
    if lines[0].startswith("- "):
        return TextBlock("bullets", items=tuple(line[2:] for line in lines))
    return TextBlock("paragraph", text=" ".join(lines))
