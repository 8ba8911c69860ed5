"""Leaves out of records of a form those documents that say of themselves that they no longer hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.planning.loose_documents import LooseDocument, find_void
from rag.planning.records import Record, Records
from rag.types import DocumentInfo, Page

_VOID = (
    r"(?:cancell?(?:ed|ation)\w*|void|withdrawn|storn\w+|annul\w+|anulad[oa]s?|rejected|abgelehnt\w*|refusée?s?"
    r"|rechazad[oa]s?)(?!\w)"
)
_ASKS_VOID = re.compile(rf"(?i)(?<!\w){_VOID}")
_LEAVES_OUT = re.compile(
    r"(?i)(?<!\w)(?:without|except|excluding|leaving (?:out|aside)|not counting|apart from|ohne|außer|abgesehen von"
    rf"|sans|sauf|hors|excepté|sin(?: contar)?|excepto|salvo|aparte de)(?!\w)[^,;.]{{0,30}}?(?<!\w){_VOID}"
)


def without_void(text: str, made: Records, pages: Mapping[int, Sequence[Page]]) -> Records:
    """Return records without the documents that say that they no longer hold, which are named; all of them where the
    question `text` asks for these. What a label tells of each ("Status: cancelled") is a value, and no such word."""
    if made.is_of_rows or made.is_loose or (_ASKS_VOID.search(_LEAVES_OUT.sub(" ", text))):
        return made
    read = {one.document.id: LooseDocument(one.document, pages.get(one.document.id, ())) for one in made.records}
    labelled = {one.document.id for one in made.records if _is_labelled(one, read[one.document.id])}
    void = {one.document.id for one in find_void(list(read.values()))} - labelled
    if not void or len(void) == len(made.records):
        return made
    left_out: list[DocumentInfo] = [one.document for one in made.records if one.document.id in void]
    return replace(made, records=[one for one in made.records if one.document.id not in void], void=left_out)


def _is_labelled(record: Record, read: LooseDocument) -> bool:
    """Return whether all that a document says of its end stands behind its labels."""
    cells = [cell.page.text[cell.start : cell.end] for cell in record.cells.values() if not cell.is_otherwise]
    return bool(read.void_lines) and all(any(line.strip() in cell for cell in cells) for line in read.void_lines)
