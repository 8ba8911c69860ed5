"""Recognises tables of contents and indexes: lines that end in the number of another page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.parsers.pdf.row import Row
from ingest.parsers.pdf.unnamed_contents import PageFinder
from rag.types import BlockKind

LED_ROWS = 3
"""So many lines with dots that lead to a page's number are a table of contents."""

PLAIN_ROWS = 5
"""Without dots it takes more, below a heading that says so."""

INDEX_ROWS = 8
SHARE = 0.6
"""So many of a page's lines end in page numbers, where no dots lead to them."""

ALPHABETIC = 0.85
"""So many of an index's entries begin with the letter of the one before or a later one."""

WRAPPED = 2
"""Lines between two entries are the beginning of the next one's title, when they are no more."""

ROMAN = "ivxlcdmIVXLCDM\u0130\u0131"
_LED = re.compile(
    r"(?:[.·…_]\s?){4,}\s*(?:[A-Z]{1,2}-?)?(?:\d{1,4}|[ivxlcdm]{1,7})\W*$|…\s?…\s*\d{1,4}$", re.IGNORECASE
)
_LEADER = re.compile(r"[.·…_]\s?[.·…_]")
"""Two of the dots that lead to a number: most lines have none, which is soon seen."""

_PAGE = re.compile(r"(?:[A-Z]{1,2}[-.])?(\d{1,4})")
_PLACES = re.compile(r"([^\W\d])[^\d$€£]*?[,\s]\s?\d{1,4}(?:[-\u2013]\d{1,4})?(?:,\s\d{1,4}(?:[-\u2013]\d{1,4})?)*")
"""An index's entry; group 1 is its first letter."""

_CONTENTS = re.compile(
    r"(?:table of )?contents|index(?: of .*)?|inhalt(?:sverzeichnis|sübersicht)?"
    r"|(?:sach|stichwort|namens)?(?:register|verzeichnis)|sommaire|table des matières|(?:tabla de )?contenidos?"
    r"|índice|indice(?: analitico)?|sumario|sommario|sumário|inhoud(?:sopgave)?|innehåll(?:sförteckning)?"
    r"|indhold(?:sfortegnelse)?|innhold(?:sfortegnelse)?|sisällys(?:luettelo)?|spis treści|obsah"
    r"|tartalom(?:jegyzék)?|оглавление|содержание|зміст|içindekiler|περιεχόμενα"
    r"|目\s*次|目\s*录|目\s*錄|차례|목차",
    re.IGNORECASE,
)


def mark_contents(pages: Sequence[list[Row]]) -> None:
    """Give the rows of tables of contents and indexes their kind, each a block of its own."""
    goes_on = False
    finder = PageFinder(pages)
    for page, rows in enumerate(pages):
        span = _led_span(rows) or _plain_span(rows, goes_on=goes_on)
        goes_on = span is not None and span[1] >= len(rows) - 3
        span = span or finder.span_on(page)
        for row in rows[span[0] : span[1]] if span else ():
            row.kind, row.alone = BlockKind.CONTENTS, True


def _led_span(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Return the rows from the heading or the first entry to the last, where dots lead to the numbers."""
    led = [index for index, row in enumerate(rows) if _is_led(row)]
    if len(led) < LED_ROWS:
        return None
    runs = [[led[0]]]
    for before, index in pairwise(led):
        if index - before <= WRAPPED + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    run = max(runs, key=len)
    return (_heading_above(rows, run[0]), run[-1] + 1) if len(run) >= LED_ROWS else None


def _is_led(row: Row) -> bool:
    last = row.cells[-1][-1].text[-1]
    if not (last.isdecimal() or last in ROMAN):
        return False  # Most lines end in other letters.
    text = row.text
    return _LEADER.search(text) is not None and _LED.search(text) is not None


def _plain_span(rows: Sequence[Row], *, goes_on: bool) -> tuple[int, int] | None:
    """Return the rows below a heading that names contents or an index, or on the page after such, that end in page
    numbers."""
    heading = next((index for index, row in enumerate(rows) if _is_heading(row)), None)
    if heading is None and not goes_on:
        return None
    start = 0 if heading is None else heading + 1
    below = rows[start:]
    entries = [index for index, row in enumerate(below, start) if _ends_in_page(row)]
    numbers = [int(match[1]) for index in entries if (match := _PAGE.fullmatch(rows[index].words[-1].text))]
    counts_up = all(before <= after for before, after in pairwise(numbers)) and len(set(numbers)) * 2 > len(numbers)
    if len(entries) >= PLAIN_ROWS and counts_up and len(entries) >= SHARE * (entries[-1] + 1 - start):
        return (start if heading is None else heading), entries[-1] + 1
    found = [(index, match[1].casefold()) for index, row in enumerate(below, start) if (match := _place_of(row))]
    in_order = sum(before <= after for (_, before), (_, after) in pairwise(found))
    if len(found) >= INDEX_ROWS and len(found) >= SHARE * len(below) and in_order >= ALPHABETIC * (len(found) - 1):
        return (start if heading is None else heading), found[-1][0] + 1
    return None


def _place_of(row: Row) -> re.Match[str] | None:
    ends_in_number = row.cells[-1][-1].text[-1].isdecimal()
    return _PLACES.fullmatch(row.text) if ends_in_number and len(row.cells) < 3 else None


def _heading_above(rows: Sequence[Row], first: int) -> int:
    """Return the heading of a table of contents right above its first entry, or that entry."""
    return next((index for index in range(max(0, first - WRAPPED - 1), first) if _is_heading(rows[index])), first)


def _is_heading(row: Row) -> bool:
    return len(row.words) <= 4 and _CONTENTS.fullmatch(row.text.strip(" .:")) is not None


def _ends_in_page(row: Row) -> bool:
    """Return whether a row is words and, apart from them, one page number."""
    words = row.words
    if len(words) < 2 or _PAGE.fullmatch(words[-1].text) is None:
        return False
    apart = len(row.cells) > 1 and len(row.cells[-1]) == 1
    return apart and not any(_PAGE.fullmatch(cell[0].text) and len(cell) == 1 for cell in row.cells[1:-1])
