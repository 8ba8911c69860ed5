"""Groups a PDF's rows into blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from ingest.cleanup import EDGE_LINES, FURNITURE_PAGES, find_furniture, furniture_key, names_something
from ingest.parsers.pdf.empty_cells import mark_empty_cells
from ingest.parsers.pdf.row import Row, is_bullet
from ingest.parsers.pdf.rows import is_table_row
from ingest.parsers.pdf.words import SLANTED, Word
from rag.types import BlockKind

HEADING_GROWTH = 1.15
"""A heading's letters are this much taller than the document's usual ones, unless it is bold."""

HEADING_WORDS = 16
HEADING_CHARACTERS = 150
LEADING = 1.75
"""Lines of a paragraph are at most this many line heights apart."""

WIDEST_LEADING = 4.0
DRAFT_LINES = 3
LONG_LINE = 5
LONG_SHARE = 0.7
"""Three long lines, of five words and most of the width, as far apart as each other, show how a page is set."""

COLUMN_HEAD_ROWS = 4
TABLE_CELLS = 4

INDENT = 0.8
"""A first line set in by this many line heights opens a paragraph."""


@dataclass(slots=True)
class Group:
    """Rows that make one block."""

    kind: BlockKind
    rows: list[Row]

    @property
    def words(self) -> list[Word]:
        """Return the words of all its rows."""
        return [word for row in self.rows for word in row.words]


def usual_height(pages: Sequence[list[Row]]) -> int:
    """Return the line height, in tenths of a point, that most of the document's words have."""
    heights: Counter[int] = Counter()
    for rows in pages:
        for row in rows:
            heights[row.height] += sum(len(cell) for cell in row.cells)
    return heights.most_common(1)[0][0] if heights else 100


def furniture_rows(pages: Sequence[list[Row]], seen: set[str]) -> list[set[int]]:
    """Return for each page the indexes of the rows that are repeated headers and footers.

    The first of each that says something stays a paragraph, as a document's number often stands nowhere else; `seen`
    holds the ones that earlier pages had, and is added to.
    """
    orders = [[index for _, index in sorted((-row.top, index) for index, row in enumerate(rows))] for rows in pages]
    described = [_describe_edges(rows, order) for rows, order in zip(pages, orders, strict=True)]
    found = find_furniture(described)
    furniture = [{order[place] for place in places} for order, places in zip(orders, found, strict=True)]
    for rows, indexes, slanted in zip(pages, furniture, _watermarks(pages), strict=True):
        indexes |= slanted
        for index in sorted(indexes):
            key = furniture_key(rows[index].text)
            if key not in seen and names_something(key):
                seen.add(key)
                indexes.discard(index)
                rows[index].kind, rows[index].alone = BlockKind.PARAGRAPH, True
    return furniture


def _watermarks(pages: Sequence[list[Row]]) -> list[set[int]]:
    """Return for each page the indexes of the slanted rows that several pages have, wherever these stand."""
    slanted = [{index: row.text for index, row in enumerate(rows) if row.turns >= SLANTED} for rows in pages]
    counts = Counter(text for found in slanted for text in set(found.values()))
    return [{index for index, text in found.items() if counts[text] >= FURNITURE_PAGES} for found in slanted]


def _describe_edges(rows: Sequence[Row], order: Sequence[int]) -> list[tuple[str, int]]:
    """Return the text and the height of the rows from top to bottom; the text of those near an edge only, where headers
    and footers are."""
    middle = range(EDGE_LINES, len(order) - EDGE_LINES)
    return [
        ("" if place in middle else _furniture_text(rows[index]), rows[index].bottom)
        for place, index in enumerate(order)
    ]


def _furniture_text(row: Row) -> str:
    """Return the row's text, but nothing for the column heads that a long table repeats on each page: its rows need
    them."""
    is_other = row.kind not in (None, BlockKind.TABLE_ROW) or row.turns % 4 != row.turns
    return "" if is_other or len(row.cells) >= TABLE_CELLS else row.text


def group_rows(rows: list[Row], furniture: AbstractSet[int], body: int) -> list[Group]:
    """Return the page's rows as blocks, in reading order; `body` is the document's usual line height."""
    all_kinds = [
        BlockKind.FURNITURE if index in furniture else row.kind or _kind(row, body) for index, row in enumerate(rows)
    ]
    mark_empty_cells(rows, all_kinds)
    inside = [index for index, row in enumerate(rows) if not row.aside]
    asides = [index for index, row in enumerate(rows) if row.aside]
    kinds = [all_kinds[index] for index in inside]
    text = [rows[index] for index in inside]
    leading = _usual_leading(text, kinds)
    groups: list[Group] = []
    for place, (row, kind) in enumerate(zip(text, kinds, strict=True)):
        if groups and groups[-1].kind == kind and _joins(groups[-1], text, kinds, place, leading):
            groups[-1].rows.append(row)
        else:
            groups.append(Group(kind, [row]))
    for before, group in pairwise(groups):
        _demote_column_heads(before, group)
    return _insert_asides(groups, rows, asides) if asides else groups


