"""Reads records out of documents: those of one form, with what they say in sentences, and the rows of
alike tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.extraction.values import Conventions
from rag.planning.date_ranges import spans_in
from rag.planning.document_nouns import HEAD_CHARACTERS
from rag.planning.form_rows import Form, alike_forms, called_of
from rag.planning.record_fill import fill_records
from rag.planning.record_join import join_alike
from rag.planning.record_values import is_negative, is_person, is_yes_no
from rag.planning.records import PERIOD, Cell, Field, Kind, Record, Records, called_by, file_stem
from rag.planning.row_words import terms
from rag.planning.rows import DAY_COLUMN, ENTRY_COLUMN, Table, tables_in
from rag.quoting.events import events_in
from rag.types import DocumentInfo, Page
from rag.words.dates import find_dates

MIN_STATING = 2
"""Records that state a field, from which on it is one."""
MIN_RECORDS = 3
MIN_VALUE = 4
"""Characters of a value by which two fields are known as one."""
_HEADS = """
value entry amount detail details data content information finding wert eintrag angabe angaben inhalt betrag befund
valeur contenu montant donnée valor dato contenido importe
"""
HEADS = frozenset(_HEADS.split())
"""What the second column of a form is called."""
MIN_COLUMNS = 3
"""Columns of a table from which on its rows are records; one of two states what one thing has."""
MIN_SHARE = 0.8
"""Share of a field's cells that are of a kind, from which on the field is."""
MAX_MEASURE = 40
"""Characters of a value that says how much of something there is; a longer one lists several things."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_IDENTIFIES = re.compile(
    r"(?i)(?:\b(?:no|nr|nº|n\.?º|nummer|number|id|code|ref\w*|serial|serie|phone|tel\w*|iban|plz|zip)\b\.?"
    r"|nummer)\W*$"
)
"""Names of fields whose numbers name something."""


@dataclass
class _Draft:
    """A field that is being put together from the labels of several documents."""

    names: list[str]
    cells: dict[int, Cell] = field(default_factory=dict)
    """Place of the record -> what it states."""


def read_records(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> list[Records]:
    """Return the records that some documents make: those of each form, and the rows of tables with equal columns."""
    made = [_of_forms(group) for group in alike_forms(documents, pages)]
    filled = [fill_records(one, documents, pages) for one in made]
    joined = join_alike(filled)
    if len(joined) < len(filled):
        # What one form states may stand in sentences of documents of the other.
        joined = [fill_records(one, documents, pages) for one in joined]
    made = [_with_day_order(one) for one in joined]
    # The items of invoices are no records beside the invoices.
    known = {record.document.id for one in made for record in one.records}
    return [*made, *_of_tables([one for one in documents if one.id not in known], pages)]


def read_table_records(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> list[Records]:
    """Return the rows of each table that is the only one with its columns as records."""
    return [
        made
        for tables in _alike_tables(documents, pages)
        if len(tables) == 1
        and len(tables[0].names) >= MIN_COLUMNS
        and len(tables[0].rows) >= MIN_RECORDS
        and (made := _of_alike(tables)) is not None
    ]


def _with_day_order(made: Records) -> Records:
    """Return records whose days in figures are read as those documents write them of which one tells the order."""
    days = [one.at for one in made.fields if one.kind == "day"]
    cells = [cell for at in days for cell in made.column(at) if cell is not None]
    order = Conventions.of("\n".join([*(cell.text for cell in cells), *(one.unit for one in made.fields)])).day_first
    if order is None:
        return made
    records = [
        replace(
            record,
            cells={at: replace(cell, day_first=order) if at in days else cell for at, cell in record.cells.items()},
        )
        for record in made.records
    ]
    return replace(made, records=records)


def _of_forms(group: Sequence[Form]) -> Records:
    drafts: dict[str, _Draft] = {}
    for at, form in enumerate(group):
        for key, (label, value, start, end) in form.fields.items():
            draft = drafts.setdefault(key, _Draft([label]))
            draft.cells[at] = Cell(value, form.page, start, end)
    records = [(form.document, form.page) for form in group]
    merged = _merged(list(drafts.values()))
    if not any(_kind(list(draft.cells.values())) == "day" for draft in merged):
        merged.append(_own_days(group))
    names = Counter(word for document, page in records for word in called_by(document, page) if word.isalpha())
    shared = frozenset(word for word, count in names.items() if count >= MIN_SHARE * len(group))
    return _make_records(merged, records, called_of(group) | shared)


def _own_days(group: Sequence[Form]) -> _Draft:
    """Return the days that documents name at their beginnings, as a field without a label."""
    draft = _Draft([PERIOD])
    for at, form in enumerate(group):
        head = form.page.text[:HEAD_CHARACTERS]
        if found := find_dates(head):
            draft.cells[at] = Cell(head[found[0].start : found[0].end], form.page, found[0].start, found[0].end)
    return draft


def _make_records(
    drafts: Sequence[_Draft], records: Sequence[tuple[DocumentInfo, Page]], called: frozenset[str]
) -> Records:
    """Return the records with the fields that two of them state."""
    kept = [draft for draft in drafts if len(draft.cells) >= MIN_STATING and not _is_head(draft)]
    fields = [_field(at, draft.names, list(draft.cells.values())) for at, draft in enumerate(kept)]
    made = [
        Record(
            document,
            {place: draft.cells[at] for place, draft in enumerate(kept) if at in draft.cells},
            called_by(document, page),
            document.title,
        )
        for at, (document, page) in enumerate(records)
    ]
    return Records(fields, made, called=called)


def _is_head(draft: _Draft) -> bool:
    """Return whether a label with its value is the head of a table of two columns: "Item | Entry"."""
    values = {cell.text.casefold() for cell in draft.cells.values()}
    return len(draft.cells) > MIN_STATING and len(values) == 1 and values <= HEADS and len(terms(draft.names[0])) == 1


def _merged(drafts: list[_Draft]) -> list[_Draft]:
    """Return fields of one kind, which no document has both of, as one: those of which one is called by some of
    another's words, then those that have values in common or speak of one event."""
    by_words = _merged_where(sorted(drafts, key=lambda one: -len(one.cells)), _is_called_alike)
    return _merged_where(by_words, _states_alike)


