"""Tells whether a row of a table is the largest or smallest that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.planning.row_query import read_rows
from rag.planning.rows import read_value
from rag.quoting.table_cells import columns_of
from rag.units import Unit


def is_outranked(question: str, unit: Unit, units: Sequence[Unit]) -> bool:
    """Return whether a row is not the largest or smallest of its table though one is asked for: another holds more in
    each column that may be meant."""
    query = read_rows(question)
    if query is None or query.how not in ("most", "least") or not unit.is_row or not unit.header:
        return False
    names, own = columns_of(unit.header, unit.text)
    rows = [
        columns_of(one.header, one.text)[1]
        for one in units
        if one.is_row and one.header == unit.header and one.source.number == unit.source.number
    ]
    how: str = query.measures[0][0]
    measured: list[int] = []
    for sort, measure in query.measures:
        fitting = [at for at, name in enumerate(names) if measure and re.search(rf"(?i)\b(?:{measure})\b", name)]
        if fitting:
            how, measured = sort, fitting
            break
    pick = max if how == "most" else min
    compared = 0
    for at in measured or range(len(own)):
        values = [value.value for row in rows if at < len(row) and (value := read_value(row[at])) is not None]
        mine = read_value(own[at]) if at < len(own) else None
        if len(values) < 2 or mine is None:
            continue
        compared += 1
        if mine.value == pick(values):
            return False
    return compared > 0
