"""Cuts sources into what can be quoted: sentences, and table rows under their headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.quoting.form_boxes import has_boxes
from rag.quoting.table_cells import split_cells
from rag.text import content_words, is_table_row, sentence_spans
from rag.types import Source

MAX_EXTRACT = 600
"""Characters; a longer stretch without a full stop is not a sentence anyone wants quoted."""
MIN_ITEM_WORDS = 3
"""Content words of a line without a full stop that says something."""
MIN_EXTRACT_WORDS = 2
"""Content words; less is a heading or a fragment."""
MAX_HEADING = 14
"""Words of a heading."""
MAX_PLAIN_HEADING = 8
"""Words of a heading that nothing but its place tells."""
MAX_HEADING_APART = 5
"""Words of a heading that is a paragraph of its own."""
MIN_ROWS = 2
"""Rows of a table that begins below another one."""
HEADER_REACH = 40
"""Rows above a table row among which its header is looked for."""

_OF_SERIES = re.compile(r"[^\W\d_][\w -]{0,20}")

QUESTION_MARKS = ("?", "？", "؟")
_SENTENCE_ENDS = (".", "!", ":", ";", ",", "…", "。", "！")
_NUMBERED = re.compile(r"(?:§ ?)?\d+(?:\.\d+)*[.)]?\s+[^\W\d_a-zäöüß]")
_NUMBERED_TITLE = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? \d[\w./-]*\s?: ")
"""Opens a title such as "Item 4: Roof of the church", which is no label with a value."""
_LIST_ITEM = re.compile(r"(?:[•▪◦●■‣∙·*–—-]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)])\s+\S")
_LEANS = re.compile(
    r"(?:it|its|they|their|he|his|she|her|these|those|er|sein\w*|sie|ihre?\w?|dies\w*|il|elle|ils|elles)\b",
    re.IGNORECASE,
)
"""Opens a sentence that says something of what the sentence before it names."""
LEANS_BACK = re.compile(
    r"^(?:nobody|no ?one|none|nothing|everybody|everyone) else\b"
    r"|^(?:after|before|until|during|beyond|apart from|except) (?:that|this|it|them)\b(?: time)?(?= |,)"
    r"|\b(?:this|these)(?=[.,;:]| (?:after|before|from|until|by|within|is|are|was|were|may|can|must|will|has|have"
    r"|applies|apply|means)\b)"
    r"|^(?:danach|davor|bis dahin|sonst niemand|niemand sonst|alle anderen)\b"
    r"|^(?:après cela|passé ce délai|personne d['’]autre)\b|^(?:después de eso|pasado ese plazo|nadie más)\b",
    re.IGNORECASE,
)
"""Marks a sentence that says nothing without the one before it: "After that we keep a charge"."""
_LABELLED_LINE = re.compile(r"[^\W\d_][\w -]{1,30}: \S")
MAX_LEANT_ON = 200
"""Characters of a sentence that stands over the one that leans on it."""
_ENDS_IN_BRACKETS = re.compile(r"\w \([\w .&/-]{1,30}\)$")
_HEADING_NUMBER = re.compile(r"^[#§ ]*(?:\d+(?:\.\d+)*|[ivx]+|[a-z])[.)]?\s+")


Place = tuple[int, int]
"""Number of a source, and where in its text something begins."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a table row under its header: characters `start` to `end` of a source's text.

    The header of a sentence is the question before it that it answers, or the line that opens the list it stands in, if
    there is one. `heading` is the last heading or question above, "" where there is none; one that `is_heading` says
    what the next are about and answers nothing. `leans_on` is the sentence before one such as "It cost ...", else "".
    `caption` is the line right above the table of a row, also where it is no heading.
    """

    source: Source
    rank: int
    """Place of the source among those read, from 0."""
    start: int
    end: int
    words: frozenset[str]
    header: str
    is_row: bool
    heading: str = ""
    is_heading: bool = False
    leans_on: str = ""
    caption: str = ""

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def place(self) -> Place:
        """Return where it stands."""
        return self.source.number, self.start

    @property
    def is_telling(self) -> bool:
        """Return whether the text is long enough to say something and short enough to be quoted."""
        words = len(self.words) + (len(content_words(self.header)) if not self.is_row else 0)
        is_value = words == 1 and _LABELLED_LINE.match(self.text) is not None
        return self.end - self.start <= MAX_EXTRACT and (words >= MIN_EXTRACT_WORDS or is_value)

    @property
    def is_whole(self) -> bool:
        """Return whether it says something by itself: a row, a sentence to its end, or a label with its value."""
        text = self.text.rstrip("\"'”’»)]* ")
        ends = text.endswith((".", "!", "…", "。", "！")) or bool(_LIST_ITEM.match(text))
        return self.is_telling and (self.is_row or ends or ": " in text or self._is_item)

    @property
    def _is_item(self) -> bool:
        """Return whether it is a line of its own, and long enough for an item of a list without marks."""
        before, behind = (
            self.source.text[max(self.start - 1, 0) : self.start],
            self.source.text[self.end : self.end + 1],
        )
        is_line = before in ("", "\n") and behind in ("", "\n")
        return is_line and not self.is_heading and len(self.words) >= MIN_ITEM_WORDS


def below_headings(unit: Unit) -> str:
    """Return a sentence below its section, its heading, its table's head and what it leans on."""
    section = unit.source.section.rpartition(" > ")[2] or unit.source.document.title
    return "\n".join(filter(None, dict.fromkeys((section, unit.heading, unit.header, unit.leans_on, unit.text))))


