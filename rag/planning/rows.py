"""Cuts the tables out of pages: their columns, their rows of cells, and what stands over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.planning.computed_answer import source_of_places
from rag.planning.quantities import Quantity, read_cell
from rag.planning.row_words import terms
from rag.questions.constraints import find_constraints
from rag.quoting.table_cells import columns_of, split_cells
from rag.types import DocumentInfo, Page, Source
from rag.words.dates import find_dates

MAX_ROWS = 5000
"""Rows of one table; a longer one is not computed with."""

DAY_COLUMN, ENTRY_COLUMN = "Date", "Entry"
"""Columns of a log whose lines begin with days."""
MIN_ENTRIES, MIN_ENTRY_SHARE = 2, 0.5
"""Lines that begin with a day, and their share of all lines, from which on a page is a log."""
MAX_DAY = 30
"""Characters of a day that is written out."""
_ENTRY_MARK = re.compile(r"[ \t]*(?:[-*•–][ \t]+|\d{1,3}[.)][ \t]+(?=\d))?")
_ENTRY_GAP = re.compile(r"[ \t]*(?:[:;–—-]|,|\t|(?<=\d)[ \t]{1,8})[ \t]*")

_YEAR = re.compile(r"(?:19|20)\d\d")
_RULE = re.compile(r"[\s|:+=-]+")
_TOTAL = re.compile(r"(?i)\W*(?:(?:grand |sub)?totals?|sum|gesamt\w*|summe|somme|suma|average|mean|durchschnitt)\b")
_OPENS_VALUE = re.compile(
    r"(?i)[\s(~<>≤≥+−–-]*(?:(?:us)?[$€£¥]|eur|usd|gbp|chf|jpy|sek|nok|dkk|cad|aud)?\s*[\d(-]*\d"
    r"|\w+,? \d{1,2},? \d{4}$|\d"
)
_IDENTIFIES = re.compile(
    r"(?i)\b(?:no|nr|nummer|id|code|invoice|order|article|part|account|phone|fax|telefon|ref\w*|zip|plz|sku|isbn|ticket"
    r"|rechnung|auftrag|facture|factura|plate|customer)\b\.?$"
)
"""Names of columns whose numbers name something."""
_MONEY = re.compile(r"(?i)(?:us)?[$€£¥]|\b(?:eur|usd|gbp|chf|jpy|sek|nok|dkk|cad|aud)\b")
_UNIT_BEHIND = re.compile(
    r"(?i)\b(?P<unit>EUR|USD|GBP|CHF|€|\$|£|km/h|km|kg|mm|cm|m|t|l|days|hours|minutes|weeks|months|years|%)\)?$"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its cells, and the characters of the page where it stands."""

    cells: tuple[str, ...]
    start: int
    end: int

    @property
    def is_total(self) -> bool:
        """Return whether the row adds up those above it."""
        return _TOTAL.match(self.cells[0]) is not None


@dataclass(slots=True)
class Table:
    """A table of a page; `above` is the line before it."""

    document: DocumentInfo
    page: Page
    names: tuple[str, ...]
    head: tuple[int, int]
    rows: list[Row] = field(default_factory=list)
    above: str = ""

    def context(self) -> frozenset[str]:
        """Return the words of what stands over the table: names of document, sheet and columns."""
        document = self.document
        names = (document.title, document.path, document.profile.period, self.page.label, self.above, *self.names)
        return frozenset(terms("\n".join(names).replace("_", " ").replace("-", " ")))

    def values(self, column: int) -> list[Quantity | None]:
        """Return the numbers in a column, None where a cell holds none; days as their ordinals, without a unit."""
        return [read_value(row.cells[column]) if column < len(row.cells) else None for row in self.rows]

    def is_numeric(self, column: int) -> bool:
        """Return whether most cells of a column are numbers that say how much of something there is."""
        if _IDENTIFIES.search(self.names[column]):
            return False
        cells = [row.cells[column] for row in self.rows if column < len(row.cells) and row.cells[column]]
        numbers = [cell for cell in cells if read_value(cell) is not None and not _is_name(cell)]
        return bool(cells) and len(numbers) >= max(1, 0.8 * len(cells))

    def unit(self, column: int) -> str:
        """Return the unit in the name of a column; "" for none."""
        match = _UNIT_BEHIND.search(self.names[column].strip())
        return match["unit"] if match else ""

    def source(self, row: Row, number: int) -> Source:
        """Return a row below the head of the table as a numbered source."""
        places = [self.head, (row.start, row.end)] if self.head[1] > self.head[0] else [(row.start, row.end)]
        return source_of_places(self.document, self.page, places, number)


