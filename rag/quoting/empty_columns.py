"""Tells whether a row of a table has nothing in the column that a question names: it answers nothing then."""

from __future__ import annotations

import re

from rag.questions.constraints import is_negated
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no
from rag.quoting.table_cells import asked_column, columns_of
from rag.text import content_words
from rag.units import Unit

EMPTY = re.compile(r"[-–—/.]*|n/?a|tbd|\?+", re.IGNORECASE)
_COMES_BACK = re.compile(
    r"(?i)\breturn(?:s|ed)?\b|\b(?:come|came|comes|brought|given?|gave|sent|got) (?:\w+ )?back\b|\bzurück\w*|\brück\w+"
    r"|\b(?:retours?|rendue?s?|revenue?s?|restituée?s?)\b|\b(?:devuelt[oa]s?|devolvi\w+|devolución|regres\w+)\b"
)
"""Words of which a column names by one ("Returned") what a question asks by another ("come back")."""


def leaves_asked_empty(question: str, unit: Unit) -> bool:
    """Return whether a row has nothing in the columns that a question names whole: no assistant on 16 May.

    Questions for what is not there ("Who has not paid?") mean such rows; an amount may stand in another column of its
    sort.
    """
    if not unit.is_row or not unit.header or is_negated(question) or asks_yes_or_no(question):
        return False
    names, values = columns_of(unit.header, unit.text)
    values = [*values, *[""] * (len(names) - len(values))]
    named = [at for at, name in enumerate(names) if _is_named(question, name)]
    kind, sort = asked_kind(question), asked_column(question)
    if kind == "amount" and sort is not None:
        others = [at for at, name in enumerate(names) if at not in named and sort.search(name)]
        if any(not EMPTY.fullmatch(values[at]) for at in others):
            return False
    return bool(named) and all(EMPTY.fullmatch(values[at]) for at in named)


def _is_named(question: str, name: str) -> bool:
    """Return whether a question has all words of a column's name, or asks when something came back, as it says."""
    words = set(content_words(name))
    if words and words <= set(content_words(question)):
        return True
    is_return = asked_kind(question) == "time" and _COMES_BACK.search(question) and _COMES_BACK.search(name)
    return bool(is_return) and not re.search(r"(?i)\b(?:due|until|bis|fällig|prév\w+|previst\w+|limit\w*)\b", name)
