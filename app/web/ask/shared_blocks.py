"""Reads the Markdown of an answer as blocks, for files that are drawn line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Links and images of what an LLM or a document wrote stay as they were written.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink"])


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one style."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or item of a list, or a table, of which the first row are its heads."""

    runs: tuple[Run, ...] = ()
    level: int = 0
    """Of lists around it; 0 outside of any."""
    marker: str = ""
    """What stands before an item: a dot or its number."""
    is_first: bool = False
    """Whether a list begins with it."""
    is_heading: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


def render_html(text: str) -> str:
    """Return the HTML of a Markdown text, in which nothing leads anywhere."""
    return str(_markdown.render(text))


def read_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a Markdown text in their order."""
    lists: list[int] = []
    numbered: list[bool] = []
    marker, is_first, is_heading = "", False, False
    rows: list[tuple[str, ...]] = []
    cells: list[str] = []
    in_cell = False
    for token in _markdown.parse(text):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
                numbered.append(token.type == "ordered_list_open")
                is_first = len(lists) == 1
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                numbered.pop()
            case "list_item_open":
                marker = f"{lists[-1]}." if numbered[-1] else "•"
                lists[-1] += 1
            case "heading_open" | "heading_close":
                is_heading = token.type == "heading_open"
            case "th_open" | "td_open" | "th_close" | "td_close":
                in_cell = token.type.endswith("open")
            case "tr_close":
                rows.append(tuple(cells))
                cells = []
            case "table_close":
                yield Block(rows=tuple(rows))
                rows = []
            case "inline" if in_cell:
                cells.append("".join(run.text for run in _read_runs(token.children or ())))
            case "inline":
                yield Block(tuple(_read_runs(token.children or ())), len(lists), marker, is_first, is_heading)
                marker, is_first = "", False
            case "fence" | "code_block":
                yield Block((Run(token.content.rstrip(), is_code=True),), len(lists), marker, is_first)
                marker, is_first = "", False


def _read_runs(tokens: Sequence[Token]) -> Iterator[Run]:
    bold = italic = 0
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold += 1 if token.type == "strong_open" else -1
            case "em_open" | "em_close":
                italic += 1 if token.type == "em_open" else -1
            case "softbreak" | "hardbreak":
                yield Run("\n", bold > 0, italic > 0)
            case "code_inline":
                yield Run(token.content, bold > 0, italic > 0, is_code=True)
            case _ if token.content:
                yield Run(token.content, bold > 0, italic > 0)