def units_of(rank: int, source: Source, *, every: bool = False) -> list[Unit]:
    """Return the sentences and rows of a source; with `every` also those that say too little to be quoted."""
    found = []
    lead = heading = named = entry = caption = ""
    above_all = (*source.section.split(" > "), source.document.title)
    sections = {_without_number(part) for part in above_all} - {""}
    spans = list(spans_below_rows(source.text))
    following = {end: start for (_, end, _), (start, _, _) in pairwise(spans)}
    previous = 0
    for start, end, rows in spans:
        text = source.text[start:end]
        is_row = rows is not None
        is_led = bool(lead) and (lead.endswith(QUESTION_MARKS) or _LIST_ITEM.match(text) is not None)
        header = find_header(rows, text) if rows is not None else lead if is_led else ""
        # A question stands over its answer, and what opens a list over its items, as a head stands over its rows.
        opens_list = text.endswith(":") and bool(_LIST_ITEM.match(source.text, following.get(end, len(source.text))))
        is_lead = not is_row and (text.endswith(QUESTION_MARKS) or opens_list)
        lead = text if is_lead else lead if is_led and lead.endswith(":") else ""
        opens_paragraph = "\n\n" in source.text[previous:start] or not previous
        follows = following.get(end, len(source.text))
        between, below = source.text[end:follows], source.text[follows:]
        stands_over = opens_paragraph and (
            _stands_over(text, between, below)
            or (not is_row and _stands_over_table(text, below))
            or (not is_row and _stands_apart(text, between, below))
        )
        is_heading = not is_row and (
            is_lead or stands_over or _looks_like_heading(text) or _without_number(text) in sections
        )
        heading = text if is_heading else heading
        if not is_row:
            caption = text if opens_paragraph and _is_caption(text, below) else ""
        words = frozenset(content_words(text))
        header = "" if header == text else header
        if heading.endswith(QUESTION_MARKS) and heading not in (header, text) and (is_row or opens_paragraph):
            # The answer to a question in the text ends with its paragraph.
            heading = ""
        leans = not (is_row or is_heading or opens_paragraph) and (
            _LEANS.match(text) is not None or LEANS_BACK.search(text) is not None
        )
        opens_entry = opens_paragraph and not (is_row or is_heading) and _opens_entry(text, between, below)
        entry = text if opens_entry else "" if opens_paragraph else entry
        is_of_entry = bool(entry) and not opens_entry and _LABELLED_LINE.match(text) is not None
        leans = leans or is_of_entry
        named = (
            entry
            if is_of_entry
            else named
            if leans
            else text
            if not (is_row or is_heading) and len(text) <= MAX_LEANT_ON
            else ""
        )
        previous = end
        above = "" if is_heading else heading
        of_table = caption if is_row else ""
        unit = Unit(
            source, rank, start, end, words, header, is_row, above, is_heading, named if leans else "", of_table
        )
        if every or unit.is_telling:
            found.append(unit)
    return found


