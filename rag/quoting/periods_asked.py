"""Tells whether a sentence is about another quarter or year than a question asks for."""

from __future__ import annotations

import re

from rag.questions.constraints import find_constraints, names_constraint, years_in
from rag.quoting.answer_kind import asked_kind
from rag.quoting.document_context import context_of
from rag.quoting.table_cells import columns_of
from rag.units import Unit
from rag.words.dates import find_dates

_ORDINALS = (
    r"first|1st|1\.|erste[nsmr]?|premier|1er|primer",
    r"second|2nd|2\.|zweite[nsmr]?|deuxième|2e|segundo",
    r"third|3rd|3\.|dritte[nsmr]?|troisième|3e|tercer",
    r"fourth|4th|4\.|vierte[nsmr]?|quatrième|4e|cuarto",
)
_QUARTERS = tuple(
    re.compile(rf"(?i)\bq{number}\b|(?<!\w)(?:{words})\s+(?:quarter|quartal|trimest(?:re|er))\w*")
    for number, words in enumerate(_ORDINALS, 1)
)
_SEASONS = tuple(
    re.compile(rf"(?i)\b(?:{names})\b")
    for names in (
        r"spring|frühjahr\w*|frühling\w*|printemps|primavera",
        r"summer|sommer\w*|été|verano",
        r"autumn|herbst\w*|automne|otoño",
        r"winter\w*|hiver|invierno",
    )
)
_YEAR_COLUMN = re.compile(r"(?i)(?:year|season|jahr|saison|année|año)")
_YEAR = re.compile(
    r"(?i)\b(?:for|in|during|of|im jahr|für|von|en|pour|de|del|para)\s+(?:the (?:financial |fiscal )?year )?"
    r"(?P<year>(?:19|20)\d\d)\b(?![./-]\d)"
)
_BEFORE_OR_AFTER = re.compile(
    r"(?i)\b(?:(?P<before>before|prior to|vor|avant|antes de)|after|nach|après|después de)\s+(?:the year |dem jahr )?"
    r"(?P<year>(?:19|20)\d\d)\b(?![./-]\d)"
)


def is_on_other_side(question: str, text: str) -> bool:
    """Return whether it is asked when something was before a year, or after it, and all years of a text are on the
    other side of it."""
    match = _BEFORE_OR_AFTER.search(question)
    years = {int(year) for year in years_in(text)} if match and asked_kind(question) == "time" else set()
    if match is None or not years:
        return False
    asked = int(match["year"])
    return min(years) >= asked if match["before"] else max(years) < asked


def quarters_in(text: str) -> set[int]:
    """Return the quarters of a year that a text names, 1 to 4."""
    return {number for number, pattern in enumerate(_QUARTERS, 1) if pattern.search(text)}


def seasons_in(text: str) -> set[int]:
    """Return the seasons that a text names: 1 for spring to 4 for winter."""
    return {number for number, pattern in enumerate(_SEASONS, 1) if pattern.search(text)}


def is_row_of_another_date(question: str, unit: Unit) -> bool:
    """Return whether a question names a date, and a row only another one, with nothing of the date asked above it."""
    asked = [constraint for constraint in find_constraints(question) if constraint.kind == "date"]
    if not unit.is_row or not asked or asked_kind(question) == "time" or len(find_dates(unit.text)) != 1:
        return False
    around = f"{unit.text}\n{unit.header}\n{unit.heading}\n{context_of(unit.source)}"
    return not any(names_constraint(around, constraint) for constraint in asked)


def _is_row_of_another_year(years: set[str], unit: Unit) -> bool:
    """Return whether a row has another year than is asked for in the column of the years."""
    names, cells = columns_of(unit.header, unit.text)
    told = {cell for name, cell in zip(names, cells, strict=False) if _YEAR_COLUMN.fullmatch(name.strip()) and cell}
    return bool(told) and all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in told) and not told & years


def is_of_another_period(question: str, unit: Unit) -> bool:
    """Return whether a question names a quarter or year and a sentence or row others of its sort alone.

    When something was is asked of one year and may be told with another.
    """
    shown = f"{unit.header}\n{unit.leans_on}\n{unit.text}"
    asked = quarters_in(question)
    named = quarters_in(shown) or quarters_in(f"{unit.heading}\n{context_of(unit.source)}")
    if asked and named and not asked & named:
        return True
    if unit.is_row and (season := seasons_in(question)):
        above = seasons_in(f"{shown}\n{unit.heading}\n{unit.caption}") or seasons_in(context_of(unit.source))
        if above and not season & above:
            return True
    years = {match["year"] for match in _YEAR.finditer(question)}
    if unit.is_row and len(years) == 1 and _is_row_of_another_year(years, unit):
        return True
    if len(years) != 1 or unit.is_row or asked_kind(question) in ("time", "name"):
        return False
    others = {match["year"] for match in _YEAR.finditer(unit.text)}
    return bool(others) and not any(year in shown for year in years)
