"""Puts what documents state together as records: a document or a row of a table each, with fields of one kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from rag.extraction.days import find_days
from rag.planning.date_ranges import DateRange, read_span
from rag.planning.quantities import Quantity
from rag.planning.record_values import is_negative, read_number
from rag.planning.row_words import terms
from rag.types import DocumentInfo, Page

Kind = Literal["number", "day", "year", "yes/no", "text"]

PERIOD = ""
"""The name of the field that tells of which month or year a row is, which no table has as a column."""


@dataclass(frozen=True)
class Cell:
    """What a record states for a field, as it is written, and where; `is_otherwise` where no label says it."""

    text: str
    page: Page
    start: int
    end: int
    is_otherwise: bool = False
    day_first: bool | None = None
    """How the documents write days in figures."""
    quantity: Quantity | None = None
    """The number that it states, where its text alone does not tell: "nine years"."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the stems of its words."""
        return frozenset(terms(self.text.replace("-", " ").replace("(", " ").replace(",", " ").replace("/", " ")))

    @cached_property
    def number(self) -> Quantity | None:
        """Return the number that it states, else that with which it begins."""
        return self.quantity or read_number(self.text)

    @cached_property
    def days(self) -> DateRange | None:
        """Return the first day that it names, or the month or year that it is."""
        found = [one.day for one in find_days(self.text, day_first=self.day_first) if one.day is not None]
        if found:
            return DateRange(found[0], found[0])
        return read_span(self.text) if len(self.text) <= 20 else None

    @cached_property
    def is_negative(self) -> bool:
        """Return whether it says that there is none, or that it is not so."""
        return is_negative(self.text)


@dataclass(frozen=True)
class Field:
    """What records state: its name, the other names that documents give it, and what kind its values are of."""

    at: int
    name: str
    names: tuple[str, ...]
    kind: Kind
    unit: str = ""
    is_of_persons: bool = False
    is_identifier: bool = False
    """Whether its values are numbers or codes that name something."""

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """Return the stems of each of its names."""
        return tuple(tuple(terms(name.replace("-", " ").replace("(", " "))) for name in self.names)

    @property
    def is_measured(self) -> bool:
        """Return whether its values are numbers that say how much."""
        return self.kind == "number"


@dataclass(frozen=True)
class Record:
    """A document, or a row of a table in one, with what it states by the places of the fields."""

    document: DocumentInfo
    cells: Mapping[int, Cell]
    names: frozenset[str]
    """Stems of what it is called: its title, path and first line."""
    title: str = ""
    is_otherwise: bool = False
    """Whether no label says what it states: it was read from sentences."""
    maybe: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    """What it may state for a field of which it is not told."""


@dataclass
class Records:
    """Records of one form. `others` are documents of the same kind of which no fields could be read."""

    fields: Sequence[Field]
    records: Sequence[Record]
    others: Sequence[DocumentInfo] = ()
    void: Sequence[DocumentInfo] = ()
    """Documents of which it is said that they no longer hold: they are named, and no records."""
    called: frozenset[str] = frozenset()
    """Words for what each record is."""
    is_of_rows: bool = False
    is_of_one_table: bool = False
    is_loose: bool = False
    """Whether they share no labels: what they have in common is only of what sort they state something."""

    def column(self, at: int) -> list[Cell | None]:
        """Return what each record states for a field."""
        return [one.cells.get(at) for one in self.records]


MAX_TITLE_WORDS = 6
_IS_STATED = re.compile(r"[:|.,\t\d]")
"""Stands in a line that says more than what a document is called."""


def file_stem(document: DocumentInfo) -> str:
    """Return the name of a document's file without folder and ending."""
    return re.sub(r"\.\w{2,5}$", "", document.path.rpartition("/")[2])


def called_by(document: DocumentInfo, page: Page) -> frozenset[str]:
    """Return the stems of what a document is called: its title, its path without the ending, its first line, and a
    title in the second one, as below the name of a sheet."""
    path = re.sub(r"\.\w{2,5}$", "", document.path)
    first, second, *_ = [*(line for line in page.text.splitlines() if line.strip()), "", ""]
    title = "" if _IS_STATED.search(second) or len(second.split()) > MAX_TITLE_WORDS else second
    return frozenset(terms(re.sub(r"[-_/:.#]", " ", f"{document.title} {path} {first[:80]} {title}")))
