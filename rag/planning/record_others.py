"""Finds documents beside some records that may be meant as well: short ones of no other kind that have the words."""

from __future__ import annotations

from collections import Counter

from rag.planning.record_fill import MAX_CHARACTERS
from rag.planning.record_kin import stems_of
from rag.planning.record_tokens import Reading
from rag.planning.things import TABLE_TYPES
from rag.types import DocumentInfo


def find_others(reading: Reading) -> list[DocumentInfo]:
    """Return the documents that are no records and hold every value that a question names; none where it names none.

    That one is written otherwise than the records does not say that it is none of what is asked for.
    """
    stems = frozenset[str]().union(*(stems for _, _, stems in reading.filters))
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
        if document.file_type == "eml" and "eml" not in types:
            continue
        if kind and document.profile.kind not in ("", kind):
            continue
        text = "\n".join(page.text for page in reading.pages.get(document.id, ()))
        if len(text) <= MAX_CHARACTERS and stems <= stems_of(text):
            found.append(document)
    return found
