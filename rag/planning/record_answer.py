"""Says in words what records answer: which, how many, who has several, the most, a sum, a share, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rag.planning.computed_answer import Proof, proof_of_place
from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.record_fit import RecordFit
from rag.planning.record_values import value_key
from rag.planning.record_words import COST
from rag.planning.records import PERIOD, Cell, Field, Record
from rag.planning.row_words import names_several
from rag.planning.table_cells import Place
from rag.planning.wording import Wording
from rag.types import DocumentInfo
from rag.words.folding import fold
from rag.words.number_words import NUMBER_WORDS

MAX_CITED = 12
"""Records that are cited one by one; a table below the answer holds all."""
MAX_WRITTEN = 8
"""Numbers that are written out in the answer."""
MAX_DETAIL = 40
"""Characters of a value by which a record is told from others."""
MAX_OPEN = 0.4
"""Share of the records of which something is not decided, up to which an answer over the others is given."""
PERCENT_DECIMALS = 1
_RATE = re.compile(r"(?i)(?<!\w)(?:per|pro|je|par|por)(?!\w)")
"""What stands before the unit by which something is counted, which is no unit of it: litres per 100 km."""
_OWN_NAME = re.compile(
    r"(?i)(?:(?:full|first and last) )?name|vor- und nachname|nom(?: et prénom)?|nombre(?: y apellidos)?"
)
"""Labels of what a record itself is called."""


@dataclass
class Told:
    """Says what records answer, and gathers the proofs."""

    fit: RecordFit
    wording: Wording
    kept: list[Record] = field(default_factory=list)
    open: list[Record] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kept, self.open = self.fit.told()

    @property
    def total(self) -> int:
        """Return how many records there are, with the documents of their kind that could not be read."""
        return len(self.fit.records.records) + len(self.fit.records.others)

    def text(self) -> str | None:
        """Return the answer in words; None where the records do not tell."""
        fit = self.fit
        if fit.records.records and len(self.open) > MAX_OPEN * len(fit.records.records):
            return None
        try:
            match fit.query.how:
                case "list":
                    # What is so of all records alike was not what the question asks.
                    is_of_all = len(self.kept) == len(fit.records.records)
                    return self._listed() if fit.conditions and self.kept and not is_of_all else None
                case "count":
                    return self._counted()
                case "share":
                    return self._share()
                case "sum" | "average":
                    return self._computed(fit.query.how)
                case "most" | "least":
                    return self._extreme()
                case "repeated" | "often":
                    return self._repeated()
        except CalculationError:
            return None

    def name(self, record: Record) -> str:
        """Return what a record is called: its title where it has one of its own, else its path, and what tells it."""
        if self.fit.records.is_of_rows:
            cells = [record.cells.get(one.at) for one in self._naming()]
            texts = [cell.text for cell in cells if cell is not None]
            return texts[0] + (f" ({', '.join(texts[1:])})" if texts[1:] else "") if texts else record.document.path
        titles = [fold(one.title) for one in self.fit.records.records]
        is_own = record.title and fold(record.title) != fold(record.document.path)
        if is_own and len(set(titles)) == len(titles):
            return f"{record.title} ({record.document.path})"
        named = next((one for one in self.fit.records.fields if _is_own_name(one)), None)
        if named is not None:
            cell = record.cells.get(named.at)
            own = cell.text.strip() if cell is not None else record.title if is_own else ""
            return f"{own} ({record.document.path})" if own else record.document.path
        details = [cell.text for one in self._telling() if (cell := record.cells.get(one.at)) is not None]
        details = [text for text in details if len(text) <= MAX_DETAIL][:2]
        return f"{record.document.path} ({', '.join(details)})" if details else record.document.path

    def _naming(self) -> list[Field]:
        """Return the fields by which rows are called: the first text that tells most apart, or their period."""
        records = self.fit.records
        periods = [one for one in records.fields if one.name == PERIOD]
        texts = [one for one in records.fields if one.kind == "text" and one.name != PERIOD and not one.is_identifier]
        telling = [
            one
            for one in texts
            if len({cell.text for cell in records.column(one.at) if cell is not None}) >= 0.8 * len(records.records)
        ]
        if periods or not telling:
            return [*[one for one in records.fields if one.at == 0], *periods]
        return telling[:1]

    def _telling(self) -> list[Field]:
        """Return the fields that tell records from one another, those of names and identifiers first."""
        records = self.fit.records
        telling = []
        for one in records.fields:
            cells = [cell.text for cell in records.column(one.at) if cell is not None]
            if one.name == PERIOD or (one.kind == "text" and len(set(cells)) >= 0.6 * len(records.records)):
                telling.append(one)
        return sorted(
            telling, key=lambda one: (one.name != PERIOD, not (one.is_of_persons or one.is_identifier), one.at)
        )

    def shown_cell(self, record: Record) -> Cell | None:
        """Return what proves that a record is meant: the value asked for, measured, or that a condition is of."""
        wanted = [*self.fit.measured, *(one.field for one in self.fit.conditions if one.field), self.fit.asked]
        found = [cell for one in wanted if one is not None and (cell := record.cells.get(one.at)) is not None]
        return found[0] if found else next(iter(record.cells.values()), None)

    def row_name(self, record: Record) -> str:
        """Return what a record is called in the table of the answer."""
        return self.name(record)

    @property
    def undecided(self) -> list[tuple[str, DocumentInfo]]:
        """Return the names of what may be meant and does not tell, each with its document."""
        documents = dict.fromkeys([*(record.document for record in self.open), *self.fit.records.others])
        return [(document.path, document) for document in documents]

    def is_told_otherwise(self, record: Record) -> bool:
        """Return whether no label says what counts of a record."""
        cell = self.shown_cell(record)
        return cell is not None and cell.is_otherwise

    def cite(self, record: Record, cell: Cell | None = None) -> str:
        """Add the proof of a record and return its mark; "" where enough are cited."""
        cell = cell or self.shown_cell(record)
        if cell is None or len(self.proofs) >= MAX_CITED:
            return ""
        place = Place(cell.page.number, cell.start, cell.end)
        self.proofs.append(proof_of_place(record.document, cell.page, place, len(self.proofs) + 1))
        return f"[{len(self.proofs)}]"

    def _of(self, part: int) -> str:
        text = "of rows" if self.fit.records.is_of_rows else "of documents"
        return self.wording.say(text, part=self.wording.number(part), count=self.wording.number(self.total))

    def _values(self, records: Iterable[Record], asked: Field) -> dict[str, list[Record]]:
        """Return the values of a field, each as it is written first, with the records that have it."""
        found: dict[str, list[Record]] = {}
        written: dict[str, str] = {}
        for record in records:
            cell = record.cells.get(asked.at)
            other = record.title if _is_own_name(asked) and record.title else record.document.path
            text = cell.text.strip() if cell is not None else other
            found.setdefault(written.setdefault(value_key(text), text), []).append(record)
        return found

    def _listed(self) -> str:
        of = self._of(len(self.kept))
        asked = self.fit.asked
        if asked is None:
            return self.wording.say("records", of=of, listed=self._names(self.kept))
        values = self._values(self.kept, asked)
        listed = ", ".join(f"{value} {''.join(map(self.cite, records))}".strip() for value, records in values.items())
        return self.wording.say("records asked", field=self._field(asked), listed=listed, of=of)

    def _names(self, records: Iterable[Record]) -> str:
        shown = {
            one.field.at
            for one in self.fit.conditions
            if one.field is not None and one.field.kind in ("number", "day", "year")
        }
        named = []
        for record in records:
            cells = [record.cells[at].text for at in shown if at in record.cells]
            behind = f": {', '.join(cells)}" if cells and len(cells) < 3 else ""
            named.append(f"{self.name(record)}{behind} {self.cite(record)}".strip())
        return ", ".join(named)

    def _field(self, one: Field) -> str:
        return one.name or self.wording.say("records period")

    def _counted(self) -> str | None:
        asked = self.fit.asked
        if self.fit.measured and (not self.fit.has_noun or self._counts_measured()):
            return self._computed("sum")
        is_of_values = asked is not None and asked.name != PERIOD
        if not self.kept or not (self.fit.conditions or is_of_values):
            return None
        if self.fit.records.is_of_one_table and len(self.kept) == 1 and self.fit.query.bound is None:
            # How many there are of it is a cell of its row.
            return None
        words = " ".join(token.written for token in self.fit.query.tokens)
        if asked is not None and self.fit.records.is_of_one_table and names_several(asked.name, words):
            return None
        if asked is None or not is_of_values:
            return self.wording.say("records", of=self._of(len(self.kept)), listed=self._names(self.kept))
        values = self._values(self.kept, asked)
        listed = ", ".join(f"{value} {''.join(map(self.cite, records))}".strip() for value, records in values.items())
        part = self.wording.number(len(values))
        of = self._of(len(self.kept))
        return self.wording.say("records different", field=self._field(asked), part=part, listed=listed, of=of)

    def _counts_measured(self) -> bool:
        """Return whether what is counted is what a number says of each record: the hours of the repairs."""
        tokens = self.fit.query.tokens
        names = {stem for one in self.fit.measured for of_name in one.words for stem in of_name}
        return len(self.fit.measured) == 1 and bool(tokens) and tokens[0].stem in names

    def _share(self) -> str | None:
        if not any(not one.is_day for one in self.fit.conditions):
            return None
        base, _ = self.fit.told(days_only=True)
        if len(self.fit.measured) == 1:
            one = self.fit.measured[0]
            part, whole = self.sum_of(self.kept, one), self.sum_of(base, one)
            if part is None or whole is None or not whole.value:
                return None
            result = f"{self.wording.number(100 * part.value / whole.value, PERCENT_DECIMALS)}%"
            marks = "".join(self.cite(record, record.cells.get(one.at)) for record in self.kept)
            return self.wording.say(
                "records part", column=one.name, part=self.wording.amount(part), whole=self.wording.amount(whole),
                result=result, marks=marks,
            )  # fmt: skip
        if self.fit.measured or not self.kept or self.open:
            return None
        result = f"{self.wording.number(Decimal(100 * len(self.kept)) / self.total, PERCENT_DECIMALS)}%"
        return self.wording.say(
            "records share", of=self._of(len(self.kept)), result=result, listed=self._names(self.kept)
        )

    def _numbers(self, records: Sequence[Record], one: Field) -> list[tuple[Record, Quantity]]:
        found = []
        for record in records:
            cell = record.cells.get(one.at)
            if cell is None:
                continue
            number = cell.number
            if one.kind in ("day", "year"):
                number = Quantity(Decimal(cell.days.first.toordinal()), "day") if cell.days else None
            if number is not None:
                found.append((record, number))
        return found

    def sum_of(self, records: Sequence[Record], one: Field) -> Quantity | None:
        found = self._numbers(records, one)
        if not found or (len(found) < len(records) and not self.fit.records.is_of_rows):
            return None
        unit = common_unit([number for _, number in found])
        return Quantity(sum((number.value for _, number in found), Decimal(0)), unit or unit_of(one))

    def _computed(self, how: str) -> str | None:
        """Return a sum or an average over records, or the sum of several fields of one."""
        measured = self.fit.measured
        if len(measured) > 1:
            return self._across(measured) if how == "sum" else None
        if len(measured) != 1:
            return None
        one = measured[0]
        found = self._numbers(self.kept, one)
        if len(found) < 2 or len(found) < (1 - MAX_OPEN) * len(self.kept):
            return None
        if self.fit.records.is_loose and not self._are_all(len(found)):
            return None
        unit = common_unit([number for _, number in found]) or unit_of(one)
        total = sum((number.value for _, number in found), Decimal(0))
        numbers = [self.wording.number(number.value) for _, number in found]
        written = " + ".join(numbers) if len(numbers) <= MAX_WRITTEN else "..."
        result = Quantity(total / len(found) if how == "average" else total, unit)
        formula = f"({written}) / {len(found)}" if how == "average" else written
        self._set_apart(found)
        marks = "".join(self.cite(record, record.cells[one.at]) for record, _ in found)
        return self.wording.say(
            f"records {how}", column=self._field(one), of=self._of_known(len(found)), formula=formula,
            result=self.wording.amount(result), marks=marks,
        )  # fmt: skip

    def _are_all(self, count: int) -> bool:
        """Return whether so many figures are all that are meant, of documents that share no form."""
        asked = [NUMBER_WORDS.get(one.written.casefold(), 0) for one in self.fit.query.tokens]
        return not self.open and count == len(self.kept) and all(number in (0, count) for number in asked)

    def _across(self, measured: Sequence[Field]) -> str | None:
        if len(self.kept) != 1:
            return None
        record = self.kept[0]
        found = [self._numbers([record], one) for one in measured]
        if not all(found):
            return None
        numbers = [pairs[0][1] for pairs in found]
        unit = common_unit(numbers)
        total = Quantity(sum((number.value for number in numbers), Decimal(0)), unit)
        parts = [
            f"{one.name} {self.wording.number(number.value)}" for one, number in zip(measured, numbers, strict=True)
        ]
        marks = "".join(self.cite(record, record.cells[one.at]) for one in measured)
        return self.wording.say(
            "records across",
            named=self.name(record),
            formula=" + ".join(parts),
            result=self.wording.amount(total),
            marks=marks,
        )

    def _set_apart(self, found: Sequence[tuple[Record, Quantity]]) -> None:
        """Count those that are meant and do not state the number among the undecided."""
        stating = {id(record) for record, _ in found}
        self.open += [record for record in self.kept if id(record) not in stating]
        self.kept = [record for record, _ in found]

    def _of_known(self, known: int) -> str:
        """Return of how many records a figure is: "only 7 of 8" where some that may be meant do not state it."""
        every = known + len(self.open) + len(self.fit.records.others)
        if known == every:
            return self.wording.say(
                "all rows" if self.fit.records.is_of_rows else "form", count=self.wording.number(known)
            )
        return self.wording.say("only", part=self.wording.number(known), count=self.wording.number(every))

    def _extreme(self) -> str | None:
        if not self.fit.measured and self.fit.asked is not None and self.fit.has_noun and self.fit.query.how == "most":
            is_counted = not self.fit.query.measure and not any(one.stem in COST for one in self.fit.query.tokens)
            return self._repeated() if is_counted else None
        if len(self.fit.measured) != 1:
            return None
        one, asked, query = self.fit.measured[0], self.fit.asked, self.fit.query
        found = self._numbers(self.kept, one)
        if len(found) < 2 or len(found) < (1 - MAX_OPEN) * len(self.kept):
            return None
        common_unit([number for _, number in found])
        is_most = query.how == "most"
        if query.measure == "time" and one.kind in ("day", "year"):
            # What lasts longest began first.
            is_most = not is_most
        if self.fit.records.is_of_rows and asked is not None and asked.kind != "number":
            return self._most_in_all(found, one, asked, is_most=is_most)
        self._set_apart(found)
        best = (max if is_most else min)(number.value for _, number in found)
        if self.fit.records.is_loose and not self._is_best(best, one, is_most=is_most):
            return None
        rows = [record for record, number in found if number.value == best]
        if asked is not None and asked is not one:
            values = self._values(rows, asked)
            named = ", ".join(
                f"{value} {''.join(self.cite(r, r.cells[one.at]) for r in rs)}" for value, rs in values.items()
            )
        else:
            named = ", ".join(f"{self.name(record)} {self.cite(record, record.cells[one.at])}" for record in rows)
        kind = ("latest" if is_most else "earliest") if one.kind in ("day", "year") else query.how
        return self.wording.say(
            f"records {kind}", named=named, column=self._field(one), cell=rows[0].cells[one.at].text,
            count=self._of_known(len(found)),
        )  # fmt: skip

    def _is_best(self, best: Decimal, one: Field, *, is_most: bool) -> bool:
        """Return whether no figure that is not decided is more extreme; records that have none such are decided."""
        open_: list[Record] = []
        for record in self.open:
            may_state = [replace(record, cells={one.at: cell}) for cell in record.maybe.get(one.at, ())]
            values = [number.value for _, number in self._numbers(may_state, one)]
            if any(value >= best if is_most else value <= best for value in values):
                return False
            if not values or len(values) < len(may_state):
                open_.append(record)
        self.open = open_
        return True

    def _most_in_all(
        self, found: Sequence[tuple[Record, Quantity]], one: Field, asked: Field, *, is_most: bool
    ) -> str | None:
        """Return the value whose rows add up to most, or least."""
        sums: dict[str, Decimal] = {}
        rows: dict[str, list[Record]] = {}
        for record, number in found:
            cell = record.cells.get(asked.at)
            if cell is not None:
                sums[cell.text] = sums.get(cell.text, Decimal(0)) + number.value
                rows.setdefault(cell.text, []).append(record)
        if len(sums) < 2:
            return None
        best = (max if is_most else min)(sums.values())
        names = [name for name, value in sums.items() if value == best]
        # What has fewer rows than others has less for that alone.
        if not is_most and any(len(rows[name]) < max(map(len, rows.values())) for name in names):
            return None
        marks = "".join(self.cite(record, record.cells[one.at]) for name in names for record in rows[name])
        self._set_apart(found)
        return self.wording.say(
            "records most" if is_most else "records least", named=f"{', '.join(names)} {marks}", column=one.name,
            cell=self.wording.amount(Quantity(best, unit_of(one))), count=self._of_known(len(found)),
        )  # fmt: skip

    def _repeated(self) -> str | None:
        asked = self.fit.asked
        if asked is None or asked.kind == "number":
            return None
        stating = [record for record in self.kept if asked.at in record.cells]
        self.open += [record for record in self.kept if asked.at not in record.cells]
        values = self._values(stating, asked)
        most = max((len(records) for records in values.values()), default=0)
        least = 2 if self.fit.query.how == "repeated" else most
        chosen = {value: records for value, records in values.items() if len(records) >= max(least, 2)}
        if not chosen:
            return None
        self.kept = [record for records in chosen.values() for record in records]
        listed = ", ".join(
            f"{value}{self.wording.colon} {len(records)} {''.join(self.cite(r, r.cells[asked.at]) for r in records)}"
            for value, records in chosen.items()
        )
        return self.wording.say("records asked", field=self._field(asked), listed=listed, of=self._of(len(self.kept)))


def _is_own_name(one: Field) -> bool:
    return any(map(_OWN_NAME.fullmatch, one.names))


def unit_of(one: Field) -> str:
    """Return the unit of a field: that of its values, else the one in its name."""
    if one.unit or _RATE.search(one.name):
        return one.unit
    match = re.search(r"(?:^|[\s(])(kWh|m3|m²|m³|kg|km|GBP|EUR|USD|CHF|€|£|\$|l|h)\)?$", one.name)
    return match[1] if match else ""