def _merged_where(drafts: Sequence[_Draft], is_alike: Callable[[_Draft, _Draft], bool]) -> list[_Draft]:
    kept: list[_Draft] = []
    for draft in drafts:
        kind = _kind(list(draft.cells.values()))
        into = [
            one
            for one in kept
            if not one.cells.keys() & draft.cells.keys()
            and is_alike(one, draft)
            and _kind(list(one.cells.values())) == kind
        ]
        if len(into) == 1:
            into[0].names.extend(draft.names)
            into[0].cells.update(draft.cells)
        else:
            kept.append(draft)
    return kept


def _is_called_alike(one: _Draft, other: _Draft) -> bool:
    words = frozenset(terms(other.names[0]))
    names = [frozenset(terms(name)) for name in one.names]
    return bool(words) and any(words <= name or name <= words for name in names)


def _states_alike(one: _Draft, other: _Draft) -> bool:
    match _kind(list(other.cells.values())):
        case "text":
            return _has_like_values(one, other)
        case "day":
            return _is_of_one_event(one, other)
    return False


def _has_like_values(one: _Draft, other: _Draft) -> bool:
    values = [{cell.text.casefold().strip(" .") for cell in draft.cells.values()} for draft in (one, other)]
    return any(len(value) >= MIN_VALUE for value in values[0] & values[1])


def _is_of_one_event(one: _Draft, other: _Draft) -> bool:
    events = [frozenset().union(*(events_in(name) for name in draft.names)) for draft in (one, other)]
    return bool(events[0]) and events[0] == events[1]


def _field(at: int, names: Sequence[str], cells: Sequence[Cell]) -> Field:
    is_identifier = any(_IDENTIFIES.search(name.strip()) for name in names)
    kind = "text" if is_identifier else _kind(cells)
    units = Counter(cell.number.unit for cell in cells if cell.number is not None) if kind == "number" else Counter()
    persons = sum(is_person(cell.text) for cell in cells)
    return Field(
        at,
        names[0],
        tuple(dict.fromkeys(names)),
        kind,
        units.most_common(1)[0][0] if units else "",
        kind == "text" and persons >= MIN_SHARE * len(cells),
        is_identifier,
    )


