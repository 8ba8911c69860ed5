"""Says in words what each group of records comes to: how many there are, their sum or their average."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.record_answer import MAX_CITED, MAX_OPEN, Told, unit_of
from rag.planning.record_groups import GroupFit, listed_values, lists_values, names_asked
from rag.planning.record_values import value_key
from rag.planning.record_words import CALLED
from rag.planning.records import Cell, Field, Record
from rag.planning.wording import Wording
from rag.types import DocumentInfo

MAX_LISTED = 40
"""Groups that the sentence lists; of more it would be no sentence."""
MAX_DISTINCT = 0.75
"""Share of the records up to which different values of a field are counted, and not the records: customers."""
_UNSAID = frozenset({"", "n a", "k a", "s o", "tbd", "unknown", "unbekannt", "inconnu", "desconocido"})


@dataclass
class Group:
    """Records with one value of a field, as it is written first."""

    name: str
    records: list[Record] = field(default_factory=list)
    value: Decimal = Decimal(0)
    detail: str = ""
    """Which of them have the most or the least."""


class GroupsTold(Told):
    """Says what each group of records comes to, and gathers the proofs."""

    def __init__(self, group_fit: GroupFit, wording: Wording) -> None:
        super().__init__(group_fit.fit, wording)
        self._by = group_fit.field
        self._period = group_fit.period
        self._name_of_group: dict[int, str] = {}
        self._written: dict[str, str] = {}
        """Key of a value -> how it is written first."""
        self._every = self._groups(self.fit.records.records)

    def text(self) -> str | None:
        """Return the answer in words; None where the records do not tell."""
        groups = self._groups(self.kept)
        grouped = {id(record) for group in groups.values() for record in group.records}
        self.open += [record for record in self.kept if id(record) not in grouped]
        self.kept = [record for record in self.kept if id(record) in grouped]
        measured = self.fit.measured if self.fit.query.how != "count" or not self.fit.has_noun else ()
        try:
            said = self._measured_groups(groups, measured[0]) if len(measured) == 1 else self._counted_groups(groups)
        except CalculationError:
            return None
        if len(measured) > 1 or said is None or self._open_count() > MAX_OPEN * self.total or not self.kept:
            return None
        self._put_in_order(groups)
        return said

    def shown_cell(self, record: Record) -> Cell | None:
        """Return what proves of which group a record is, or what it adds to it."""
        return self._measured_cell(record) or record.cells.get(self._by.at)

    def row_name(self, record: Record) -> str:
        """Return the group of a record and what it is called."""
        return f"{self._name_of_group.get(id(record), '')}{self.wording.colon} {self.name(record)}"

    @property
    def undecided(self) -> list[tuple[str, DocumentInfo]]:
        """Return the names of what may be meant and does not tell, each with its document: of rows each row."""
        if not self.fit.records.is_of_rows:
            return super().undecided
        return [(self.name(record), record.document) for record in self.open]

    def _open_count(self) -> int:
        return len(self.open) + len(self.fit.records.others)

    def _measured_cell(self, record: Record) -> Cell | None:
        is_measured = len(self.fit.measured) == 1 and (self.fit.query.how != "count" or not self.fit.has_noun)
        return record.cells.get(self.fit.measured[0].at) if is_measured else None

    def _counted_groups(self, groups: Mapping[str, Group]) -> str | None:
        if self.fit.query.how != "count":
            return None
        distinct = self._distinct_field()
        of = self._of(len(self.kept))
        asked = self.fit.asked
        may_be_persons = asked is not None and asked.is_of_persons and asked is not self._by
        if asked is not None and may_be_persons and not names_asked(self.fit):
            # Whether drives are counted or drivers is not told where it makes a difference.
            counts = [(len(self._values(one.records, asked)), len(one.records)) for one in groups.values()]
            if any(persons < records for persons, records in counts):
                return None
        for group in groups.values():
            values = self._values(group.records, distinct) if distinct is not None else group.records
            group.value = Decimal(len(values))
        empty = self._empty_groups(groups)
        chosen = [*self._sorted(groups), *empty]
        if not groups or len(chosen) > MAX_LISTED:
            return None
        amounts = [self.wording.number(group.value) for group in chosen]
        listed = self._listed_groups(chosen, amounts)
        if distinct is not None:
            return self.wording.say(
                "records groups different", noun=self._field(distinct), of=of, field=self._group_name(), listed=listed
            )
        return self.wording.say("records groups", of=of, field=self._group_name(), listed=listed)

    def _measured_groups(self, groups: dict[str, Group], one: Field) -> str | None:
        if one.kind != "number" or self._is_of_lists(self.fit.records.records):
            return None
        found = self._numbers(self.kept, one)
        if not found or len(found) < (1 - MAX_OPEN) * len(self.kept):
            return None
        unit = common_unit([number for _, number in found]) or unit_of(one)
        numbers = {id(record): number.value for record, number in found}
        self._set_apart(found)
        for key, group in list(groups.items()):
            group.records = [record for record in group.records if id(record) in numbers]
            if not group.records:
                del groups[key]
                continue
            self._measure(group, numbers)
        chosen = self._sorted(groups)
        if not chosen or len(chosen) > MAX_LISTED:
            return None
        listed = self._listed_groups(chosen, [self.wording.amount(Quantity(group.value, unit)) for group in chosen])
        how = "sum" if self.fit.query.how == "count" else self.fit.query.how
        return self.wording.say(
            f"records groups {how}",
            column=self._field(one),
            of=self._of_known(len(found)),
            field=self._group_name(),
            listed=listed,
        )

    def _measure(self, group: Group, numbers: Mapping[int, Decimal]) -> None:
        """Work out what a group comes to: of the most or the least only the records that have it are told."""
        values = [numbers[id(record)] for record in group.records]
        if self.fit.query.how in ("most", "least"):
            group.value = (max if self.fit.query.how == "most" else min)(values)
            group.records = [record for record in group.records if numbers[id(record)] == group.value]
            group.detail = f" ({', '.join(self.name(record) for record in group.records)})"
        else:
            group.value = sum(values, Decimal(0)) / (len(values) if self.fit.query.how == "average" else 1)

    def _groups(self, records: Sequence[Record]) -> dict[str, Group]:
        """Return records by what they state for the field that is grouped by; those that state none are left out."""
        groups: dict[str, Group] = {}
        is_of_lists = self._is_of_lists(self.fit.records.records)
        for record in records:
            cell = record.cells.get(self._by.at)
            for key, name in self._keys(cell, is_of_lists=is_of_lists) if cell is not None else ():
                group = groups.setdefault(key, Group(self._written.setdefault(key, name)))
                if not group.records or group.records[-1] is not record:
                    group.records.append(record)
        return groups

    def _keys(self, cell: Cell, *, is_of_lists: bool) -> list[tuple[str, str]]:
        if self._period:
            return self._period_keys(cell)
        texts = listed_values(cell.text) if is_of_lists else [cell.text]
        keys = [(value_key(text), " ".join(text.split()).strip(" ,;.")) for text in texts]
        return [(key, name) for key, name in keys if key not in _UNSAID]

    def _period_keys(self, cell: Cell) -> list[tuple[str, str]]:
        """Return the month, the quarter or the year in which the days of a cell lie; none where they lie in several."""
        if cell.days is None:
            return []
        keys = []
        for day in (cell.days.first, cell.days.last):
            month = self.wording.say("month names").split()[day.month - 1]
            quarter = (day.month + 2) // 3
            keys.append(
                {
                    "year": (f"{day:%Y}", f"{day.year}"),
                    "quarter": (f"{day:%Y} {quarter}", f"{day.year} Q{quarter}"),
                    "month": (f"{day:%Y-%m}", f"{month} {day.year}"),
                    "day": (f"{day:%Y-%m-%d}", self.wording.day(day)),
                }[self._period]
            )
        return keys[:1] if keys[0] == keys[1] else []

    def _is_of_lists(self, records: Sequence[Record]) -> bool:
        """Return whether cells list several values each, most of which other records have as well."""
        if self._period or self._by.kind != "text":
            return False
        return lists_values([cell for record in records if (cell := record.cells.get(self._by.at)) is not None])

    def _distinct_field(self) -> Field | None:
        """Return the field whose different values are counted; None where the records are."""
        asked, tokens = self.fit.asked, self.fit.query.tokens
        if asked is None or asked is self._by or asked.kind != "text" or not names_asked(self.fit):
            return None
        if tokens and tokens[0].stem in CALLED:
            return None
        values = self._values(self.kept, asked)
        is_repeated = len(values) <= MAX_DISTINCT * len(self.kept)
        return asked if is_repeated or (asked.is_of_persons and len(values) < len(self.kept)) else None

    def _empty_groups(self, groups: Mapping[str, Group]) -> list[Group]:
        """Return the groups of which no record is meant, where the question asks for some records only."""
        if self._period or not any(not one.is_day for one in self.fit.conditions):
            return []
        undecided = {id(record) for record in self.open}
        return [
            Group(group.name, group.records[:1])
            for key, group in self._every.items()
            if key not in groups and not any(id(record) in undecided for record in group.records)
        ]

    def _sorted(self, groups: Mapping[str, Group]) -> list[Group]:
        """Return groups with the largest first; stretches of time in their order."""
        if self._period:
            return [groups[key] for key in sorted(groups)]
        return sorted(groups.values(), key=lambda group: -group.value)

    def _listed_groups(self, groups: Sequence[Group], amounts: Sequence[str]) -> str:
        """Return groups with what they come to, and with a mark for as many records of each as can be cited."""
        each = max(1, MAX_CITED // len(groups)) if sum(len(one.records) for one in groups) > MAX_CITED else MAX_CITED
        colon = self.wording.colon if any(re.search(r"\d\W*$", group.name) for group in groups) else ""
        listed = []
        for group, amount in zip(groups, amounts, strict=True):
            marks = "".join(self.cite(record) for record in group.records[:each])
            listed.append(f"{group.name}{colon} {amount}{group.detail} {marks}".strip())
        return ", ".join(listed)

    def _put_in_order(self, groups: Mapping[str, Group]) -> None:
        for group in self._sorted(groups):
            for record in group.records:
                before = self._name_of_group.get(id(record))
                self._name_of_group[id(record)] = f"{before}, {group.name}" if before else group.name
        self.kept = [record for record in self.kept if id(record) in self._name_of_group]
        places = {id(record): at for at, record in enumerate(self.kept)}
        names = list(dict.fromkeys(self._name_of_group.values()))
        self.kept.sort(key=lambda one: (names.index(self._name_of_group[id(one)]), places[id(one)]))

    def _group_name(self) -> str:
        name = self._field(self._by)
        if not self._period:
            return name
        return self.wording.say(f"records group {self._period}")
