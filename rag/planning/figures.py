"""Finds the figures of a document by the labels of table rows: the row, the column of a year, the unit of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from rag.planning.computed_answer import source_of_places
from rag.planning.quantities import Quantity, read_cell, table_scale
from rag.text import content_words
from rag.types import DocumentInfo, Page, Source

HEADER_REACH = 60
"""Lines above a row among which the row with the years is looked for."""

SCALE_REACH = 2500
"""Characters above a row among which the words for the table's unit are looked for."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TAIL = re.compile(r",? (?:net|less) of\b.*|\s*\.{3,}.*|[:*†]+$", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,$€£])(?:19|20)\d\d(?![\d%]|[.,]\d)")
_NUMBERS_BEHIND = re.compile(
    r"^(?P<label>[^\W\d].*?)\s{2,}(?P<rest>[$€£(\d–—-].*)$"
    r"|^(?P<label2>[^\W\d][^\d]*?)\s(?P<rest2>[$€£]?\s?\(?\d.*)$"
)
_HEADING_REACH = 1500
"""Characters of a page's beginning in which the name of its statement stands."""

HEADING_WORDS = 14
"""Most words of the line that names a statement; in a longer one it is only mentioned."""

_STATEMENTS: dict[str, re.Pattern[str]] = {
    "balance": re.compile(
        r"(?i)\b(?:balance sheets?|statements? of financial position|bilanz|bilan|balance general"
        r"|balance de situación)\b"
    ),
    "income": re.compile(
        r"(?i)\b(?:(?:statements? of (?:consolidated )?(?:income|operations|earnings))(?! and comprehensive)"
        r"|income statements?"
        r"|gewinn- und verlustrechnung|compte de résultat|cuenta de resultados)\b"
    ),
    "cash": re.compile(
        r"(?i)\b(?:statements? of (?:consolidated )?cash flows?|cash flow statements?|kapitalflussrechnung"
        r"|flux de trésorerie"
        r"|flujos? de efectivo)\b"
    ),
}
"""Statement -> what names it at the top of its page."""

_FREE = frozenset(content_words("net total consolidated gaap"))
"""Words that a label may have besides those of the figure."""