def _kind(cells: Sequence[Cell]) -> Kind:
    least = MIN_SHARE * len(cells)
    if sum(_YEAR.fullmatch(cell.text.strip()) is not None for cell in cells) >= least:
        return "year"
    if sum(cell.days is not None and _is_day(cell.text) for cell in cells) >= least:
        return "day"
    if sum(cell.number is not None and len(cell.text) <= MAX_MEASURE for cell in cells) >= least:
        return "number"
    if sum(is_yes_no(cell.text) for cell in cells) >= least or _is_turned([cell.text for cell in cells]):
        return "yes/no"
    return "text"


def _is_day(text: str) -> bool:
    """Return whether a value is a day, and not a sentence with one."""
    found = find_dates(text)
    return not found or 2 * (found[0].end - found[0].start) >= len(text.strip())


def _is_turned(texts: Iterable[str]) -> bool:
    """Return whether each of some values is one word, or that word denied: allowed, not allowed."""
    plain = {" ".join(text.casefold().split()) for text in texts}
    denied = {text for text in plain if is_negative(text)}
    said = plain - denied
    return bool(said and denied) and len(said) == 1 and all(text.endswith(next(iter(said))) for text in denied)


def _of_tables(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> Iterator[Records]:
    """Yield the rows of tables that have the same columns and stand on several pages, as records with their
    period."""
    for tables in _alike_tables(documents, pages):
        if len(tables) >= MIN_RECORDS - 1 and (made := _of_alike(tables)) is not None:
            yield made


def _alike_tables(documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]) -> Iterator[list[Table]]:
    """Yield tables of several columns, those with the same ones together."""
    groups: dict[frozenset[str], list[Table]] = {}
    for document in documents:
        for table in tables_in(document, pages.get(document.id, ())):
            is_log = table.names[:2] == (DAY_COLUMN, ENTRY_COLUMN)
            if not is_log and len(set(table.names)) == len(table.names):
                groups.setdefault(frozenset(map(str.casefold, table.names)), []).append(table)
    yield from (tables for names, tables in groups.items() if len(names) > 1)


def _of_alike(tables: Sequence[Table]) -> Records | None:
    columns = [name.casefold() for name in tables[0].names]
    drafts = [_Draft([name]) for name in tables[0].names]
    periods = _Draft([PERIOD])
    rows: list[tuple[DocumentInfo, Page]] = []
    for table in tables:
        period = period_of(table)
        for row in table.rows:
            if row.is_total:
                continue
            at = len(rows)
            rows.append((table.document, table.page))
            if period:
                periods.cells[at] = Cell(period, table.page, *table.head)
            for name, text in zip(table.names, row.cells, strict=False):
                if text:
                    cell = Cell(text, table.page, row.start, row.end)
                    drafts[columns.index(name.casefold())].cells[at] = cell
    if len(tables) > 1 and len({cell.text for cell in periods.cells.values()}) < len(tables):
        # Of pages that are not each of a month or a year, one may be a copy of another.
        return None
    is_one = len(tables) == 1
    called = frozenset(terms(_names_of(tables[0]))) if is_one else frozenset()
    made = _make_records(drafts if is_one else [*drafts, periods], rows, called)
    made.is_of_rows, made.is_of_one_table = True, is_one
    return _with_day_order(made)


def _names_of(table: Table) -> str:
    return re.sub(
        r"[-_/.:]", " ", f"{table.page.label} {file_stem(table.document)} {table.document.title} {table.above}"
    )


def period_of(table: Table) -> str:
    """Return the month or year that a table is of, as the name of its sheet, document or caption says; "" for
    none."""
    names = (table.page.label, re.sub(r"\.\w{2,5}$", "", table.document.path), table.document.title, table.above)
    for name in names:
        text = re.sub(r"[_/]", " ", name)
        month = re.search(r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?!\d|-\d)", text)
        if month:
            return month[0]
        if found := spans_in(text):
            start, end, _ = found[0]
            return text[start:end]
    return ""
