"""Sorts and filters the rows of a table and adds up its numbers; what cannot be added is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.state.tables import DocumentTable, TableRow
from rag.errors import ConfigurationError
from rag.extraction.columns import Column, ColumnKind
from rag.extraction.quantities import number_text
from rag.extraction.values import Conventions, read_values

EMPTY = "-"
"""A condition that only empty cells meet."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum, least and greatest of a column's numbers; where they cannot be added, `reason` says why."""

    column: str
    count: int
    sum: str = ""
    least: str = ""
    greatest: str = ""
    unit: str = ""
    reason: str = ""


def find_column(table: DocumentTable, name: str) -> Column:
    """Return a column by its name. Raises ConfigurationError."""
    for column in table.columns:
        if column.name == name:
            return column
    names = ", ".join(column.name for column in table.columns)
    raise ConfigurationError(f"The table has no column {name!r}.", f"Its columns are: {names}.")


def sort_rows(table: DocumentTable, rows: Sequence[TableRow], name: str, *, descending: bool = False) -> list[TableRow]:
    """Return rows by the values of a column, numbers by size; empty ones last either way. Raises ConfigurationError."""
    column = find_column(table, name)
    filled = [row for row in rows if row.value(name)]
    empty = [row for row in rows if not row.value(name)]

    def key(row: TableRow) -> tuple[int, Decimal, str]:
        value = row.value(name)
        number = as_number(value) if column.kind is ColumnKind.NUMBER else None
        return (0 if number is not None else 1, number or Decimal(0), value.casefold())

    return [*sorted(filled, key=key, reverse=descending), *empty]


def filter_rows(table: DocumentTable, rows: Sequence[TableRow], conditions: Mapping[str, str]) -> list[TableRow]:
    """Return the rows whose cells hold the words of every condition; ">5" and "<2024-05-01" compare, "-" is empty.

    Raises ConfigurationError.
    """
    for name in conditions:
        find_column(table, name)
    return [row for row in rows if all(_meets(row.value(name), wanted) for name, wanted in conditions.items())]


def total_of(table: DocumentTable, rows: Sequence[TableRow], name: str) -> Total:
    """Add up a column of numbers; of others only the filled cells are counted. Raises ConfigurationError."""
    column = find_column(table, name)
    filled = [row for row in rows if row.value(name)]
    if column.kind is not ColumnKind.NUMBER or not filled:
        return Total(name, len(filled))
    numbers = [as_number(row.value(name)) for row in filled]
    if wrong := [row.document for row, number in zip(filled, numbers, strict=True) if number is None]:
        return Total(name, len(filled), reason=f"The value of {wrong[0]} is not a number.")
    units = sorted({row.unit(name) for row in filled})
    if len(units) > 1:
        shown = ", ".join(unit or "no unit" for unit in units)
        return Total(name, len(filled), reason=f"The values are in different units: {shown}.")
    known = [number for number in numbers if number is not None]
    return Total(
        name,
        len(filled),
        number_text(sum(known, Decimal(0))),
        number_text(min(known)),
        number_text(max(known)),
        units[0],
    )


def as_number(text: str) -> Decimal | None:
    """Return the number that a cell holds; None where it holds none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def read_correction(column: Column, written: str) -> str:
    """Return what a person wrote into a cell in the form of its column. Raises ConfigurationError."""
    text = " ".join(written.split())
    if not text or column.kind in (ColumnKind.TEXT, ColumnKind.LIST):
        return text
    plain = Column(column.name, column.question, column.kind)
    values = read_values(text, plain, Conventions())
    if len(values) != 1 or values[0].doubt:
        forms = {ColumnKind.DATE: "a date such as 2024-03-31", ColumnKind.NUMBER: "a number such as 1234.50"}
        wanted = forms.get(column.kind, "yes or no")
        raise ConfigurationError(f"{text!r} does not fit the column {column.name!r}.", f"Write {wanted}.")
    return values[0].text


def _meets(value: str, wanted: str) -> bool:
    wanted = wanted.strip()
    if wanted == EMPTY:
        return not value
    if wanted[:1] in ("<", ">") and value:
        return _compares(value, wanted)
    return all(word in value.casefold() for word in wanted.casefold().split())


def _compares(value: str, wanted: str) -> bool:
    limit = wanted.lstrip("<>=").strip()
    one, other = as_number(value), as_number(limit)
    is_equal = wanted[1:2] == "=" and (value == limit or (one is not None and one == other))
    if one is not None and other is not None:
        return is_equal or (one < other if wanted[0] == "<" else one > other)
    return is_equal or (value < limit if wanted[0] == "<" else value > limit)
