"""Holds the blocks of a document in reading order, as readers of office formats find them, and puts them on pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.cleanup import clean_text, mask, one_line
from ingest.parsers.pages import TextBuilder
from rag.types import BlockKind

MAX_LEVEL = 6

MAX_PAGE_CHARACTERS = 8_000
"""Without the page breaks that a program recorded, the breaks that the author set are all there is to tell pages by:
they are believed as long as no page holds more text than paper does."""

MIN_BODY_SHARE = 0.2
"""A table of contents is set aside, unless hardly anything else is there."""


MIN_LED = 3
"""So many blocks in a row with dots that lead to a page's number are a table of contents."""

_LED = re.compile(r"(?:[.·…_]\s?){4,}\s*(?:\d{1,4}|[ivxlcdm]{1,7})\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Item:
    """A block of text. `level` from 1 makes it a heading that opens a section.

    `trails` marks notes, comments and text boxes: they stand behind the paragraph, or the table, of their anchor.
    """

    kind: BlockKind
    text: str
    level: int = 0
    trails: bool = False
    is_contents: bool = False


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The end of a page: recorded by the program that laid the text out, or set by the author."""

    is_recorded: bool = False


FlowItem = Item | PageBreak


def paragraph(text: str, *, level: int = 0, trails: bool = False) -> Item:
    """Return a paragraph, or with a `level` a heading."""
    kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
    return Item(kind, text, min(level, MAX_LEVEL), trails)


def trailing(items: Iterable[FlowItem], label: str = "") -> list[FlowItem]:
    """Return the blocks of a note or comment, its label before the first words, as what stands behind its anchor."""
    found: list[FlowItem] = []
    for item in items:
        if isinstance(item, Item) and item.text.strip():
            text, label = f"{label} {item.text.strip()}" if label else item.text, ""
            found.append(replace(item, text=text, trails=True))
    return found


def comment_label(author: str) -> str:
    """Return the label of a comment: "Comment by NAME:"."""
    return f"Comment by {author}:" if author else "Comment:"


def line_key(item: Item) -> str:
    """Return what lines of headers and footers are told apart by: their text; where it has a page number, without
    numbers."""
    return mask(item.text) if item.kind is BlockKind.FURNITURE else one_line(item.text)


def settle_pages(items: Sequence[FlowItem]) -> list[FlowItem]:
    """Return the items without page breaks that say nothing of pages: doubled ones, and all where pages would be too
    long."""
    if any(isinstance(item, PageBreak) and item.is_recorded for item in items):
        return _without_doubles(items)
    length = 0
    for item in items:
        length = 0 if isinstance(item, PageBreak) else length + len(item.text)
        if length > MAX_PAGE_CHARACTERS:
            return [item for item in items if not isinstance(item, PageBreak)]
    return list(items)


def _without_doubles(items: Iterable[FlowItem]) -> list[FlowItem]:
    """Return the items without the recorded break that a program writes on top of the page that the author's break
    began."""
    kept: list[FlowItem] = []
    for item in items:
        follows_set = bool(kept) and isinstance(kept[-1], PageBreak) and not kept[-1].is_recorded
        if isinstance(item, PageBreak) and item.is_recorded and follows_set:
            continue
        kept.append(item)
    return kept


def set_contents_aside(items: Sequence[FlowItem]) -> list[FlowItem]:
    """Return the items with tables of contents made furniture: they must not answer in place of what they point to."""
    items = _mark_led(items)
    texts = [item for item in items if isinstance(item, Item)]
    body = sum(len(item.text) for item in texts if not item.is_contents)
    if body < MIN_BODY_SHARE * sum(len(item.text) for item in texts):
        return list(items)
    return [
        replace(item, kind=BlockKind.FURNITURE, level=0) if isinstance(item, Item) and item.is_contents else item
        for item in items
    ]


def _mark_led(items: Sequence[FlowItem]) -> list[FlowItem]:
    """Return the items with those marked as contents that lead by dots to the number of a page, as typed by hand."""
    marked = list(items)
    run: list[int] = []
    for place, item in enumerate([*items, PageBreak()]):
        if isinstance(item, Item) and not item.level and _LED.search(item.text):
            run.append(place)
            continue
        if len(run) >= MIN_LED:
            marked[run[0] : run[-1] + 1] = [
                replace(one, is_contents=True) for one in items[run[0] : run[-1] + 1] if isinstance(one, Item)
            ]
        run = []
    return marked


def write_flow(builder: TextBuilder, items: Iterable[FlowItem]) -> None:
    """Write the items as blocks on pages."""
    for item in items:
        if isinstance(item, PageBreak):
            builder.end_page()
        elif item.kind in (BlockKind.HEADING, BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW):
            builder.add(item.kind, one_line(item.text), level=item.level)
        else:
            builder.add(item.kind, clean_text(item.text))
