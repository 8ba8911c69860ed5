"""Looks an answer up in tables: the cell whose row, column and headings together are what a question names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.questions.constraints import find_constraints, names_constraint
from rag.quoting.answer_kind import AnswerKind, asked_kind, holds_kind
from rag.quoting.document_context import context_of
from rag.quoting.empty_columns import EMPTY
from rag.quoting.events import events_in, words_of_events
from rag.quoting.head_lines import head_field
from rag.quoting.range_columns import cell_of_range
from rag.quoting.range_rows import range_key
from rag.quoting.ranges import measures_in
from rag.quoting.table_cells import NamedCell, asked_column, columns_of, named_cell, split_cells, words_asking
from rag.text import content_words
from rag.types import Source
from rag.units import Unit
from rag.words.word_forms import is_of_family, is_said

NOTHING_BESIDE: Mapping[int, str] = {}
MIN_COVERED = 0.6
"""Share of the question's weight that the row's key, the column's name and the headings above must hold."""

_GENERIC_WORDS = """
amount big call charge come cost cost do fee find get give go going have heavy high keep kept list live locate located
long make many much name need number often old pay price put say serve show stand take tall tell total use value weigh
work gehört heißt kosten kostet viele viel zahlen
beträgt coûte coûter cuesta costar
"""
ABBREVIATED = range(3, 6)
"""Words that an abbreviation stands for; two letters are too often a word."""
MIN_SHORT = 3
"""Letters of the beginning of a word that stands for it."""
LABEL_WORDS = frozenset(content_words("date number no name amount total value"))
"""Words of a label that say of what sort its value is, which a question says in other words."""
_LABELLED = re.compile(r"[^\w]*(?P<label>[^:|\n]{2,40}?)\s?:\s+(?P<value>[^\n]{1,120}?)\.?")
GENERIC_WORDS = frozenset(content_words(_GENERIC_WORDS))
"""Words of a question that ask for a value without naming its row or column."""


@dataclass(frozen=True, slots=True)
class FoundCell:
    """A cell that answers, in its row; `covered` is the share of the question's weight that names it, 0 to 1.

    `column` is the name of its column, "" for a value behind a label. One that `is_surer` was chosen before a row that
    holds more of the question.
    """

    unit: Unit
    value: str
    covered: float
    column: str = ""
    is_surer: bool = False


def find_cell(
    question: str,
    units: Sequence[Unit],
    weights: Mapping[str, float],
    *,
    told: Mapping[int, AbstractSet[str]] | None = None,
) -> FoundCell | None:
    """Return the one cell that the question names by row, column and headings; None where none or several fit alike.

    `weights` are those of the question's content words, with the sum 1; `told` are by source the words of
    the question that it tells (`words_told`), where they are known. Of two rows with the same cells one counts.
    """
    asked = without_generic(weights)
    if not asked:
        return None
    words, kind, sort = frozenset(content_words(question)), asked_kind(question), asked_column(question)
    found: dict[tuple[str, str], FoundCell] = {}
    told = words_told_by(question, units) if told is None else told
    in_rows = {number: _words_in_rows(units, number) for number in told}
    for unit in units:
        above = told[unit.source.number]
        cell = (
            _named_cell(question, unit, asked, kind, sort, above - in_rows[unit.source.number])
            if unit.is_row
            else _labelled_value(words, unit, asked, kind, above)
        )
        if cell is not None:
            found.setdefault((unit.source.section, cell.unit.text), cell)
    best = max((cell.covered for cell in found.values()), default=0.0)
    chosen = [cell for cell in found.values() if cell.covered == best]
    if best < MIN_COVERED:
        return None
    if labelled := _labelled_instead(chosen, list(found.values()), told):
        return labelled
    chosen = _named_whole(words, chosen)
    return chosen[0] if len({cell.value for cell in chosen}) == 1 else None


def _named_whole(words: AbstractSet[str], chosen: list[FoundCell]) -> list[FoundCell]:
    """Return the cells of the rows whose first cell a question names with all its words, where there are any: of
    "Matinee" and "Matinee (until 31 August)" the first."""
    return [one for one in chosen if words >= set(content_words(split_cells(one.unit.text)[0]))] or chosen


