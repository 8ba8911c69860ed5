"""Finds by which field records are grouped that a question asks a number, a sum or an average of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.planning import record_words as words
from rag.planning.group_question import GroupChoice
from rag.planning.group_words import PERSON, asks_for_groups
from rag.planning.rate_query import stated_periods
from rag.planning.record_conditions import day_field
from rag.planning.record_fit import RecordFit, fit_records
from rag.planning.record_kin import is_kin, kind_of, names_word
from rag.planning.record_question import Token
from rag.planning.record_tokens import Reading
from rag.planning.record_values import value_key
from rag.planning.records import PERIOD, Cell, Field, Records, file_stem
from rag.planning.row_words import terms
from rag.types import DocumentInfo, Page

MAX_GROUPS = 0.6
"""Share of the records that state a number up to which its values are groups: classes, floors."""

_NAMES = frozenset(terms("name nom nombre"))
_SORTS = frozenset(terms("kind type sort category art typ sorte kategorie genre catégorie sorte tipo clase categoría"))
_FAMILIES = (
    frozenset(
        terms(
            "town city place location village municipality site ort stadt gemeinde standort wohnort ville commune lieu"
            " localité ciudad municipio localidad población lugar"
        )
    ),
    _SORTS,
    frozenset(
        terms(
            "supplier vendor seller provider contractor firm company lieferant anbieter firma fournisseur prestataire"
            " proveedor empresa"
        )
    ),
    frozenset(terms("customer client buyer kunde kundin auftraggeber cliente acheteur")),
    frozenset(terms("status state stand zustand état statut estado")),
    frozenset(terms("department division team section unit abteilung bereich service département departamento")),
)
"""Words for a group of which one may stand in a question and another in a label."""
_OPENS_ADDRESS = re.compile(r"\W*\d+\w? (?:[A-ZÀ-Ý][\w.'’]* ){0,3}[A-ZÀ-Ý][\w.'’]*")
"""A number before a name is one of a house, and says not how much: 12 Elm Street."""
_SEVERAL = re.compile(r"\s*[,;/]\s*|\s+(?:and|und|et|y)\s+")


@dataclass(frozen=True)
class GroupFit:
    """How records answer a question for groups: of which, what is counted or measured, and by which field."""

    fit: RecordFit
    field: Field
    period: str = ""
    """Stretch of time in which the days of the field are put together."""
    score: int = 0


def fit_groups(
    choices: Sequence[GroupChoice],
    made: Sequence[Records],
    documents: Sequence[DocumentInfo],
    pages: Mapping[int, Sequence[Page]],
) -> list[GroupFit]:
    """Return how records answer a question for groups, those that explain most of its words; none where none do."""
    found = []
    whole = [_with_series(records, documents) for records in made]
    for choice in choices:
        for records in whole:
            fit = fit_records(choice.query, records, documents, pages)
            if fit is None or (group := _group_of(choice, fit, documents, pages)) is None:
                continue
            one, period = group
            if one in fit.measured or (one is fit.asked and names_asked(fit) and not _names_sort(choice.named)):
                continue
            if choice.is_open and not (fit.has_noun or fit.measured):
                continue
            if any(condition.field is one and not condition.is_day for condition in fit.conditions):
                continue
            is_weak = choice.is_open or choice.mark.mark == "by" or not _is_measured(fit)
            if is_weak and not period and not is_repeated(records.column(one.at)):
                continue
            found.append(GroupFit(fit, one, period, fit.score + len(choice.named)))
    best = max((one.score for one in found), default=0)
    return [one for one in found if one.score == best]


def _with_series(records: Records, documents: Sequence[DocumentInfo]) -> Records:
    """Return records with those documents among the others that are numbered in one series with them: order-07."""
    if records.is_of_rows:
        return records
    series = {_series_of(record.document) for record in records.records} - {""}
    known = {record.document.id for record in records.records} | {one.id for one in records.others}
    more = [one for one in documents if one.id not in known and _series_of(one) in series]
    return replace(records, others=[*records.others, *more])


def _series_of(document: DocumentInfo) -> str:
    """Return the name of a document's file with its numbers left open; "" where it has none."""
    stem = file_stem(document)
    return re.sub(r"\d+", "#", stem) if re.search(r"\d", stem) else ""


def names_group(choices: Sequence[GroupChoice], made: Sequence[Records]) -> bool:
    """Return whether a question names a field of some records by which they could be grouped."""
    return any(_named_field(one.named, records, counts=True) is not None for one in choices for records in made)


def asks_for_each(text: str, pages: Mapping[int, Sequence[Page]]) -> bool:
    """Return whether a question surely asks for groups, and not for a rate that documents state."""
    mark = asks_for_groups(text)
    return mark is not None and not _states_rate(mark.words, pages)


def _states_rate(named: Sequence[str], pages: Mapping[int, Sequence[Page]]) -> bool:
    """Return whether documents state something as a rate of what a question names: per person."""
    if not named:
        return False
    stem = re.escape(named[0][:-1] if len(named[0]) > 4 else named[0])
    pattern = re.compile(rf"(?i)(?<!\w)(?:per|pro|je|par|por|each|every|jede\w*|chaque|cada|/) ?{stem}\w{{0,3}}(?!\w)")
    return any(pattern.search(page.text) for of_it in pages.values() for page in of_it)


