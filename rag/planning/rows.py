"""Cuts the tables out of pages: their columns, their rows of cells, and what stands over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rag.planning.computed_answer import source_of_places
from rag.planning.quantities import CURRENCY_CODES, Quantity, read_cell, read_quantities, write_number
from rag.planning.row_words import terms
from rag.questions.constraints import find_constraints
from rag.quoting.table_cells import columns_of, split_cells, with_corner
from rag.types import DocumentInfo, Page, Source
from rag.words.dates import find_dates

MIN_SHARED_COLUMNS = 0.6
"""Share of the columns that two rows have in common which name their columns themselves, to be rows of one table."""
MAX_ROWS = 5000
"""Rows of one table; a longer one is not computed with."""

HIDDEN_ROW = "(hidden row)"
"""Ends a row that its workbook does not show."""
MIN_PARTED = 400
"""Characters of a row that names its columns itself, from which on it may go on in a further line."""
MAX_MARGIN = 160
"""Characters that may stand above or below a table that goes on over pages: headers, footers and its title."""

DAY_COLUMN, ENTRY_COLUMN = "Date", "Entry"
"""Columns of a log whose lines begin with days."""
AMOUNT_COLUMN = "Amount"
"""What a column of a log is called that holds the amounts of money in its entries, before the currency."""
FORM_COLUMN = "Document"
"""The first column of a table that is put together from documents."""
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
    document: DocumentInfo | None = None
    """Of a table that is put together from documents, the one that the row stands for, and its page."""
    page: Page | None = None
    text: str = ""
    """What else the row's words may stand in, where not all of its cells are known."""

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
    last_page: Page | None = None
    """Where it ends, if on another page."""
    called: frozenset[str] = frozenset()
    """Words for what each row is, of a table that is put together from documents."""
    missing: int = 0
    """Documents of the same kind that have another form, or none, and so are no rows."""

    @property
    def is_of_forms(self) -> bool:
        """Return whether the rows are documents of one form."""
        return self.names[0] == FORM_COLUMN

    def context(self) -> frozenset[str]:
        """Return the words of what stands over the table: names of document, sheet and columns."""
        document = self.document
        names = (document.title, document.path, document.profile.period, self.page.label, self.above, *self.names)
        if self.is_of_forms:
            names = self.names[1:]
            return self.called | frozenset(terms("\n".join(names)))
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
        if row.document is not None and row.page is not None:
            return source_of_places(row.document, row.page, [(row.start, row.end)], number)
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
    """Yield the tables of a document whose columns have names, one that goes on over pages whole."""
    last: Table | None = None
    for table in _tables_by_page(document, pages):
        if last is not None and _goes_on(last, table):
            last.rows += [replace(row, document=document, page=table.page) for row in table.rows]
            last.last_page = table.page
            continue
        if last is not None:
            yield last
        last = table
    if last is not None:
        yield last


def _tables_by_page(document: DocumentInfo, pages: Sequence[Page]) -> Iterator[Table]:
    for page in pages:
        if " | " in page.text or "\t" in page.text:
            yield from _tables_of(document, page)
        elif (entries := _entries_of(document, page)) is not None:
            yield entries


def _goes_on(table: Table, other: Table) -> bool:
    """Return whether a table is the next part of one that ends at the foot of the page before, below the same head.

    Sheets and other pages with names of their own hold tables of their own.
    """
    page, begins = table.last_page or table.page, min(other.head[0], other.rows[0].start)
    return (
        table.names == other.names
        and other.page.number == page.number + 1
        and not (page.label or other.page.label)
        and len(page.text[table.rows[-1].end :].strip()) <= MAX_MARGIN
        and len(other.page.text[:begins].strip()) <= MAX_MARGIN
        and len(table.rows) + len(other.rows) <= MAX_ROWS
    )


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
    names, rows = _with_amounts((DAY_COLUMN, ENTRY_COLUMN), rows)
    return Table(document, page, names, (rows[0].start, rows[0].start), rows, above)


