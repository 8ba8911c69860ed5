"""Finds which column and rows of a table a question means; a table that lacks a word of the question is not meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.planning import row_words
from rag.planning.date_ranges import DateRange, year_range
from rag.planning.everyday_words import translations
from rag.planning.row_query import RowQuery
from rag.planning.row_words import How, terms
from rag.planning.rows import DAY_COLUMN, ENTRY_COLUMN, Row, Table, read_value
from rag.words.folding import fold

_ENDINGS = frozenset(
    ("er", "or", "ers", "ors", "ment", "ion", "ation", "al", "e", "r", "ee", "ing", "i", "n", "en", "lich", "ern")
)
"""What one of two words may have behind the other: pay, payer, payment."""
MAX_NAME = 80
"""Characters of what a row is called."""
_EXTENSION = re.compile(r"\.\w{2,5}$")
_MIN_SHARE = 0.8
"""Share of a column's cells that are of a kind, from which on the column is."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A table that holds all that a question names: the column that is measured, if any, and the rows that are meant.

    `named` counts the words that stand in the table's own columns and rows. `how` is what is done: a superlative may be
    the largest of one table's column and the smallest of another's. `times` is the column by which `column` is
    multiplied.
    """

    table: Table
    column: int | None
    rows: tuple[Row, ...]
    named: int
    is_filtered: bool
    how: How
    times: int | None = None
    group: int | None = None
    """The column by whose values rows are put together."""


@dataclass(slots=True)
class _Meant:
    """The rows that are left, and how many words of the question stand in the table."""

    rows: list[bool]
    named: int = 0
    is_filtered: bool = False

    def keep(self, held: Sequence[bool]) -> None:
        """Leave out the rows that do not hold something the question names."""
        self.rows = [ours and theirs for ours, theirs in zip(self.rows, held, strict=True)]
        self.named += 1
        self.is_filtered = True


def fit_table(query: RowQuery, table: Table, question: str) -> Fit | None:
    """Return which column and rows of a table a question means; None where a word of it stands nowhere in the table, or
    no column can be measured."""
    meant = _Meant([not row.is_total for row in table.rows])
    if not (_keep_days(query, table, meant) and _keep_numbers(query, table, meant)):
        return None
    measured = _measured(query, table, question)
    if not query.words and row_words.ASKS_WHO.match(question) and not _is_of_persons(table):
        return None
    used = _keep_words(query, table, meant)
    if used is None:
        return None
    rows = tuple(row for row, is_meant in zip(table.rows, meant.rows, strict=True) if is_meant)
    if query.how == "share":
        return (
            Fit(table, None, rows, meant.named, True, "share") if _may_be_counted(query, table, meant, used) else None
        )
    if not rows:
        return None
    if query.how in ("count", "list"):
        return _of_sort(query, table, rows, meant, question)
    group = _group_column(query, table, question)
    if query.how == "often":
        return None if group is None else Fit(table, None, rows, meant.named, True, "often", group=group)
    if query.how == "value":
        return _of_value(table, rows, meant)
    if measured is None:
        return _across(query, table, rows, meant)
    how, column = measured
    if group is not None and group != column and len({row.cells[group] for row in rows}) < len(rows):
        return Fit(table, column, rows, meant.named, meant.is_filtered, how, group=group)
    # One row alone is looked up.
    return Fit(table, column, rows, meant.named, meant.is_filtered, how) if len(rows) > 1 else None


def meets(word: str, words: frozenset[str]) -> bool:
    """Return whether a word is among some, or one of them differs by the ending of who does it or what is done, or
    says the same in another language."""
    return any(_meets(one, words) for one in (word, *translations(word)))


def name_of(table: Table, row: Row) -> str:
    """Return what a row is called: its first cell, behind an identifier also the next one with words."""
    first = row.cells[0]
    words = [cell for cell in row.cells[1:] if re.search(r"[^\W\d_]{3}", cell)]
    return f"{first} ({_shortened(words[0])})" if re.search(r"\d", first) and words else first


def _shortened(words: str) -> str:
    return words if len(words) <= MAX_NAME else f"{words[: words.rfind(' ', 0, MAX_NAME)]} ..."


def _meets(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    # Spanish words of either gender: pagado, pagada.
    if len(word) > 4 and word[-1] in "ao" and (word[:-1] + "a" in words or word[:-1] + "o" in words):
        return True
    if len(word) < 3 or not word.isalpha():
        return False
    return any(
        (other.startswith(word) and other[len(word) :] in _ENDINGS)
        or (len(other) > 2 and word.startswith(other) and word[len(other) :] in _ENDINGS)
        for other in words
    )


def _keep_words(query: RowQuery, table: Table, meant: _Meant) -> set[str] | None:
    """Leave out the rows that the words of a question do not mean; return the words that tell rows apart, None where a
    word stands nowhere."""
    names = [frozenset(terms(name)) for name in table.names]
    by_row = [frozenset(terms("\n".join((*row.cells, row.text)))) for row in table.rows]
    context = table.context() - row_words.LOGS if _is_log(table) else table.context()
    told: set[str] = set()
    is_negated_by_column = False
    # "Hand tools" over a table means all of its rows, and not the hand saw alone.
    means_all = bool(query.words) and all(meets(word, context) or _may_be_left_out(word) for word in query.words)
    for word in query.words:
        column = _yes_no_column(word, table, names)
        if column is not None and query.how not in ("most", "least", "average", "sum"):
            wanted = row_words.NO if query.is_negated else row_words.YES
            meant.keep([fold(row.cells[column]).strip() in wanted for row in table.rows])
            is_negated_by_column = True
            told.add(word)
            continue
        in_names = any(meets(word, name) for name in names)
        if table.is_of_forms and in_names:
            # What a form asks for stands in every document of it.
            meant.named += 1
            continue
        held = [meets(word, words) for words in by_row]
        names_column = in_names and query.how not in ("list", "share") and word in query.noun
        if query.how == "count" and word in query.noun and sum(held) == 1 and not _is_a_value(word, table):
            # What one row alone has in a remark is no sort of rows: the members of "members' fees".
            return None
        if means_all and not (in_names and any(held) and not all(held)):
            meant.named += not _may_be_left_out(word) or meets(word, context)
        elif any(held) and not all(held) and not names_column:
            meant.keep(held)
            told.add(word)
        elif in_names or any(held):
            meant.named += 1
        elif not (meets(word, context) or _means_rows(word, table) or _may_be_left_out(word)):
            return None
    if query.is_negated and not is_negated_by_column:
        return _turn_around(table, meant, told)
    return told


def _is_a_value(word: str, table: Table) -> bool:
    """Return whether a word is the whole of a cell, or its last word: a claw hammer."""
    ends = (terms(cell)[-1:] for row in table.rows for cell in row.cells)
    return any(meets(word, frozenset(end)) for end in ends)


def _turn_around(table: Table, meant: _Meant, told: set[str]) -> set[str] | None:
    """Keep the rows that a word does not hold, where one word alone tells rows apart."""
    if len(told) != 1:
        return None
    meant.rows = [not held and not row.is_total for held, row in zip(meant.rows, table.rows, strict=True)]
    return told


def _may_be_left_out(word: str) -> bool:
    """Return whether a word says nothing that a table must hold: a verb, or whose table it is."""
    return any(word in words for words in (row_words.VERBS, row_words.OWNERS, row_words.BUILT, row_words.TABLES))


def _yes_no_column(word: str, table: Table, names: Sequence[frozenset[str]]) -> int | None:
    """Return the column that answers yes or no to a word: "Paid" for "paid"."""
    for at, name in enumerate(names):
        if at and meets(word, name) and _is_yes_no(table, at):
            return at
    return None


def _is_yes_no(table: Table, column: int) -> bool:
    values = {fold(row.cells[column]).strip() for row in table.rows if not row.is_total}
    return bool(values & row_words.YES) and values <= row_words.YES | row_words.NO


def _keep_days(query: RowQuery, table: Table, meant: _Meant) -> bool:
    """Leave out the rows that are not of the days asked for; return whether the table can tell, or is of that year."""
    if query.days is None:
        return True
    columns = _day_columns(table)
    named = [at for at in columns if any(meets(word, frozenset(terms(table.names[at]))) for word in query.words)]
    chosen = named or columns
    if len(chosen) != 1:
        return query.names_year and str(query.days.first.year) in table.context()
    spans = [_days_of(row.cells[chosen[0]]) for row in table.rows]
    meant.keep([span is not None and query.days.holds_all(span) for span in spans])
    return True


def _day_columns(table: Table) -> list[int]:
    """Return the columns that hold days or years."""
    found = []
    for at in range(len(table.names)):
        cells = [row.cells[at] for row in table.rows if row.cells[at] and not row.is_total]
        if cells and sum(_days_of(cell) is not None for cell in cells) >= _MIN_SHARE * len(cells):
            found.append(at)
    return found


def _days_of(cell: str) -> DateRange | None:
    if re.fullmatch(r"(?:19|20)\d\d", cell.strip()):
        return year_range(int(cell))
    value = read_value(cell)
    if value is None or value.unit != "day":
        return None
    day = date.fromordinal(int(value.value))
    return DateRange(day, day)


def _keep_numbers(query: RowQuery, table: Table, meant: _Meant) -> bool:
    """Leave out the rows whose number is not within the bound; return whether one column is surely meant."""
    if query.bound is None:
        return True
    numeric = [at for at in range(len(table.names)) if table.is_numeric(at) and at not in _day_columns(table)]
    names = {at: frozenset(terms(table.names[at])) for at in numeric}
    chosen = [at for at in numeric if any(meets(word, names[at]) for word in query.bound_words)]
    if not chosen and query.bound.is_money:
        chosen = [at for at in numeric if row_words.PRICES.search(table.names[at])]
    chosen = chosen or [at for at in numeric if any(meets(word, names[at]) for word in query.words)]
    chosen = chosen or numeric
    if len(chosen) != 1:
        return False
    values = [read_value(row.cells[chosen[0]]) for row in table.rows]
    if query.bound.is_money and any(value and value.unit not in ("", query.bound.unit) for value in values):
        return False
    meant.keep([value is not None and query.bound.holds(value.value) for value in values])
    return True


def _may_be_counted(query: RowQuery, table: Table, meant: _Meant, told: set[str]) -> bool:
    """Return whether a part of the rows is asked for, and all other words say that it is of all rows."""
    names = frozenset(terms("\n".join((table.names[0], table.page.label, table.document.title))))
    others = [word for word in query.words if word not in told and not _may_be_left_out(word)]
    return meant.is_filtered and all(_means_rows(word, table) or meets(word, names) for word in others)


def _of_sort(query: RowQuery, table: Table, rows: tuple[Row, ...], meant: _Meant, question: str) -> Fit | None:
    """Return the rows to count or list where what is counted is what the rows are, or a value of some of them."""
    if not query.noun:
        return None
    names = [frozenset(terms(name)) for name in table.names]
    counted = query.noun[0]
    column = next((at for at, name in enumerate(names) if name and meets(counted, name)), None)
    if column is None or row_words.UNIT_PRICE.search(table.names[column]):
        # The kWh are counted in the column of "612 kWh", and not in that of their price.
        column = _column_of_unit(counted, table)
    if column is not None and table.is_numeric(column):
        # "How many hours": a number in a column, not a count of rows.
        if query.how == "count" and len(rows) > 1 and column > 0:
            return Fit(table, column, rows, meant.named, meant.is_filtered, "sum")
        return None
    is_each = table.is_of_forms and _means_rows(counted, table)
    if column is not None and column > 0 and query.how == "count" and not is_each:
        # "How many drivers": those that are named; of what has a number in each row, the rows are not counted.
        rows = tuple(row for row in rows if row.cells[column])
        if any(row.cells[column][0].isdigit() for row in rows) or row_words.names_several(
            table.names[column], question
        ):
            return None
    key = [frozenset(terms(name_of(table, row))) for row in rows]
    in_cells = all(meets(counted, frozenset(terms("\n".join(row.cells)))) for row in rows)
    is_category = meant.is_filtered and in_cells and (_is_log(table) or not any(meets(counted, words) for words in key))
    is_of_rows = column is not None or _means_rows(counted, table) or _is_called(counted, table)
    if not (is_of_rows or is_category):
        return None
    if query.how == "count" and not is_of_rows and any(row_words.QUANTITY.search(name) for name in table.names):
        return None
    if counted in row_words.PERSONS and row_words.WORK.search(question) and not _is_of_staff(table):
        return None
    is_bounded = query.bound is not None or query.days is not None or query.is_negated
    if query.is_open and not (is_bounded or (meant.is_filtered and len(rows) > 1)):
        return None
    lists_column = query.how == "list" and column is not None and not meant.is_filtered
    return Fit(table, column if lists_column else None, rows, meant.named, meant.is_filtered, query.how)


def _column_of_unit(word: str, table: Table) -> int | None:
    """Return the column whose cells all have a unit: that of the kWh of "612 kWh"."""
    found = [
        at
        for at in range(1, len(table.names))
        if (values := [value for value in table.values(at) if value is not None])
        and all(value.unit and meets(word, frozenset(terms(value.unit))) for value in values)
    ]
    return found[0] if len(found) == 1 else None


def _is_called(word: str, table: Table) -> bool:
    """Return whether a word is all that a table, its sheet or its document is called; of a log it may be a part: the
    accidents of the accident book."""
    names = [
        terms(_EXTENSION.sub("", name).replace("_", " ").replace("-", " "))
        for name in (table.page.label, table.above, table.document.title)
    ]
    if _is_log(table):
        return word not in row_words.LOGS and any(meets(word, frozenset(name)) for name in names)
    return not table.is_numeric(0) and any(len(name) == 1 and meets(word, frozenset(name)) for name in names)


def _is_log(table: Table) -> bool:
    """Return whether the rows are lines that each begin with a day."""
    return table.names[:2] == (DAY_COLUMN, ENTRY_COLUMN)


def _is_of_staff(table: Table) -> bool:
    document = table.document
    return (
        row_words.STAFF.search("\n".join((*table.names, table.page.label, document.title, document.path))) is not None
    )


def _of_value(table: Table, rows: tuple[Row, ...], meant: _Meant) -> Fit | None:
    """Return the two columns whose product is a value: how many there are, and the price of each."""
    numeric = [at for at in range(len(table.names)) if table.is_numeric(at)]
    if any(row_words.VALUE_NAME.search(table.names[at]) for at in numeric):
        return None
    prices = [at for at in numeric if row_words.UNIT_PRICE.search(table.names[at])]
    counts = [at for at in numeric if at not in prices and row_words.QUANTITY.search(table.names[at])]
    counts = counts or [at for at in numeric if at not in prices and _is_counted_in(table, at, prices)]
    if len(prices) != 1 or len(counts) != 1:
        return None
    return Fit(table, counts[0], rows, meant.named, meant.is_filtered, "value", prices[0])


def _is_counted_in(table: Table, column: int, prices: Sequence[int]) -> bool:
    """Return whether the name of a price says that it is one of what a column counts: "Boards", "Price per board"."""
    counted = terms(table.names[column])
    return any(set(counted) <= set(terms(table.names[price])) for price in prices)


def _across(query: RowQuery, table: Table, rows: tuple[Row, ...], meant: _Meant) -> Fit | None:
    """Return the one row whose numbers in several columns are added up or averaged."""
    columns = [at for at in range(1, len(table.names)) if table.is_numeric(at)]
    if query.how not in ("sum", "average") or len(rows) != 1 or len(columns) < 2 or len(columns) < len(table.names) - 1:
        return None
    return Fit(table, None, rows, meant.named, True, query.how)


def _measured(query: RowQuery, table: Table, question: str) -> tuple[How, int] | None:
    """Return the column that a question measures, and how: of the sort that its superlative means, or that it names."""
    if query.how in ("count", "list", "share", "value", "often"):
        return None
    numeric = [at for at in range(len(table.names)) if table.is_numeric(at)]
    for how, measure in query.measures:
        if not measure:
            continue
        pattern = row_words.measure_pattern(measure)
        fitting = [at for at in numeric if pattern.search(table.names[at])]
        if not fitting and measure == row_words.TIME:
            fitting = [at for at in _day_columns(table) if not row_words.BIRTH.search(table.names[at])]
        if len(fitting) == 1:
            return how, fitting[0]
    column = _named_column(query, table, numeric, question)
    if column in _day_columns(table) and row_words.ADDS_UP.search(question):
        # A day is the latest, and not the most.
        return None
    asked: How = query.measures[0][0] if query.measures else query.how
    if query.measures and all(measure for _, measure in query.measures) and not _is_named(query, table, column):
        return None
    return (asked, column) if column is not None else None


def _is_named(query: RowQuery, table: Table, column: int | None) -> bool:
    """Return whether a question names a column by its own word: the longest warranty."""
    return column is not None and any(meets(word, frozenset(terms(table.names[column]))) for word in query.words)


def _group_column(query: RowQuery, table: Table, question: str) -> int | None:
    """Return the column whose values are asked for: that of persons for "who", else the one that the noun names."""
    names = [frozenset(terms(name)) for name in table.names]
    asks_who = row_words.ASKS_WHO.match(question) is not None
    if query.how not in ("most", "least", "often") or not (query.noun or (asks_who and query.how == "often")):
        return None
    if not asks_who and query.noun:
        return next((at for at, name in enumerate(names) if name and meets(query.noun[0], name)), None)
    persons = [at for at, name in enumerate(table.names) if row_words.PERSON_COLUMN.search(name)]
    return persons[0] if len(persons) == 1 else None


def _named_column(query: RowQuery, table: Table, numeric: Sequence[int], question: str) -> int | None:
    """Return the column of numbers that a question names: of several the one with the fewest words of its own."""
    names = {at: frozenset(terms(table.names[at])) for at in numeric}
    shares = {at: sum(meets(word, names[at]) for word in query.words) for at in numeric}
    best = max(shares.values(), default=0)
    chosen = [at for at, share in shares.items() if share == best and best]
    if query.days is not None and query.names_year:
        year = str(query.days.first.year)
        chosen = [at for at in chosen if year in names[at]] or chosen
    fewest = min((len(names[at]) for at in chosen), default=0)
    chosen = [at for at in chosen if len(names[at]) == fewest]
    if not chosen and (
        row_words.PRICE_ASKED.match(question)
        or row_words.SPENDS.search(question)
        or row_words.VALUE_NAME.search(question)
    ):
        chosen = [at for at in numeric if row_words.PRICES.search(table.names[at])]
        # What was paid is the amount, and not the price of one.
        chosen = [at for at in chosen if len(chosen) == 1 or not row_words.UNIT_PRICE.search(table.names[at])]
    if not chosen and not (query.measures and all(measure for _, measure in query.measures)):
        chosen = [at for at in numeric if row_words.AMOUNT.search(table.names[at])]
    return chosen[0] if len(chosen) == 1 else None


def of_side(fits: Sequence[Fit], question: str) -> list[Fit]:
    """Return the tables of what was paid where a question asks what was spent, of what was received where it asks for
    that; all where none is of that side alone."""
    for asks, own, other in (
        (row_words.SPENDS, row_words.EXPENSES, row_words.INCOME),
        (row_words.EARNS, row_words.INCOME, row_words.EXPENSES),
    ):
        if asks.search(question):
            contexts = [fit.table.context() for fit in fits]
            sided = [fit for fit, words in zip(fits, contexts, strict=True) if own & words and not other & words]
            return sided or list(fits)
    return list(fits)


def _means_rows(word: str, table: Table) -> bool:
    """Return whether a word stands for any row: "employees" where the first column holds names."""
    if table.is_of_forms and (meets(word, table.called) or word in row_words.FORMS):
        return True
    if word in row_words.THINGS or (_is_of_persons(table) and word in row_words.PERSONS):
        return True
    return any(pattern.search(table.names[0]) and word in words for pattern, words in row_words.ROWS_CALLED)


def _is_of_persons(table: Table) -> bool:
    """Return whether the rows of a table are persons, by the name of the first column or by what stands in it."""
    if row_words.PERSON_NAME.search(table.names[0]):
        return True
    names = [row.cells[0] for row in table.rows if not row.is_total]
    full = [name for name in names if " " in name and row_words.FULL_NAME.fullmatch(name)]
    return len(full) >= _MIN_SHARE * len(names)
