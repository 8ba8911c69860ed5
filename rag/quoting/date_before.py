"""Answers when something was where the sentence that tells it leans on one before it, which has the date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.extractive import Extract
from rag.quoting.answer_kind import asked_kind, holds_kind
from rag.quoting.asked_event import is_of_another_event
from rag.quoting.table_answer import without_generic
from rag.units import Unit
from rag.words.dates import find_dates
from rag.words.days import find_days

MIN_TOLD = 0.9
"""Share of the question's weight that the sentence itself must hold."""


def date_before(question: str, units: Sequence[Unit], weights: Mapping[str, float]) -> Extract | None:
    """Return both sentences of "On 3 May the board met. It approved the budget." where it is asked when that was
    approved; None where no sentence leans so on another."""
    focus = without_generic(weights)
    if asked_kind(question) != "time" or not focus:
        return None
    for unit in units:
        told = sum(weight for word, weight in focus.items() if word in unit.words)
        if not unit.leans_on or told < MIN_TOLD or holds_kind(unit.text, "time") or is_of_another_event(question, unit):
            continue
        text = unit.source.text
        start = text.rfind(unit.leans_on, 0, unit.start)
        dates = [(one.start, one.end) for one in find_dates(unit.leans_on)]
        dates = dates or [(first, last) for _, _, first, last in find_days(unit.leans_on)]
        if start >= 0 and len(dates) == 1 and not text[start + len(unit.leans_on) : unit.start].strip():
            answer = unit.leans_on[slice(*dates[0])].strip()
            return Extract(unit.source.number, text[start : unit.end], start, unit.end, 0.0, answer=answer)
    return None