def _with_amounts(names: tuple[str, ...], rows: list[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """Return the rows of a log with a column for each unit in which entries say how much of something there was.

    A unit of which one entry says two numbers gives no column: none of them would stand for the entry.
    """
    by_row: list[dict[str, list[str]]] = []
    written: dict[str, str] = {}
    for row in rows:
        found: dict[str, list[str]] = {}
        for _, _, quantity in read_quantities(row.cells[1]):
            unit = (terms(quantity.unit) or [""])[0] if quantity.unit not in CURRENCY_CODES else quantity.unit
            if unit:
                written.setdefault(unit, f"{AMOUNT_COLUMN} ({unit})" if unit in CURRENCY_CODES else quantity.unit)
                found.setdefault(unit, []).append(f"{write_number(quantity.value)} {quantity.unit}")
        by_row.append(found)
    units = [
        unit
        for unit in written
        if sum(unit in found for found in by_row) >= MIN_ENTRIES
        and all(len(found.get(unit, ())) < 2 for found in by_row)
    ]
    return (*names, *(written[unit] for unit in units)), [
        replace(row, cells=(*row.cells, *(found.get(unit, [""])[0] for unit in units)))
        for row, found in zip(rows, by_row, strict=True)
    ]


def _lines_of(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the lines of a text with their places; a row that names its columns itself and goes on in further lines,
    which repeat what it is of, is one."""
    row: tuple[str, int, int] | None = None
    for match in re.finditer(r"[^\n]+", text):
        line = match[0]
        further = _further_cells(row[0], line) if row is not None and " | " in line else ""
        if row is not None and further:
            row = f"{row[0]} | {further}", row[1], match.end()
            continue
        if row is not None:
            yield row
        row = line, *match.span()
    if row is not None:
        yield row


def _further_cells(row: str, line: str) -> str:
    """Return the cells by which a line goes on with the row above it, "" where it does not: its first cells are some of
    that row, and all others have names that the row lacks. Only a long row is parted."""
    cells, others = split_cells(row), split_cells(line)
    if len(row) + len(line) < MIN_PARTED or cells[0] != others[0] or ": " not in cells[0]:
        return ""
    names, further = columns_of("", row)[0], columns_of("", line)[0]
    repeated = next((at for at, cell in enumerate(others) if cell not in cells), len(others))
    if not names or not further or set(further[repeated:]) & set(names):
        return ""
    return " | ".join(others[repeated:])


def _tables_of(document: DocumentInfo, page: Page) -> Iterator[Table]:
    table: Table | None = None
    above = ""
    for line, start, end in _lines_of(page.text):
        cells = tuple(split_cells(line)) if " | " in line or "\t" in line else ()
        names, values = columns_of("", line) if len(cells) > 1 else ([], [])
        if names:
            # A row that names its columns itself, but those in which it has nothing.
            if table is None or not _takes_in(table, names):
                if table is not None and len(table.rows) > 1:
                    yield table
                table = Table(document, page, tuple(names), (start, start), above=above)
            if len(table.rows) < MAX_ROWS:
                of_row = dict(zip(names, values, strict=False))
                table.rows.append(Row(tuple(of_row.get(name, "") for name in table.names), start, end))
            continue
        if len(cells) < 2:
            if table is not None and len(table.rows) > 1:
                yield table
            table, above = None, line.strip() or above
            continue
        if _RULE.fullmatch(line):
            continue
        if cells[-1] == HIDDEN_ROW:
            cells = cells[:-1]
        if table is None:
            table = Table(document, page, cells, (start, end), above=above) if _names_columns(cells) else None
            above = "" if table is None else above
            continue
        if not table.rows and "|" not in line:
            table.names = tuple(with_corner(table.names, cells))
        if len(cells) <= len(table.names) and len(table.rows) < MAX_ROWS:
            table.rows.append(Row(cells + ("",) * (len(table.names) - len(cells)), start, end))
    if table is not None and len(table.rows) > 1:
        yield table


def _takes_in(table: Table, names: Sequence[str]) -> bool:
    """Return whether a row with these columns is one of a table; columns that the table lacks are added to it."""
    shared = set(names) & set(table.names)
    is_one = table.names == tuple(names) or (
        table.head[0] == table.head[1]
        and len(set(names)) == len(names)
        and len(shared) >= max(2, MIN_SHARED_COLUMNS * max(len(names), len(table.names)))
    )
    if is_one and (added := [name for name in names if name not in shared]):
        table.names = (*table.names, *added)
        table.rows = [replace(row, cells=(*row.cells, *("" for _ in added))) for row in table.rows]
    return is_one


def _names_columns(cells: Sequence[str]) -> bool:
    named = [cell for cell in cells if cell]
    return len(named) > 1 and not any(read_value(cell) is not None and not _YEAR.fullmatch(cell) for cell in named)


def _is_name(cell: str) -> bool:
    """Return whether a number names something: a phone, an identifier."""
    bare = _MONEY.sub("", cell)
    return any(one.is_hard for one in find_constraints(f"it is {bare}")) and not re.fullmatch(r"[\d.,\s]+", bare)