def _stands_over(text: str, between: str, below: str) -> bool:
    """Return whether the first line of a paragraph is a heading without a mark: short, and right above a sentence."""
    words = text.split()
    is_titled = _NUMBERED_TITLE.match(text) is not None
    return (
        len(words) <= MAX_PLAIN_HEADING
        and text[:1].isupper()
        and _ends_as_heading(text)
        and (": " not in text or is_titled)
        and (between.strip(" ") == "\n" or (is_titled and not between.strip()))
        and below[:1].isupper()
        and len(below.partition("\n")[0]) > len(text)
        and below.partition("\n")[0].rstrip().endswith((".", "!", ":"))
    )


def _ends_as_heading(text: str) -> bool:
    """Return whether a line ends with a word, or with a word or code in brackets: "Bookbinding (C210)"."""
    return text[-1:].isalpha() or _ENDS_IN_BRACKETS.search(text) is not None


def _opens_entry(text: str, between: str, below: str) -> bool:
    """Return whether a labelled line opens a paragraph of such lines: a card or an event, of which each tells
    something. Lines that are sentences tell of a thing of their own each."""
    return (
        len(text) <= MAX_LEANT_ON
        and not text.endswith(".")
        and between.strip(" ") == "\n"
        and _LABELLED_LINE.match(text) is not None
        and _LABELLED_LINE.match(below) is not None
    )


def _stands_apart(text: str, between: str, below: str) -> bool:
    """Return whether a paragraph is a heading over a paragraph of sentences: a few words on a line of their own."""
    next_line = below.partition("\n")[0].rstrip()
    return (
        len(text.split()) <= MAX_HEADING_APART
        and between.strip(" ") == "\n\n"
        and text[:1].isupper()
        and _ends_as_heading(text)
        and ": " not in text
        and below[:1].isupper()
        and next_line.endswith((".", "!"))
        and len(next_line) > 2 * len(text)
    )


def _stands_over_table(text: str, below: str) -> bool:
    """Return whether a paragraph is a heading of the table below it: one short line that says no whole sentence."""
    return len(text.split()) <= MAX_PLAIN_HEADING and text[-1:].isalpha() and _is_caption(text, below)


def _is_caption(text: str, below: str) -> bool:
    """Return whether a paragraph of one line, no sentence and no label, stands right above a table: it says what the
    rows are of, and may be quoted itself ("Luna - dog, born 2 November 2025")."""
    return (
        len(text.split()) <= MAX_HEADING
        and "\n" not in text
        and text[:1].isupper()
        and text[-1:].isalnum()
        and ": " not in text
        and is_table_row(below.partition("\n")[0])
    )


def _looks_like_heading(text: str) -> bool:
    """Return whether a line is numbered as headings are ("4 Payment of overtime", "§ 3 Rent") and ends as no sentence
    does."""
    return (
        bool(_NUMBERED.match(text)) and not text.rstrip().endswith(_SENTENCE_ENDS) and len(text.split()) <= MAX_HEADING
    )


def _without_number(heading: str) -> str:
    return _HEADING_NUMBER.sub("", " ".join(heading.split()).casefold()).strip("#.: ")


def spans_below_rows(text: str) -> Iterator[tuple[int, int, list[str] | None]]:
    """Yield the sentences and table rows of a text: start, end, and for a row those of its table above it, else None.

    Of a long table only the nearest HEADER_REACH rows are given.
    """
    rows: list[str] = []
    spans = sentence_spans(text)
    last = 0
    for at, (start, end) in enumerate(spans):
        piece = text[start:end]
        if is_table_row(piece):
            if rows and "\n\n" in text[last:start] and _opens_table(text, spans[at:]):
                rows = []
            last = end
            yield start, end, rows
            rows = [*rows[-HEADER_REACH:], piece]
        else:
            yield start, end, None
            rows = []