def _labelled_instead(
    chosen: Sequence[FoundCell], found: Sequence[FoundCell], told: Mapping[int, AbstractSet[str]]
) -> FoundCell | None:
    """Return, in place of cells whose columns say only of what sort they are ("Date"), the one value behind a label
    that the question names ("Delivered: 6 February"), of a document that names what the question is about."""
    rows = [cell for cell in chosen if cell.column]
    if not rows or any(not set(content_words(cell.column)) <= LABEL_WORDS for cell in rows):
        return None
    labelled = [one for one in found if not one.unit.is_row and told[one.unit.source.number]]
    return replace(labelled[0], is_surer=True) if len({one.value for one in labelled}) == 1 else None


def words_told_by(
    question: str, units: Sequence[Unit], beside: Mapping[int, str] = NOTHING_BESIDE
) -> dict[int, frozenset[str]]:
    """Return by source what `words_told` gives for each that the units are of."""
    sources = {unit.source.number: unit.source for unit in units}
    return {number: words_told(question, source, beside) for number, source in sources.items()}


def words_told(question: str, source: Source, beside: Mapping[int, str] = NOTHING_BESIDE) -> frozenset[str]:
    """Return the words of the names, identifiers and dates of a question that a source names, or what else was found of
    its document: what it says is about them, wherever in it they stand."""
    constraints = [one for one in find_constraints(question) if one.kind in ("identifier", "name", "acronym", "date")]
    if not constraints:
        return frozenset()
    text = f"{context_of(source)}\n{source.text}\n{beside.get(source.document.id, '')}"
    known = frozenset(content_words(text))
    return frozenset(
        word
        for constraint in constraints
        for word in content_words(constraint.written)
        if names_constraint(text, constraint) or (constraint.kind == "name" and word in known)
    )


def words_met(question: str, text: str) -> frozenset[str]:
    """Return the words of the dates and days of a question that a text has, in whatever form it writes them."""
    dates = [one for one in find_constraints(question) if one.kind in ("date", "day", "year")]
    return frozenset(word for one in dates if names_constraint(text, one) for word in content_words(one.written))


def _words_in_rows(units: Sequence[Unit], number: int) -> frozenset[str]:
    """Return the words of the rows of a source: what a row names is said of that row alone."""
    return frozenset(word for unit in units if unit.is_row and unit.source.number == number for word in unit.words)


def is_empty_cell(question: str, unit: Unit) -> bool:
    """Return whether a unit is a row that has nothing in the column that a question asks for."""
    if not unit.is_row or not unit.header:
        return False
    cell = named_cell(
        frozenset(content_words(question)),
        unit.header,
        unit.text,
        sort=asked_column(question),
        events=events_in(question),
    )
    return cell is not None and EMPTY.fullmatch(cell.value) is not None