def _insert_asides(groups: list[Group], rows: list[Row], asides: Sequence[int]) -> list[Group]:
    """Return the groups with each side note before the one that it stands beside."""
    starts = {id(row): place for place, group in enumerate(groups) for row in group.rows}
    before: dict[int, list[Group]] = {}
    for index in asides:
        following = (starts[id(row)] for row in rows[index:] if id(row) in starts)
        before.setdefault(next(following, len(groups)), []).append(Group(BlockKind.PARAGRAPH, [rows[index]]))
    result: list[Group] = []
    for place, group in enumerate(groups):
        result += [*before.get(place, []), group]
    return result + before.get(len(groups), [])


def _demote_column_heads(before: Group, group: Group) -> None:
    """Make short groups side by side heads of a table's columns, however bold they are."""
    if max(len(before.rows), len(group.rows)) > COLUMN_HEAD_ROWS:
        return
    if before.rows[-1].bottom < group.rows[0].bottom and group.rows[-1].bottom < before.rows[0].top:
        for one in (before, group):
            if one.kind is BlockKind.HEADING:
                one.kind = BlockKind.PARAGRAPH


def _kind(row: Row, body: int) -> BlockKind:
    if is_table_row(row):
        return BlockKind.TABLE_ROW
    return BlockKind.HEADING if _is_heading(row, body) else BlockKind.PARAGRAPH


def _is_heading(row: Row, body: int) -> bool:
    if not (row.bold or row.height >= HEADING_GROWTH * body) or row.turns >= SLANTED:
        return False
    words = row.words
    if len(words) > HEADING_WORDS or (is_bullet(words[0].text) and len(words) < 2):
        return False
    text = row.text
    if len(text) > HEADING_CHARACTERS or text[-1] in ".,;:":
        return False
    letters = sum(character.isalpha() for character in text)
    return letters >= 3 and letters * 2 > len(text) - len(words)


def _joins(group: Group, rows: list[Row], kinds: list[BlockKind], index: int, leading: float) -> bool:
    """Return whether the row at `index` carries on the block before it."""
    if group.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING):
        return False
    before, row = group.rows[-1], rows[index]
    if row.alone or before.alone or before.turns != row.turns:
        return False
    height = max(before.height, row.height)
    drop = before.baseline - row.baseline
    if group.kind is BlockKind.HEADING or before.words[-1].text.endswith(":"):
        leading = LEADING
    if not 0 < drop <= leading * height or abs(before.height - row.height) > 0.15 * height:
        return before.words[-1].broken and group.kind is BlockKind.PARAGRAPH
    if group.kind is BlockKind.HEADING:
        return before.bold == row.bold
    if before.words[-1].broken:
        return True  # Half a word goes on, however much room there was.
    if len(group.rows) > 1:
        usual = group.rows[-2].baseline - before.baseline
        if drop > 1.3 * usual:
            return False
    if row.left > before.right or row.right < before.left or is_bullet(row.words[0].text):
        return False
    indent = INDENT * height
    if row.left - before.left > indent and not is_bullet(before.words[0].text):
        return False
    if before.left - row.left > indent and len(group.rows) > 1:
        return False
    return not _had_room(rows, kinds, index, near=len(rows) if drop > LEADING * height else 3)


def _usual_leading(rows: list[Row], kinds: list[BlockKind]) -> float:
    """Return how many line heights apart the lines of a paragraph may be: more than LEADING only on a page of long
    lines that are mostly set as far apart, as drafts are."""
    drops: list[float] = []
    edge = max((row.right for row in rows), default=0)
    for (before, row), pair in zip(pairwise(rows), pairwise(kinds), strict=True):
        drop = (before.baseline - row.baseline) / max(before.height, row.height)
        is_long = len(before.words) >= LONG_LINE and before.right - before.left > LONG_SHARE * (edge - before.left)
        if is_long and pair == (BlockKind.PARAGRAPH, BlockKind.PARAGRAPH) and 0 < drop <= WIDEST_LEADING:
            drops.append(drop)
    if len(drops) < DRAFT_LINES:
        return LEADING
    usual = sorted(drops)[len(drops) // 2]
    alike = sum(abs(drop - usual) <= 0.1 * usual for drop in drops)
    return 1.1 * usual if usual > LEADING / 1.1 and alike * 3 >= 2 * len(drops) else LEADING


def _had_room(rows: list[Row], kinds: list[BlockKind], index: int, *, near: int) -> bool:
    """Return whether the row's first word would have fitted on the line before, going by the rows up to `near` away:
    then that line was ended on purpose."""
    before, row = rows[index - 1], rows[index]
    edge = before.right
    for other in range(max(0, index - near), min(len(rows), index + near)):
        aside = rows[other]
        if kinds[other] is BlockKind.PARAGRAPH and abs(aside.left - before.left) < 4 * before.height:
            edge = max(edge, aside.right)
    first = row.words[0]
    return before.right + 0.35 * row.height + (first.right - first.left) < edge