def _opens_table(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether the first of some rows, below a blank line, is the head of a table of its own: words alone, above
    two rows and more with as many cells, of which one holds a number in each."""
    blank = next((at for at, (one, other) in enumerate(pairwise(spans), 1) if "\n\n" in text[one[1] : other[0]]), None)
    head, *below = (text[start:end] for start, end in spans[:blank])
    cells = [split_cells(row) for row in below if is_table_row(row)]
    names = split_cells(head)
    if len(cells) < MIN_ROWS or not _names_columns(head) or any(len(row) != len(names) for row in cells):
        return False
    return any(all(re.search(r"\d", row[column]) for row in cells) for column in range(1, len(names)))


def find_header(rows: Sequence[str], row: str) -> str:
    """Return the row of `rows`, in order, that names the columns of a row below them.

    It is the first of the table, or the nearest with years or words and no amounts; of these one with as many cells, as
    a table within a cell has its own head.
    """
    if rows and _is_form_row(rows[0]) and len(split_cells(row)) == 2:
        return ""
    heads = [
        *filter(_names_series, rows[:1]),
        *(head for head in rows[:1] if _stands_over_figures(head, [*rows[1:], row])),
        *filter(_names_columns, (*rows[:1], *reversed(rows))),
    ]
    cells = len(split_cells(row))
    return next((head for head in heads if len(split_cells(head)) == cells), heads[0] if heads else "")


def _is_form_row(row: str) -> bool:
    """Return whether the first row of a table of two columns is the name of somebody behind its label, as forms begin:
    it is no head."""
    label, *values = split_cells(row)
    return len(values) == 1 and bool(_NAME_LABEL.search(label)) and bool(_FULL_NAME.fullmatch(values[0]))


def _names_series(row: str) -> bool:
    """Return whether a row is the head of columns for things of one sort: "Property | HX-300 | HX-500"."""
    first, *others = split_cells(row)
    return (
        len(others) > 1
        and not re.search(r"\d", first)
        and all(_OF_SERIES.fullmatch(cell) for cell in others)
        and len({re.sub(r"\d", "", cell) for cell in others}) == 1 < len(set(others))
    )


def _stands_over_figures(head: str, rows: Sequence[str]) -> bool:
    """Return whether the first row of a table has words in each cell, or in each but the one over the labels, and those
    below it plain figures in most."""
    names = split_cells(head)
    if len(names) < 3 or not all(re.search(r"[^\W\d_]{3}", name) for name in (names if names[0] else names[1:])):
        return False
    return all(
        len(cells) == len(names) and sum(_FIGURE.fullmatch(cell) is not None for cell in cells) > len(cells) / 2
        for cells in map(split_cells, rows)
    )


_NAME_LABEL = re.compile(r"(?i)(?:\b|vor|nach|familien)(?:name|nom|nombre)\b")
_NO_NAME = r"(?:date|place|birth|number|no|country|city|town|address|street|phone|price|type|kind|title|role|job)"
_FULL_NAME = re.compile(rf"(?!.*\b(?i:{_NO_NAME})\b)[A-ZÄÖÜÉ][\w'’.-]+(?: [\w'’.-]+)?(?: [A-ZÄÖÜÉ][\w'’-]+)")
_FIGURE = re.compile(r"[€$£]?\s?[\d.,' ]*\d[\d.,]*\s?[€$£%]?|[-–—]?")


def _names_columns(row: str) -> bool:
    cells = re.findall(r"[^\s|]+", row)
    return (
        bool(cells)
        and not has_boxes(row)
        and not any(re.search(r"\d", cell) and not re.fullmatch(r"\W*(?:19|20)\d\d\W*", cell) for cell in cells)
    )
