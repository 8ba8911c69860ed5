"""Adds to a row of a table that answers the others that answer as well: both who work in York."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.extractive import Extract
from rag.quoting.table_cells import pick_cell
from rag.text import content_words
from rag.units import Unit

MAX_LIKE = 8
"""Rows that answer alike; of more the question means none in particular."""

_ASKS_ONE = re.compile(
    r"(?i)\b(?:last|first|latest|newest|most|least|next|current|recent(?:ly)?|now|today|only|letzte\w*|erste\w*|nächste\w*"
    r"|neueste\w*|derni(?:er|ère)|premi(?:er|ère)|último|última|primer[oa]?)\b|\w{3,}est\b"
)


def with_like_rows(question: str, extracts: Sequence[Extract], units: Sequence[Unit]) -> list[Extract]:
    """Return the extracts; where the first is a row, with the others of its table that hold the same words of the
    question, whose cells then answer together."""
    first = extracts[0] if extracts else None
    if first is None or not first.header or not first.answer or _ASKS_ONE.search(question):
        return list(extracts)
    asked = frozenset(content_words(question))
    table = [
        unit for unit in units if unit.is_row and unit.source.number == first.number and unit.header == first.header
    ]
    own = next((unit for unit in table if unit.place == first.place), None)
    held = own.words & asked if own else frozenset()
    like = [unit for unit in table if unit.words & asked == held]
    if not held or not 1 < len(like) <= MAX_LIKE or len(like) == len(table):
        return list(extracts)
    cells = {unit.place: pick_cell(question, unit.header, unit.text) for unit in like}
    if not all(cells.values()) or cells[first.place] != first.answer:
        return list(extracts)
    rows = [Extract.of(unit, first.score, cells[unit.place]) for unit in like]
    together = "; ".join(dict.fromkeys(row.answer for row in rows))
    return [replace(rows[0], answer=together), *rows[1:]]
