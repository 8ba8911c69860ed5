"""Puts short documents together as records that share no labels: what each states of one sort, whatever its form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.extraction.quantities import is_currency
from rag.planning.document_nouns import HAVE_TOTALS, is_document_noun, sort_of
from rag.planning.loose_documents import (
    MIN_KIND,
    LooseDocument,
    find_void,
    of_one_kind,
    short_documents,
    without_remarks,
)
from rag.planning.loose_facts import Fact, Role
from rag.planning.loose_figures import Figure, find_figures, total_of
from rag.planning.record_question import RecordQuestion
from rag.planning.records import Cell, Field, Record, Records, called_by
from rag.planning.row_words import terms
from rag.planning.wording import LANGUAGES
from rag.types import DocumentInfo, Page

MIN_RECORDS = 3
MIN_DAYS = 2
"""Documents that name a day of some role, from which on it is a field."""
_NO_RECORDS = frozenset(
    {"policy", "manual", "price list", "timetable", "table", "spreadsheet", "article", "presentation"}
)
"""Kinds of documents that lay down or list, and are none of several alike."""
_DAYS: Mapping[Role, str] = {
    "": "date Datum date fecha",
    "due": "due Fälligkeit échéance vencimiento fällig payable payment zahlbar",
    "begin": "begin Beginn début inicio start from",
    "end": "end Ende fin final expiry",
    "next": "next nächster prochain próximo",
}
"""Role of a day -> what it is called in English, German, French and Spanish, and further names."""
_AGED = re.compile(
    r"(?i)(?<!\w)(?:oldest|newest|youngest|(?:älte|neue|jüng)ste[nrsm]?|neu?ste[nrsm]?"
    r"|plus (?:vieux|vieille|jeunes?|récente?|ancienne?|âgée?)|más (?:viej[oa]|joven|antigu[oa]|nuev[oa]))(?!\w)"
)
_NAME = re.compile(r"(?<!\w[.!?:] )(?<![\w'’])[A-ZÀ-Ý][^\W_]{2,}")


def read_loose_records(
    text: str, query: RecordQuestion | None, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
) -> list[Records]:
    """Return the records that short documents of any form make by what each states of one sort.

    For a question that computes these are the figures of each unit, else the days. `text` is the question, `query` what
    it asks of records.
    """
    if _AGED.search(text) and not any(is_document_noun(word) for word in text.split()):
        # How old something is is not told by the day of a document about it.
        return []
    read = [one for one in short_documents(documents, pages) if one.document.profile.kind not in _NO_RECORDS]
    void = find_void(read)
    told = without_remarks([one for one in read if one not in void])
    live = of_one_kind(told)
    if query is not None and _nouns(query, HAVE_TOTALS):
        live = [
            one
            for one in live
            if one.document.profile.kind in HAVE_TOTALS
            or any(is_currency(fact.unit) for fact in one.figures)
            or total_of(one)
        ]
    made = [] if query is not None and query.measure == "day" else _of_figures(query, live, told)
    if not made:
        dated = [one for one in live if one.days]
        if len(dated) >= MIN_RECORDS:
            made.append(replace(_make_records([], dated), others=_beside(query, read, [*dated, *void])))
    return [replace(one, void=[of_it.document for of_it in void]) for one in made]


def _of_figures(
    query: RecordQuestion | None, live: Sequence[LooseDocument], told: Sequence[LooseDocument]
) -> list[Records]:
    """Return the records of the figures of `live`; the others of `told` may be meant as well."""
    groups = [figures for figures in find_figures(live, [one for one in told if one not in live]) if figures]
    if query is not None and query.how in ("list", "count") and query.bound is None and not query.is_amount:
        # How many there are of something is a sum only where documents state how many each.
        first = query.tokens[0].stem if query.how == "count" and query.tokens else ""
        groups = [group for group in groups if any(first in terms(" ".join(one.names)) for one in group)]
    return [_make_records(group, told) for group in groups]


def _nouns(query: RecordQuestion, kinds: frozenset[str]) -> bool:
    """Return whether a question is of documents of some kinds."""
    nouns = [token.written for token in query.tokens if is_document_noun(token.written)]
    return any(sort_of(noun).kinds & kinds for noun in nouns)


def _beside(
    query: RecordQuestion | None, read: Sequence[LooseDocument], known: Sequence[LooseDocument]
) -> list[DocumentInfo]:
    """Return the documents with days that are taken for no records, though nothing says that they are not meant."""
    others = [one.document for one in read if one not in known and one.days]
    if query is None or not any(is_document_noun(token.written) for token in query.tokens):
        return others
    return [one for one in others if _nouns(query, frozenset({one.profile.kind}))]


def _make_records(figures: Sequence[Figure], read: Sequence[LooseDocument]) -> Records:
    """Return the documents that state some figure, and those of their kind, as records with their days; all of them
    where no figure is given."""
    stating = [one for one in read if not figures or any(one.document.id in figure.every for figure in figures)]
    kinds = Counter(one.document.profile.kind for one in stating)
    own = {kind for kind, count in kinds.items() if kind not in ("", "e-mail") and count >= MIN_KIND * len(stating)}
    chosen = [one for one in read if one in stating or one.document.profile.kind in own]
    fields: list[Field] = []
    cells: list[dict[int, Cell]] = [{} for _ in chosen]
    maybe: list[dict[int, Sequence[Cell]]] = [{} for _ in chosen]

    def add(field: Field, told: Sequence[Fact | None], every: Sequence[Sequence[Fact]]) -> None:
        fields.append(field)
        for place, (fact, facts) in enumerate(zip(told, every, strict=True)):
            if fact is not None:
                cells[place][field.at] = _cell(fact)
            else:
                maybe[place][field.at] = [_cell(one) for one in facts]

    for figure in figures:
        ids = [one.document.id for one in chosen]
        name = _name(figure.names, chosen)
        add(
            Field(len(fields), name, figure.names, "number", figure.unit),
            [figure.told.get(id_) for id_ in ids],
            [figure.every.get(id_, ()) for id_ in ids],
        )
    for role, written in _DAYS.items():
        told = [_day_of(role, one.days) for one in chosen]
        if sum(fact is not None for fact in told) >= MIN_DAYS:
            names = tuple(written.split())
            field = Field(len(fields), _name(names, chosen), tuple(dict.fromkeys(names)), "day")
            add(field, told, [one.days for one in chosen])
    records = [
        Record(
            one.document,
            of_it,
            called_by(one.document, one.pages[0]) | frozenset(terms(" ".join(_NAME.findall(one.text)))),
            one.document.title,
            is_otherwise=True,
            maybe=of_maybe,
        )
        for one, of_it, of_maybe in zip(chosen, cells, maybe, strict=True)
    ]
    return Records(fields, records, called=_called(chosen), is_loose=True)


def _cell(fact: Fact) -> Cell:
    return Cell(fact.text, fact.page, fact.start, fact.end, is_otherwise=not fact.is_labelled, quantity=fact.quantity)


def _name(names: Sequence[str], read: Sequence[LooseDocument]) -> str:
    """Return the name of a field in the language of the documents, where there is one in each."""
    language = Counter(one.document.profile.language for one in read).most_common(1)[0][0]
    return names[LANGUAGES.index(language)] if len(names) >= len(LANGUAGES) and language in LANGUAGES else names[0]


def _day_of(role: Role, days: Sequence[Fact]) -> Fact | None:
    """Return the one day of a role that a document names; of those without one the first."""
    found = [one for one in days if one.role == role]
    if not role:
        found = found or [one for one in days if one.role == "begin"]
        return found[0] if found else None
    return found[0] if len({one.text for one in found}) == 1 else None


def _called(read: Sequence[LooseDocument]) -> frozenset[str]:
    """Return the stems for what each document is: its kind, and words that most have in their names."""
    words = Counter(word for one in read for word in called_by(one.document, one.pages[0]) if word.isalpha())
    kinds = {word for one in read for word in terms(one.document.profile.kind)}
    return frozenset({word for word, count in words.items() if 2 * count >= len(read)} | kinds)