def is_repeated(cells: Sequence[Cell | None]) -> bool:
    """Return whether several records have one value of a field."""
    stated = [cell for cell in cells if cell is not None]
    keys = [value_key(cell.text) for cell in stated]
    return len(set(keys)) < len(keys) or lists_values(stated)


def lists_values(cells: Sequence[Cell]) -> bool:
    """Return whether cells list several values each, most of which other records have as well."""
    parts = [{value_key(part) for part in listed_values(cell.text)} - {""} for cell in cells]
    listed = {part for one in parts if len(one) > 1 for part in one}
    shared = [part for part in listed if sum(part in one for one in parts) > 1]
    return 2 * len(shared) > len(listed)


def listed_values(text: str) -> list[str]:
    """Return the values that a cell lists: "English, French"."""
    return _SEVERAL.split(text)


def names_asked(fit: RecordFit) -> bool:
    """Return whether the first word of a question is the name of the field that it asks for, and not only of its
    family: drivers, and not drives."""
    first = fit.query.tokens[0].stem if fit.query.tokens else ""
    return fit.asked is not None and any(first in name for name in fit.asked.words)


def _is_measured(fit: RecordFit) -> bool:
    return fit.query.how != "count" or (bool(fit.measured) and not fit.has_noun)


def _group_of(
    choice: GroupChoice, fit: RecordFit, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
) -> tuple[Field, str] | None:
    """Return the field that is grouped by, and of days the stretch of time in which they are put together."""
    records = fit.records
    one = _named_field(choice.named, records, counts=not _is_measured(fit))
    if one is not None and not (one.kind == "day" and choice.mark.period in ("month", "quarter", "year")):
        return one, "day" if one.kind == "day" else ""
    if choice.mark.period and len(choice.named) == 1:
        return _period_of(choice, fit, documents, pages)
    if choice.named and all(token.stem in PERSON for token in choice.named):
        persons = [one for one in records.fields if one.is_of_persons]
        labelled = [one for one in persons if any(words.PERSON_LABEL.search(name) for name in one.names)]
        chosen = labelled or persons
        if len(chosen) > 1:
            chosen = [one for one in chosen if is_repeated(records.column(one.at))]
        return (chosen[0], "") if len(chosen) == 1 else None
    if _names_sort(choice.named) and fit.asked is not None and fit.asked.kind == "text":
        return fit.asked, ""
    return None


def _period_of(
    choice: GroupChoice, fit: RecordFit, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
) -> tuple[Field, str] | None:
    """Return the days by whose months or years records are put together; None where a rate is meant."""
    records, query = fit.records, choice.query
    if _is_measured(fit):
        is_spent = query.how != "average" and (records.is_of_rows or query.measure == "money")
        if not (is_spent or choice.mark.mark == "by"):
            return None
        said = [name for one in fit.measured for name in one.names]
        said += [cell.text for one in fit.measured for cell in records.column(one.at) if cell is not None]
        if any(stated_periods(text) for text in said):
            return None
    days = next((one.field for one in fit.conditions if one.is_day and one.field is not None), None)
    days = days or day_field(Reading(query, records, documents, pages))
    if days is None or (days.kind == "year" and choice.mark.period != "year"):
        return None
    return days, choice.mark.period


def _names_sort(named: Sequence[Token]) -> bool:
    return len(named) == 1 and named[0].stem in _SORTS


def _named_field(named: Sequence[Token], records: Records, *, counts: bool) -> Field | None:
    """Return the only field that words name best and whose values are groups; None where none is, or several are."""
    if not named:
        return None
    fields = [one for one in records.fields if one.name != PERIOD and _has_groups(one, records, counts=counts)]
    best = 0.0
    chosen: list[Field] = []
    for one in fields:
        share = _share_named(named, one)
        if share and share >= best:
            chosen = [*(chosen if share == best else []), one]
            best = share
    if not chosen and len(named) == 1:
        kin = next((family for family in _FAMILIES if named[0].stem in family), frozenset())
        chosen = [one for one in fields if any(len(name) == 1 and name[0] in kin for name in one.words)]
    return chosen[0] if len(chosen) == 1 else None


def _share_named(named: Sequence[Token], one: Field) -> float:
    """Return the largest share of a name of a field that words are; 0 where one of them is not of it."""
    beside = words.KIND_WORDS.get(kind_of(one), frozenset()) | _NAMES
    if not all(names_word(one, token.stem) or token.stem in beside for token in named):
        return 0.0
    stems = {token.stem for token in named}
    shares = [
        (sum(any(is_kin(word, stem) for stem in stems) for word in name) + 0.1 * bool(set(name) & stems)) / len(name)
        for name in one.words
        if name
    ]
    return max(shares, default=0.0)


def _has_groups(one: Field, records: Records, *, counts: bool) -> bool:
    """Return whether the values of a field can be groups: of numbers only few small ones."""
    cells = [cell for cell in records.column(one.at) if cell is not None]
    if one.kind != "number" or any(_OPENS_ADDRESS.match(cell.text) for cell in cells):
        return True
    values = {value_key(cell.text) for cell in cells}
    return counts and not one.unit and len(values) <= MAX_GROUPS * len(cells) and all(len(one) <= 3 for one in values)
