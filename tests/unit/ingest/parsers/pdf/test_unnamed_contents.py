"""Lines that point to pages are told from prices, tables and lists, whatever the heading above them is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.parsers.pdf.contents import mark_contents
from ingest.parsers.pdf.row import Row
from ingest.parsers.pdf.rows import make_rows
from ingest.parsers.pdf.words import Line, Word
from rag.types import BlockKind

HEIGHT = 100
LETTER = 50
COLUMN = 2500
"""From the left edge of one cell to that of the next."""

TEXTS = (
    "Pilots keep watch from the old tower.",
    "In fog the radio is used on channel 13.",
    "Ladders are inspected every third month.",
    "Overtime is paid one and a half times.",
    "Fuel is measured at noon and at midnight.",
    "Accidents are reported on a yellow sheet.",
    "The crane is greased with cold tallow.",
)
"""What the pages 2 to 8 say."""


def line(text: str, y: int, *, height: int = HEIGHT, bold: bool = False) -> Line:
    """A line whose cells are parted by tabs."""
    words = []
    for number, cell in enumerate(text.split("\t")):
        left = COLUMN * number
        for word in cell.split():
            words.append(Word(word, False, left, y, left + LETTER * len(word), y + height))
            left += LETTER * (len(word) + 1) - LETTER // 2
    return Line(words, bold)


def page(*texts: str) -> list[Row]:
    return make_rows([line(text, 8000 - 150 * number) for number, text in enumerate(texts)])


def contents_of(pages: Sequence[list[Row]]) -> list[str]:
    """The rows that are taken for contents or an index."""
    mark_contents(pages)
    return [row.text for rows in pages for row in rows if row.kind is BlockKind.CONTENTS]


def handbook(*first: str, last: Sequence[str] = ()) -> list[list[Row]]:
    """A document of eight pages of which the first holds some lines, and a ninth if it has `last` lines."""
    return [page(*first), *(page(text, "Ask at the office.") for text in TEXTS), *([page(*last)] if last else [])]


def test_lines_that_name_pages_are_contents_whatever_is_above_them() -> None:
    entries = ("Watch of the pilots\t2", "Radio in fog\t3", "Inspecting ladders\t4", "Overtime\t5", "Accidents\t7")
    found = contents_of(handbook("Harbour of Ostrow", "In this book", *entries))
    assert found == [entry.replace("\t", " ") for entry in entries]


def test_contents_may_have_a_head_that_says_page_and_lines_that_are_wrapped() -> None:
    lines = ("Radio in fog\t3", "Inspecting ladders\t4", "Paying what is due for", "overtime\t5", "Fuel\t6")
    found = contents_of(handbook("What you find where\tPage", *lines))
    assert " ".join(found) == " ".join(lines).replace("\t", " ")


def test_printed_numbers_may_begin_behind_a_few_pages() -> None:
    pages = [page("Harbour of Ostrow"), *handbook("Radio in fog\t2", "Ladders\t3", "Overtime\t4", "Fuel\t5")]
    assert len(contents_of(pages)) == 4


def test_chapters_are_met_by_their_numbers_where_their_headings_have_other_words() -> None:
    pages = [page("1\tAlpha\t2", "2\tBravo\t3", "3\tCharlie\t4", "4\tDelta\t5")]
    for number, text in enumerate(TEXTS, 1):
        pages.append(make_rows([line(f"{number} Chapter", 8000, bold=True), line(text, 7800)]))
    assert len(contents_of(pages)) == 4


PLACES = (
    "Accidents, reporting of 7",
    "Crane 8",
    "Fog 3",
    "Fuel 6",
    "Ladders, inspection of 4, 5",
    "Overtime 5",
    "Radio 3",
    "Watch 2",
)


def test_lines_in_the_order_of_the_alphabet_are_an_index_where_their_pages_hold_them() -> None:
    assert contents_of(handbook("Harbour of Ostrow", last=("Find it fast", *PLACES))) == list(PLACES)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(("Rope\t2.10", "Fuel\t3.40", "Ladders\t4.00", "Radio\t5.75", "Crane\t7.20"), id="cents"),
        pytest.param(("Tea\t2", "Coffee\t3", "Cake\t4", "Soup\t5", "Stew\t7"), id="whole prices"),
        pytest.param(("Radio\t€ 3", "Ladders\t€ 4", "Overtime\t€ 5", "Fuel\t€ 6"), id="prices with a sign"),
        pytest.param(("Item\tCrowns", "Radio\t3", "Ladders\t4", "Overtime\t5", "Fuel\t6"), id="below a head"),
        pytest.param(("Radio\t3\t4", "Ladders\t4\t4", "Overtime\t5\t6", "Fuel\t6\t8"), id="two figures"),
        pytest.param(("1\tRovers\t9\t2", "2\tUnited\t8\t3", "3\tCity\t7\t5", "4\tAlbion\t5\t8"), id="league"),
        pytest.param(("Radio bought in 1962", "Ladders 1963", "Overtime 1970", "Fuel 1988"), id="years"),
        pytest.param(("Fuel\t6", "Overtime\t5", "Ladders\t4", "Radio\t3", "Watch\t2"), id="falling"),
        pytest.param(("Radio 06:10", "Ladders 07:20", "Overtime 08:15", "Fuel 09:00"), id="timetable"),
        pytest.param(("Radio\t3", "Ladders\t4", "Overtime\t5"), id="too few"),
        pytest.param(("Radio\t3", "Ladders\t5", "Overtime\t6", "Fuel\t9"), id="prices of what two of the pages have"),
        pytest.param(("Accidents 2", "Crane 4", "Fog 6", "Fuel 1", "Ladders 2", "Radio 5", "Watch 4"), id="counts"),
        pytest.param(("Buckets 3", "Candles 8", "Forks 2", "Knives 8", "Lamps 4", "Mugs 6", "Spoons 7"), id="stock"),
    ],
)
def test_lines_with_numbers_that_are_no_pages_are_no_contents(rows: Sequence[str]) -> None:
    assert contents_of(handbook("Harbour of Ostrow", *rows)) == []


def test_what_most_pages_say_shows_no_page_that_is_pointed_to() -> None:
    pages = [page("Day 1\t2", "Day 2\t3", "Day 3\t4", "Day 4\t5"), *(page(f"Every day: {text}") for text in TEXTS)]
    assert contents_of(pages) == []


def test_a_short_document_has_no_contents_without_their_name() -> None:
    assert contents_of(handbook("Watch\t2", "Pilots\t2", "Fog\t3", "Radio\t3")[:3]) == []
