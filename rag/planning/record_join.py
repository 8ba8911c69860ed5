"""Joins records of two forms that state the same: "Total" and "Total due" are one field where documents say so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.planning.records import PERIOD, Cell, Field, Record, Records
from rag.words.folding import fold

MIN_EQUAL = 2
"""Documents of which both forms read the same value, from which on two fields are one."""
MIN_JOINT = 2
"""Fields that two forms have in common, from which on their documents are records of one kind."""


def join_alike(made: Sequence[Records]) -> list[Records]:
    """Return records, those of two forms as one where they share fields by what they read in the same documents."""
    joined: list[Records] = []
    for records in sorted(made, key=lambda one: -len(one.records)):
        for at, kept in enumerate(joined):
            if len(same := _same_fields(kept, records)) >= MIN_JOINT:
                joined[at] = _joined(kept, records, same)
                break
        else:
            joined.append(records)
    return joined


def _same_fields(first: Records, second: Records) -> dict[int, int]:
    """Return the fields of the second form that are fields of the first: place in the second -> place in the first."""
    of_first = {record.document.id: record for record in first.records}
    shared = [(of_first[one.document.id], one) for one in second.records if one.document.id in of_first]
    same: dict[int, int] = {}
    for theirs in second.fields:
        fitting = [ours.at for ours in first.fields if ours.kind == theirs.kind and _is_same(ours, theirs, shared)]
        if len(fitting) == 1 and fitting[0] not in same.values():
            same[theirs.at] = fitting[0]
    return same


def _is_same(ours: Field, theirs: Field, shared: Sequence[tuple[Record, Record]]) -> bool:
    pairs = [(one.cells.get(ours.at), other.cells.get(theirs.at)) for one, other in shared]
    both = [(_plain(one), _plain(other)) for one, other in pairs if one is not None and other is not None]
    return len(both) >= MIN_EQUAL and all(one == other for one, other in both) and len({one for one, _ in both}) > 1


def _plain(cell: Cell) -> str:
    number = cell.number
    return f"{number.value} {number.unit}" if number is not None else re.sub(r"\W+", " ", fold(cell.text)).strip()


def _joined(first: Records, second: Records, same: Mapping[int, int]) -> Records:
    """Return the records of both forms with the fields of both; what a label says goes before what a sentence does."""
    places = dict(same)
    fields = list(first.fields)
    for one in second.fields:
        if one.at in same:
            field = fields[same[one.at]]
            fields[field.at] = replace(field, names=tuple(dict.fromkeys((*field.names, *one.names))))
        elif one.name != PERIOD:
            places[one.at] = len(fields)
            fields.append(replace(one, at=len(fields)))
    records = {record.document.id: record for record in first.records}
    for record in second.records:
        cells = {places[at]: cell for at, cell in record.cells.items() if at in places}
        ours = records.get(record.document.id)
        if ours is None:
            records[record.document.id] = replace(record, cells=cells)
            continue
        merged = dict(ours.cells)
        for at, cell in cells.items():
            if at not in merged or (merged[at].is_otherwise and not cell.is_otherwise):
                merged[at] = cell
        is_otherwise = ours.is_otherwise and record.is_otherwise
        records[record.document.id] = replace(ours, cells=merged, is_otherwise=is_otherwise)
    others = {one.id: one for one in (*first.others, *second.others) if one.id not in records}
    return Records(
        fields,
        sorted(records.values(), key=lambda one: one.document.path),
        list(others.values()),
        called=first.called | second.called,
    )
