"""Reads values behind labels, in lines and in forms of two columns, and prefers the one whose label is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.extractive import Extract
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no, holds_kind
from rag.quoting.table_answer import LABEL_WORDS, without_generic
from rag.quoting.table_cells import split_cells
from rag.text import content_words
from rag.units import Unit
from rag.words.word_forms import is_said

_LABELLED = re.compile(r"[^\w]*(?P<label>[^\W\d_][^:|\n]{1,40}?)\s?:\s+(?P<value>[^\n]+)")

_ASKS_WHICH = re.compile(
    r"(?i)^\W*(?:(?:in|on|at|by|for|to|from) )?(?:which|what) (?P<np>[a-z]+(?: [a-z]+)?) "
    r"(?:is|are|was|were|does|do|did|has|have|will)\b"
)


def labelled_parts(unit: Unit) -> tuple[str, str] | None:
    """Return the label and the value of a line such as "Date of birth: 9 May", or of a row of two cells without a
    head; None for other sentences and rows."""
    if unit.is_row:
        cells = split_cells(unit.text)
        return (cells[0], cells[1]) if len(cells) == 2 and all(cells) and not unit.header else None
    match = None if unit.is_heading else _LABELLED.fullmatch(unit.text.strip())
    return (match["label"], match["value"]) if match else None


def put_label_asked_first(
    question: str, extracts: Sequence[Extract], units: Sequence[Unit], weights: Mapping[str, float]
) -> list[Extract]:
    """Return the extracts; in place of a first one whose label says nothing of what is asked the one value of its
    document whose label does: when somebody wants to move in, and not the date of birth."""
    first = next((unit for unit in units if extracts and unit.place == extracts[0].place), None)
    if first is not None and (named := _named_by_which(question, first, units)):
        asked = Extract.of(named[0], extracts[0].score, named[1])
        return [asked, *(one for one in extracts if one.place != asked.place)]
    focus = without_generic(weights)
    if first is None or asks_yes_or_no(question) or labelled_parts(first) is None or _share_of_label(first, focus):
        return list(extracts)
    kind = asked_kind(question)
    parted = [
        (unit, parts)
        for unit in units
        if unit.source.document.id == first.source.document.id and (parts := labelled_parts(unit)) is not None
    ]
    values = {parts for _, parts in parted}
    if len({label for label, _ in values}) < len(values):
        # Each label stands there for several persons or things.
        return list(extracts)
    shares = {
        unit.place: (share, unit, parts[1])
        for unit, parts in parted
        if (share := _share_of_label(unit, focus)) and (kind is None or holds_kind(parts[1], kind))
    }
    best = max((share for share, _, _ in shares.values()), default=0.0)
    chosen = {unit.text: (unit, value) for share, unit, value in shares.values() if share == best}
    if len(chosen) != 1:
        return list(extracts)
    unit, value = next(iter(chosen.values()))
    asked = Extract.of(unit, extracts[0].score, value)
    return [asked, *(one for one in extracts[1:] if one.place != asked.place)]


def _named_by_which(question: str, first: Unit, units: Sequence[Unit]) -> tuple[Unit, str] | None:
    """Return the one labelled line of the first one's document whose label is all that is asked for, and its value:
    "Diet: vegan" for "Which diet is wanted?"; None where the first line has that label, or several lines do."""
    match = _ASKS_WHICH.match(question)
    asked = set(content_words(match["np"])) if match else set()
    parts = labelled_parts(first)
    if not asked or parts is None or asked <= set(content_words(parts[0])):
        return None
    found = [
        (unit, other[1])
        for unit in units
        if unit.source.document.id == first.source.document.id
        and (other := labelled_parts(unit)) is not None
        and set(content_words(other[0])) == asked
    ]
    return found[0] if len({value for _, value in found}) == 1 else None


def _share_of_label(unit: Unit, focus: Mapping[str, float]) -> float:
    """Return the share of a question's weight that the label of a unit has, without words that only say of what sort
    its value is."""
    parts = labelled_parts(unit)
    label = [word for word in content_words(parts[0]) if word not in LABEL_WORDS] if parts else []
    return sum(weight for word, weight in focus.items() if word not in LABEL_WORDS and is_said(word, label))
