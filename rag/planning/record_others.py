"""Finds short documents beside some records that may be meant as well: they have the words, or state such a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.planning.loose_documents import LooseDocument, short_documents, without_remarks
from rag.planning.record_fill import MAX_CHARACTERS
from rag.planning.record_kin import is_kin, stems_of
from rag.planning.record_tokens import Reading
from rag.planning.records import Field, file_stem
from rag.planning.row_words import terms
from rag.planning.things import TABLE_TYPES
from rag.types import DocumentInfo


def find_others(reading: Reading) -> list[DocumentInfo]:
    """Return the documents that are no records and hold every value that a question names; none where it names none.

    That one is written otherwise than the records does not say that it is none of what is asked for.
    """
    stems = frozenset[str]().union(*(stems for _, _, stems in reading.filters), *(stems for _, stems in reading.named))
    if not stems or reading.records.is_of_rows:
        return []
    records = reading.records
    known = {record.document.id for record in records.records} | {one.id for one in records.others}
    kinds = Counter(record.document.profile.kind for record in records.records)
    types = {record.document.file_type for record in records.records}
    kind = kinds.most_common(1)[0][0]
    found = []
    for document in reading.documents:
        if document.id in known or document.file_type in TABLE_TYPES:
            continue
        is_called_so = bool(records.called & frozenset(terms(f"{file_stem(document)} {document.title}")))
        if document.file_type == "eml" and "eml" not in types and not is_called_so:
            continue
        if kind and document.profile.kind not in ("", kind) and not is_called_so:
            continue
        text = "\n".join(page.text for page in reading.pages.get(document.id, ()))
        if len(text) <= MAX_CHARACTERS and stems <= stems_of(text):
            found.append(document)
    return found


def find_stating(reading: Reading, measured: Sequence[Field]) -> list[DocumentInfo]:
    """Return the documents that are no records and state a number of the unit of a measured field, called as it is: a
    mail that says "55 parcels" beside forms that state "Parcels given out".

    One that repeats a number of another document is none.
    """
    records = reading.records
    if records.is_loose or records.is_of_rows:
        return []
    known = {record.document.id for record in records.records} | {one.id for one in (*records.others, *records.void)}
    told = without_remarks(short_documents(reading.documents, reading.pages))
    return [one.document for one in told if one.document.id not in known and any(_states(one, it) for it in measured)]


def _states(one: LooseDocument, field: Field) -> bool:
    names = {word for of_name in field.words for word in of_name}
    facts = one.figures if field.unit else one.counts
    return any(
        fact.unit == field.unit
        and not fact.is_aside
        and any(is_kin(name, word) for name in names for word in fact.words)
        for fact in facts
    )
