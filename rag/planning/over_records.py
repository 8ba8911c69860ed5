"""Answers questions over records, the documents of a form or the rows of alike tables, from all documents there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from rag.planning.computed_answer import compose_answer
from rag.planning.document_query import read_document_query
from rag.planning.group_question import GroupChoice, read_group_choices
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.record_answer import MAX_CITED, Told
from rag.planning.record_fit import fit_records
from rag.planning.record_group_answer import GroupsTold
from rag.planning.record_groups import asks_for_each, fit_groups, names_group
from rag.planning.record_pair import RecordPair, find_pair, tell_pair
from rag.planning.record_question import RecordQuestion
from rag.planning.record_reading import read_records
from rag.planning.record_void import without_void
from rag.planning.records import Cell, Record, Records
from rag.planning.table_cells import Place, proven_cell, proven_row
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import COMPLETE, AnswerTable, DocumentInfo, Page, TableRow, Verdict

MAX_DOCUMENTS = 200
"""Documents that are read as records; of more, the other ways to compute over documents answer alone."""
CATALOGUED = frozenset({"dated", "organisation", "language", "folder", "pages"})
"""Kinds of conditions that the catalogue decides exactly for every document."""
ReadRecords = Callable[[Sequence[DocumentInfo], Mapping[int, Sequence[Page]]], Sequence[Records]]
"""Returns the records that documents with their pages make."""
NO_RECORDS = "The documents are no records that have what is asked for."


def answer_from_records(
    query: RecordQuestion | None,
    pair: RecordPair | None,
    asked: PlannedQuestion,
    paged: Sequence[tuple[DocumentInfo, Sequence[Page]]],
    catalogue: DocumentCatalogue,
    *,
    read: ReadRecords = read_records,
) -> Answering:
    """Yield the answer to a question from documents with their pages, and return it with a row for each record that is
    meant; why it is no question for records, where they do not answer it.

    `query` is what it asks of records, `pair` of which two it asks the difference, None each where it does not. `read`
    makes the records.
    """
    groups = read_group_choices(asked.text)
    if len(paged) > MAX_DOCUMENTS or (not groups and _is_of_catalogue(asked.text)):
        return NO_RECORDS
    timer = StageTimer()
    wording = Wording(asked.text)
    documents = [document for document, _ in paged]
    pages = {document.id: of_it for document, of_it in paged}
    made = [without_void(asked.text, one, pages) for one in read(documents, pages)]
    timer.mark("read records")
    of_each = Wording(re.sub(r"(?<!\w)[Jj]e (?=[A-ZÄÖÜ])", "jede ", asked.text))
    if (of_groups := _find_groups(groups, made, documents, pages, of_each)) is not None:
        timer.mark("compute")
        told_groups, text = of_groups
        return (yield from _composed(text, [told_groups], told_groups.undecided, catalogue, of_each, timer))
    if _is_of_groups(asked.text, groups, made, pages) or (groups and _is_of_catalogue(asked.text)):
        return NO_RECORDS
    if pair is not None and (of_pair := find_pair(pair, made, documents, pages)) is not None:
        told_pair = tell_pair(of_pair, wording)
        if told_pair is not None:
            text, sides = told_pair
            return (yield from _composed(text, sides, [], catalogue, wording, timer))
    found = _find_told(query, made, documents, pages, wording) if query is not None else None
    if found is None:
        return NO_RECORDS
    told, answer = found
    timer.mark("compute")
    return (yield from _composed(answer, [told], told.undecided, catalogue, wording, timer))


def _is_of_catalogue(text: str) -> bool:
    """Return whether the words of every page tell what documents mention, or the catalogue tells their profile."""
    of_words = read_document_query(text)
    kinds = [one.kind for one in of_words.conditions] if of_words is not None else []
    is_of_profile = bool(kinds) and all(kind in CATALOGUED for kind in kinds)
    return is_of_profile or "mention" in kinds or "about" in kinds


def _find_groups(
    choices: Sequence[GroupChoice],
    made: Sequence[Records],
    documents: Sequence[DocumentInfo],
    pages: Mapping[int, Sequence[Page]],
    wording: Wording,
) -> tuple[GroupsTold, str] | None:
    """Return what each group of some records comes to, with its text; None where none tell it, or two do alike."""
    fits = fit_groups(choices, made, documents, pages)
    told = [(one, text) for fit in fits if (text := (one := GroupsTold(fit, wording)).text()) is not None]
    return told[0] if len({text for _, text in told}) == 1 else None


def _is_of_groups(
    text: str, choices: Sequence[GroupChoice], made: Sequence[Records], pages: Mapping[int, Sequence[Page]]
) -> bool:
    """Return whether a question asks for groups, so that nothing else answers it."""
    if asks_for_each(text, pages):
        return True
    return names_group([one for one in choices if not one.is_open and not one.mark.is_rate], made)


def _find_told(
    query: RecordQuestion,
    made: Sequence[Records],
    documents: Sequence[DocumentInfo],
    pages: Mapping[int, Sequence[Page]],
    wording: Wording,
) -> tuple[Told, str] | None:
    """Return what records answer to a question, with its text; None where none do, or two do alike."""
    fits = [fit for records in made if (fit := fit_records(query, records, documents, pages)) is not None]
    found = [(one, text) for fit in fits if (text := (one := Told(fit, wording)).text()) is not None]
    best = max((one.fit.score for one, _ in found), default=0)
    chosen = [pair for pair in found if pair[0].fit.score == best]
    return chosen[0] if len(chosen) == 1 else None


def _composed(
    text: str,
    told: Sequence[Told],
    open_: Sequence[tuple[str, DocumentInfo]],
    catalogue: DocumentCatalogue,
    wording: Wording,
    timer: StageTimer,
) -> Answering:
    """Yield the answer, and return it; what is not decided, each with its document, is named, and listed apart."""
    if open_:
        names = ", ".join(name for name, _ in open_[:MAX_CITED])
        said = wording.one("records open", len(open_))
        text += f" {wording.say(said, count=wording.number(len(open_)), names=names)}"
    if void := told[0].fit.records.void:
        text += f" {wording.say('records void', names=', '.join(one.path for one in void[:MAX_CITED]))}"
    reason = wording.say("records open reason") if open_ else ""
    for one in told:
        if one.fit.guessed and (field := next((it.field for it in one.fit.conditions if it.is_day), None)) is not None:
            reason = wording.say("records guessed", word=one.fit.guessed, field=field.name)
    rows = [_row(of_it, record, of_it.shown_cell(record), catalogue) for of_it in told for record in of_it.kept]
    other = len({record.document.id for of_it in told for record in of_it.kept if of_it.is_told_otherwise(record)})
    complete = COMPLETE if not open_ else f"{len(rows):,} of {len(rows) + len(open_):,}"
    undecided = tuple(_open_row(name, document, catalogue, reason) for name, document in open_)
    return (
        yield from compose_answer(
            text,
            told[0].proofs,
            catalogue,
            milliseconds=timer.milliseconds,
            table=AnswerTable(wording.columns("Row", "Page", "Words"), tuple(rows), undecided, complete),
            notices=[wording.say(wording.one("other words", other), count=wording.number(other))] if other else [],
            verdict=Verdict.PARTLY if reason else Verdict.SUPPORTED,
            reason=reason,
        )
    )


def _row(told: Told, record: Record, cell: Cell | None, catalogue: DocumentCatalogue) -> TableRow:
    place = Place(cell.page.number, cell.start, cell.end) if cell is not None else Place(0, 0, 0)
    return proven_row(told.row_name(record), proven_cell(catalogue, record.document, place))


def _open_row(name: str, document: DocumentInfo, catalogue: DocumentCatalogue, note: str) -> TableRow:
    cell = proven_cell(catalogue, document, Place(0, 0, 0), verdict=None, note=note)
    return proven_row(name, cell)