def without_generic(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights of the words that name something, again with the sum 1; {} where there are none."""
    telling = {word: weight for word, weight in weights.items() if word not in GENERIC_WORDS}
    whole = sum(telling.values())
    return {word: weight / whole for word, weight in telling.items()} if whole else {}


def covered_share(unit: Unit, weights: Mapping[str, float]) -> float:
    """Return the share of a question's weight that a unit holds with its header and the headings above it."""
    words = _words_held(unit) | abbreviated_words(list(weights), unit.words)
    return sum(weight for word, weight in weights.items() if word in words)


def is_of_sibling(question: str, unit: Unit, weights: Mapping[str, float]) -> bool:
    """Return whether a row is about a sibling of what a question names: "Brass hinge" where a steel hinge is asked for.

    A word of the row's key then stands in the question as well, and each time behind another word, of which the row and
    what is above it know only the one. Or the row names nothing of what is asked for, and the question names something
    that neither the row nor what is above it knows: "Small" where a medium parcel is asked for.
    """
    if not unit.is_row:
        return False
    held = _words_held(unit)
    focus = without_generic(weights)
    shares = any(is_said(word, unit.words) for word in focus)
    if unit.header and not shares and not focus.keys() <= held:
        first = next(iter(columns_of(unit.header, unit.text)[1]), "")
        sort = asked_column(question)
        # "Noise | 62 dB" answers how loud something is.
        return sort is None or not sort.search(first)
    key = content_words(next(filter(None, columns_of(unit.header, unit.text)[1]), ""))
    before = {word: other for other, word in pairwise(key)}
    return any(
        word in before
        and before[word] not in weights
        and other not in held
        and other not in GENERIC_WORDS
        and not _is_short_for(other, before[word])
        for other, word in _neighbours(question)
    )


def _neighbours(question: str) -> list[tuple[str, str]]:
    """Return the stemmed words of a question that stand side by side, with no word such as "a" between them."""
    stems = [content_words(word)[:1] for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", question)]
    return [(one[0], other[0]) for one, other in pairwise(stems) if one and other]


def _is_short_for(word: str, other: str) -> bool:
    """Return whether one of two words is the beginning of the other: "max" and "maximum"."""
    return min(len(word), len(other)) >= MIN_SHORT and (word.startswith(other) or other.startswith(word))


def abbreviated_words(asked: Sequence[str], words: Collection[str]) -> set[str]:
    """Return the neighbouring words of a question whose initials stand among some words: PPE for personal protective
    equipment."""
    runs = (asked[start : start + count] for count in ABBREVIATED for start in range(len(asked) - count + 1))
    return {word for run in runs if "".join(word[0] for word in run) in words for word in run}


def _named_cell(
    question: str,
    unit: Unit,
    asked: Mapping[str, float],
    kind: AnswerKind | None,
    sort: re.Pattern[str] | None,
    told: AbstractSet[str],
) -> FoundCell | None:
    """Return the cell of a row that a question of these words names, with how much of what is `asked` names it; `told`
    are those that the row need not say again."""
    within = range_key(question, unit.header, unit.text)
    events = events_in(question)
    words = frozenset(content_words(f"{question}\n{within}"))
    cell = (
        _cell_of_range(question, unit)
        or named_cell(words, unit.header, unit.text, sort=sort, events=events)
        or _heading_of_named_row(words, unit)
    )
    if cell is None or (kind is not None and not holds_kind(cell.value, kind)):
        return None
    if not cell.value or words >= set(content_words(cell.value)):
        return None
    naming = _words_above(unit).union(told, content_words(f"{cell.key}\n{cell.column}\n{within}"))
    naming = naming.union(
        words_of_events(question, events_in(cell.column) & events), words_asking(question, cell.column)
    )
    if within:
        naming = naming.union(*(measure.words for measure in measures_in(question)))
    covered = sum(weight for word, weight in asked.items() if word in naming)
    return FoundCell(unit, cell.value, covered, cell.column)


def _cell_of_range(question: str, unit: Unit) -> NamedCell | None:
    """Return the cell of a row whose column is the range that holds what a question gives."""
    value, column = cell_of_range(question, unit.header, unit.text)
    if not value:
        return None
    asked, key = content_words(question), split_cells(unit.text)[0]
    alike = [it for it in asked if any(is_of_family(it, word) for word in content_words(key))]
    measured = " ".join(word for measure in measures_in(question) for word in measure.words)
    return NamedCell(value, " ".join((key, *alike, measured)), column)


def _labelled_value(
    words: AbstractSet[str],
    unit: Unit,
    asked: Mapping[str, float],
    kind: AnswerKind | None,
    told: AbstractSet[str],
) -> FoundCell | None:
    """Return the value of a line such as "Bill to: Tarn Architects" whose label a question names."""
    match = _LABELLED.fullmatch(unit.text)
    if match is None or unit.is_heading or head_field(unit.text):
        return None
    label = {word for word in content_words(match["label"]) if not word[0].isdigit()} - LABEL_WORDS
    value = match["value"].strip()
    if (
        not label
        or not all(any(it == word or is_of_family(it, word) for it in words) for word in label)
        or words >= set(content_words(value))
    ):
        return None
    if kind is not None and not holds_kind(value, kind):
        return None
    naming = _words_above(unit).union(label, told, content_words(unit.heading))
    return FoundCell(unit, value, sum(weight for word, weight in asked.items() if word in naming))


def _heading_of_named_row(asked: AbstractSet[str], unit: Unit) -> NamedCell | None:
    """Return the heading above a row of which the question names every cell: what it asks for is where the row
    stands."""
    above = unit.source.section.rpartition(" > ")[2]
    if not unit.words or not unit.words <= asked or asked >= set(content_words(above)):
        return None
    return NamedCell(above, unit.text, "")


def _words_held(unit: Unit) -> frozenset[str]:
    """Return the words of a unit, of its header, of all headings above it and of the sentence that it leans on."""
    return _words_above(unit).union(unit.words, content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}"))


def _words_above(unit: Unit) -> frozenset[str]:
    document = unit.source.document
    return _words_of(f"{document.title}\n{document.path}\n{unit.source.section}")


@lru_cache(maxsize=64)
def _words_of(names: str) -> frozenset[str]:
    """Return the content words of what stands over all units of a source: it is asked for once for each of them."""
    return frozenset(content_words(names))
