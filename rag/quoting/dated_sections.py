"""Tells the day, month or year that is asked for by the section of a row: the sheet "Saturday" of a programme."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.extractive import Extract
from rag.quoting.answer_kind import MONTH, WEEKDAY
from rag.units import Unit

_ASKS = re.compile(
    r"(?i)\b(?:on|in|during|for) (?:which|what) (?P<sort>day|weekday|month|year|season|quarter)s?\b"
    r"|^\W*(?:which|what) (?P<bare>day|weekday|month|year|season|quarter)\b"
)
_TELLS = {
    "day": re.compile(rf"(?i)\b(?:{WEEKDAY})\b|\b\d{{1,2}}\.? (?:{MONTH})|\b(?:{MONTH})\w* \d{{1,2}}\b"),
    "month": re.compile(rf"(?i)\b(?:{MONTH})(?!\w)"),
    "year": re.compile(r"\b(?:19|20)\d\d\b"),
    "season": re.compile(r"(?i)\b(?:spring|summer|autumn|fall|winter)\b"),
    "quarter": re.compile(r"(?i)\bQ[1-4]\b|\b(?:first|second|third|fourth) quarter\b"),
}


def with_dated_section(question: str, extract: Extract, unit: Unit | None) -> Extract:
    """Return the quote of a row with the last heading above it as its answer, where a day, month, year, season or
    quarter is asked for, and that heading tells one and the row none."""
    asked = _ASKS.search(question)
    if asked is None or unit is None or not unit.is_row:
        return extract
    sort = (asked["sort"] or asked["bare"]).lower().removeprefix("week")
    section = unit.source.section.rpartition(" > ")[2]
    tells = _TELLS[sort]
    if not tells.search(section) or tells.search(f"{extract.header}\n{extract.text}"):
        return extract
    return replace(extract, answer=section)