def read_value(cell: str) -> Quantity | None:
    """Return the number or the day that a cell holds; None where it holds neither, or nothing."""
    if not _OPENS_VALUE.match(cell):
        return None
    dates = find_dates(cell)
    if dates and dates[0].end - dates[0].start >= len(cell.strip()) - 1:
        return Quantity(Decimal(dates[0].day.toordinal()), "day")
    return read_cell(cell)


def tables_in(document: DocumentInfo, pages: Sequence[Page]) -> Iterator[Table]:
    """Yield the tables of a document whose columns have names."""
    for page in pages:
        if " | " in page.text or "\t" in page.text:
            yield from _tables_of(document, page)
        elif (entries := _entries_of(document, page)) is not None:
            yield entries


def _entries_of(document: DocumentInfo, page: Page) -> Table | None:
    """Return the lines of a log or a diary that each begin with a day, as the rows of a table of days and entries."""
    lines = [match for match in re.finditer(r"[^\n]+", page.text) if match[0].strip()]
    rows: list[Row] = []
    for match in lines:
        opening = _ENTRY_MARK.match(match[0])
        begin = opening.end() if opening else 0
        dates = find_dates(match[0][begin : begin + MAX_DAY])
        if not dates or dates[0].start:
            continue
        at = begin + dates[0].end
        parted = _ENTRY_GAP.match(match[0], at)
        if parted and match[0][parted.end() :].strip():
            rows.append(Row((match[0][begin:at], match[0][parted.end() :].strip()), *match.span()))
    if len(rows) < MIN_ENTRIES or len(rows) < MIN_ENTRY_SHARE * len(lines):
        return None
    above = next((match[0].strip() for match in lines if match.end() <= rows[0].start), "")
    return Table(document, page, (DAY_COLUMN, ENTRY_COLUMN), (rows[0].start, rows[0].start), rows, above)


def _tables_of(document: DocumentInfo, page: Page) -> Iterator[Table]:
    table: Table | None = None
    above = ""
    for match in re.finditer(r"[^\n]+", page.text):
        line = match[0]
        cells = tuple(split_cells(line)) if " | " in line or "\t" in line else ()
        names, values = columns_of("", line) if len(cells) > 1 else ([], [])
        if names:
            # A row that names its columns itself.
            if table is None or table.names != tuple(names):
                if table is not None and len(table.rows) > 1:
                    yield table
                table = Table(document, page, tuple(names), (match.start(), match.start()), above=above)
            if len(table.rows) < MAX_ROWS:
                table.rows.append(Row(tuple(values), *match.span()))
            continue
        if len(cells) < 2:
            if table is not None and len(table.rows) > 1:
                yield table
            table, above = None, line.strip() or above
            continue
        if _RULE.fullmatch(line):
            continue
        if table is None:
            table = Table(document, page, cells, match.span(), above=above) if _names_columns(cells) else None
            above = "" if table is None else above
            continue
        if len(cells) <= len(table.names) and len(table.rows) < MAX_ROWS:
            table.rows.append(Row(cells + ("",) * (len(table.names) - len(cells)), *match.span()))
    if table is not None and len(table.rows) > 1:
        yield table


def _names_columns(cells: Sequence[str]) -> bool:
    named = [cell for cell in cells if cell]
    return len(named) > 1 and not any(read_value(cell) is not None and not _YEAR.fullmatch(cell) for cell in named)


def _is_name(cell: str) -> bool:
    """Return whether a number names something: a phone, an identifier."""
    bare = _MONEY.sub("", cell)
    return any(one.is_hard for one in find_constraints(f"it is {bare}")) and not re.fullmatch(r"[\d.,\s]+", bare)