_SIGN_ALONE = re.compile(r"[$€£]|\)|%")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a table: the label of its row, its year where the column names one, and where it stands.

    `header` and `row` are the characters (start, end) of the page's text with the years and with the row; `rank` is
    lower where the row is more surely the one meant.
    """

    quantity: Quantity
    label: str
    year: int | None
    document: DocumentInfo
    page: Page
    row: tuple[int, int]
    header: tuple[int, int] | None
    rank: tuple[int, ...] = ()

    @property
    def quote(self) -> str:
        """Return the row as it stands on the page."""
        return self.page.text[self.row[0] : self.row[1]]

    def as_source(self, number: int) -> Source:
        """Return the row below its years as a numbered source."""
        places = [place for place in (self.header, self.row) if place]
        return source_of_places(self.document, self.page, places, number)


def find_figures(
    labels: Sequence[str], document: DocumentInfo, pages: Sequence[Page], *, statement: str = ""
) -> list[Figure]:
    """Return the figures of the rows that have one of the labels: those of the statement first, of the first labels
    before the others. Rows in another statement are left out."""
    wanted = [frozenset(content_words(label)) for label in labels]
    found: list[Figure] = []
    for page in pages:
        place = _place_of_statement(page.text, statement)
        if place is None:
            continue
        lines = _lines(page.text)
        for at, (start, end) in enumerate(lines):
            line = page.text[start:end]
            if not any(character.isdigit() for character in line) or (split := split_row(line)) is None:
                continue
            label, cells = split
            rank = _rank(label, wanted)
            if rank is None:
                continue
            years = [*_of_row(label, cells, document, page, lines, at)]
            # A row with one number is of a summary or a note; that of a statement has the year before beside it.
            is_alone = len(years) < 2
            found += [replace(figure, rank=(is_alone, place, rank[1], rank[0])) for figure in years]
    return sorted(found, key=lambda figure: (figure.rank, figure.page.number))


def _place_of_statement(text: str, statement: str) -> int | None:
    """Return 0 for a page of the statement, 1 for one of none, None for one of another."""
    heads = [
        line for line in text[:_HEADING_REACH].split("\n") if len(line.split()) <= HEADING_WORDS and line[-1:] != "."
    ]
    named = [name for name, pattern in _STATEMENTS.items() if any(map(pattern.search, heads))]
    if not statement or statement in named:
        return 0
    return 1 if len(named) != 1 else None


def split_row(line: str) -> tuple[str, list[str]] | None:
    """Return the label and the cells behind it of a row with numbers; None for a line that is none."""
    if "\t" in line or " | " in line:
        parts = [part.strip(" |") for part in re.split(r"\t|\s\|\s?", line.strip())]
    elif match := _NUMBERS_BEHIND.match(line.strip()):
        rest = match["rest"] or match["rest2"]
        parts = [match["label"] or match["label2"], *re.findall(r"[$€£]?\s?\(?[\d.,]+\)?%?|[–—-]", rest)]
    else:
        return None
    cells = [part for part in parts if part and not _SIGN_ALONE.fullmatch(part)]
    if len(cells) < 2 or not re.search(r"[^\W\d_]", cells[0]) or len(cells[0]) > 200:
        return None
    return cells[0], cells[1:]


def _rank(label: str, wanted: Sequence[frozenset[str]]) -> tuple[int, int] | None:
    """Return the place of a row's label among those wanted, and whether it has words of its own; None for another."""
    words = _label_words(label)
    for place, of_it in enumerate(wanted):
        if words == of_it:
            return place, 0
    for place, of_it in enumerate(wanted):
        if of_it and of_it < words and words - of_it <= _FREE:
            return place, 1
    return None


@lru_cache(maxsize=1 << 14)
def _label_words(label: str) -> frozenset[str]:
    return frozenset(content_words(_TAIL.sub("", _BRACKETS.sub(" ", label))))


def _of_row(
    label: str, cells: Sequence[str], document: DocumentInfo, page: Page, lines: Sequence[tuple[int, int]], at: int
) -> Iterator[Figure]:
    quantities = [quantity for cell in cells if (quantity := read_cell(cell)) is not None]
    if not quantities:
        return
    row = lines[at]
    scale, currency = table_scale(page.text[max(0, row[0] - SCALE_REACH) : row[1]])
    is_each = re.search(r"(?i)per share|je aktie|par action|por acción|%|percent|ratio", label) is not None
    counted = [_scaled(quantity, Decimal(1) if is_each else scale, currency) for quantity in quantities]
    header = _header(page.text, lines, at, len(counted))
    if header is None:
        if len(counted) == 1:
            yield Figure(counted[0], label, None, document, page, row, None)
        return
    years, place = header
    for year, quantity in zip(years, counted, strict=True):
        yield Figure(quantity, label, year, document, page, row, place)


def _scaled(quantity: Quantity, scale: Decimal, currency: str) -> Quantity:
    if quantity.unit == "%":
        return quantity
    is_plain = quantity.scale == 1
    return Quantity(
        quantity.value * scale if is_plain else quantity.value,
        quantity.unit or currency,
        scale if is_plain else quantity.scale,
    )


def _header(
    text: str, lines: Sequence[tuple[int, int]], at: int, count: int
) -> tuple[list[int], tuple[int, int]] | None:
    """Return the years of the columns of a row, and where the nearest row above it with so many of them stands."""
    for start, end in reversed(lines[max(0, at - HEADER_REACH) : at]):
        years = [int(year) for year in _YEAR.findall(text[start:end])]
        if len(years) == count:
            return years, (start, end)
    return None


def _lines(text: str) -> list[tuple[int, int]]:
    return [(match.start(), match.end()) for match in re.finditer(r"[^\n]*\S[^\n]*", text)]
